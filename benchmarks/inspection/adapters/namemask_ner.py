"""namemask with its address and GiNZA layers."""


def load():
    from namemask.config import Config
    from namemask.pipeline.build import build_default_pipeline, run_pipeline

    detectors = build_default_pipeline(Config(), use_ner=True, use_address=True)
    return lambda text: [(one.type, one.start, one.end) for one in run_pipeline(text, detectors)]
