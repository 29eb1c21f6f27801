"""GuardLayer, balanced: anything but a pass."""


def load():
    from guardlayer import GuardLayer

    guard = GuardLayer.from_preset("balanced")
    return lambda text: (
        [("ATTACK", 0, len(text))] if guard.scan_input(text).verdict.value not in ("allow", "pass") else []
    )
