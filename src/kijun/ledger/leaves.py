"""The leaves of the tree as they are on disk, for verification: with every hole named, and what is whole behind it still read.

`journal` appends behind nothing but a whole tree. Here the tree may be anything that somebody made of its tables.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from kijun.ledger.database import Link
from kijun.ledger.ranges import Ranges
from kijun.ledger.tree import SIZE, TILE

_ROOM: Final = 65_536
"""Leaves that may be missing beside as many as are there: one forged place must not take all memory."""


@dataclass(slots=True)
class Leaves:
    """Leaf hashes in order, joined, with zeros in the ``holes``; and what is wrong, in words, with its place."""

    joined: bytes = b""
    holes: Ranges = field(default_factory=list)
    faults: list[tuple[str, int | None]] = field(default_factory=list)


class _Reading:
    def __init__(self) -> None:
        self.found = Leaves()
        self._parts: list[bytes] = []
        self._next = self._known = 0

    def take(self, number: Any, hashes: Any, count: int) -> None:
        """Take so many leaves at ``number`` times as many."""
        what = "leaf" if count == 1 else "tile of leaves"
        if not isinstance(number, int) or number < 0:
            self._fault(f"table of the tree: a {what} stands at {number!r}, which is no place", None)
            return
        place = number * count
        if place < self._next:
            self._fault(f"a {what} stands where another one does", place)
            return
        missing = place - self._next
        if self._next - self._known + missing > self._known + _ROOM:
            self._fault(f"a {what} stands far outside the tree", place)
            return
        if missing:
            self._lose(missing, "missing")
        if isinstance(hashes, bytes) and len(hashes) == count * SIZE:
            self._parts.append(hashes)
            self._next += count
            self._known += count
        else:
            self._lose(count, "not what was written")

    def _fault(self, what: str, place: int | None) -> None:
        self.found.faults.append((what, place))

    def _lose(self, count: int, how: str) -> None:
        first, last = self._next, self._next + count - 1
        which = f"the leaf {first:,} is" if count == 1 else f"the leaves {first:,} to {last:,} are"
        self._fault(f"{which} {how}; what stands there is held against the signed trees alone", first)
        self.found.holes.append((first, last))
        self._parts.append(bytes(count * SIZE))
        self._next += count

    def end(self) -> Leaves:
        self.found.joined = b"".join(self._parts)
        return self.found


def read(link: Link) -> Leaves:
    """All leaves."""
    reading = _Reading()
    for part in link.parts("SELECT number, hashes FROM tiles WHERE level = 0 ORDER BY number", 64):
        for number, hashes in part:
            reading.take(number, hashes, TILE)
    for part in link.parts("SELECT seq, hash FROM leaves ORDER BY seq", 1000):
        for seq, hash in part:
            reading.take(seq, hash, 1)
    return reading.end()
