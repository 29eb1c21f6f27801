"""How much of a file is read, and the one place where what was used up is counted."""

from __future__ import annotations

import time
from dataclasses import dataclass

from kijun.inspection.files.errors import (
    NestedTooDeep,
    TookTooLong,
    TooManyCells,
    TooMuchText,
    UnpacksTooLarge,
)

_RATIO_COUNTS_FROM = 20_000_000  # bytes; small parts of honest files compress a hundredfold and more


@dataclass(frozen=True, slots=True)
class FileLimits:
    """What `extract` lets through; beyond one of these it refuses, it never cuts short.

    `bytes`: the file as given. `characters`: of all text. `pages`: of a PDF file. `cells`: of all sheets and CSV
    rows, empty ones too. `entries`: parts of an Office file or of a mail. `unpacked`: bytes after unpacking,
    with everything inside; `ratio`: how many times larger than packed. `depth`: files in files. `seconds`: wall
    time for the whole. `pdf_memory`: bytes of address space of the process that reads PDF files.
    """

    bytes: int = 50_000_000
    characters: int = 2_000_000
    pages: int = 500
    cells: int = 1_000_000
    entries: int = 5_000
    unpacked: int = 200_000_000
    ratio: int = 200
    depth: int = 3
    seconds: float = 20.0
    pdf_memory: int = 1_500_000_000


class Budget:
    """What is left of the limits while one file and everything inside it is read."""

    def __init__(self, limits: FileLimits) -> None:
        self.limits = limits
        self.characters = 0
        self.cells = 0
        self.unpacked = 0
        self.depth = 0
        self._end = time.monotonic() + limits.seconds

    def check_time(self) -> None:
        """Raise TookTooLong when the time is up; readers ask between pieces of work of bounded size."""
        if time.monotonic() > self._end:
            raise TookTooLong(seconds=self.limits.seconds)

    @property
    def seconds_left(self) -> float:
        """Seconds until the time is up, never below zero."""
        return max(0.0, self._end - time.monotonic())

    def take_characters(self, count: int) -> None:
        """Count characters of text."""
        self.characters += count
        if self.characters > self.limits.characters:
            raise TooMuchText(characters=self.limits.characters)

    def room_for(self, count: int) -> None:
        """Raise TooMuchText where characters that are held back, to be counted later, are too many already."""
        if count > self.limits.characters:
            raise TooMuchText(characters=self.limits.characters)

    def take_cell(self) -> None:
        """Count one cell, and look at the clock once in a while."""
        self.cells += 1
        if self.cells > self.limits.cells:
            raise TooManyCells(cells=self.limits.cells)
        if not self.cells % 4096:
            self.check_time()

    def take_unpacked(self, count: int, *, packed: int, so_far: int) -> None:
        """Count unpacked bytes; `so_far` came out of an archive of `packed` bytes, these included."""
        self.unpacked += count
        if self.unpacked > self.limits.unpacked:
            raise UnpacksTooLarge()
        if so_far > max(_RATIO_COUNTS_FROM, packed * self.limits.ratio):
            raise UnpacksTooLarge()

    def enter(self) -> None:
        """Go into a file inside a file."""
        self.check_time()
        if self.depth >= self.limits.depth:
            raise NestedTooDeep(depth=self.limits.depth)
        self.depth += 1

    def leave(self) -> None:
        """Come back out of a file inside a file."""
        self.depth -= 1
