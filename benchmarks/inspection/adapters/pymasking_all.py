"""pymasking's detector of texts (its reader of pictures is left out)."""


def load():
    from pymasking.core.detector import detect_all

    return lambda text: [(one.category, one.start, one.end) for one in detect_all(text)]
