"""Fields that programs send: their texts are read, and those of their numbers that are long enough to be somebody's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from kijun.gateway.handling import DEFAULT_INPUT, action_for
from kijun.gateway.pieces import Lines, Native, Source
from kijun.gateway.snapshot import Action, Handling
from kijun.inspection import Inspection

_SHORTEST: Final = 7  # figures of a number that may be somebody's: postal codes and bank accounts
_LONGEST: Final = 1 << 63
#: Names of telephones. Their numbers begin with 0, which no number does.
_TELEPHONE: Final = re.compile(
    r"電話|携帯|でんわ|ケータイ|スマホ|連絡先|ファッ?クス|(?<![a-z])(?:tel|fax)(?![a-z])|phone|mobile",
    re.IGNORECASE,
)
_OF_A_TELEPHONE: Final = (9, 10)  # figures behind the 0


class Texts(Lines):
    """The texts of an item and the names of its features, and those of its numbers that are long enough to be somebody's.

    A number is hidden whole or stays a number: what is found in a part of it is chance.
    """

    def __init__(self, value: Any) -> None:
        self._numbers: dict[int, int] = {}  # where they begin and end
        self._names: tuple[str, ...] = ()
        super().__init__(value)

    def _walk(self, container: Any, key: Any, value: Any, schema: bool) -> None:
        names = self._names
        if isinstance(key, str):
            self._names = (*names, key)
        try:
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                self._number(container, key, value)
            else:
                super()._walk(container, key, value, schema)
        finally:
            self._names = names

    def _number(self, container: Any, key: Any, value: float) -> None:
        if figures := figures_of(value):
            if len(figures) in _OF_A_TELEPHONE and any(map(_TELEPHONE.search, self._names)):
                figures = f"0{figures}"
            self._numbers[self._length] = self._length + len(figures)
            self._leaf(figures, container, key)
        self._write("\n")

    def touches(self, start: int, end: int) -> bool:
        """As `Lines`, but for what touches numbers alone and covers none of them."""
        if not super().touches(start, end):
            return False
        leaf = self._leaves[self._first_behind(start)]
        inside = leaf.start in self._numbers and leaf.start <= start and end <= leaf.end
        return not inside or (leaf.start, leaf.end) == (start, end)

    def acted_on(self, inspection: Inspection, handling: Handling) -> Inspection:
        """What was found, without numbers that the purpose lets pass: only a number of a kind that it hides, holds or blocks is a text."""
        kept = tuple(
            one
            for one in inspection
            if self._numbers.get(one.start) != one.end
            or action_for(one.type, handling, DEFAULT_INPUT) is not Action.ALLOW
        )
        return replace(inspection, findings=kept)


def figures_of(value: float) -> str:
    """The figures of a whole number as long as those of people, accounts and cards; empty for counts, yen and scores."""
    if isinstance(value, float) and not value.is_integer():
        return ""
    figures = str(int(value)) if 0 < value < _LONGEST else ""
    return figures if len(figures) >= _SHORTEST else ""


class Item(Native):
    """An item's fields as a piece."""

    def __init__(self, fields: dict[str, Any], place: str = "") -> None:
        self.place, self.source, self.message = place, Source.PERSON, None
        self._container, self._key = {"item": fields}, "item"
        self.lines = self._lines = Texts(fields)
        self.text = self._lines.text

    @property
    def fields(self) -> dict[str, Any]:
        """The fields, as they are now."""
        found: dict[str, Any] = self._container["item"]
        return found


def acted_on(
    pieces: Sequence[Any], inspections: Sequence[Inspection], handling: Handling
) -> list[Inspection]:
    """The inspections of pieces, without what a purpose lets pass in the numbers of items."""
    return [
        piece.lines.acted_on(one, handling) if isinstance(piece, Item) else one
        for piece, one in zip(pieces, inspections, strict=True)
    ]
