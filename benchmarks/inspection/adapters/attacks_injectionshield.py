"""InjectionShield."""


def load():
    from injectionshield import scan

    return lambda text: [("ATTACK", 0, len(text))] if not scan(text).safe else []
