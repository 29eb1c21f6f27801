"""privacy-masker's rules for Japanese, with dates and ages; its models come from a hub and are left out."""


def load():
    from privacy_masker import Policy, PrivacyEngine
    from privacy_masker.detectors import HandleDetector, RegexDetector

    detectors = [RegexDetector.default_ja(dates=True), HandleDetector()]
    engine = PrivacyEngine(detectors=detectors, policy=Policy.preset("llm_input"))
    return lambda text: [(one.entity_type, one.start, one.end) for one in engine.detect(text)]
