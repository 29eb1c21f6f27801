"""``POST /v1/chat/completions``."""

from __future__ import annotations

from typing import Any, Final

from kijun.gateway.dialects.base import CHOICE, FRAME, Answered, beside, content, schema, tools, wants_json
from kijun.gateway.dialects.choices import CALL, CALLED, ChoicesReading
from kijun.gateway.errors import bad_request
from kijun.gateway.guard import Guard
from kijun.gateway.lines import is_name
from kijun.gateway.pieces import (
    AnswerPiece,
    Native,
    Source,
    StringPiece,
    Texts,
    Uninspected,
    as_text,
    json_or_plain,
    other_pieces,
    text_piece,
)
from kijun.gateway.streams import Garbage

_KNOWN: Final = frozenset(
    ("model", "messages", "tools", "functions", "response_format", "stream", "logit_bias")
)
_CONTROLS: Final = frozenset(
    (
        "tool_choice",
        "function_call",
        "stream_options",
        "modalities",
        "reasoning_effort",
        "service_tier",
        "verbosity",
        "audio",
    )
)
_SOURCES: Final = {
    "system": Source.OPERATOR,
    "developer": Source.OPERATOR,
    "assistant": Source.ASSISTANT,
    "tool": Source.DOCUMENT,
    "function": Source.DOCUMENT,
}
#: Fields of an answer's message that are no words, or are read in another way.
_NO_WORDS: Final = frozenset(("role", "tool_calls", "function_call", "audio"))


class Chat:
    """See `Dialect`."""

    name = "chat"
    path = "chat/completions"
    multipart = False

    def check(self, body: dict[str, Any]) -> None:
        """See `Dialect`."""
        messages = body.get("messages")
        if (
            not isinstance(messages, list)
            or not messages
            or not all(isinstance(one, dict) for one in messages)
        ):
            raise bad_request(
                "messages がありません。", "messages is missing or no list of messages.", param="messages"
            )

    def texts(self, body: dict[str, Any]) -> Texts:
        """See `Dialect`."""
        texts = Texts()
        for at, message in enumerate(body["messages"]):
            self._message(texts, at, message)
        tools(texts, body)
        if isinstance(body.get("functions"), list) and body["functions"]:
            texts.pieces.append(Native(body, "functions", "functions", Source.OPERATOR, schema=True))
        schema(texts, body, "response_format")
        if "audio" in (body.get("modalities") or ()):
            texts.uninspected.append(Uninspected("modalities", "audio"))
        texts.rest(body, _KNOWN, _CONTROLS)
        return texts

    def _message(self, texts: Texts, at: int, message: dict[str, Any]) -> None:
        role = message.get("role")
        source = _SOURCES.get(role, Source.PERSON) if isinstance(role, str) else Source.PERSON
        place = f"messages[{at}]"
        content(texts, message, "content", f"{place}.content", source, at)
        for name, value in message.items():
            if name == "content" or not value or (name in ("role", "tool_call_id") and is_name(value)):
                continue
            if name == "tool_calls" and isinstance(value, list):
                for number, call in enumerate(value):
                    arguments(texts, call, f"{place}.tool_calls[{number}]", at)
            elif name == "function_call" and isinstance(value, dict):
                arguments(texts, {"function": value}, f"{place}.function_call", at)
            elif name == "audio":
                texts.uninspected.append(Uninspected(f"{place}.audio", "stored", message, "audio"))
            elif isinstance(value, str):
                texts.pieces.append(text_piece(message, name, f"{place}.{name}", source, at))
            elif isinstance(value, (dict, list)):
                texts.pieces.append(Native(message, name, f"{place}.{name}", source, at))

    def prepare(self, body: dict[str, Any]) -> bool:
        """See `Dialect`."""
        return ask_for_usage(body)

    def answered(self, answer: Any, body: dict[str, Any]) -> Answered:
        """See `Dialect`."""
        found = Answered()
        is_json = wants_json(body.get("response_format"))
        for at, choice in enumerate(choices_of(answer)):
            message = choice.get("message")
            if not isinstance(message, dict):
                raise Garbage("a choice without a message")
            place = f"choices[{at}].message"
            unread = _NO_WORDS | {"content"} if is_json else _NO_WORDS
            found.pieces += other_pieces(message, unread, f"{place}.")
            if is_json and isinstance(message.get("content"), str) and message["content"]:
                found.pieces.append(json_or_plain(message, "content", f"{place}.content", Source.ASSISTANT))
            found.pieces += other_pieces(choice, CHOICE, f"choices[{at}].")
            calls = message.get("tool_calls") or []
            if isinstance(message.get("function_call"), dict):
                calls = [*calls, {"function": message["function_call"]}]
            for call in calls if isinstance(calls, list) else []:
                for part, key in (("function", "arguments"), ("custom", "input")):
                    if isinstance(call, dict) and isinstance(call.get(part), dict):
                        as_text(call[part], key)
            for number, call in enumerate(calls if isinstance(calls, list) else []):
                found.pieces += call_pieces(call, f"{place}.tool_calls[{number}]")
                found.pieces += call_others(call, f"{place}.tool_calls[{number}].")
                found.outcome.tool_calls.append(called(call))
            found.shadows.append((choice, "logprobs"))
            found.outcome.finish.append(str(choice.get("finish_reason")))
        found.pieces += other_pieces(answer, FRAME, "")
        found.outcome.usage = answer.get("usage") if isinstance(answer.get("usage"), dict) else None
        return found

    def reading(self, guard: Guard, body: dict[str, Any], hide_usage: bool) -> ChoicesReading:
        """See `Dialect`."""
        return ChoicesReading(
            guard, in_delta=True, hide_usage=hide_usage, is_json=wants_json(body.get("response_format"))
        )


