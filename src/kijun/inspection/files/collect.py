"""Text and its places, gathered while a file is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from kijun.inspection.files.errors import EncryptedFile, FileError
from kijun.inspection.files.kinds import is_text_lost
from kijun.inspection.files.limits import Budget
from kijun.inspection.files.place import Document, Part, Piece, Place
from kijun.inspection.vocabulary import Words

_WIDEST_GAP = 64  # tabs; a lone cell far to the right needs no exact distance
_SHORT_CELL = 40  # characters
_MOST_NOTES = 50
_LONGEST_NAME = 120


class Collector:
    """Gathers pieces; what is inside another file is marked as such without the readers' doing."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.unread = 0
        self.unopened = 0
        self._chunks: list[str] = []
        self._size = 0
        self._pieces: list[Piece] = []
        self._notes: list[Words] = []
        self._authors: set[str] = set()
        self._within: tuple[str, ...] = ()

    def add(self, text: str, place: Place, glue: str = "\n") -> None:
        """Put a piece on a line of its own (or behind `glue`); text without a character is not one."""
        if not text or text.isspace():
            return
        if place.part is Part.AUTHOR:
            if text in self._authors:  # one name hangs on every comment and change
                return
            self._authors.add(text)
        if not self._size:
            glue = glue.lstrip("\n")
        size = len(text) + len(glue)
        self.budget.take_characters(size)
        start = self._size + len(glue)
        self._size += size
        self._chunks += (glue, text) if glue else (text,)
        if self._within:
            place = replace(place, within=self._within)
        self._pieces.append(Piece(start, self._size, place))
        if not len(self._pieces) % 4096:
            self.budget.check_time()

    def lines(self, text: str, kind_of: Place) -> None:
        """A text line for line; each place is `kind_of` with the line's number in it."""
        gap = 1
        in_part = kind_of.kind in ("part", "page")
        for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
            if not line or line.isspace():
                gap += 1
                continue
            place = replace(kind_of, line=number) if in_part else replace(kind_of, number=number)
            self.add(line, place, "\n" * min(gap, 2))
            gap = 1

    def row(self, cells: Iterable[tuple[int, str, Place]]) -> None:
        """The cells of a row, each with its column from 1, on one line; a column keeps its number of tabs."""
        here, glue = 1, "\n"
        for column, text, place in cells:
            if not text or text.isspace():
                continue
            gap = column - here
            if gap or not glue:
                glue += "\t" * (gap if 0 < gap <= _WIDEST_GAP else 1)
            self._cell(text, place, glue)
            here, glue = column, ""

    def _cell(self, text: str, place: Place, glue: str) -> None:
        """A cell; of one with many lines in a text file each line has its own place."""
        cell = one_cell(text)
        if place.kind != "line" or "\n" not in cell:
            self.add(cell, place, glue)
            return
        number = place.number + len(text) - len(text.lstrip("\n"))
        for down, line in enumerate(cell.split("\n")):
            if not line or line.isspace():
                glue += "\n"
                continue
            self.add(line, replace(place, number=number + down), glue)
            glue = "\n"

    def note(self, ja: str, en: str) -> None:
        """Something people should know about the file."""
        words = Words(ja, en)
        if self._within:
            names = self._within[-1]
            words = Words(f"添付「{names}」: {ja}", f"attachment {names}: {en}")
        if words not in self._notes and len(self._notes) < _MOST_NOTES:
            self._notes.append(words)

    def note_broken(self, broken: int, zeros: int) -> None:
        """Characters of a text that could not be read, and zero bytes that were left out of it."""
        if broken:
            self.note(
                f"読み取れない文字が{broken}か所あります。", f"{broken} character(s) could not be read."
            )
        if zeros:
            self.note(
                f"文字ではないバイト（NUL）が{zeros}個あり、除いて読み取りました。",
                f"There were {zeros} zero byte(s), which are no text; they were left out.",
            )

    def refused(self, refusal: FileError, name: str) -> None:
        """A file of this name inside the file was not read."""
        self.unread += 1
        self.unopened += is_text_lost(refusal, name)

    def sealed(self) -> None:
        """Something encrypted stands here, in a mail or a text, that is no file of its own."""
        refusal = EncryptedFile()
        self.refused(refusal, "")
        self.note(refusal.message.ja, refusal.message.en)

    @contextmanager
    def inside(self, name: str) -> Iterator[None]:
        """What is gathered from here on stands in a file of this name inside the file."""
        before = self._within
        self.budget.enter()
        self._within = (*before, shortened(name))
        try:
            yield
        finally:
            self._within = before
            self.budget.leave()

    def document(self, kind: str) -> Document:
        """What was gathered."""
        return Document(
            "".join(self._chunks),
            tuple(self._pieces),
            kind,
            tuple(self._notes),
            self.unread,
            self.unopened,
        )

    def add_file_name(self, name: str) -> None:
        """The name of a file inside is text as well: 山田太郎_診断書.docx."""
        self.add(shortened(name), Place("part", part=Part.FILE_NAME))


def shortened(name: str) -> str:
    """A name for words: on one line, and not longer than a line."""
    name = " ".join(name.split())
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"


def one_cell(text: str) -> str:
    """A cell's text so that tabs part only cells, and rows stay rows.

    A short cell with a line break is one value on two lines (山田 / 太郎); in a long one the lines are sentences
    and fields of a form, and stay lines.
    """
    if "\t" in text:
        text = text.replace("\t", " ")
    if "\n" in text or "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
        if len(text) <= _SHORT_CELL:
            text = text.replace("\n", " ")
    return text
