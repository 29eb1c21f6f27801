"""The sample's answers in a wanted form (JSON that fits a schema, a transcription with its times), so that a program which asks for one can be tried offline."""

from __future__ import annotations

from typing import Any, Final

from kijun.gateway.jsons import dump

_DEEPEST: Final = 12


def wanted(path: str, request: dict[str, Any]) -> dict[str, Any] | None:
    """The form that a request asks for: a JSON schema, ``{}`` where any JSON will do; None for plain words."""
    if path == "responses":
        text = request.get("text")
        form = text.get("format") if isinstance(text, dict) else None
    else:
        form = request.get("response_format") if path == "chat/completions" else None
    if not isinstance(form, dict) or form.get("type") not in ("json_object", "json_schema"):
        return None
    held = form.get("json_schema", form)
    schema = held.get("schema") if isinstance(held, dict) else None
    return schema if isinstance(schema, dict) else {}


def filled(schema: dict[str, Any], said: str) -> str:
    """JSON in that form: texts are what the sample says, numbers the least that are allowed, of choices the first."""
    return dump(_value(schema, schema, said, 0) if schema else {"answer": said}).decode()


def verbose(said: str, seconds: float) -> dict[str, Any]:
    """What ``verbose_json`` tells beside the text of a transcription: its language, and the whole as one segment."""
    segment = {
        "id": 0,
        "seek": 0,
        "start": 0.0,
        "end": round(seconds, 2),
        "text": said,
        "tokens": [],
        "temperature": 0.0,
        "avg_logprob": 0.0,
        "compression_ratio": 1.0,
        "no_speech_prob": 0.0,
    }
    return {
        "task": "transcribe",
        "language": "japanese",
        "duration": round(seconds, 2),
        "segments": [segment],
    }


def _value(schema: Any, root: dict[str, Any], said: str, depth: int) -> Any:
    if not isinstance(schema, dict) or depth > _DEEPEST:
        return None
    if isinstance(schema.get("$ref"), str):
        return _value(_referred(schema["$ref"], root), root, said, depth + 1)
    if "const" in schema:
        return schema["const"]
    for name in ("enum", "anyOf", "oneOf", "allOf"):
        some = schema.get(name)
        if isinstance(some, list) and some:
            return some[0] if name == "enum" else _value(some[0], root, said, depth + 1)
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((one for one in kind if one != "null"), "null")
    if kind == "object" or (kind is None and "properties" in schema):
        properties = schema.get("properties")
        held = properties if isinstance(properties, dict) else {}
        return {name: _value(one, root, said, depth + 1) for name, one in held.items()}
    if kind == "array":
        return [_value(schema.get("items", {}), root, said, depth + 1)] if depth < _DEEPEST // 2 else []
    if kind in ("integer", "number"):
        return schema.get("minimum", 0)
    return {"boolean": False, "null": None}.get(str(kind), said)


def _referred(ref: str, root: dict[str, Any]) -> Any:
    """What ``#/$defs/Name`` points to."""
    found: Any = root
    for name in ref.removeprefix("#").strip("/").split("/"):
        if name:
            found = found.get(name) if isinstance(found, dict) else None
    return found
