"""The tree in tiles, grown and read back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kijun.ledger.tiles import Tiles, split
from kijun.ledger.tree import (
    TILE,
    check_consistency,
    check_inclusion,
    consistency,
    inclusion,
    leaf_hash,
    root_of,
)

LEAVES = [leaf_hash(b"%d" % number) for number in range(70_000)]


def grown(size: int) -> tuple[Tiles, dict[tuple[int, int], bytes]]:
    kept: dict[tuple[int, int], bytes] = {}
    tiles = Tiles(lambda level, number: kept[(level, number)])
    for leaf in LEAVES[:size]:
        for level, number, hashes in tiles.append(leaf):
            kept[(level, number)] = hashes
    return tiles, kept


@pytest.fixture(scope="module")
def large() -> Tiles:
    """Tall enough for tiles of three levels."""
    return grown(len(LEAVES))[0]


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 511, 512, 1000])
def test_tiles_hold_what_was_appended(size: int) -> None:
    tiles, kept = grown(size)
    assert tiles.size == size
    assert tiles.root() == root_of(LEAVES[:size])
    assert list(tiles.leaves()) == LEAVES[:size]
    assert sorted(number for level, number in kept if level == 0) == list(range(size // TILE))


def test_tall_trees_prove_with_few_tiles(large: Tiles) -> None:
    root = large.root()
    assert root == root_of(LEAVES)
    for index in (0, 1, 255, 256, 65_535, 65_536, len(LEAVES) - 1):
        path = inclusion(large.node, index, large.size)
        check_inclusion(LEAVES[index], index, large.size, path, root)
    for old in (1, 255, 256, 65_536, 65_537, len(LEAVES)):
        proof = consistency(large.node, old, large.size)
        check_consistency(old, root_of(LEAVES[:old]), large.size, root, proof)


def test_leaves_are_read_from_any_place(large: Tiles) -> None:
    assert list(large.leaves(69_900)) == LEAVES[69_900:]
    assert list(large.leaves(60_000)) == LEAVES[60_000:]
    assert list(large.leaves(70_000)) == []
    assert large.leaf(12_345) == LEAVES[12_345]


@settings(max_examples=25)
@given(st.integers(0, 3000), st.integers(0, 600))
def test_a_tree_that_is_read_back_grows_on(size: int, more: int) -> None:
    first, kept = grown(size)
    read: list[tuple[int, int]] = []

    def fetch(level: int, number: int) -> bytes:
        read.append((level, number))
        return kept[(level, number)]

    again = Tiles(fetch)
    again.restore(size // TILE, LEAVES[size // TILE * TILE : size])
    assert again.root() == first.root()
    assert len(read) == len(set(read))
    for leaf in LEAVES[size : size + more]:
        assert again.append(leaf) == first.append(leaf)
    assert again.root() == first.root() == root_of(LEAVES[: size + more])
    assert [len(row) for row in again.rest[:2]] == [len(row) for row in first.rest[:2]] or not again.rest[1]


def test_reading_back_reads_few_tiles() -> None:
    _first, kept = grown(len(LEAVES))
    read = []
    again = Tiles(lambda level, number: read.append(1) or kept[(level, number)])  # type: ignore[func-returns-value]
    again.restore(len(LEAVES) // TILE, LEAVES[len(LEAVES) // TILE * TILE :])
    assert again.root() == root_of(LEAVES)
    assert len(read) <= 2 * TILE


def test_a_tile_is_256_hashes() -> None:
    assert split(b"".join(LEAVES[:TILE])) == LEAVES[:TILE]
