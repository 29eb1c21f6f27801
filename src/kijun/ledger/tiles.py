"""The tree's hashes as tiles, some on disk and the unfinished ones in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Final

from kijun.ledger.tree import HEIGHT, SIZE, TILE, Frontier, node_hash

#: Gives the whole tile at (level, index), its 256 hashes joined; raises KeyError where there is none.
Fetch = Callable[[int, int], bytes]
_BYTES: Final = TILE * SIZE
_PAIR: Final = 2 * SIZE


class Tiles:
    """The tree of one ledger: whole tiles are fetched, the rest is held.

    ``rest`` holds, for each level, the hashes that do not fill a tile yet.
    """

    def __init__(self, fetch: Fetch) -> None:
        self.rest: list[list[bytes]] = [[]]
        self.frontier = Frontier()
        self._fetch = lru_cache(maxsize=512)(fetch)

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return self.frontier.size

    def root(self) -> bytes:
        """The root of all."""
        return self.frontier.root()

    def append(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Add a leaf hash; gives the tiles (level, index, hashes) that it made whole."""
        self.frontier.append(leaf)
        made: list[tuple[int, int, bytes]] = []
        level, hash, position = 0, leaf, self.frontier.size - 1
        while True:
            if level == len(self.rest):
                self.rest.append([])
            row = self.rest[level]
            row.append(hash)
            if len(row) < TILE:
                return made
            made.append((level, position // TILE, b"".join(row)))
            hash, position = _joined(row), position // TILE
            row.clear()
            level += 1

    def restore(self, whole: int, leaves: Iterable[bytes]) -> None:
        """Begin with ``whole`` tiles of leaves that are on disk already, and the leaves behind them. Reads few of the tiles."""
        counts = [whole]
        while counts[-1] >= TILE:
            counts.append(counts[-1] // TILE)
        self.rest = [[] for _ in range(len(counts) + 1)]
        for height in range(len(counts) - 1, -1, -1):
            first = counts[height + 1] * TILE if height + 1 < len(counts) else 0
            for number in range(first, counts[height]):
                root = _joined(split(self._fetch(height, number)))
                self.frontier.append_whole(root, HEIGHT * (height + 1))
                self.rest[height + 1].append(root)
        for leaf in leaves:
            self.append(leaf)

    def leaf(self, index: int) -> bytes:
        """A leaf's hash."""
        return self.node(0, index)

    def leaves(self, start: int = 0) -> Iterator[bytes]:
        """All leaf hashes from one on."""
        for index in range(start // TILE, self.size // TILE):
            yield from split(self._fetch(0, index))[max(0, start - index * TILE) :]
        yield from self.rest[0][max(0, start - self.size // TILE * TILE) :]

    def joined(self) -> bytes:
        """All leaf hashes, joined."""
        whole = [self._fetch(0, number) for number in range(self.size // TILE)]
        return b"".join((*whole, *self.rest[0]))

    def node(self, level: int, index: int) -> bytes:
        """The hash of a whole subtree: 2^level leaves from index · 2^level on."""
        height, up = divmod(level, HEIGHT)
        first = index << up
        count = 1 << up
        tile, at = divmod(first, TILE)
        row = self._row(height, tile)
        return _joined(row[at : at + count]) if count > 1 else row[at]

    def _row(self, height: int, tile: int) -> Sequence[bytes]:
        if height < len(self.rest) and tile == self.size // TILE ** (height + 1):
            return self.rest[height]
        return split(self._fetch(height, tile))


def split(hashes: bytes) -> list[bytes]:
    """The hashes of a tile."""
    return [hashes[at : at + SIZE] for at in range(0, len(hashes), SIZE)]


@dataclass(frozen=True, slots=True)
class Walked:
    """What follows from the leaves alone: ``roots`` by the size that was asked for, ``root`` of all, and whole ``tiles`` above level 0."""

    roots: dict[int, bytes]
    root: bytes
    tiles: dict[tuple[int, int], bytes]


def walk(leaves: bytes, sizes: Iterable[int]) -> Walked:
    """Compute the tree over joined leaf hashes, each of its nodes once. Sizes that it never had get no root."""
    wanted: dict[int, list[int]] = {}
    for size in set(sizes):
        wanted.setdefault((size - 1) // TILE, []).append(size)
    frontier, roots, row = Frontier(), {}, []
    for start in range(0, len(leaves), _BYTES):
        number = start // _BYTES
        levels = _levels(leaves[start : start + _BYTES])
        for size in wanted.get(number, ()):
            if size * SIZE <= len(leaves):
                roots[size] = _grown(frontier, levels, size - number * TILE).root()
        if len(levels) > HEIGHT:
            row.append(levels[HEIGHT])
            frontier.append_whole(levels[HEIGHT], HEIGHT)
        else:
            frontier = _grown(frontier, levels, len(levels[0]) // SIZE)
    return Walked(roots, frontier.root(), _upper(row))


def _levels(row: bytes) -> list[bytes]:
    """The hashes of a tile, joined, and of each level above it up to its root; of a part of one, of what is whole in it."""
    levels = [row]
    while len(row) >= _PAIR:
        whole = len(row) // _PAIR * _PAIR
        row = b"".join([sha256(b"\x01" + row[at : at + _PAIR]).digest() for at in range(0, whole, _PAIR)])
        levels.append(row)
    return levels


def _grown(frontier: Frontier, levels: Sequence[bytes], count: int) -> Frontier:
    """The tree with the first ``count`` leaves of the next tile."""
    grown, at = frontier.copy(), 0
    for level in range(count.bit_length() - 1, -1, -1):
        if count >> level & 1:
            place = (at >> level) * SIZE
            grown.append_whole(levels[level][place : place + SIZE], level)
            at += 1 << level
    return grown


def _upper(row: list[bytes]) -> dict[tuple[int, int], bytes]:
    """The whole tiles of level 1 and above, from the roots of those of level 0."""
    found: dict[tuple[int, int], bytes] = {}
    level = 1
    while len(row) >= TILE:
        above = []
        for number in range(len(row) // TILE):
            hashes = b"".join(row[number * TILE : (number + 1) * TILE])
            found[level, number] = hashes
            above.append(_levels(hashes)[HEIGHT])
        level, row = level + 1, above
    return found


def _joined(hashes: Sequence[bytes]) -> bytes:
    """The root over a power of two of hashes."""
    row = list(hashes)
    while len(row) > 1:
        row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
    return row[0]
