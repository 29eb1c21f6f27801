"""PromptBadger: suspicious or malicious."""


def load():
    from promptbadger import Scanner

    scanner = Scanner()
    return lambda text: [("ATTACK", 0, len(text))] if scanner.scan(text).verdict != "benign" else []
