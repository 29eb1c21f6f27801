"""What every dialect answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from kijun.gateway.errors import bad_request
from kijun.gateway.fields import around, beside
from kijun.gateway.guard import Guard
from kijun.gateway.names import is_long, is_setting
from kijun.gateway.payloads import bare_all, is_document
from kijun.gateway.pieces import (
    AnswerPiece,
    FilePart,
    Joined,
    JsonText,
    Native,
    Source,
    StringPiece,
    Texts,
    Uninspected,
    text_piece,
)
from kijun.gateway.streams import Outcome, Reading


@dataclass
class Answered:
    """The texts of an answer that is there as a whole, and what else is recorded of it."""

    pieces: list[AnswerPiece] = field(default_factory=list)
    outcome: Outcome = field(default_factory=Outcome)
    #: Parts that hold words of the answer beside its texts, to be emptied where the answer was changed.
    shadows: list[tuple[dict[str, Any], str]] = field(default_factory=list)
    #: What nobody can inspect.
    unread: list[Uninspected] = field(default_factory=list)


class Dialect(Protocol):
    """An endpoint. ``path`` is its address behind ``/v1/``."""

    name: str
    path: str
    multipart: bool

    def check(self, body: dict[str, Any]) -> None:
        """Raise a 400 `Refusal` for what cannot be governed or understood."""

    def texts(self, body: dict[str, Any]) -> Texts:
        """All texts of a request. Pieces point into the body."""

    def prepare(self, body: dict[str, Any]) -> bool:
        """Make the body ready to be sent; True where the answer's usage was asked for by us alone."""

    def answered(self, answer: Any, body: dict[str, Any]) -> Answered:
        """The texts of an answer. Pieces point into it. Raises `Garbage`."""

    def reading(self, guard: Guard, body: dict[str, Any], hide_usage: bool) -> Reading:
        """A reading of a stream."""


#: Types of parts that hold nothing but a text, and the key under which it stands.
_TEXT_PARTS: Final = {
    "text": "text",
    "input_text": "text",
    "output_text": "text",
    "summary_text": "text",
    "reasoning_text": "text",
    "refusal": "refusal",
    "thinking": "thinking",
}
_UNREAD_PARTS: Final = {
    "image_url": "image",
    "input_image": "image",
    "computer_screenshot": "image",
    "input_audio": "audio",
    "video_url": "other",
}


def content(
    texts: Texts, container: dict[str, Any], key: str, place: str, source: Source, message: int | None
) -> None:
    """The texts of a message's content: a string, or a list of parts."""
    value = container.get(key)
    if value is None:
        return
    if isinstance(value, str):
        if value:
            _said(texts, text_piece(container, key, place, source, message))
        return
    if not isinstance(value, list):
        raise bad_request(
            f"{place} の形が正しくありません。", f"{place} is neither text nor a list.", param=place
        )
    _words(texts, value, place, source, message)
    for at, part in enumerate(value):
        _part(texts, value, at, part, f"{place}[{at}]", source, message)


def _said(texts: Texts, piece: StringPiece | Joined) -> None:
    if piece.source in (Source.PERSON, Source.ASSISTANT):
        texts.said.append(len(texts.pieces))
    texts.add_turn(piece)


def _words(texts: Texts, parts: list[Any], place: str, source: Source, message: int | None) -> None:
    """The parts that are nothing but text, read as one; but for JSON with escapes, which is read as what it says."""
    together: list[tuple[Any, Any, str]] = []
    for at, part in enumerate(parts):
        held: Any = parts
        key: Any = at
        where = f"{place}[{at}]"
        if isinstance(part, dict) and _is_text(part):
            held, key = part, _TEXT_PARTS[part["type"]]
            where += f".{key}"
        elif not isinstance(part, str):
            continue
        if not held[key]:
            continue
        piece = text_piece(held, key, where, source, message)
        if isinstance(piece, JsonText):
            texts.add_turn(piece)
        else:
            together.append((held, key, where))
    if len(together) == 1:
        held, key, where = together[0]
        _said(texts, text_piece(held, key, where, source, message))
    elif together:
        _said(texts, Joined([(held, key) for held, key, _ in together], place, source, message))


def _is_text(part: dict[str, Any]) -> bool:
    kind = part.get("type")
    return isinstance(kind, str) and kind in _TEXT_PARTS and isinstance(part.get(_TEXT_PARTS[kind]), str)


