"""An entry as bytes: its clear columns, its content as it is encrypted, and the commitment that stands in the tree.

    clear       the values of `COLUMNS` as a JSON array
    packed      salt (32) ‖ commitment to the masked values (32, zeros without any) ‖ zstd frame of the content's JSON
    commitment  SHA-256(FORMAT ‖ 0x00 ‖ length of clear (4 bytes) ‖ clear ‖ salt ‖ commitment to the masked values ‖ content's JSON)

The commitment is over the JSON, not over its frame: it holds however a record is packed later. Masked values are packed the same
way with a salt of their own, so that they can be erased alone and the entry still verifies.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from operator import attrgetter
from threading import local
from typing import Any, Final, NamedTuple

import orjson
import zstandard

from kijun.ledger.model import COLUMNS, FORMAT, Entry

SALT: Final = 32
NOTHING: Final = bytes(32)
LONGEST: Final = 64 * 1024 * 1024  # bytes of one content's JSON
#: Dictionaries that packed something once; the newest packs. None may ever be taken away.
DICTIONARIES: Final = ("dictionary-1.zstd",)
_LEVEL: Final = 3
#: What the bytes of each commitment begin with.
PREFIX: Final = FORMAT.encode() + b"\x00"
_LENGTH: Final = struct.Struct(">I")
_FINDINGS: Final = COLUMNS.index("findings")

Clear = tuple[Any, ...]


class BadPacking(ValueError):
    """Bytes are not what was packed."""


class Packed(NamedTuple):
    """An entry, ready to be encrypted and hashed. ``clear`` has `COLUMNS`' values, findings joined as ``,A,B,``."""

    clear: Clear
    content: bytes
    masked: bytes
    commitment: bytes
    fingerprint: bytes = b""


def pack(entry: Entry) -> Packed:
    """An entry as bytes. What JSON cannot hold (lone surrogates, huge integers) is written as it can."""
    masked, masked_commitment = b"", NOTHING
    compress = _tools().compressor.compress
    if entry.masked:
        salt, said = os.urandom(SALT), to_json(entry.masked)
        masked_commitment = sha256(salt + said).digest()
        masked = b"".join((salt, NOTHING, compress(said)))
    clear, told = _clear(entry)
    salt, said = os.urandom(SALT), to_json(entry.content)
    if len(said) > LONGEST:
        raise ValueError(f"the content has {len(said)} bytes; at most {LONGEST} are kept")
    packed = b"".join((salt, masked_commitment, compress(said)))
    return Packed(clear, packed, masked, _bound(told, salt, masked_commitment, said), entry.fingerprint)


_values = attrgetter(*COLUMNS)


def clear_of(entry: Entry) -> Clear:
    """The values of `COLUMNS`."""
    return _clear(entry)[0]


def _clear(entry: Entry) -> tuple[Clear, bytes]:
    """The values of `COLUMNS`, and their JSON."""
    values = [str(value) if isinstance(value, str) else value for value in _values(entry)]
    values[_FINDINGS] = joined(entry.findings)
    clear = tuple(values)
    try:
        told = orjson.dumps(clear)
        if told.isascii() and b"\\u0000" not in told:
            return clear, told
    except TypeError:  # half of a surrogate pair
        pass
    clear = tuple(storable(value) if isinstance(value, str) else value for value in values)
    return clear, orjson.dumps(clear)


def storable(value: str) -> str:
    """A text that every database takes: no NUL (PostgreSQL), no lone surrogates, and no subclass of str (enumerations)."""
    return value.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def joined(findings: Sequence[str]) -> str:
    """``,A,B,`` so that a type is found by ``LIKE '%,A,%'``; empty without any."""
    return f",{','.join(sorted(set(findings)))}," if findings else ""


def parted(findings: str) -> tuple[str, ...]:
    """The types again."""
    return tuple(one for one in findings.split(",") if one)


def commitment(clear: Clear, salt: bytes, masked_commitment: bytes, said: bytes) -> bytes:
    """What stands in the tree for an entry."""
    return _bound(orjson.dumps(clear), salt, masked_commitment, said)


def _bound(told: bytes, salt: bytes, masked_commitment: bytes, said: bytes) -> bytes:
    return sha256(b"".join((PREFIX, _LENGTH.pack(len(told)), told, salt, masked_commitment, said))).digest()


def unpack(packed: bytes) -> tuple[bytes, bytes, bytes]:
    """Salt, commitment to the masked values, and the content's JSON; raises `BadPacking`."""
    frame = packed[2 * SALT :]
    try:
        if zstandard.frame_content_size(frame) > LONGEST:  # zstd believes what a frame says of its size
            raise BadPacking("a frame that says it is endless")
        said = _tools().decompressor.decompress(frame, max_output_size=LONGEST)
    except zstandard.ZstdError as error:
        raise BadPacking(str(error)) from error
    return packed[:SALT], packed[SALT : 2 * SALT], said


def to_json(value: Mapping[str, Any]) -> bytes:
    """JSON in UTF-8. orjson refuses lone surrogates and integers over 64 bits; these take the slow way."""
    try:
        return orjson.dumps(value)
    except (TypeError, orjson.JSONEncodeError):
        return orjson.dumps(_mended(value))


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode() if not value.isascii() else value
    if isinstance(value, Mapping):
        return {str(_mended(str(key))): _mended(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_mended(one) for one in value]
    if isinstance(value, bool) or value is None or isinstance(value, float):
        return value
    if isinstance(value, int):
        return value if -(1 << 63) <= value < 1 << 64 else str(value)
    return str(value)


@cache
def _dictionary() -> zstandard.ZstdCompressionDict:
    data = files("kijun.ledger").joinpath("data", DICTIONARIES[-1]).read_bytes()
    made = zstandard.ZstdCompressionDict(data)
    made.precompute_compress(level=_LEVEL)
    return made


class _Tools(local):
    """zstd's contexts, which threads may not share."""

    def __init__(self) -> None:
        self.compressor = zstandard.ZstdCompressor(
            dict_data=_dictionary(), level=_LEVEL, write_content_size=True, write_checksum=False
        )
        self.decompressor = zstandard.ZstdDecompressor(dict_data=_dictionary())


@cache
def _tools() -> _Tools:
    return _Tools()


def decompressor() -> zstandard.ZstdDecompressor:
    """What unpacks frames, for this thread. It believes what a frame says of its size: ask `zstandard.frame_content_size` first."""
    return _tools().decompressor
