"""SafePaste."""


def load():
    from safepaste import scan_prompt

    return lambda text: [("ATTACK", 0, len(text))] if scan_prompt(text).flagged else []
