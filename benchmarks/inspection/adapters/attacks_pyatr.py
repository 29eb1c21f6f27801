"""Agent Threat Rules, the rules that the package bundles."""


def load():
    from pyatr import AgentEvent, ATREngine

    engine = ATREngine()
    engine.load_bundled_rules()
    return lambda text: (
        [("ATTACK", 0, len(text))]
        if engine.evaluate(AgentEvent(content=text, event_type="llm_input"))
        else []
    )
