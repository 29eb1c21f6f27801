"""Vertical writing whose characters are set one below the other; runs in the worker that reads one file (`pdf_worker`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from kijun.inspection.files.pdf_lines import Line

_COLUMN = 3  # characters one below the other
_FARTHEST = 2.5  # sizes from a character to the one below it
_SIDE_BY_SIDE = 3  # figures that share the place of one character
_WIDER = 1.2  # times the step before it


class _Drawn(NamedTuple):
    """A line, where it begins on the page, how large it is, whether its characters lie on their side.

    `length` counts its characters.
    """

    words: str
    x: float
    y: float
    size: float
    is_turned: bool
    length: int = 0

    def is_below(self, other: _Drawn) -> bool:
        """Whether this stands in the same column, and no more than a blank character below.

        Where characters lie on their side pypdf does not know how far they reach down: the column alone must do.
        """
        size = max(self.size, other.size)
        is_near = other.is_turned or self.is_turned or 0 < other.y - self.y <= _FARTHEST * size
        return is_near and abs(self.x - other.x) < 0.8 * size

    def goes_on(self, other: _Drawn) -> bool:
        """Whether this belongs to the line of the other: single characters, figures side by side (12), what lies on its side.

        The end of a paragraph that is written across may be a single character too; what stands below it is a line.
        """
        few, many = sorted((len(self.words.strip()), other.length))
        single = self.is_turned or other.is_turned or (few == 1 and many <= _SIDE_BY_SIDE)
        return single and self.is_below(other)


def has_column(lines: Sequence[str]) -> bool:
    """Whether somewhere characters stand on lines of their own, one after the other, and are no list of figures."""
    run = letters = 0
    for line in lines:
        sign = line.strip()
        if not sign:
            continue
        run, letters = (run + 1, letters + (sign > "\u3000")) if len(sign) == 1 else (0, 0)
        if run >= _COLUMN and letters * 2 >= run:
            return True
    return False


def _drawn(line: Line) -> _Drawn:
    across, up = line.first.way
    return _Drawn(line.text, line.first.x, line.first.y, line.first.size, abs(up) > abs(across))


def columns(drawn: Iterable[Line]) -> list[str]:
    """Lines from lines in the order in which they are drawn: what stands right below a single character goes on its line.

    A column is a line, for the next one may begin in the middle of a word as well as of a table. Where the step to the next
    character is wider than the last one a space shows it: cells of a table, family and given name.
    """
    lines: list[list[str]] = []
    before: _Drawn | None = None
    pitch = 0.0
    for one in map(_drawn, drawn):
        sign = one.words.strip()
        length = len(sign)
        if before is not None and one.goes_on(before):
            step = before.y - one.y
            is_wide = pitch and step > _WIDER * pitch and not (before.is_turned or one.is_turned)
            lines[-1].append(f" {sign}" if is_wide else sign)
            pitch = 0.0 if is_wide or before.is_turned else step
        else:
            lines.append([one.words])
            pitch = 0.0
        before = one._replace(length=length)
    return ["".join(line) for line in lines]
