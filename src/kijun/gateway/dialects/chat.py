"""``POST /v1/chat/completions``."""

from __future__ import annotations

from typing import Any, Final

from kijun.gateway.dialects.base import (
    Answered,
    check_bias,
    content,
    schema,
    tools,
    wanted,
    wants_json,
)
from kijun.gateway.dialects.choices import ChoicesReading
from kijun.gateway.errors import bad_request
from kijun.gateway.fields import around, beside, named, rest, worded
from kijun.gateway.guard import Guard
from kijun.gateway.others import NAMING, other_pieces, usage_of, word
from kijun.gateway.pieces import (
    Native,
    Nested,
    Source,
    StringPiece,
    Texts,
    Uninspected,
    as_text,
    json_or_plain,
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
_ROLES: Final = (*_SOURCES, "user")


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
        wanted(body, "functions", list)
        wanted(body, "modalities", list)
        check_bias(body)

    def texts(self, body: dict[str, Any]) -> Texts:
        """See `Dialect`."""
        texts = Texts()
        for at, message in enumerate(body["messages"]):
            self._message(texts, at, message)
        tools(texts, body)
        if body.get("functions"):
            texts.pieces.append(Native(body, "functions", "functions", Source.OPERATOR, schema=True))
        schema(texts, body, "response_format")
        if "audio" in (body.get("modalities") or ()):
            texts.uninspected.append(Uninspected("modalities", "audio"))
        rest(texts, body, _KNOWN, _CONTROLS)
        return texts

    def _message(self, texts: Texts, at: int, message: dict[str, Any]) -> None:
        role = message.get("role")
        source = _SOURCES.get(role, Source.PERSON) if isinstance(role, str) else Source.PERSON
        place = f"messages[{at}]"
        content(texts, message, "content", f"{place}.content", source, at)
        read = ["content", *named(texts, message, ("tool_call_id",), place, source, at)]
        read += worded(texts, message, "role", place, source, at, _ROLES.__contains__)
        if isinstance(message.get("tool_calls"), list):
            read.append("tool_calls")
            for number in range(len(message["tool_calls"])):
                arguments(texts, message["tool_calls"], number, f"{place}.tool_calls[{number}]", at)
        if isinstance(message.get("function_call"), dict):
            read.append("function_call")
            arguments(texts, [{"function": message["function_call"]}], 0, f"{place}.function_call", at)
        if message.get("audio"):
            texts.uninspected.append(Uninspected(f"{place}.audio", "stored", message, "audio"))
            if isinstance(message["audio"], dict):
                read.append("audio")
                around(texts, message["audio"], f"{place}.audio", source, at)
        beside(texts, message, read, place, source, at)

    def prepare(self, body: dict[str, Any]) -> bool:
        """See `Dialect`."""
        return ask_for_usage(body)

    def answered(self, answer: Any, body: dict[str, Any]) -> Answered:
        """See `Dialect`."""
        found = Answered()
        in_json = wants_json(body.get("response_format"))
        for at, choice in enumerate(choices_of(answer)):
            message = choice.get("message")
            if not isinstance(message, dict):
                raise Garbage("a choice without a message")
            place = f"choices[{at}].message"
            is_json = in_json and isinstance(message.get("content"), str) and bool(message["content"])
            if is_json:
                found.pieces.append(json_or_plain(message, "content", f"{place}.content", Source.ASSISTANT))
            read = ["content"] if is_json else []
            at_calls = len(found.pieces)
            read += _calls(found, message, place) + _spoken(found, message, f"{place}.audio")
            found.pieces[at_calls:at_calls] = other_pieces(message, read, f"{place}.")
            found.pieces += other_pieces(choice, ("message", "logprobs"), f"choices[{at}].")
            found.shadows.append((choice, "logprobs"))
            found.outcome.finish.append(word(choice.get("finish_reason")))
        found.pieces += other_pieces(answer, ("choices",), "")
        found.outcome.usage = usage_of(answer)
        return found

    def reading(self, guard: Guard, body: dict[str, Any], hide_usage: bool) -> ChoicesReading:
        """See `Dialect`."""
        return ChoicesReading(
            guard, in_delta=True, hide_usage=hide_usage, is_json=wants_json(body.get("response_format"))
        )


def choices_of(answer: Any) -> list[dict[str, Any]]:
    """The choices of an answer; raises `Garbage` where it is none."""
    choices = answer.get("choices") if isinstance(answer, dict) else None
    if not isinstance(choices, list) or not choices or not all(isinstance(one, dict) for one in choices):
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


def arguments(texts: Texts, calls: list[Any], at: int, place: str, message: int | None) -> None:
    """The arguments of an earlier call, in a request."""
    call = calls[at]
    for piece in call_pieces(call, place, message):
        texts.add_turn(piece)
    if not isinstance(call, dict):
        texts.pieces.append(Native(calls, at, place, Source.ASSISTANT, message))
        return
    read = named(texts, call, ("id", "type"), place, Source.ASSISTANT, message)
    held = tuple(part for part in ("function", "custom") if isinstance(call.get(part), dict))
    beside(texts, call, (*read, *held), place, Source.ASSISTANT, message)
    for part in held:
        key = "arguments" if part == "function" else "input"
        where = f"{place}.{part}"
        read = named(texts, call[part], ("name",), where, Source.ASSISTANT, message)
        read += (key,) if isinstance(call[part].get(key), str) else ()
        beside(texts, call[part], read, where, Source.ASSISTANT, message)


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


def _calls(found: Answered, message: dict[str, Any], place: str) -> list[str]:
    """Add the calls of an answer's message; gives the fields that were read."""
    read = ["tool_calls"] if isinstance(message.get("tool_calls"), list) else []
    held: list[Any] = [*message["tool_calls"]] if read else []
    calls = message["tool_calls"] if read else []
    if isinstance(message.get("function_call"), dict):
        read.append("function_call")
        held.append({"function": message["function_call"]})
    for number, call in enumerate(held):
        where = f"{place}.tool_calls[{number}]"
        if not isinstance(call, dict):
            found.pieces.append(Nested(calls, number, where))
            continue
        parts = [part for part in ("function", "custom") if isinstance(call.get(part), dict)]
        for part in parts:
            key = "arguments" if part == "function" else "input"
            as_text(call[part], key)
            texts = (key,) if isinstance(call[part].get(key), str) else ()
            found.pieces += other_pieces(call[part], texts, f"{where}.{part}.", NAMING | {"name"})
        found.pieces += call_pieces(call, where)
        found.pieces += other_pieces(call, parts, f"{where}.")
        name = call[parts[0]].get("name") if parts else None
        found.outcome.tool_calls.append({"name": word(name)[:200], "id": word(call.get("id", ""))[:100]})
    return read


def _spoken(found: Answered, message: dict[str, Any], place: str) -> list[str]:
    """Add a spoken answer: its words, and its sound, which nobody can inspect; gives the field that was read."""
    audio = message.get("audio")
    if not isinstance(audio, dict):
        return []
    read = ["data"] if isinstance(audio.get("data"), str) else []
    if audio.get("data") and read:
        found.unread.append(Uninspected(f"{place}.data", "audio", audio, "data"))
    found.pieces += other_pieces(audio, read, f"{place}.")
    return ["audio"]
