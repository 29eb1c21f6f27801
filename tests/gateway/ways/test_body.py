"""gzip, whole, in parts, cut, and as a bomb."""

from __future__ import annotations

import gzip
import zlib

import pytest

from kijun.gateway.errors import Refusal
from kijun.gateway.ways.body import unpacked


def test_one_member_and_several() -> None:
    assert b"".join(unpacked(gzip.compress(b"abc", mtime=0), 100)) == b"abc"
    assert (
        b"".join(unpacked(gzip.compress(b"abc", mtime=0) + gzip.compress(b"def", mtime=0), 100)) == b"abcdef"
    )
    assert b"".join(unpacked(b"", 100)) == b""


def test_a_large_one_comes_in_parts() -> None:
    parts = list(unpacked(gzip.compress(bytes(3_500_000)), 4_000_000))
    assert sum(map(len, parts)) == 3_500_000
    assert max(map(len, parts)) <= 1_000_000


@pytest.mark.parametrize(
    "data",
    [
        b"x",
        gzip.compress(b"abc", mtime=0)[:-1],
        gzip.compress(b"abc", mtime=0) + b"tail",
        zlib.compress(b"abc"),
    ],
)
def test_what_is_no_gzip(data: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        list(unpacked(data, 100))
    assert refused.value.status == 400


def test_growth_is_stopped() -> None:
    with pytest.raises(Refusal) as refused:
        list(unpacked(gzip.compress(bytes(50_000_000)), 2_000_000))
    assert refused.value.status == 413
