"""``POST /v1/responses``."""

from __future__ import annotations

from typing import Any, Final

from kijun.gateway.carried import FIELD as CARRIED
from kijun.gateway.dialects.base import Answered, beside, content, schema, tools, wants_json
from kijun.gateway.dialects.responses_stream import ResponsesReading
from kijun.gateway.errors import bad_request
from kijun.gateway.guard import Guard
from kijun.gateway.lines import is_name
from kijun.gateway.pieces import (
    AnswerPiece,
    Native,
    Nested,
    Source,
    Texts,
    Uninspected,
    json_or_plain,
    text_piece,
)
from kijun.gateway.streams import Garbage

_KNOWN: Final = frozenset(("model", "input", "instructions", "tools", "text", "stream", "prompt"))
_CONTROLS: Final = frozenset(
    (
        "tool_choice",
        "stream_options",
        "include",
        "truncation",
        "reasoning",
        "service_tier",
        "previous_response_id",
        "conversation",
    )
)
_SOURCES: Final = {"system": Source.OPERATOR, "developer": Source.OPERATOR, "assistant": Source.ASSISTANT}
#: What refers to words that lie with the service and were not sent along.
_STORED: Final = ("previous_response_id", "conversation", "prompt")
#: Keys of items of the conversation that name things.
_NAMES: Final = frozenset(("type", "id", "call_id", "role", "status", "name"))


class Responses:
    """See `Dialect`."""

    name = "responses"
    path = "responses"
    multipart = False

    def check(self, body: dict[str, Any]) -> None:
        """See `Dialect`."""
        if body.get("background"):
            raise bad_request(
                "background は使えません。回答を記録・検査できないためです。",
                "background is not possible: such an answer would be neither inspected nor recorded.",
                param="background",
            )
        if not isinstance(body.get("input", ""), (str, list)):
            raise bad_request(
                "input の形が正しくありません。", "input is neither text nor a list.", param="input"
            )

    def texts(self, body: dict[str, Any]) -> Texts:
        """See `Dialect`."""
        texts = Texts()
        for name in _STORED:
            if body.get(name):
                texts.uninspected.append(Uninspected(name, "stored"))
        if isinstance(body.get("prompt"), dict):
            texts.pieces.append(Native(body, "prompt", "prompt", Source.PERSON))
        if isinstance(body.get("instructions"), str):
            texts.pieces.append(text_piece(body, "instructions", "instructions", Source.OPERATOR))
        elif body.get("instructions"):
            self._items(texts, body["instructions"], "instructions", Source.OPERATOR)
        if isinstance(body.get("input"), str):
            texts.pieces.append(text_piece(body, "input", "input", Source.PERSON, 0))
        elif body.get("input"):
            self._items(texts, body["input"], "input", Source.PERSON)
        tools(texts, body)
        schema(texts, body, "text")
        texts.rest(body, _KNOWN, _CONTROLS)
        return texts

    def _items(self, texts: Texts, items: Any, name: str, source: Source) -> None:
        if not isinstance(items, list) or not all(isinstance(one, dict) for one in items):
            raise bad_request(f"{name} の形が正しくありません。", f"{name} is no list of items.", param=name)
        for at, item in enumerate(items):
            self._item(texts, items, at, item, f"{name}[{at}]", source)

    def _item(
        self, texts: Texts, items: list[Any], at: int, item: dict[str, Any], place: str, source: Source
    ) -> None:
        kind, role = item.get("type"), item.get("role")
        read: tuple[str, ...] = ()
        if kind in (None, "message") and "content" in item:
            source = _SOURCES.get(role, source) if isinstance(role, str) else source
            content(texts, item, "content", f"{place}.content", source, at)
            read = ("content",)
        elif kind in ("function_call", "custom_tool_call"):
            key = "arguments" if kind == "function_call" else "input"
            if isinstance(item.get(key), str) and item[key]:
                texts.pieces.append(json_or_plain(item, key, f"{place}.{key}", Source.ASSISTANT, at))
                read = (key,)
        elif isinstance(kind, str) and kind.endswith("_output"):
            content(texts, item, "output", f"{place}.output", Source.DOCUMENT, at)
            read = ("output",)
        elif kind == "reasoning":
            for key in ("summary", "content"):
                content(texts, item, key, f"{place}.{key}", Source.ASSISTANT, at)
            if item.get("encrypted_content"):
                texts.uninspected.append(Uninspected(f"{place}.{CARRIED}", "stored", item, CARRIED))
            read = ("summary", "content", CARRIED)
        elif kind == "item_reference" and _is_reference(item):
            texts.uninspected.append(Uninspected(place, "stored"))
            return
        else:
            texts.uninspected.append(Uninspected(place, "stored" if kind == "item_reference" else "other"))
            texts.pieces.append(Native(items, at, place, Source.DOCUMENT, at))
            return
        names = tuple(key for key in _NAMES if is_name(item.get(key)))
        beside(texts, item, (*read, *names), place, source, at)

    def prepare(self, body: dict[str, Any]) -> bool:
        """See `Dialect`."""
        return False

    def answered(self, answer: Any, body: dict[str, Any]) -> Answered:
        """See `Dialect`."""
        if not isinstance(answer, dict) or not isinstance(answer.get("output"), list):
            raise Garbage("an answer without output")
        found = Answered()
        is_json = wants_json(
            (body.get("text") or {}).get("format") if isinstance(body.get("text"), dict) else None
        )
        for at, item in enumerate(answer["output"]):
            if not isinstance(item, dict):
                raise Garbage("an item is no object")
            found.pieces += item_pieces(answer["output"], at, is_json)
            found.shadows += shadows_of(item)
            if item.get("type") in ("function_call", "custom_tool_call"):
                found.outcome.tool_calls.append(
                    {"name": str(item.get("name"))[:200], "id": str(item.get("call_id", ""))[:100]}
                )
        found.outcome.finish.append(str(answer.get("status")))
        found.outcome.usage = answer.get("usage") if isinstance(answer.get("usage"), dict) else None
        return found

    def reading(self, guard: Guard, body: dict[str, Any], hide_usage: bool) -> ResponsesReading:
        """See `Dialect`."""
        text = body.get("text")
        return ResponsesReading(
            guard, item_pieces, is_json=wants_json(text.get("format") if isinstance(text, dict) else None)
        )


