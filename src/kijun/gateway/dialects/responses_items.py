"""What an answer of the responses API holds: its items with their parts, and the frame around them, which repeats much of the request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from kijun.gateway.carried import FIELD as CARRIED
from kijun.gateway.guard import Guard
from kijun.gateway.lines import Lines, may_hold_placeholder
from kijun.gateway.names import is_plain
from kijun.gateway.others import NAMING, other_pieces, word
from kijun.gateway.pieces import AnswerPiece, Nested, Source, Uninspected, json_or_plain
from kijun.inspection import Inspection, restore

#: Calls of tools, and where their words stand.
CALLS: Final = {"function_call": "arguments", "custom_tool_call": "input"}
#: What a part or an item holds that nobody can inspect, by its type.
_UNREAD: Final = {
    "output_audio": ("data", "audio"),
    "audio": ("data", "audio"),
    "image_generation_call": ("result", "image"),
}
#: Fields of the frame that hold settings: names in them are words of the API, whoever fills them in.
_SETTINGS: Final = frozenset(
    (
        "text",
        "reasoning",
        "tool_choice",
        "tools",
        "truncation",
        "include",
        "incomplete_details",
        "prompt_cache_retention",
        "billing",
        "moderation",
    )
)


def item_pieces(items: Any, at: Any, is_json: bool) -> list[AnswerPiece]:
    """The texts of one item of an answer."""
    item, place = items[at], f"output[{at}]"
    if not isinstance(item, dict):
        return [Nested(items, at, place)]
    kind = item.get("type")
    found: list[AnswerPiece] = []
    if kind in CALLS:
        key = CALLS[kind]
        read = [key] if isinstance(item.get(key), str) else []
        if read and item[key]:
            found.append(json_or_plain(item, key, f"{place}.{key}", Source.ASSISTANT))
        return found + other_pieces(item, read, f"{place}.", NAMING | {"name"})
    if kind not in ("message", "reasoning"):
        unread = [one.key for one in unread_of(item, place)]
        return other_pieces(item, unread, f"{place}.")
    read = [key for key in ("content", "summary") if isinstance(item.get(key), list)]
    for key in read:
        for number, part in enumerate(item[key]):
            where = f"{place}.{key}[{number}]"
            if isinstance(part, dict):
                found += part_pieces(part, where, is_json)
            else:
                found.append(Nested(item[key], number, where))
    if kind == "reasoning" and isinstance(item.get(CARRIED), str):
        read.append(CARRIED)  # nobody here can read it; see `kijun.gateway.carried`
    return found + other_pieces(item, read, f"{place}.")


def part_pieces(part: dict[str, Any], place: str, is_json: bool) -> list[AnswerPiece]:
    """The texts of a part of an item."""
    read = ["logprobs", *(one.key for one in _unread(part, place))]
    found: list[AnswerPiece] = []
    if is_json and isinstance(part.get("text"), str) and part["text"]:
        read.append("text")
        found.append(json_or_plain(part, "text", f"{place}.text", Source.ASSISTANT))
    return found + other_pieces(part, read, f"{place}.")


def unread_of(item: dict[str, Any], place: str) -> list[Uninspected]:
    """What of an item nobody can inspect."""
    found = _unread(item, place)
    for number, part in enumerate(item["content"] if isinstance(item.get("content"), list) else []):
        found += _unread(part, f"{place}.content[{number}]")
    return found


def _unread(part: Any, place: str) -> list[Uninspected]:
    kind = part.get("type") if isinstance(part, dict) else None
    key, what = _UNREAD.get(kind, ("", "")) if isinstance(kind, str) else ("", "")
    if not key or not isinstance(part.get(key), str) or not part[key]:
        return []
    return [Uninspected(f"{place}.{key}", what, part, key)]


def frame_pieces(response: dict[str, Any], sent: dict[str, Any]) -> list[AnswerPiece]:
    """The texts of an answer beside its items, but for what the request said already."""
    echoed = [
        name
        for name, value in response.items()
        if name in sent or name in _SETTINGS
        if _is_echo(value, sent.get(name), name in _SETTINGS)
    ]
    return other_pieces(response, ("output", *echoed), "")


def _is_echo(value: Any, sent: Any, is_setting: bool) -> bool:
    known = set(_strings(sent))
    return all(one in known or (is_setting and is_plain(one)) for one in _strings(value) if one)


def _strings(value: Any) -> Iterator[str]:
    """All texts in a value, names of fields too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from _strings(inner)


def called(item: dict[str, Any]) -> list[dict[str, Any]]:
    """The name of a call, for the record."""
    if item.get("type") not in CALLS:
        return []
    return [{"name": word(item.get("name"))[:200], "id": word(item.get("call_id", ""))[:100]}]


def finish_response(response: dict[str, Any], guard: Guard) -> bool:
    """What is done to a whole answer beside its texts; True where it has changed."""
    carried = [guard.carry(item) for item in response["output"]]
    restore_echo(response, guard)
    return any(carried) or len(guard.table) > 0


def restore_echo(response: dict[str, Any], guard: Guard) -> dict[str, Any]:
    """An answer repeats the request's instructions and tools: what was masked in them is put back."""
    if not len(guard.table):
        return response
    for name, value in response.items():
        if name == "output":
            continue
        if isinstance(value, str) and may_hold_placeholder(value):
            response[name] = restore(value, guard.table)
        elif isinstance(value, (dict, list)):
            lines = Lines(value)
            if may_hold_placeholder(lines.text):
                lines.rewrite(Inspection(lines.text, ()), lambda one: restore(one.text, guard.table))
    return response


def shadows_of(item: dict[str, Any]) -> list[tuple[dict[str, Any], str]]:
    """Where an item repeats its words as tokens."""
    parts = item.get("content")
    return [
        (part, "logprobs")
        for part in (parts if isinstance(parts, list) else [])
        if isinstance(part, dict) and part.get("logprobs")
    ]
