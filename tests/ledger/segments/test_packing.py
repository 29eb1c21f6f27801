import os
from pathlib import Path

import pytest

from kijun.ledger.segments.packing import Unpackable, pack, unpack

KEY = bytes(range(32))
_CHUNK = (1 << 20) + 16


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    source = tmp_path / "source"
    source.mkdir()
    (source / "words.idx").write_bytes(os.urandom(3_500_000))
    (source / "empty").touch()
    pack(source, tmp_path / "a.index", KEY, "a")
    (tmp_path / "into").mkdir()
    return tmp_path / "a.index"


def test_it_works(packed: Path) -> None:
    into = packed.parent / "into"
    assert unpack(packed, into, KEY, "a") == 3_500_000
    for name in ("words.idx", "empty"):
        assert (into / name).read_bytes() == (packed.parent / "source" / name).read_bytes()


def test_the_same_folder_never_gives_the_same_file(packed: Path) -> None:
    pack(packed.parent / "source", packed.parent / "b.index", KEY, "a")
    assert (packed.parent / "b.index").read_bytes()[:1000] != packed.read_bytes()[:1000]


@pytest.mark.parametrize(
    "change",
    [
        lambda head, chunks: head + b"".join(chunks[:-1]),
        lambda head, chunks: head + b"".join(chunks)[:-1],
        lambda head, chunks: head + b"".join([chunks[1], chunks[0], *chunks[2:]]),
        lambda head, chunks: head + b"".join([chunks[0], *chunks]),
        lambda head, chunks: head + b"".join([*chunks, chunks[-1]]),
        lambda head, chunks: head + b"".join(chunks) + b"x",
        lambda head, chunks: head,
        lambda head, chunks: b"",
        lambda head, chunks: bytes([head[0] ^ 1]) + head[1:] + b"".join(chunks),
        lambda head, chunks: head[:-1] + bytes([head[-1] ^ 1]) + b"".join(chunks),
        lambda head, chunks: head + bytes([chunks[0][0] ^ 1]) + b"".join(chunks)[1:],
    ],
)
def test_no_change_goes_unnoticed(packed: Path, change: object) -> None:
    data = packed.read_bytes()
    head, body = data[:40], data[40:]
    chunks = [body[at : at + _CHUNK] for at in range(0, len(body), _CHUNK)]
    assert len(chunks) == 4
    packed.write_bytes(change(head, chunks))  # type: ignore[operator]
    with pytest.raises(Unpackable):
        unpack(packed, packed.parent / "into", KEY, "a")


def test_another_key_or_name_opens_nothing(packed: Path) -> None:
    for key, name in ((bytes(32), "a"), (KEY, "b")):
        with pytest.raises(Unpackable):
            unpack(packed, packed.parent / "into", key, name)
