"""prompt-inject-detect."""


def load():
    from prompt_inject_detect import scan

    return lambda text: [("ATTACK", 0, len(text))] if scan(text).is_injection else []