def _part(
    texts: Texts,
    parts: list[Any],
    at: int,
    part: Any,
    place: str,
    source: Source,
    message: int | None,
) -> None:
    """What is no text in a part, or stands beside it."""
    if isinstance(part, str):
        return
    if not isinstance(part, dict):
        raise bad_request(
            f"{place} の形が正しくありません。", f"{place} is no part of a message.", param=place
        )
    kind = part.get("type")
    if _is_text(part):
        beside(texts, part, ("type", _TEXT_PARTS[part["type"]]), place, source, message)
    elif kind in ("file", "input_file"):
        _file(texts, parts, at, part, place, source, message)
    elif isinstance(kind, str) and kind in _UNREAD_PARTS:
        bare_all(part)
        url = _address(part)
        around(texts, part, place, source, message, *((url,) if is_document(url) else ()))
        if is_document(url):
            kind = "text" if isinstance(part.get("image_url"), dict) else "input_text"
            texts.files.append(FilePart(parts, at, place, source, message, url, "", kind))
        else:
            texts.uninspected.append(Uninspected(place, _UNREAD_PARTS[kind], parts, at))
    else:
        texts.uninspected.append(Uninspected(place, "other", parts, at))
        texts.pieces.append(Native(parts, at, place, source, message))


def _address(part: dict[str, Any]) -> str:
    """Where a picture lies, or the picture itself."""
    held = part.get("image_url")
    url = held.get("url") if isinstance(held, dict) else held
    return url if isinstance(url, str) else ""


def _file(
    texts: Texts,
    parts: list[Any],
    at: int,
    part: dict[str, Any],
    place: str,
    source: Source,
    message: int | None,
) -> None:
    inner = part.get("file") if part.get("type") == "file" else part
    data = inner.get("file_data") if isinstance(inner, dict) else None
    if not isinstance(inner, dict) or not isinstance(data, str):
        texts.uninspected.append(Uninspected(place, "remote", parts, at))
        bare_all(part)
        around(texts, part, place, source, message)
        return
    bare_all(part)
    data = inner["file_data"]
    given = inner.get("filename")
    name = given if isinstance(given, str) else ""
    around(texts, part, place, source, message, data, name)
    text_type = "text" if part.get("type") == "file" else "input_text"
    texts.files.append(FilePart(parts, at, place, source, message, data, name, text_type))


def tools(texts: Texts, body: dict[str, Any]) -> None:
    """Tool definitions: the application's own words. What the service runs by itself brings texts that nobody here has read."""
    definitions = wanted(body, "tools", list)
    if not definitions:
        return
    texts.pieces.append(Native(body, "tools", "tools", Source.OPERATOR, schema=True))
    for at, one in enumerate(definitions):
        kind = one.get("type") if isinstance(one, dict) else None
        if kind not in ("function", "custom"):
            named = kind if isinstance(kind, str) and is_setting(kind) else "unknown"
            texts.uninspected.append(Uninspected(f"tools[{at}]", "tool", why=named[:40]))


def schema(texts: Texts, body: dict[str, Any], name: str) -> None:
    """A wanted form of the answer, with descriptions in it."""
    if wanted(body, name, dict):
        texts.pieces.append(Native(body, name, name, Source.OPERATOR, schema=True))


def wanted(body: dict[str, Any], name: str, kind: type) -> Any:
    """A field that has one shape only (``list`` or ``dict``); raises a 400 `Refusal` for another, which the API does not know either."""
    value = body.get(name)
    if value is not None and not isinstance(value, kind):
        raise bad_request(f"{name} の形が正しくありません。", f"{name} has the wrong shape.", param=name)
    return value


def check_bias(body: dict[str, Any]) -> None:
    """Raise a 400 `Refusal` where ``logit_bias`` is no table of numbers by token."""
    bias = wanted(body, "logit_bias", dict) or {}
    for token, weight in bias.items():
        if not (token.isascii() and token.isdigit() and len(token) < 8 and _is_weight(weight)):
            raise bad_request(
                "logit_bias はトークン番号と -100 から 100 までの数の組です。",
                "logit_bias holds numbers of tokens, each with a number between -100 and 100.",
                param="logit_bias",
            )


def _is_weight(value: Any) -> bool:
    return isinstance(value, (int, float)) and -100 <= value <= 100 and not is_long(value)


def wants_json(form: Any) -> bool:
    """Whether a ``response_format`` (or ``text.format``) asks for JSON."""
    return isinstance(form, dict) and form.get("type") in ("json_object", "json_schema")


def count(usage: Any, *names: str) -> int:
    """A number of tokens by one of its names; 0 where it is missing or no count."""
    if isinstance(usage, dict):
        for name in names:
            value = usage.get(name)
            if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 40:
                return value
    return 0
