"""Sets of places in the tree as ranges: which entries an erasure took."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Final

import orjson

Ranges = list[tuple[int, int]]
_MOST: Final = 1 << 28  # bytes of ranges, unpacked: somebody's own must not take all memory
_LAST: Final = 1 << 62


def ranges_of(places: Iterable[int]) -> Ranges:
    """Places as (first, last) ranges, both inclusive, in order and apart."""
    found: Ranges = []
    for place in sorted(set(places)):
        if found and found[-1][1] == place - 1:
            found[-1] = (found[-1][0], place)
        else:
            found.append((place, place))
    return found


def pack(ranges: Ranges) -> bytes:
    """Ranges as bytes."""
    return zlib.compress(orjson.dumps(ranges))


def unpack(data: bytes) -> Ranges:
    """The ranges again; raises ValueError where the bytes are none."""
    try:
        opened = zlib.decompressobj()
        told = orjson.loads(opened.decompress(data, _MOST))
        found = [(int(first), int(last)) for first, last in told]
    except (zlib.error, TypeError, OverflowError) as error:
        raise ValueError(str(error)) from error
    if opened.unconsumed_tail or any(abs(place) > _LAST for one in found for place in one):
        raise ValueError("no places")
    return found


def digest(ranges: Ranges) -> str:
    """SHA-256 (hex) of the ranges: what the ledger's own entry about an erasure says."""
    return sha256(orjson.dumps(ranges)).hexdigest()


def places(ranges: Ranges) -> Iterator[int]:
    """Every place."""
    for first, last in ranges:
        yield from range(first, last + 1)


def count(ranges: Ranges) -> int:
    """How many places."""
    return sum(last - first + 1 for first, last in ranges)
