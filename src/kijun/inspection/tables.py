"""Tables in plain text: a line of labels divided by one mark, and the lines below it that are divided like it."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from kijun.inspection.label_meaning import GENERAL, ITSELF
from kijun.inspection.scene import Label

if TYPE_CHECKING:
    from kijun.inspection.scene import Hit, Scene

_DIVIDERS: Final = ("\u3000", ",", "\t", "|", "｜", "，", "、", ";", " / ", "/", " - ", " ")


#: What divides the cells of files and of nothing else.
_STRICT: Final = (",", "\t", "|", ";", "｜", "，")
_BESIDE: Final = 8  # characters that a head may hold beside its label
_NUMBERED: Final = ITSELF - {"OTHER", "PHONE", "SECRET", "LOCAL_ID"}
_WHOSE: Final = frozenset({"PERSON", "ADDRESS"})
#: Behind a label these make the cell a thing of its own: 受付ID, 申請者数.
_OF_LABEL: Final = re.compile(r"(?i:id|no\.?|番号|コード|日|数|額|率|区分|種別|状況|結果)$")
#: INSERT INTO residents (name, address) VALUES: heads, and behind it or below it the rows
_INSERT: Final = re.compile(r"(?i)\binsert\s+into\s+[^\s(]+\s*\(([^()]*)\)\s*(?:values\s*\(?|$)")
_VALUES: Final = re.compile(r"(?i)\s*values\s*\(?")  # on the line below


class Tables:
    """The tables of one text."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._cells: dict[int, list[int]] = {}
        self._of_people: dict[int, bool] = {}  # by the heads, which all rows of a table share
        self._begin: dict[
            int, int
        ] = {}  # how far from the line's beginning a row begins that stands behind its heads
        self._longest = 0  # characters of the longest label
        # Full-width spaces as they were, for they divide columns whose cells hold ordinary spaces.
        as_given = scene.folded.offsets is None and "\r" not in scene.given
        self._ruled = scene.given if as_given else scene.text
        #: For each line that is a table's row: what divides its columns and what their heads say.
        self.rows: dict[int, tuple[str, list[Label | None]]] = self._read()

    def head(self, place: int) -> Label | None:
        """The label in the head of the column in which a place lies, where its line is a row of a table."""
        return self.cell(place)[1]

    def cell(self, place: int) -> tuple[int, Label | None]:
        """Where the cell begins in which a place lies, and the label in its head; 0 and nothing where there is none."""
        number = bisect_right(self._scene.line_starts, place) - 1
        table = self.rows.get(number)
        if table is None:
            return 0, None
        mark, heads = table
        cells = self._cells.get(number)
        if cells is None:
            cells = self._cells[number] = self._cell_starts(number, mark)
        if len(cells) > len(heads) + (mark != " "):
            return 0, None  # more cells than heads: which is below which nobody knows
        column = bisect_right(cells, place) - 1
        return cells[column], heads[column] if column < len(heads) else None

    def ends_at_line(self, place: int) -> bool:
        """Whether a place lies in a row whose cells end with their line at the latest: those of CSV and the like."""
        table = self.rows.get(bisect_right(self._scene.line_starts, place) - 1)
        return table is not None and table[0] in _STRICT

    def parts(self, start: int, end: int) -> bool:
        """Whether a value would lie in two cells, or in two rows whose cells end with their line."""
        number = bisect_right(self._scene.line_starts, start) - 1
        table = self.rows.get(number)
        leaves = end > self._scene.line(start)[1]
        if table is None:
            return leaves and number + 1 in self.rows  # from the heads into the first row
        if table[0] == " ":
            return False
        if leaves:
            return table[0] in _STRICT
        return self.cell(start)[0] != self.cell(end - 1)[0]

    def is_of_offices(self, place: int) -> bool:
        """Whether a place lies in a row of a table of facilities: one of its heads names those, and none a person."""
        table = self.rows.get(bisect_right(self._scene.line_starts, place) - 1)
        types = {head.type for head in table[1] if head is not None} if table is not None else set()
        return "FACILITY" in types and "PERSON" not in types

    def is_of_people(self, place: int) -> bool:
        """Whether a place lies in a row of a table that has a column for names, and none for facilities."""
        table = self.rows.get(bisect_right(self._scene.line_starts, place) - 1)
        if table is None:
            return False
        known = self._of_people.get(id(table[1]))
        if known is None:
            types = {head.type for head in table[1] if head is not None}
            known = self._of_people[id(table[1])] = "PERSON" in types and "FACILITY" not in types
        return known

    def row(self, number: int) -> str:
        """A line of a table as it was ruled."""
        start = self._scene.line_starts[number] + self._begin.get(number, 0)
        return self._ruled[start : self._scene.line(start)[1]]

    def cells(self) -> Iterator[tuple[Label, int, str]]:
        """Every cell under a known head: the head's label, where the cell's value begins, the value without quotes."""
        for number, (mark, heads) in self.rows.items():
            cells = self.row(number).split(mark)
            for head, start, cell in zip(heads, self._cell_starts(number, mark), cells, strict=False):
                value = cell.strip(" \u3000\"'*();")
                if head is not None and value:
                    yield head, start + cell.find(value), value

    def _cell_starts(self, number: int, mark: str) -> list[int]:
        start = self._scene.line_starts[number] + self._begin.get(number, 0)
        starts = [start]
        for cell in self.row(number).split(mark)[:-1]:
            start += len(cell) + len(mark)
            starts.append(start)
        return starts

    def _read(self) -> dict[int, tuple[str, list[Label | None]]]:
        """Look for heads, and below each for the rows that are divided as it is, give or take one cell."""
        if not self._scene.words("label"):
            return {}
        inserts = {}
        if "insert" in self._ruled.lower():
            inserts = {
                number: found
                for number, line in enumerate(self._ruled.split("\n"))
                if (found := _INSERT.search(line))
            }
        if "\n" not in self._scene.text and not inserts:
            return {}
        lines = self._ruled.split("\n")
        tables: dict[int, tuple[str, list[Label | None]]] = {}
        current: tuple[str, list[Label | None]] | None = None
        self._longest = max(hit.end - hit.start for hit in self._scene.words("label"))
        busy = self._lines_with_labels()
        for number, line in enumerate(lines):
            if number in inserts:
                found = inserts[number]
                current = (",", self._heads(self._scene.line_starts[number] + found.start(1), found[1], ","))
                if found.end() < len(line):
                    self._begin[number] = found.end()
                    tables[number] = current
                continue
            if current is not None and abs(line.count(current[0]) - (len(current[1]) - 1)) <= 1:
                tables[number] = current
                values = _VALUES.match(line) if inserts else None
                if values is not None:
                    self._begin[number] = values.end()
                continue
            current = None
            if number + 1 == len(lines) or number not in busy:
                continue
            for mark in _DIVIDERS:
                if line.count(mark) >= (2 if mark in " 、/-" else 1):
                    heads = self._heads(self._scene.line_starts[number], line, mark)
                    known = sum(head is not None for head in heads)
                    if known >= 2 or (known and self._is_head(line, lines[number + 1], mark)):
                        current = (mark, heads)
                        break
        return tables

    def _lines_with_labels(self) -> set[int]:
        """The lines that hold two labels and more, as heads of tables do."""
        counts: dict[int, int] = {}
        for end in self._scene.ends("label"):
            number = bisect_left(self._scene.line_starts, end) - 1
            counts[number] = counts.get(number, 0) + 1
        return {
            number
            for number, count in counts.items()
            if count > 1 or any(self.row(number).count(mark) > 1 for mark in _STRICT)
        }

    @staticmethod
    def _is_head(line: str, below: str, mark: str) -> bool:
        """Whether a line of which one cell is known is a head: words above figures, divided alike by a mark of tables."""
        return (
            mark in _STRICT
            and line.count(mark) == below.count(mark)
            and not any(char.isdigit() for char in line)
            and any(char.isdigit() for char in below)
        )

    def _heads(self, place: int, line: str, mark: str) -> list[Label | None]:
        heads: list[Label | None] = []
        for cell in line.split(mark):
            text = cell.strip(" \u3000\"'-*:")
            if len(text) > self._longest + _BESIDE:
                heads.append(None)
                place += len(cell) + len(mark)
                continue
            words = self._scene.near("label", place, place + len(cell))
            # of the words that end last the longest, which comes first: 郵便番号, not 番号
            last = next((word for word in words if word.end == words[-1].end), None)
            fits = last is not None and len(text) <= last.end - last.start + _BESIDE
            if (
                last is not None
                and last.value in _WHOSE
                and _OF_LABEL.search(text)
                and _goes_on(self._scene, last)
            ):
                fits = False
            heads.append(Label(last.value, 0.9) if last is not None and fits else None)
            place += len(cell) + len(mark)
        told = {head.type for head in heads if head is not None and head.type in _NUMBERED}
        if len(told) == 1:  # 銀行 | 支店 | 番号
            meant = Label(told.pop(), 0.9)
            heads = [meant if head is not None and head.type in GENERAL else head for head in heads]
        return heads


def _goes_on(scene: Scene, label: Hit) -> bool:
    """Whether the word of a label goes on behind it."""
    after = scene.text[label.end : label.end + 1]
    return after.isalnum()
