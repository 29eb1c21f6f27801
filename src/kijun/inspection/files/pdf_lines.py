"""Lines of a PDF page out of what it draws and where; runs in the worker that reads one file (`pdf_worker`).

What is drawn one after the other on one baseline is a line, however often the program moved in between. What a reader
sees as a gap becomes a space, and the gap between the columns of a table a tab.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

_ONE_LINE = 0.8  # sizes that baselines may be apart: a raised figure, the middle of a row of two lines
_HIGHEST = 1.3  # sizes of such a row
_ONE_BASE = 0.3
_BACK = 0.5  # sizes that a piece may begin before the end of the last one
_SAME = 0.3  # sizes between two drawings of one thing (a bold face made by drawing twice)
_LEAST_SPACE = 0.1
_JAPANESE_SPACE = 0.3  # sizes; less is the play of a justified line
_COLUMN = 0.8  # a gap that may be one between columns
_WIDE = 2.0
_NEAR = 4.0  # sizes from a line to one that may be the next row
_PITCH = 0.15
_BLOCK = 3  # lines of text in columns
_PITCHED = 3  # characters
_JAPANESE = "\u2e80"
_PROSE = 8  # characters of a line of running text beside another
_KANA = re.compile("[ぁ-んァ-ヶ、。]")
_PROSE_KANA = 0.3
_MARKS = r"\-－ー()（）/／・～"
#: 令和 6 年 4 月 1 日, 090 - 1234: what a form leaves room for is one value.
_ONE_VALUE = re.compile(
    rf"[0-9０-９元] ?\0 ?[年月日時分秒円歳番号丁目{_MARKS}]|[年月日時分番号丁目{_MARKS}] ?\0 ?[0-9０-９元]|(?:令和|平成|昭和)\0[0-9０-９元]"
)


class Piece(NamedTuple):
    """Something drawn: from where to where along its line, the height of its baseline, its size, the way its line runs.

    `x` and `y` are its place on the page; `space` is the width of its font's space in sizes, `source` tells the page from a form.
    """

    text: str
    start: float
    end: float
    base: float
    size: float
    way: tuple[float, float] = (1.0, 0.0)
    x: float = 0.0
    y: float = 0.0
    space: float = 0.25
    source: int = 0


class Line(NamedTuple):
    """A line as it reads, and its first piece."""

    text: str
    first: Piece


class _Token(NamedTuple):
    """What stands together without a gap."""

    text: str
    start: float
    end: float
    size: float


class _Row(NamedTuple):
    """A line before its gaps are judged."""

    first: Piece
    tokens: list[_Token]

    def is_near(self, other: _Row) -> bool:
        """Whether the other may be the row of a table above or below."""
        one, two = self.first, other.first
        is_alike = (one.source, one.way) == (two.source, two.way)
        return is_alike and abs(one.base - two.base) <= _NEAR * max(one.size, two.size)

    def cut(self, middle: float) -> tuple[_Row, _Row]:
        """What stands left and right of a place."""
        left = [token for token in self.tokens if token.start < middle]
        right = self.tokens[len(left) :]
        shift = right[0].start - self.first.start if right else 0.0
        across, up = self.first.way
        first = self.first._replace(x=self.first.x + across * shift, y=self.first.y + up * shift)
        return _Row(self.first, left), _Row(first, right)


def lines_of(pieces: Iterable[Piece]) -> list[Line]:
    """The lines of a page in the order in which they are drawn; of text in two columns the left one first."""
    rows = list(_side_by_side([_Row(group[0], _tokens(group)) for group in _groups(pieces)]))
    lines: list[Line] = []
    for at, row in enumerate(rows):
        near = [
            other.tokens
            for other in (*rows[max(0, at - 1) : at], *rows[at + 1 : at + 2])
            if row.is_near(other)
        ]
        text = _joined(row.tokens, near)
        if text.strip():
            lines.append(Line(text, row.first))
    return lines


def _side_by_side(rows: Sequence[_Row]) -> Iterator[_Row]:
    """The rows, where two columns of running text were drawn row by row the left column and then the right one."""
    at = 0
    while at < len(rows):
        end, middle = _block(rows, at)
        if end - at >= _BLOCK:
            halves = [row.cut(middle) for row in rows[at:end]]
            sides = [[half[side] for half in halves if half[side].tokens] for side in (0, 1)]
            if all(map(_is_prose, sides)):
                yield from (row for side in sides for row in side)
                at = end
                continue
        end = max(at + 1, end - 1) if end - at >= _BLOCK else at + 1
        yield from rows[at:end]
        at = end


def _block(rows: Sequence[_Row], first: int) -> tuple[int, float]:
    """Where the rows end that have one gap at the same place, from `first` on, and the middle of it."""
    left, right = float("-inf"), float("inf")
    at = first
    while at < len(rows) and (at == first or rows[at - 1].is_near(rows[at])):
        gaps = _gaps(rows[at].tokens)
        if len(gaps) != 1 or max(left, gaps[0][1]) >= min(right, gaps[0][2]):
            break
        left, right = max(left, gaps[0][1]), min(right, gaps[0][2])
        at += 1
    return at, (left + right) / 2


def _is_prose(side: Sequence[_Row]) -> bool:
    """Whether lines are running text rather than cells of a table."""
    text = "".join(token.text for row in side for token in row.tokens)
    return len(text) >= _PROSE * len(side) and len(_KANA.findall(text)) >= _PROSE_KANA * len(text)


def _groups(pieces: Iterable[Piece]) -> list[list[Piece]]:
    """The pieces of each line. A line may reach over two baselines: a heading in the middle of a cell of two lines."""
    groups: list[list[Piece]] = []
    low = high = 0.0
    for piece in pieces:
        last = groups[-1][-1] if groups else None
        if last is not None and (piece.source, piece.way) == (last.source, last.way):
            distance = max(low - piece.base, piece.base - high, 0.0)
            size = min(piece.size, last.size)
            span = (min(low, piece.base), max(high, piece.base))
            if distance <= _ONE_LINE * size and span[1] - span[0] <= _HIGHEST * size:
                groups[-1].append(piece)
                low, high = span
                continue
        groups.append([piece])
        low = high = piece.base
    return groups


def _runs(group: Sequence[Piece]) -> list[list[Piece]]:
    """What was drawn from left to right without a step back, from left to right; what was drawn twice once."""
    runs: list[list[Piece]] = []
    last: Piece | None = None
    has_moved = True
    for piece in group:
        is_level = last is not None and abs(piece.base - last.base) <= _ONE_BASE * piece.size
        is_here = is_level and last is not None and abs(piece.start - last.start) <= _SAME * piece.size
        if is_here and has_moved and last is not None and piece.text == last.text:
            continue
        if is_level and last is not None and piece.start >= last.end - _BACK * piece.size:
            runs[-1].append(piece)
        else:
            runs.append([piece])
        last, has_moved = piece, not is_here
    if len(runs) == 1:
        return runs
    kept: list[list[Piece]] = []
    for run in sorted(runs, key=lambda run: run[0].start):
        before = kept[-1] if kept else None
        is_again = (
            before is not None
            and len(before) == len(run)
            and sum(len(piece.text) for piece in run) > 1
            and run[0].start - before[0].start <= _SAME * run[0].size
            and all(one.text == other.text for one, other in zip(before, run, strict=True))
        )
        if not is_again:
            kept.append(run)
    return kept


def _tokens(group: Sequence[Piece]) -> list[_Token]:
    tokens: list[_Token] = []
    words: list[str] = []
    start = end = size = 0.0
    for piece in (piece for run in _runs(group) for piece in run):
        if words and piece.start - end < _least_gap(words[-1], piece) * piece.size:
            words.append(piece.text)
            end, size = max(end, piece.end), max(size, piece.size)
            continue
        if words:
            tokens.append(_Token("".join(words), start, end, size))
        words, start, end, size = [piece.text], piece.start, piece.end, piece.size
    if words:
        tokens.append(_Token("".join(words), start, end, size))
    return tokens


def _least_gap(before: str, piece: Piece) -> float:
    """From how many sizes on a gap is seen."""
    if before[-1:].isspace() or piece.text[:1].isspace():
        return _COLUMN
    if before[-1:] >= _JAPANESE or piece.text[:1] >= _JAPANESE:
        return _JAPANESE_SPACE
    return max(_LEAST_SPACE, piece.space / 2)


def _joined(tokens: Sequence[_Token], near: Sequence[Sequence[_Token]]) -> str:
    columns = _columns_of(tokens, near)
    spread = _spread(tokens)
    parts: list[str] = []
    for at, token in enumerate(tokens):
        if at:
            before = tokens[at - 1]
            gap = token.start - before.end
            is_wide = gap >= _WIDE * max(token.size, before.size)
            if at in spread:
                parts.append(" ")
            elif at in columns and (is_wide or not _is_one_value(before.text, token.text)):
                parts.append("\t")
            elif not (parts[-1][-1:].isspace() or token.text[:1].isspace()):
                parts.append("  " if is_wide else " ")
        parts.append(token.text)
    return "".join(parts)


def _is_one_value(before: str, after: str) -> bool:
    return _ONE_VALUE.search(f"{before[-2:]}\0{after[:1]}") is not None


def _columns_of(tokens: Sequence[_Token], near: Sequence[Sequence[_Token]]) -> set[int]:
    """The tokens before which a column of a table ends: the line before or behind has a gap at the same place."""
    found: set[int] = set()
    gaps = _gaps(tokens)
    for other in near:
        others, here = _gaps(other), 0
        for at, left, right in gaps:
            while here < len(others) and others[here][2] <= left:
                here += 1
            if here < len(others) and others[here][1] < right:
                found.add(at)
    return found


def _gaps(tokens: Sequence[_Token]) -> list[tuple[int, float, float]]:
    return [
        (at, before.end, token.start)
        for at, (before, token) in enumerate(pairwise(tokens), 1)
        if token.start - before.end >= _COLUMN * min(token.size, before.size)
    ]


def _spread(tokens: Sequence[_Token]) -> set[int]:
    """The tokens that belong to a word set wide, or stand in boxes: single characters at one pitch, three or more."""
    found: set[int] = set()
    first = 0
    while first + 2 < len(tokens):
        at = first + 1
        while at < len(tokens) and _goes_on(tokens, first, at):
            at += 1
        if at - first >= _PITCHED:
            found.update(range(first + 1, at))
        first = max(at - 1, first + 1)
    return found


def _goes_on(tokens: Sequence[_Token], first: int, at: int) -> bool:
    before, token = tokens[at - 1], tokens[at]
    if len(token.text.strip()) != 1 or len(before.text.strip()) != 1:
        return False
    pitch = tokens[first + 1].start - tokens[first].start
    return abs(token.start - before.start - pitch) <= _PITCH * pitch
