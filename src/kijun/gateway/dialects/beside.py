"""What the events of a stream hold beside the words: read, kept, and known again when the next event says the same."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from kijun.gateway.given import Given
from kijun.gateway.guard import Guard
from kijun.gateway.jsons import dump
from kijun.gateway.names import is_plain
from kijun.gateway.others import NAMING, other_pieces
from kijun.gateway.pieces import Source, text_piece

_MOST: Final = 1_000  # values that are known again, and texts that are kept


class Beside:
    """``kept`` are the texts as they are recorded, each once."""

    def __init__(self, guard: Guard, given: Given) -> None:
        self._guard, self._given = guard, given
        self._quiet: set[tuple[str, str]] = set()
        self._names: dict[str, str] = {}
        self._seen: set[tuple[str, str]] = set()
        self.kept: list[dict[str, str]] = []

    def read(
        self, held: dict[str, Any], read: Collection[str], place: str, naming: frozenset[str] = NAMING
    ) -> bool:
        """Read all of an object but what is ``read`` elsewhere; whether something was changed. Raises `Blocked`."""
        fresh = [name for name, value in held.items() if name not in read and not self._is_quiet(name, value)]
        if not fresh:
            return False
        before = {name: held[name] for name in fresh}
        passed = [name for name in held if name not in before]
        changed = False
        for piece in other_pieces(held, passed, place, naming):
            shown, kept = self._guard.whole_now(piece)
            self._given.take(piece.place, kept)
            self.keep(piece.place, kept)
            if shown != piece.raw:
                changed = True
                piece.put(shown)
        for name, value in before.items():
            if held.get(name) == value and len(self._quiet) < _MOST and (key := _key(name, value)):
                self._quiet.add(key)
        return changed

    def name(self, name: str, place: str) -> str:
        """The name of a field as it goes on: as it came, where it is a name. Raises `Blocked`."""
        if (known := self._names.get(name)) is not None:
            return known
        if is_plain(name):
            shown = name
        else:
            holder = {"said": name}
            shown, kept = self._guard.whole_now(text_piece(holder, "said", f"{place}*", Source.ASSISTANT))
            self.keep(f"{place}*", kept)
        if len(self._names) < _MOST:
            self._names[name] = shown
        return shown

    def keep(self, place: str, kept: Any) -> None:
        """Keep a text for the record."""
        text = kept if isinstance(kept, str) else dump(kept).decode()
        if (place, text) not in self._seen and len(self._seen) < _MOST:
            self._seen.add((place, text))
            self.kept.append({"where": place, "text": text})

    def _is_quiet(self, name: str, value: Any) -> bool:
        return _key(name, value) in self._quiet


def _key(name: str, value: Any) -> tuple[str, str] | None:
    """By which a value is known again: a text by itself, numbers by their name alone. What is another in each event is not."""
    if isinstance(value, str):
        return None if name == "obfuscation" else (name, value)
    return (name, "") if value is None or isinstance(value, (int, float)) else None
