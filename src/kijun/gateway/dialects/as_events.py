"""A whole answer as the stream that was asked for, where a service does not know ``stream``: a client that asked again would get the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from kijun.gateway.dialects.responses_items import CALLS
from kijun.gateway.streams import DONE, event_bytes

#: Kinds of parts of a message whose words clients build up from deltas: the events' family, and the key of the words.
_TEXTS: Final = {"output_text": ("response.output_text", "text"), "refusal": ("response.refusal", "refusal")}


def as_events(dialect: str, answer: dict[str, Any], *, usage: bool) -> bytes:
    """The events of an answer that was inspected and is as it shall be shown. ``usage``: the client asked for the tokens."""
    if dialect == "responses":
        made = list(_response(answer))
        numbered = ({**one, "sequence_number": number} for number, one in enumerate(made))
        return b"".join(event_bytes(one, one["type"]) for one in numbered)
    return b"".join(event_bytes(one) for one in _chunks(dialect == "chat", answer, usage)) + DONE


def _chunks(in_delta: bool, answer: dict[str, Any], usage: bool) -> Iterator[dict[str, Any]]:
    frame = {name: value for name, value in answer.items() if name not in ("choices", "usage")}
    if in_delta:
        frame["object"] = "chat.completion.chunk"
    for at, choice in enumerate(answer["choices"]):
        number = choice.get("index", at)
        said = {name: value for name, value in choice.items() if name not in ("message", "finish_reason")}
        if in_delta:
            said["delta"] = _delta(choice["message"])
        yield {**frame, "choices": [{**said, "index": number, "finish_reason": None}]}
        last: dict[str, Any] = {"delta": {}} if in_delta else {"text": ""}
        yield {
            **frame,
            "choices": [{"index": number, **last, "finish_reason": choice.get("finish_reason") or "stop"}],
        }
    if usage and answer.get("usage") is not None:
        yield {**frame, "choices": [], "usage": answer["usage"]}


def _delta(message: dict[str, Any]) -> dict[str, Any]:
    calls = message.get("tool_calls")
    if not isinstance(calls, list):
        return message
    return {**message, "tool_calls": [{**one, "index": at} for at, one in enumerate(calls)]}


def _response(answer: dict[str, Any]) -> Iterator[dict[str, Any]]:
    begun = {**answer, "status": "in_progress", "output": [], "usage": None}
    yield {"type": "response.created", "response": begun}
    yield {"type": "response.in_progress", "response": begun}
    for at, item in enumerate(answer["output"]):
        yield from _item(at, item)
    status = answer.get("status")
    last = status if status in ("incomplete", "failed") else "completed"
    yield {"type": f"response.{last}", "response": answer}


def _item(at: int, item: dict[str, Any]) -> Iterator[dict[str, Any]]:
    kind, place = item.get("type"), {"output_index": at, "item_id": str(item.get("id", ""))}
    key = CALLS.get(kind) if isinstance(kind, str) else None
    content = item.get("content")
    parts = content if kind == "message" and isinstance(content, list) else []
    begun = {**item, "status": "in_progress"} if key or parts else item
    yield {
        "type": "response.output_item.added",
        "output_index": at,
        "item": {**begun, **({key: ""} if key else {"content": []} if parts else {})},
    }
    if key and isinstance(item.get(key), str):
        family = "function_call_arguments" if kind == "function_call" else "custom_tool_call_input"
        yield {"type": f"response.{family}.delta", **place, "delta": item[key]}
        yield {"type": f"response.{family}.done", **place, "name": item.get("name"), key: item[key]}
    for number, part in enumerate(parts):
        yield from _part({**place, "content_index": number}, part)
    yield {"type": "response.output_item.done", "output_index": at, "item": item}


def _part(place: dict[str, Any], part: Any) -> Iterator[dict[str, Any]]:
    kind = part.get("type") if isinstance(part, dict) else None
    family, key = _TEXTS.get(kind, ("", "")) if isinstance(kind, str) else ("", "")
    words = part.get(key) if family else None
    begun = {**part, key: ""} if isinstance(words, str) else part
    yield {"type": "response.content_part.added", **place, "part": begun}
    if isinstance(words, str):
        more: dict[str, Any] = {"logprobs": []} if key == "text" else {}
        yield {"type": f"{family}.delta", **place, "delta": words, **more}
        yield {"type": f"{family}.done", **place, key: words, **more}
    yield {"type": "response.content_part.done", **place, "part": part}
