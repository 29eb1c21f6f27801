"""ClawGuard: any finding."""


def load():
    from clawguard_core import scan_text

    return lambda text: [("ATTACK", 0, len(text))] if scan_text(text).findings else []
