"""PlumbLint, strict."""


def load():
    from plumblint import is_injection

    return lambda text: [("ATTACK", 0, len(text))] if is_injection(text, strict=True) else []
