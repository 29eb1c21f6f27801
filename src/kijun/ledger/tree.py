"""The Merkle tree of RFC 9162 (section 2.1): hashes, roots, proofs and their verification.

Hashes are 32 bytes of SHA-256. The tree is kept as tiles of 256 hashes (C2SP tlog-tiles): a tile of level 0 holds leaf hashes, one
of level n the roots of 256 whole tiles of level n - 1, so that a proof reads a few tiles however tall the tree is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import Final

TILE: Final = 256
HEIGHT: Final = 8  # levels of the tree in a tile
SIZE: Final = 32  # bytes of a hash
EMPTY: Final = sha256(b"").digest()

#: Gives the whole subtree's hash at (level, index): 2^level leaves from index · 2^level on.
Nodes = Callable[[int, int], bytes]


class BadProof(ValueError):
    """A proof does not hold."""


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf's data."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The root over leaf hashes (or over the roots of equally large whole subtrees)."""
    if not hashes:
        return EMPTY
    frontier = Frontier()
    for one in hashes:
        frontier.append(one)
    return frontier.root()


class Frontier:
    """A tree that only grows: the hashes of its whole subtrees, largest first. Appending costs two hashes on average."""

    __slots__ = ("_stack", "size")

    def __init__(self) -> None:
        self.size = 0
        self._stack: list[bytes] = []

    def copy(self) -> Frontier:
        """Another one that grows by itself."""
        made = Frontier()
        made.size, made._stack = self.size, self._stack.copy()
        return made

    def append(self, leaf: bytes) -> None:
        """Add a leaf hash."""
        size, stack = self.size, self._stack
        while size & 1:
            leaf = sha256(b"\x01" + stack.pop() + leaf).digest()
            size >>= 1
        stack.append(leaf)
        self.size += 1

    def append_whole(self, hash: bytes, level: int) -> None:
        """Add a whole subtree of 2^level leaves; the size must be a multiple of that."""
        size, stack = self.size >> level, self._stack
        if size << level != self.size:
            raise ValueError("a whole subtree does not fit here")
        while size & 1:
            hash = sha256(b"\x01" + stack.pop() + hash).digest()
            size >>= 1
        stack.append(hash)
        self.size += 1 << level

    def root(self) -> bytes:
        """The root of all so far."""
        if not self._stack:
            return EMPTY
        hash = self._stack[-1]
        for left in self._stack[-2::-1]:
            hash = node_hash(left, hash)
        return hash


def subtree(nodes: Nodes, start: int, end: int) -> bytes:
    """The hash over the leaves from ``start`` to ``end``, where ``start`` is a multiple of the least power of two ≥ their number."""
    count = end - start
    if count == 1 << (count.bit_length() - 1):
        level = count.bit_length() - 1
        return nodes(level, start >> level)
    left = 1 << (count - 1).bit_length() - 1
    return node_hash(subtree(nodes, start, start + left), subtree(nodes, start + left, end))


def inclusion(nodes: Nodes, index: int, size: int) -> list[bytes]:
    """The audit path of a leaf in the tree of ``size`` leaves (RFC 9162, 2.1.3.1), lowest first."""
    if not 0 <= index < size:
        raise ValueError(f"there is no leaf {index} in a tree of {size}")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + (1 << (end - start - 1).bit_length() - 1)
        if index < middle:
            path.append(subtree(nodes, middle, end))
            end = middle
        else:
            path.append(subtree(nodes, start, middle))
            start = middle
    return path[::-1]


def consistency(nodes: Nodes, old: int, new: int) -> list[bytes]:
    """The proof that the tree of ``old`` leaves is the beginning of the one of ``new`` (RFC 9162, 2.1.4.1)."""
    if not 0 < old <= new:
        raise ValueError(f"no tree of {old} leaves begins one of {new}")
    path: list[bytes] = []
    start, end, whole = 0, new, True
    while old != end - start:
        left = 1 << (end - start - 1).bit_length() - 1
        if old <= left:
            path.append(subtree(nodes, start + left, end))
            end = start + left
        else:
            path.append(subtree(nodes, start, start + left))
            start, old, whole = start + left, old - left, False
    if not whole:
        path.append(subtree(nodes, start, end))
    return path[::-1]


def check_inclusion(leaf: bytes, index: int, size: int, path: Iterable[bytes], root: bytes) -> None:
    """Raise `BadProof` unless the path leads from the leaf hash to the root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        raise BadProof(f"there is no leaf {index} in a tree of {size}")
    node, last, hash = index, size - 1, leaf
    for one in path:
        if last == 0:
            raise BadProof("the path is too long")
        if node & 1 or node == last:
            hash = node_hash(one, hash)
            while not node & 1 and node:
                node >>= 1
                last >>= 1
        else:
            hash = node_hash(hash, one)
        node >>= 1
        last >>= 1
    if last != 0 or hash != root:
        raise BadProof("the path does not lead to the root")


def check_consistency(old: int, old_root: bytes, new: int, new_root: bytes, path: Sequence[bytes]) -> None:
    """Raise `BadProof` unless the proof shows that the old tree begins the new one (RFC 9162, 2.1.4.2)."""
    if not 0 < old <= new:
        raise BadProof(f"no tree of {old} leaves begins one of {new}")
    if old == new:
        if path or old_root != new_root:
            raise BadProof("two trees of the same size differ")
        return
    rest = list(path)
    if old & (old - 1) == 0:
        rest.insert(0, old_root)
    if not rest:
        raise BadProof("the proof is empty")
    node, last = old - 1, new - 1
    while node & 1:
        node >>= 1
        last >>= 1
    first = second = rest[0]
    for one in rest[1:]:
        if last == 0:
            raise BadProof("the proof is too long")
        if node & 1 or node == last:
            first, second = node_hash(one, first), node_hash(one, second)
            while not node & 1 and node:
                node >>= 1
                last >>= 1
        else:
            second = node_hash(second, one)
        node >>= 1
        last >>= 1
    if last != 0 or first != old_root or second != new_root:
        raise BadProof("the proof does not join the two trees")
