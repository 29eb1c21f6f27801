"""What was said, in the form of a chat: the form in which the gateway reads, records and shows it.

Traces tell messages in many forms: OpenTelemetry's parts, OpenAI's, LangChain's, plain texts, mostly as JSON in a string. What has no
known form becomes a text of its JSON, so that nothing goes unread.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from kijun.gateway.jsons import NotJson, dump, parse
from kijun.gateway.ways.naming import plain

_ROLES: Final = {"human": "user", "ai": "assistant", "model": "assistant", "chatbot": "assistant"}
_KNOWN: Final = frozenset(("system", "developer", "user", "assistant", "tool", "function"))
#: Parts that nobody can inspect; their data is not kept.
_UNREAD: Final = frozenset(
    ("blob", "file", "uri", "image", "image_url", "input_audio", "audio", "video", "document")
)
_DATA: Final = frozenset(
    ("content", "data", "image_url", "image", "input_audio", "file", "source", "bytes", "blob")
)
_SHORT: Final = 500


def opened(value: Any) -> Any:
    """The value of a string that is JSON; anything else as it is."""
    if isinstance(value, str) and value.lstrip()[:1] in ("[", "{"):
        try:
            return parse(value.encode("utf-8", "surrogatepass"))
        except NotJson:
            return value
    return value


def messages(value: Any, role: str) -> list[dict[str, Any]]:
    """Messages of a chat out of whatever tells some. ``role`` is of those that tell none."""
    found = opened(value)
    if isinstance(found, Mapping) and isinstance(found.get("messages"), list):
        found = found["messages"]
    if isinstance(found, list):
        if found and all(isinstance(one, list) for one in found):  # LangChain: a list of conversations
            found = [one for inner in found for one in inner]
        return [made for one in found for made in _message(one, role)]
    return [] if found is None or found == "" else list(_message(found, role))


def text(value: Any) -> str:
    """A value as text: JSON where it is no string."""
    return value if isinstance(value, str) else dump(value).decode()


def calls(value: Any) -> list[dict[str, Any]]:
    """Tool calls in OpenAI's form."""
    found = opened(value)
    if isinstance(found, Mapping):
        found = [found]
    if not isinstance(found, list):
        return []
    return [made for one in found if (made := _call(one)) is not None]


def _call(one: Any) -> dict[str, Any] | None:
    if not isinstance(one, Mapping):
        return None
    inner = one.get("tool_call", one)  # OpenInference wraps each
    inner = inner if isinstance(inner, Mapping) else one
    function = inner.get("function")
    held = function if isinstance(function, Mapping) else inner
    said = held.get("arguments", held.get("args", held.get("input", "")))
    return {
        "id": plain(text(inner.get("id") or "")),
        "type": "function",
        "function": {"name": text(held.get("name") or "")[:200], "arguments": text(said)},
    }


def _message(one: Any, role: str) -> Iterator[dict[str, Any]]:
    if not isinstance(one, Mapping):
        if one is not None and one != "":
            yield {"role": role, "content": text(one)}
        return
    held = one.get("message")  # OpenInference, and choices of an answer
    if isinstance(held, Mapping):
        one = {**held, **{name: one[name] for name in ("finish_reason",) if name in one}}
    elif isinstance(held, str):
        one = {**one, "content": opened(held)}
        if isinstance(one["content"], Mapping):
            one = {**one, **one["content"]}
    if isinstance(one.get("kwargs"), Mapping):  # LangChain's serialised form
        one = {"type": text(one.get("id", ""))[-40:], **one["kwargs"]}
    made: dict[str, Any] = {"role": _role(one, role)}
    parts = one.get("parts") or one.get("contents") or one.get("content")
    parts = opened(parts) if isinstance(parts, str) and parts[:2] in ("[{", '{"') else parts
    tools = calls(one.get("tool_calls")) or calls(one.get("function_call"))
    said: list[Any] = []
    for part in parts if isinstance(parts, list) else [parts]:
        yield from _part(part, said, tools)
    if said:
        alone = len(said) == 1 and said[0].get("type") == "text"
        made["content"] = said[0]["text"] if alone else said
    if tools:
        made["tool_calls"] = tools
    if isinstance(one.get("tool_call_id"), str) and (id := plain(one["tool_call_id"])):
        made["tool_call_id"] = id
    if isinstance(one.get("name"), str) and one["name"]:
        made["name"] = one["name"][:_SHORT]
    if said or tools:
        if finish := one.get("finish_reason"):
            made["finish_reason"] = text(finish)[:100]
        yield made


def _role(one: Mapping[str, Any], role: str) -> str:
    told = one.get("role") or one.get("type") or role
    told = told.lower() if isinstance(told, str) else role
    told = _ROLES.get(told, told)
    if told in _KNOWN:
        return told
    for name in ("system", "human", "tool", "ai"):  # LangChain: HumanMessage, AIMessageChunk
        if told.startswith(name) or f'"{name}message' in told:
            return _ROLES.get(name, name)
    return role


def _part(part: Any, said: list[Any], tools: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Put a part where it belongs. A tool's answer is a message of its own, and comes before."""
    if part is None or part == "":
        return
    if not isinstance(part, Mapping):
        said.append({"type": "text", "text": text(part)})
        return
    held = part.get("message_content")  # OpenInference
    part = held if isinstance(held, Mapping) else part
    kind = part.get("type")
    match kind:
        case "tool_call" | "tool_use" | "function_call":
            tools += calls([part])
        case "tool_call_response" | "tool_result":
            response = part.get("response", part.get("result", part.get("content")))
            id = plain(text(part.get("id") or part.get("tool_use_id") or ""))
            if response not in (None, ""):
                yield {"role": "tool", "content": text(response), "tool_call_id": id}
        case "reasoning" | "thinking":
            words = part.get("content", part.get("thinking", part.get("text", "")))
            said.append({"type": "reasoning_text", "reasoning_text": text(words)})
        case _ if isinstance(kind, str) and kind in _UNREAD:
            said.append(_unread(part, kind))
        case _:
            words = part.get("text", part.get("content"))
            if isinstance(words, str):
                said.append({"type": "text", "text": words})
            else:
                said.append({"type": "text", "text": text(part)})


def _unread(part: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """A picture, a sound, a file: what it is and how large, not what it holds."""
    made: dict[str, Any] = {"type": "unread", "what": kind}
    for name in ("modality", "mime_type", "uri", "file_id", "filename"):
        if isinstance(part.get(name), str) and part[name][:5].lower() != "data:":
            made[name] = part[name][:_SHORT]
    made["characters"] = sum(len(text(part[name])) for name in _DATA if part.get(name))
    return made
