"""AI Cordon: Picket, the detector that runs without its service."""


def load():
    from aicordon import picket

    detector = picket.load()
    return lambda text: [("ATTACK", 0, len(text))] if detector.check(text).flagged else []