def _is_reference(item: dict[str, Any]) -> bool:
    """Whether an item says no more than which one of the service's it means."""
    return item.keys() == {"type", "id"} and isinstance(item["id"], str) and is_name(item["id"])


def item_pieces(items: Any, at: Any, is_json: bool) -> list[AnswerPiece]:
    """The texts of one item of an answer."""
    item, place = items[at], f"output[{at}]"
    kind = item.get("type")
    found: list[AnswerPiece] = []
    if kind in ("function_call", "custom_tool_call"):
        key = "arguments" if kind == "function_call" else "input"
        if isinstance(item.get(key), str) and item[key]:
            found.append(json_or_plain(item, key, f"{place}.{key}", Source.ASSISTANT))
        return found
    if kind not in ("message", "reasoning"):
        return [Nested(items, at, place)]
    for key in ("content", "summary"):
        parts = item.get(key)
        for number, part in enumerate(parts if isinstance(parts, list) else []):
            if isinstance(part, dict):
                found += part_pieces(part, f"{place}.{key}[{number}]", is_json)
    return found


def part_pieces(part: dict[str, Any], place: str, is_json: bool) -> list[AnswerPiece]:
    """The texts of a part of an item."""
    found: list[AnswerPiece] = []
    for key, value in part.items():
        if key in ("type", "logprobs") or not value:
            continue
        if isinstance(value, str):
            make = json_or_plain if is_json and key == "text" else text_piece
            found.append(make(part, key, f"{place}.{key}", Source.ASSISTANT))
        elif isinstance(value, (dict, list)):
            found.append(Nested(part, key, f"{place}.{key}"))
    return found


def shadows_of(item: dict[str, Any]) -> list[tuple[dict[str, Any], str]]:
    """Where an item repeats its words as tokens."""
    parts = item.get("content")
    return [
        (part, "logprobs")
        for part in (parts if isinstance(parts, list) else [])
        if isinstance(part, dict) and part.get("logprobs")
    ]
