"""What was said, in the form of a chat: the form in which the gateway reads, records and shows it.

Traces tell messages in many forms: OpenTelemetry's parts, OpenAI's, LangChain's, plain texts, mostly as JSON in a string. But JSON is also what
people ask with and what AI answers. So a string is opened only where it holds messages or typed parts; any other stays the text that it is. What
a message or a part holds beside what is known stands with it under ``more``: nothing goes unread, and nothing is lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from kijun.gateway.jsons import NotJson, parse
from kijun.gateway.ways.naming import plain
from kijun.gateway.ways.parts import calls, kept, more, part, text, typed

_ROLES: Final = {"human": "user", "ai": "assistant", "model": "assistant", "chatbot": "assistant"}
_KNOWN: Final = frozenset(("system", "developer", "user", "assistant", "tool", "function"))
_WORDS: Final = ("parts", "contents", "content")
#: Of these a message has one at least.
_CARRIERS: Final = (*_WORDS, "tool_calls", "function_call")
_OWN: Final = (*_CARRIERS, "role", "message", "kwargs")
#: What else a message has that is told without a role: the body of a ``gen_ai.choice``.
_BESIDE: Final = frozenset(
    (*_OWN, *("annotations", "audio", "finish_reason", "id", "index", "name", "refusal", "tool_call_id"))
)


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
    if isinstance(found, str) and found:
        return [{"role": role, "content": found}]
    if found is None or found in ("", [], {}):
        return []
    is_message = _is_whole if isinstance(value, str) else _tells
    inner = found.get("messages") if isinstance(found, Mapping) else None
    if isinstance(inner, list) and inner and all(map(is_message, inner)):
        rest = more(found, "messages")
        return messages(inner, role) + ([{"role": role, "content": text(rest)}] if rest else [])
    listed = found if isinstance(found, list) else [found]
    if all(isinstance(one, list) for one in listed):  # LangChain: a list of conversations
        listed = [one for inner in listed for one in inner]
    if typed(listed) and not (isinstance(value, str) and isinstance(found, Mapping)):
        return list(_message({"parts": listed}, role))
    if all(map(is_message, listed)):
        return [made for one in listed for made in _message(one, role)]
    return [{"role": role, "content": text(value)}]


def _is_whole(one: Any) -> bool:
    """Whether an object out of a string is surely a message: it says whose."""
    if not isinstance(one, Mapping):
        return False
    inner = one.get("message")
    if isinstance(inner, Mapping):
        return _is_whole(inner)
    if isinstance(one.get("kwargs"), Mapping) and isinstance(
        one.get("id"), list
    ):  # LangChain's serialised form
        return True
    told = _known(one.get("role")) or _known(one.get("type"))
    return told != "" and (any(one.get(name) for name in _CARRIERS) or one.keys() <= _BESIDE)


def _tells(one: Any) -> bool:
    """Whether what stands in the place of a message may be one."""
    if isinstance(one, Mapping):
        return any(one.get(name) for name in _OWN) or _known(one.get("type")) != ""
    return one is None or isinstance(one, str)


def _message(one: Any, role: str) -> Iterator[dict[str, Any]]:
    if not isinstance(one, Mapping):
        if one is not None and one != "":
            yield {"role": role, "content": text(one)}
        return
    one, beside = _unwrapped(one)
    words = next((name for name in _WORDS if one.get(name)), "content")
    parts = one.get(words)
    if isinstance(parts, str) and typed(listed := opened(parts)):
        parts = listed
    made: dict[str, Any] = {}
    read = [words, "finish_reason"]
    for name in ("role", "type"):
        if found := _known(one.get(name)):
            made.setdefault("role", found)
            read.append(name)
    if one.get("type") == "message":
        read.append("type")
    made.setdefault("role", role)
    tools: list[dict[str, Any]] = []
    for name in ("tool_calls", "function_call"):
        if found_calls := calls(opened(one.get(name))):
            tools += found_calls
            read.append(name)
    said: list[Any] = []
    for inner in parts if isinstance(parts, list) else [parts]:
        yield from part(inner, said, tools)
    if said:
        alone = len(said) == 1 and said[0].keys() == {"type", "text"} and said[0]["type"] == "text"
        made["content"] = said[0]["text"] if alone else said
    if tools:
        made["tool_calls"] = tools
    if isinstance(one.get("tool_call_id"), str) and (id := plain(one["tool_call_id"])):
        made["tool_call_id"] = id
        read.append("tool_call_id")
    if isinstance(one.get("name"), str) and one["name"]:
        made["name"] = one["name"]
        read.append("name")
    if rest := more(one, *read) | beside:
        made["more"] = kept(rest)
    if said or tools or rest:
        if finish := one.get("finish_reason"):
            made["finish_reason"] = text(finish)[:100]
        yield made


def _unwrapped(one: Mapping[str, Any]) -> tuple[Mapping[str, Any], dict[str, Any]]:
    """A message without what it is wrapped in, and what stood beside it."""
    beside: dict[str, Any] = {}
    held = one.get("message")  # OpenInference, and choices of an answer
    found = opened(held)
    if isinstance(held, str) and not _is_body(found):
        found = {"content": held} if held else None
    if isinstance(found, Mapping):
        index = ("index",) if isinstance(one.get("index"), int) else ()
        role = {"role": one["role"]} if _known(one.get("role")) else {}
        beside = more(one, "message", "finish_reason", *role, *index)
        one = {**role, **found, **{name: one[name] for name in ("finish_reason",) if name in one}}
    if isinstance(one.get("kwargs"), Mapping):  # LangChain's serialised form
        beside |= more(one, "kwargs", "lc", "type", "id")
        one = {"type": text(one.get("id", ""))[-40:], **one["kwargs"]}
    return one, beside


def _is_body(found: Any) -> bool:
    """Whether an object is what a ``gen_ai.choice`` says, which needs no role."""
    if not isinstance(found, Mapping) or not found.keys() <= _BESIDE:
        return False
    return _tells(found) and ("role" not in found or _known(found["role"]) != "")


def _known(said: Any) -> str:
    """The role that a word stands for; empty for one that is none."""
    if not isinstance(said, str):
        return ""
    told: str = _ROLES.get(said.lower(), said.lower())
    if told in _KNOWN:
        return told
    for name in ("system", "human", "tool", "ai"):  # LangChain: HumanMessage, AIMessageChunk
        if told.startswith(f"{name}message") or f'"{name}message' in told:
            return _ROLES.get(name, name)
    return ""
