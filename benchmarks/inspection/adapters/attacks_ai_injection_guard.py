"""ai-injection-guard: anything above its lowest severity."""


def load():
    from prompt_shield import PromptScanner

    scanner = PromptScanner()
    return lambda text: (
        [("ATTACK", 0, len(text))] if scanner.scan(text).severity not in ("SAFE", "LOW") else []
    )
