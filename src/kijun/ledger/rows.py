"""Stored rows against the commitments that they must give: quickly where all is well, one by one where something is not.

`check_row` says what a row gives or why it gives nothing. `check_rows` does the same for many: what it can settle without a question
it settles in one loop, and hands every other row to `check_row`, so that both name the same.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

import numpy as np
import orjson
import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from numpy.typing import NDArray

from kijun.ledger.held import Event, event_of
from kijun.ledger.keys import NONCE, ChangedKey, KeyRing
from kijun.ledger.model import COLUMNS, Kind
from kijun.ledger.naming import is_named
from kijun.ledger.packing import LONGEST, NOTHING, PREFIX, SALT, BadPacking, commitment, decompressor, unpack
from kijun.ledger.tree import SIZE, leaf_hash

_WIDTH: Final = len(COLUMNS)
_ID, _KIND, _INTERACTION = (COLUMNS.index(one) for one in ("id", "kind", "interaction"))
ERASED: Final = "erased"
NO_KEY: Final = "the line of its key was changed"
"""Why a row gives no leaf although nothing is wrong with the row."""
_HEAD: Final = 2 * SALT  # of what is packed: the salt, and the commitment to the masked values


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of one row: the leaf that it gives, or why it gives none. ``event`` is its content where it is about the ledger."""

    seq: int
    id: str
    leaf: bytes | None
    why: str = ""
    event: Event | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """Rows that were checked: their places, ids and leaves (joined, zeros where there is none). ``odd`` are those of which there
    is more to say, by where they stand here; ``begun`` are interactions with a name that inputs among them begin."""

    seqs: NDArray[np.int64]
    ids: Sequence[str]
    leaves: bytes
    odd: Mapping[int, Checked]
    begun: Sequence[str] = ()

    def row(self, at: int) -> Checked:
        """One of the rows."""
        known = self.odd.get(at)
        if known is not None:
            return known
        return Checked(int(self.seqs[at]), str(self.ids[at]), self.leaves[at * SIZE : (at + 1) * SIZE])


def check_row(row: Sequence[Any], ring: KeyRing) -> Checked:
    """Decrypt a row (as `schema.ROW`) and compute its leaf."""
    clear = tuple(row[1 : 1 + _WIDTH])
    seq, id = int(row[0]), str(clear[_ID])
    content_key, content, masked_key, masked = row[1 + _WIDTH :]
    try:
        bound = id.encode()
        packed = ring.decrypt(content_key, _bytes(content), bound)
        if packed is None:
            return Checked(seq, id, None, ERASED)
        salt, masked_commitment, said = unpack(packed)
        leaf = leaf_hash(commitment(clear, salt, masked_commitment, said))
        why = _check_masked(ring, masked_key, masked, bound, masked_commitment)
        event = event_of(seq, clear, said)
    except ChangedKey:
        return Checked(seq, id, None, NO_KEY)
    except (InvalidTag, BadPacking, TypeError, AttributeError, ValueError, OverflowError):
        return Checked(seq, id, None, "its content, its id or its key was changed")
    return Checked(seq, id, leaf, why, event)


def _bytes(value: object) -> bytes:
    """Ciphertext as it was written; a number or a text in its place is none."""
    if not isinstance(value, bytes):
        raise TypeError("no bytes")
    return value


def _check_masked(ring: KeyRing, key: int | None, masked: bytes | None, bound: bytes, expected: bytes) -> str:
    """Why the masked values are not what they were; empty when they are, or were erased."""
    if key is None or masked is None:
        return "" if expected == NOTHING else "its masked values were removed"
    try:
        packed = ring.decrypt(key, _bytes(masked), bound)
        if packed is None:
            return ""
        salt, _nothing, said = unpack(packed)
    except ChangedKey:
        return "the line of its masked values' key was changed"
    except (InvalidTag, BadPacking, TypeError, OverflowError):
        return "its masked values were changed"
    return "" if sha256(salt + said).digest() == expected else "its masked values were changed"


def check_rows(columns: Sequence[Sequence[Any]], ring: KeyRing) -> Part:
    """`check_row` for many rows, given as columns in the order of `schema.ROW`."""
    leaves: list[bytes] = []
    odd: dict[int, Checked] = {}
    for leaf in _quick(columns, ring):
        if leaf is None:
            at = len(leaves)
            one = odd[at] = check_row([column[at] for column in columns], ring)
            leaf = one.leaf or NOTHING
        leaves.append(leaf)
    begun = [
        one
        for kind, one in zip(columns[1 + _KIND], columns[1 + _INTERACTION], strict=True)
        if kind == Kind.INPUT and isinstance(one, str) and is_named(one)
    ]
    return Part(np.array(columns[0], np.int64), columns[1 + _ID], b"".join(leaves), odd, begun)


def _ciphers(ring: KeyRing, keys: Iterable[int | None]) -> tuple[dict[int, AESGCM | None], set[int]]:
    """The ciphers of keys, and which have none because their line was changed."""
    ciphers: dict[int, AESGCM | None] = {}
    changed = set()
    for key in keys:
        if key is None:
            continue
        try:
            ciphers[key] = ring.cipher(key)
        except (ChangedKey, OverflowError):
            ciphers[key] = None
            changed.add(key)
    return ciphers, changed


def _quick(columns: Sequence[Sequence[Any]], ring: KeyRing) -> Iterable[bytes | None]:
    """The leaf of each row with which nothing can be wrong but its leaf; None of the others.

    One function without calls of ours: a ledger has millions of rows, and this is all that is done with each.
    """
    ciphers, changed = _ciphers(ring, {*columns[1 + _WIDTH], *columns[3 + _WIDTH]})
    decompress, size_of, length = decompressor().decompress, zstandard.frame_content_size, struct.Struct(">I")
    event, prefix, join, dumps = str(Kind.EVENT), PREFIX, b"".join, orjson.dumps
    clears = zip(*columns[1 : 1 + _WIDTH], strict=True)
    for clear, key, content, masked_key, masked in zip(clears, *columns[1 + _WIDTH :], strict=True):
        cipher = ciphers.get(key)
        if cipher is None or clear[_KIND] == event:
            yield None
            continue
        try:
            bound = clear[_ID].encode()
            packed = cipher.decrypt(content[:NONCE], content[NONCE:], bound)
            head, frame = packed[:_HEAD], packed[_HEAD:]
            if size_of(frame) > LONGEST:
                yield None
                continue
            said, told = decompress(frame), dumps(clear)
            bytes_bound = join((prefix, length.pack(len(told)), told, head, said))
            leaf = sha256(b"\x00" + sha256(bytes_bound).digest()).digest()
            if masked is None or masked_key is None:
                yield leaf if head[SALT:] == NOTHING else None
                continue
            cipher = ciphers[masked_key]
            if cipher is None:  # the values were erased, and the record stays
                yield None if masked_key in changed else leaf
                continue
            packed = cipher.decrypt(masked[:NONCE], masked[NONCE:], bound)
            frame = packed[_HEAD:]
            if size_of(frame) > LONGEST:
                yield None
                continue
            yield leaf if sha256(packed[:SALT] + decompress(frame)).digest() == head[SALT:] else None
        except Exception:  # whatever it is: `check_row` finds it again and names it
            yield None
