"""``POST /v1/responses``."""

from __future__ import annotations

from typing import Any, Final

from kijun.gateway.carried import FIELD as CARRIED
from kijun.gateway.dialects.base import Answered, content, schema, tools, wanted, wants_json
from kijun.gateway.dialects.responses_items import called, frame_pieces, item_pieces, shadows_of, unread_of
from kijun.gateway.dialects.responses_stream import ResponsesReading
from kijun.gateway.errors import bad_request
from kijun.gateway.fields import beside, named, rest, worded
from kijun.gateway.guard import Guard
from kijun.gateway.names import spelled
from kijun.gateway.others import usage_of, word
from kijun.gateway.pieces import (
    Native,
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
_NAMES: Final = ("type", "id", "call_id", "name")
_ROLES: Final = (*_SOURCES, "user")
_STATUS: Final = ("in_progress", "completed", "incomplete", "failed")


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
        wanted(body, "prompt", dict)

    def texts(self, body: dict[str, Any]) -> Texts:
        """See `Dialect`."""
        texts = Texts()
        for name in _STORED:
            if body.get(name):
                texts.uninspected.append(Uninspected(name, "stored"))
        if body.get("prompt"):
            texts.pieces.append(Native(body, "prompt", "prompt", Source.PERSON))
        if isinstance(body.get("instructions"), str):
            texts.add_turn(text_piece(body, "instructions", "instructions", Source.OPERATOR))
        elif body.get("instructions"):
            self._items(texts, body["instructions"], "instructions", Source.OPERATOR)
        if isinstance(body.get("input"), str):
            texts.add_turn(text_piece(body, "input", "input", Source.PERSON, 0))
        elif body.get("input"):
            self._items(texts, body["input"], "input", Source.PERSON)
        tools(texts, body)
        schema(texts, body, "text")
        rest(texts, body, _KNOWN, _CONTROLS)
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
                texts.add_turn(json_or_plain(item, key, f"{place}.{key}", Source.ASSISTANT, at))
                read = (key,)
        elif isinstance(kind, str) and kind.endswith("_output"):
            content(texts, item, "output", f"{place}.output", Source.DOCUMENT, at)
            read = ("output",)
        elif kind == "reasoning":
            for key in ("summary", "content"):
                content(texts, item, key, f"{place}.{key}", Source.ASSISTANT, at)
            if item.get("encrypted_content"):
                texts.uninspected.append(Uninspected(f"{place}.{CARRIED}", "stored", item, CARRIED))
            read = ("summary", "content", *((CARRIED,) if _is_sealed(item.get(CARRIED)) else ()))
        elif kind == "item_reference":
            source = Source.DOCUMENT
            texts.uninspected.append(Uninspected(place, "stored"))
        else:
            texts.uninspected.append(Uninspected(place, "other"))
            texts.pieces.append(Native(items, at, place, Source.DOCUMENT, at))
            return
        read += named(texts, item, _NAMES, place, source, at)
        read += worded(texts, item, "role", place, source, at, _ROLES.__contains__)
        read += worded(texts, item, "status", place, source, at, _STATUS.__contains__)
        beside(texts, item, read, place, source, at)

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
            found.unread += unread_of(item, f"output[{at}]")
            found.shadows += shadows_of(item)
            found.outcome.tool_calls += called(item)
        found.pieces += frame_pieces(answer, body)
        found.outcome.finish.append(word(answer.get("status")))
        found.outcome.usage = usage_of(answer)
        return found

    def reading(self, guard: Guard, body: dict[str, Any], hide_usage: bool) -> ResponsesReading:
        """See `Dialect`."""
        text = body.get("text")
        return ResponsesReading(
            guard, body, is_json=wants_json(text.get("format") if isinstance(text, dict) else None)
        )


def _is_sealed(content: Any) -> bool:
    """Whether something may be what a service has encrypted, and is no sentence."""
    return isinstance(content, str) and content.isascii() and " " not in content and not spelled(content)
