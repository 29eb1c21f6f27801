"""What stands beside the words of a request: fields of any name, names that programs compare, what surrounds a picture.

Nothing that is text goes out unread because we do not know its name, and neither does a long number, nor a name of a field that is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from kijun.gateway.errors import bad_request
from kijun.gateway.lines import Lines, Rewrite
from kijun.gateway.names import is_long, is_name, is_plain, is_setting, spelled
from kijun.gateway.payloads import is_payload
from kijun.gateway.pieces import Native, Source, Texts, text_piece
from kijun.inspection import Inspection

_LONGEST_NAME: Final = 64  # characters
#: Words of the API in parts that hold a picture, sound or a file.
_WORDS: Final = frozenset(
    (
        *(
            "image_url",
            "input_image",
            "computer_screenshot",
            "input_audio",
            "video_url",
            "file",
            "input_file",
        ),
        *("auto", "low", "high", "original", "ephemeral", "wav", "mp3", "mp4", "m4a", "ogg", "webm"),
        *("flac", "opus", "aac", "pcm", "pcm16"),
    )
)
_IDS: Final = frozenset(("id", "file_id", "type"))


class Fields:
    """Several fields, read together, as a piece (see `Piece`)."""

    def __init__(self, lines: Lines, place: str, source: Source, message: int | None = None) -> None:
        self._lines = lines
        self.place, self.source, self.message = place, source, message
        self.text = lines.text

    def rewrite(self, inspection: Inspection, how: Rewrite) -> None:
        """See `Piece`."""
        self._lines.rewrite(inspection, how)

    def touches(self, start: int, end: int) -> bool:
        """See `Lines`."""
        return self._lines.touches(start, end)

    def in_name(self, start: int, end: int) -> bool:
        """See `Lines`."""
        return self._lines.in_name(start, end)


def rest(texts: Texts, body: dict[str, Any], known: frozenset[str], controls: frozenset[str]) -> None:
    """Everything else in a body.

    ``controls`` are settings: numbers, short words of the API, objects of these.
    """
    check_names(body)
    settings: set[str] = set()
    for name, value in body.items():
        if name not in controls:
            continue
        if isinstance(value, str):
            settings.update(worded(texts, body, name, "", Source.PERSON, None, is_setting))
        elif value and isinstance(value, (dict, list)):
            settings.add(name)
            texts.pieces.append(Native(body, name, name, Source.PERSON, schema=True))
    beside(texts, body, known | settings, "", Source.PERSON, None)


def check_names(body: Mapping[str, Any]) -> None:
    """Raise a 400 `Refusal` for a field whose name cannot be one of the API's."""
    for name in body:
        if not name.isascii() or len(name) > _LONGEST_NAME:
            raise bad_request("知らない項目があります。", "a field has an unknown name.")


def beside(
    texts: Texts,
    held: dict[str, Any],
    read: Iterable[str],
    place: str,
    source: Source,
    message: int | None,
) -> None:
    """The fields of an object but for those that are ``read`` in another way. ``place`` is empty for the body itself."""
    done, odd = frozenset(read), []
    for name, value in held.items():
        if name in done:
            continue
        where = f"{place}.{name}" if place else name
        if is_long(value) or not is_plain(name):
            odd.append(name)
        elif not value:
            continue
        elif isinstance(value, str):
            texts.pieces.append(text_piece(held, name, where, source, message))
        elif isinstance(value, (dict, list)):
            texts.pieces.append(Native(held, name, where, source, message))
    if odd:
        lines = Lines(None)
        lines.add_fields(held, odd)
        _add(texts, Fields(lines, place or _place_of(odd), source, message), lines)


def named(
    texts: Texts, held: dict[str, Any], keys: Iterable[str], place: str, source: Source, message: int | None
) -> tuple[str, ...]:
    """Which of these keys hold names that programs compare; what else they hold is left to `beside`.

    A name that may hold somebody's number is read. It cannot be rewritten: see `Lines`.
    """
    done = []
    for key in keys:
        value = held.get(key)
        if isinstance(value, str) and is_name(value):
            done.append(key)
            if text := spelled(value):
                lines = Lines(None)
                lines.add(text, held, key, is_name=True)
                where = f"{place}.{key}" if place else key
                texts.pieces.append(Fields(lines, where, source, message))
    return tuple(done)


def worded(
    texts: Texts,
    held: dict[str, Any],
    key: str,
    place: str,
    source: Source,
    message: int | None,
    is_word: Callable[[str], bool],
) -> tuple[str, ...]:
    """The key, where it holds one of the API's words or a name that was read; nothing where `beside` has to read it."""
    value = held.get(key)
    if not isinstance(value, str):
        return ()
    if is_word(value):
        return (key,)
    return named(texts, held, (key,), place, source, message) if spelled(value) else ()


def around(
    texts: Texts, part: dict[str, Any], place: str, source: Source, message: int | None, *read: str
) -> None:
    """What stands in a part beside the picture, the sound or the file that it holds, and beside the texts ``read``.

    Its data URLs have to be bare: see `payloads`.
    """

    def passes(name: str, value: str) -> bool:
        if value in _WORDS or any(value is one for one in read):
            return True
        return (name in _IDS and is_plain(value)) or is_payload(value)

    lines = Lines(part, schema=True, passes=passes)
    _add(texts, Fields(lines, place, source, message), lines)


def _add(texts: Texts, piece: Fields, lines: Lines) -> None:
    if not lines.is_empty:
        texts.pieces.append(piece)


def _place_of(names: list[str]) -> str:
    """Where fields of the body stand that have no other place. A name that is none is not repeated."""
    return next((one for one in names if is_plain(one)), "body")
