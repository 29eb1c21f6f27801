"""What an answer holds beside its words: ids, counts, citations, a service's own fields. Nothing in it that is text goes out unread."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from kijun.gateway.names import is_plain
from kijun.gateway.pieces import AnswerPiece, Nested, Source, text_piece

#: Fields that name things for programs. Their values stay as they are as long as they are names (`is_plain`); anything else in them is a text.
NAMING: Final = frozenset(
    (
        "id",
        "object",
        "type",
        "model",
        "role",
        "status",
        "finish_reason",
        "stop_reason",
        "native_finish_reason",
        "system_fingerprint",
        "service_tier",
        "call_id",
        "item_id",
        "obfuscation",
    )
)
_NUMBERS: Final = frozenset((int, float, bool, type(None)))


class Fields(Nested):
    """Fields of an answer whose names are no names but words: they are read with what stands under them."""

    def __init__(self, held: dict[str, Any], names: Iterable[str], place: str) -> None:
        self._held = held
        super().__init__({"fields": {name: held[name] for name in names}}, "fields", place)

    def put(self, value: dict[str, Any]) -> None:
        """Put the fields where they stood, under the names that were rendered."""
        for name in self.raw:
            self._held.pop(name, None)
        self._held.update(value)


def silent(value: Any) -> bool:
    """Whether something holds no text: numbers, and structures of these under names."""
    if isinstance(value, str):
        return not value
    if isinstance(value, list):
        return set(map(type, value)) <= _NUMBERS or all(map(silent, value))
    if isinstance(value, dict):
        return all(is_plain(name) and silent(inner) for name, inner in value.items())
    return True


def counts(value: Any) -> Any:
    """What of an answer's usage is recorded: its numbers, and nothing that is text."""
    if isinstance(value, dict):
        return {
            name: counts(inner)
            for name, inner in value.items()
            if is_plain(name) and not isinstance(inner, (str, list))
        }
    return value


def usage_of(answer: dict[str, Any]) -> dict[str, Any] | None:
    """The usage of an answer or an event for the record; None without."""
    usage = answer.get("usage")
    return counts(usage) if isinstance(usage, dict) else None


def word(value: Any) -> str:
    """A word of the API for the record, as why an answer ended; what is no name stands as ``?``: it is among the texts."""
    return str(value) if value is None or isinstance(value, (bool, int)) or is_plain(value) else "?"


def other_pieces(
    container: dict[str, Any], read: Iterable[str], place: str, naming: frozenset[str] = NAMING
) -> list[AnswerPiece]:
    """All that is text in an answer's object, but for the fields that are ``read`` elsewhere. ``naming``: see `NAMING`."""
    found: list[AnswerPiece] = []
    odd: list[str] = []
    for name, value in container.items():
        if name in read:
            continue
        if not is_plain(name):
            odd.append(name)
        elif isinstance(value, str):
            if value and not (name in naming and is_plain(value)):
                found.append(text_piece(container, name, f"{place}{name}", Source.ASSISTANT))
        elif not silent(value):
            found.append(Nested(container, name, f"{place}{name}"))
    if odd:
        found.append(Fields(container, odd, f"{place}*"))
    return found
