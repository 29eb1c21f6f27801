"""Aigis: any rule that matches."""


def load():
    from aigis import Guard

    guard = Guard()
    return lambda text: [("ATTACK", 0, len(text))] if guard.check_input(text).matched_rules else []
