"""The Merkle tree against RFC 9162's definitions, against another implementation, and against itself grown otherwise."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from kijun.ledger.tree import (
    EMPTY,
    BadProof,
    Frontier,
    check_consistency,
    check_inclusion,
    consistency,
    inclusion,
    leaf_hash,
    node_hash,
    root_of,
)

#: Leaves and roots of Certificate Transparency's reference tests (google/certificate-transparency, merkle_tree_test).
INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def leaves(count: int) -> list[bytes]:
    return [leaf_hash(str(number).encode()) for number in range(count)]


def nodes_of(hashes: list[bytes]):  # type: ignore[no-untyped-def]
    return lambda level, index: root_of(hashes[index << level : (index + 1) << level])


def test_roots_are_those_of_the_standard() -> None:
    hashes = [leaf_hash(bytes.fromhex(one)) for one in INPUTS]
    assert root_of([]) == EMPTY == sha256(b"").digest()
    for size, root in enumerate(ROOTS, 1):
        assert root_of(hashes[:size]).hex() == root


@given(st.integers(1, 300))
def test_another_implementation_finds_the_same_root(size: int) -> None:
    theirs = InmemoryTree(algorithm="sha256")
    for number in range(size):
        theirs.append_entry(str(number).encode())
    assert theirs.get_root() == root_of(leaves(size))


@given(st.integers(1, 200), st.data())
def test_each_leaf_is_proven_and_no_other(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    hashes = leaves(size)
    path = inclusion(nodes_of(hashes), index, size)
    check_inclusion(hashes[index], index, size, path, root_of(hashes))
    with pytest.raises(BadProof):
        check_inclusion(leaf_hash(b"another"), index, size, path, root_of(hashes))
    if size > 1:
        with pytest.raises(BadProof):
            check_inclusion(hashes[index], (index + 1) % size, size, path, root_of(hashes))
        with pytest.raises(BadProof):
            check_inclusion(hashes[index], index, size, path[:-1], root_of(hashes))
    with pytest.raises(BadProof):
        check_inclusion(hashes[index], index, size, [*path, EMPTY], root_of(hashes))


@given(st.integers(1, 200), st.data())
def test_growth_is_proven_and_rewriting_is_not(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, new))
    hashes = leaves(new)
    path = consistency(nodes_of(hashes), old, new)
    old_root, new_root = root_of(hashes[:old]), root_of(hashes)
    check_consistency(old, old_root, new, new_root, path)
    rewritten = [leaf_hash(b"rewritten"), *hashes[1:]]
    with pytest.raises(BadProof):
        check_consistency(old, root_of(rewritten[:old]), new, new_root, path)
    if old < new:
        with pytest.raises(BadProof):
            check_consistency(old, old_root, new, root_of(rewritten), path)
        with pytest.raises(BadProof):
            check_consistency(old, old_root, new, new_root, [*path, EMPTY])


@given(st.integers(0, 70), st.integers(0, 70))
def test_whole_subtrees_are_joined_as_if_leaf_by_leaf(first: int, second: int) -> None:
    grown = Frontier()
    for leaf in leaves(first * 4):
        grown.append(leaf)
    by_fours = Frontier()
    for at in range(0, first * 4, 4):
        by_fours.append_whole(root_of(leaves(first * 4)[at : at + 4]), 2)
    for number in range(second):
        for one in (grown, by_fours):
            one.append(leaf_hash(b"%d" % number))
    assert grown.root() == by_fours.root()
    assert grown.size == by_fours.size


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_there_is_no_proof_for_what_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no leaf"):
        inclusion(nodes_of(leaves(3)), index, size)
    with pytest.raises(BadProof):
        check_inclusion(EMPTY, index, size, [], EMPTY)


def test_a_node_cannot_be_shown_as_a_leaf() -> None:
    one, two = leaves(2)
    assert leaf_hash(one + two) != node_hash(one, two)
