"""Parts of a message (texts, thoughts, files) and calls of tools, in the form of a chat.

A part of a kind that is not known becomes the text of its JSON. What a known one holds beside stands with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from kijun.gateway.jsons import dump
from kijun.gateway.payloads import is_data, is_payload
from kijun.gateway.ways.naming import plain

_TEXT: Final = frozenset(("text", "input_text", "output_text", "summary_text"))
_CALL: Final = frozenset(("tool_call", "tool-call", "tool_use", "function_call"))
_RESULT: Final = frozenset(("tool_call_response", "tool_result", "tool-result"))
_THOUGHT: Final = frozenset(("reasoning", "thinking"))
#: Parts that hold what nobody can inspect; their data is not kept.
_UNREAD: Final = frozenset(
    ("blob", "file", "uri", "image", "image_url", "input_audio", "audio", "video", "document")
)
_TOLD: Final = ("modality", "mime_type", "uri", "file_id", "filename")
#: Where the data of such a part stands, or is told to lie.
_ELSEWHERE: Final = frozenset(
    ("uri", "url", "file_id", "image_url", "image", "input_audio", "audio", "file", "source", "bytes")
)
#: Marks that a service puts on its own thoughts, to know them again.
_SEALS: Final = frozenset(("signature", "encrypted_content"))
_UNTYPED: Final = "data:application/octet-stream;base64"
_DEEPEST: Final = 60  # levels that stay JSON


def typed(value: Any) -> bool:
    """Whether a value is a list of parts, each of a known type."""
    return (
        isinstance(value, list)
        and value != []
        and all(isinstance(one, Mapping) and _kind(one) in _ALL for one in value)
    )


_ALL: Final = _TEXT | _CALL | _RESULT | _THOUGHT | _UNREAD


def text(value: Any) -> str:
    """A value as text: JSON where it is no string."""
    return value if isinstance(value, str) else dump(value).decode()


def more(held: Mapping[str, Any], *read: str) -> dict[str, Any]:
    """What an object holds beside the fields that were ``read``, but for what is empty."""
    return {name: one for name, one in held.items() if name not in read and not _is_empty(one)}


def kept(value: Any) -> Any:
    """A value as it stands in a record: JSON, or its text where it nests too deeply."""
    return value if is_shallow(value, _DEEPEST) else text(value)


def is_shallow(value: Any, levels: int = _DEEPEST) -> bool:
    """Whether objects and lists lie in each other no deeper than so many levels."""
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return levels > 0 and all(is_shallow(one, levels - 1) for one in inner)


def calls(value: Any) -> list[dict[str, Any]]:
    """Tool calls in OpenAI's form."""
    found = [value] if isinstance(value, Mapping) else value
    return [_call(one) for one in found if not _is_empty(one)] if isinstance(found, list) else []


def _call(one: Any) -> dict[str, Any]:
    if not isinstance(one, Mapping):
        return {"id": "", "type": "function", "function": {"name": "", "arguments": text(one)}}
    held = one.get("tool_call")  # OpenInference wraps each
    inner, rest = (held, more(one, "tool_call")) if isinstance(held, Mapping) else (one, {})
    held = inner.get("function")
    function = held if isinstance(held, Mapping) else inner
    said = next((name for name in ("arguments", "args", "input") if name in function), "")
    name = next((name for name in ("name", "toolName") if function.get(name)), "")
    id = next((name for name in ("id", "toolCallId", "tool_call_id") if inner.get(name)), "")
    read = (said, name) if isinstance(held, Mapping) else ()
    rest |= more(inner, id, "type", "toolCallType", "index", *(("function",) if read else (said, name)))
    rest |= more(function, *read) if read else {}
    made: dict[str, Any] = {
        "id": plain(text(inner.get(id) or "")),
        "type": "function",
        "function": {
            "name": text(function.get(name) or ""),
            "arguments": "" if function.get(said) is None else text(function[said]),
        },
    }
    return {**made, "more": kept(rest)} if rest else made


def part(told: Any, said: list[Any], tools: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Put a part where it belongs. A tool's answer is a message of its own, and comes before."""
    if told is None or told == "":
        return
    if isinstance(told, Mapping) and told.keys() == {"message_content"}:  # OpenInference
        told = told["message_content"]
    if not isinstance(told, Mapping):
        said.append({"type": "text", "text": text(told)})
        return
    kind = _kind(told)
    if kind in _CALL:
        tools += calls([told])
    elif kind in _RESULT:
        yield from _result(told)
    elif kind in _UNREAD and (made := _unread(told, kind)):
        said.append(made)
    else:
        said.append(_words(told, kind))


def _kind(told: Mapping[str, Any]) -> str:
    kind = told.get("type")
    return kind if isinstance(kind, str) else ""


def _words(told: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """A text or a thought; the JSON of anything else."""
    is_thought = kind in _THOUGHT
    names = ("content", "thinking", "text") if is_thought else ("text", "content")
    name = next((name for name in names if isinstance(told.get(name), str)), "")
    rest = more(told, "type", name)
    if is_thought:
        rest = {name: one for name, one in rest.items() if not (name in _SEALS and _is_sealed(one))}
    if not name or not (is_thought or kind in _TEXT or (not kind and not rest)):
        return {"type": "text", "text": text(told)}
    key = "reasoning_text" if is_thought else "text"
    made = {"type": key, key: told[name]}
    return {**made, "more": kept(rest)} if rest else made


def _result(told: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    name = next((name for name in ("response", "result", "content", "output") if name in told), "")
    id = next((name for name in ("id", "tool_use_id", "toolCallId") if told.get(name)), "")
    rest = more(told, "type", name, id)
    if _is_empty(told.get(name)) and not rest:
        return
    made = {
        "role": "tool",
        "content": "" if told.get(name) is None else text(told[name]),
        "tool_call_id": plain(text(told.get(id) or "")),
    }
    yield {**made, "more": kept(rest)} if rest else made


def _unread(told: Mapping[str, Any], kind: str) -> dict[str, Any] | None:
    """A picture, a sound, a file: what it is and how large, not what it holds; words that stand with it are kept. None for what is all words."""
    sizes: list[int] = []
    rest = {name: _bare(one, sizes) for name, one in more(told, "type").items()}
    if not sizes and _ELSEWHERE.isdisjoint(told):
        return None
    made: dict[str, Any] = {"type": "unread", "what": kind}
    made |= {name: rest.pop(name) for name in _TOLD if isinstance(rest.get(name), str) and rest[name]}
    made["characters"] = sum(sizes)
    if rest := more(rest):
        made["more"] = kept(rest)
    return made


def _bare(value: Any, sizes: list[int]) -> Any:
    """A value without the data of pictures and files; how long they were is put into ``sizes``."""
    if isinstance(value, str):
        if is_data(value) and value.partition(",")[0].lower().endswith(";base64"):
            is_bare = not is_payload(f"{_UNTYPED},{value.partition(',')[2]}")
        else:
            is_bare = not is_payload(value)
        if not is_bare:
            sizes.append(len(value))
        return value if is_bare else None
    if isinstance(value, Mapping):
        return more({name: _bare(one, sizes) for name, one in value.items()})
    if isinstance(value, list):
        return [_bare(one, sizes) for one in value]
    return value


def _is_sealed(value: Any) -> bool:
    return isinstance(value, str) and is_payload(value)


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, (str, list, Mapping)) and not value)
