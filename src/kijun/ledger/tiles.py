"""The tree's hashes as tiles, some on disk and the unfinished ones in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache

from kijun.ledger.tree import HEIGHT, SIZE, TILE, Frontier, node_hash

#: Gives the whole tile at (level, index), its 256 hashes joined; raises KeyError where there is none.
Fetch = Callable[[int, int], bytes]


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


def _joined(hashes: Sequence[bytes]) -> bytes:
    """The root over a power of two of hashes."""
    row = list(hashes)
    while len(row) > 1:
        row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
    return row[0]
