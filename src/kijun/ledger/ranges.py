"""Sets of places in the tree as ranges: which entries an erasure took."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from hashlib import sha256

import orjson

Ranges = list[tuple[int, int]]


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
        return [(int(first), int(last)) for first, last in orjson.loads(zlib.decompress(data))]
    except (zlib.error, TypeError) as error:
        raise ValueError(str(error)) from error


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
