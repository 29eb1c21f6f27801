"""Last Layer."""


def load():
    from last_layer import scan_prompt

    return lambda text: [("ATTACK", 0, len(text))] if not scan_prompt(text).passed else []
