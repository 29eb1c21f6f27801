"""prompt-injection-defense: suspicious or of high risk."""


def load():
    from prompt_injection_defense import detect_prompt_injection

    safe = ("benign", "safe")
    return lambda text: (
        [("ATTACK", 0, len(text))] if detect_prompt_injection(text)["label"] not in safe else []
    )