def choices_of(answer: Any) -> list[dict[str, Any]]:
    """The choices of an answer; raises `Garbage` where it is none."""
    choices = answer.get("choices") if isinstance(answer, dict) else None
    if not isinstance(choices, list) or not all(isinstance(one, dict) for one in choices):
        raise Garbage("an answer without choices")
    return choices


def ask_for_usage(body: dict[str, Any]) -> bool:
    """Have a stream tell its tokens; True where the client did not ask for that."""
    if body.get("stream") is not True:
        return False
    options = body.get("stream_options")
    if isinstance(options, dict) and options.get("include_usage") is True:
        return False
    body["stream_options"] = {**(options if isinstance(options, dict) else {}), "include_usage": True}
    return True


def arguments(texts: Texts, call: Any, place: str, message: int | None) -> None:
    """The arguments of an earlier call, in a request."""
    texts.pieces += call_pieces(call, place, message)
    if not isinstance(call, dict):
        return
    names = tuple(name for name in ("id", "type") if is_name(call.get(name)))
    beside(texts, call, (*names, "index", "function", "custom"), place, Source.ASSISTANT, message)
    for part, key in (("function", "arguments"), ("custom", "input")):
        held = call.get(part)
        if isinstance(held, dict):
            read = [name for name in ("name",) if is_name(held.get(name))]
            read += [key] if isinstance(held.get(key), str) else []
            beside(texts, held, tuple(read), f"{place}.{part}", Source.ASSISTANT, message)


def call_pieces(call: Any, place: str, message: int | None = None) -> list[StringPiece]:
    """What a call says: a function's arguments, a custom tool's input."""
    if not isinstance(call, dict):
        return []
    found: list[StringPiece] = []
    for part, key in (("function", "arguments"), ("custom", "input")):
        held = call.get(part)
        if isinstance(held, dict) and isinstance(held.get(key), str) and held[key]:
            found.append(json_or_plain(held, key, f"{place}.{part}.{key}", Source.ASSISTANT, message))
    return found


def call_others(call: Any, place: str) -> list[AnswerPiece]:
    """What stands beside that in an answer's call: a service's own fields."""
    if not isinstance(call, dict):
        return []
    found = other_pieces(call, CALL, place)
    for part in ("function", "custom"):
        if isinstance(call.get(part), dict):
            found += other_pieces(call[part], CALLED, f"{place}{part}.")
    return found


def called(call: Any) -> dict[str, Any]:
    """The name of a call, for the record; what it says stands among the texts."""
    held = (call.get("function") or call.get("custom")) if isinstance(call, dict) else None
    name = held.get("name") if isinstance(held, dict) else None
    return {"name": str(name)[:200], "id": str(call.get("id", ""))[:100] if isinstance(call, dict) else ""}
