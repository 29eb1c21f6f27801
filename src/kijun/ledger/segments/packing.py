"""A folder as one encrypted file that cannot be cut, reordered, swapped for another's or read without its key.

tar, then zstd, then chunks of 1 MiB under AES-256-GCM. The form is that of STREAM (Hoang, Reyhanitabar, Rogaway, Vizár, "Online
Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance", 2015): a chunk's nonce is its number and whether it is the
last. Each file has a key of its own, by HKDF-SHA256 over a random salt and the segment's name, so nonces never meet under one
key, and an index put in another's place does not open.

    magic(8) ‖ salt(32) ‖ chunks of 1 MiB + 16 bytes, the last one shorter or equal
"""

from __future__ import annotations

import io
import os
import struct
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final, cast

import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_MAGIC: Final = b"KIJUNIX1"
_SALT: Final = 32
_CHUNK: Final = 1 << 20
_TAG: Final = 16
_LEVEL: Final = 3  # postings are packed in bits: higher levels take time and save nothing


class Unpackable(ValueError):
    """The file was cut, changed, is another segment's, or was sealed under another key."""


def _cipher(key: bytes, salt: bytes, name: str) -> AESGCM:
    if len(key) != 32:
        raise ValueError("the key of a segment has 32 bytes")
    return AESGCM(HKDF(SHA256(), 32, salt=salt, info=b"kijun segment index/1 " + name.encode()).derive(key))


def _nonce(number: int, last: bool) -> bytes:
    return struct.pack(">xxxQB", number, last)


class _Sealing(io.RawIOBase):
    """Encrypts what is written to it, chunk by chunk. The last chunk is known only at the end, so one is held back."""

    def __init__(self, out: IO[bytes], cipher: AESGCM) -> None:
        self._out, self._cipher, self._held, self._number = out, cipher, bytearray(), 0

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = memoryview(data)  # type: ignore[arg-type]  # whatever has a buffer: zstd hands bytes
        self._held += piece
        while len(self._held) > _CHUNK:
            self._emit(bytes(self._held[:_CHUNK]), last=False)
            del self._held[:_CHUNK]
        return len(piece)

    def _emit(self, chunk: bytes, last: bool) -> None:
        self._out.write(self._cipher.encrypt(_nonce(self._number, last), chunk, None))
        self._number += 1

    def finish(self) -> None:
        self._emit(bytes(self._held), last=True)


def pack(source: Path, out: Path, key: bytes, name: str) -> None:
    """Packs the files of a folder (not its sub-folders) into ``out``."""
    salt = os.urandom(_SALT)
    with out.open("wb") as file:
        file.write(_MAGIC + salt)
        sealing = _Sealing(file, _cipher(key, salt, name))
        with (
            zstandard.ZstdCompressor(_LEVEL).stream_writer(
                cast("IO[bytes]", sealing), closefd=False
            ) as packed,
            tarfile.open(fileobj=packed, mode="w|", format=tarfile.USTAR_FORMAT) as tar,
        ):
            for path in sorted(source.iterdir()):
                if path.is_file():
                    member = tarfile.TarInfo(path.name)
                    member.size = path.stat().st_size
                    with path.open("rb") as data:
                        tar.addfile(member, data)
        sealing.finish()


def _opened(file: IO[bytes], key: bytes, name: str) -> Iterator[bytes]:
    head = file.read(len(_MAGIC) + _SALT)
    if not head.startswith(_MAGIC) or len(head) != len(_MAGIC) + _SALT:
        raise Unpackable("this is no index of a segment")
    cipher = _cipher(key, head[len(_MAGIC) :], name)
    number, chunk = 0, file.read(_CHUNK + _TAG)
    while True:
        following = file.read(_CHUNK + _TAG)
        try:
            yield cipher.decrypt(_nonce(number, not following), chunk, None)
        except InvalidTag:
            raise Unpackable("cut, changed, or sealed under another key") from None
        if not following:
            return
        number, chunk = number + 1, following


class _Opening(io.RawIOBase):
    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks, self._held = chunks, memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        target = memoryview(buffer)  # type: ignore[arg-type]  # whatever has a buffer
        while not self._held:
            following = next(self._chunks, None)
            if following is None:
                return 0
            self._held = memoryview(following)
        size = min(len(target), len(self._held))
        target[:size], self._held = self._held[:size], self._held[size:]
        return size


def check(source: Path, key: bytes, name: str) -> None:
    """Raises `Unpackable` unless the file is what was packed under this name and key; nothing is unpacked."""
    with source.open("rb") as file:
        for _ in _opened(file, key, name):
            pass


def unpack(source: Path, into: Path, key: bytes, name: str) -> int:
    """Unpacks into an existing folder and gives the bytes written; raises `Unpackable`, or OSError where it cannot be read.

    Nothing is to be trusted in ``into`` unless this returned: what comes before a changed chunk is written before it is met.
    """
    written = 0
    try:
        with source.open("rb") as file:
            stream = io.BufferedReader(_Opening(_opened(file, key, name)))
            with (
                zstandard.ZstdDecompressor().stream_reader(stream, closefd=False) as plain,
                tarfile.open(fileobj=plain, mode="r|") as tar,
            ):
                for member in tar:
                    if not member.isfile() or "/" in member.name or member.name in ("", ".", ".."):
                        raise Unpackable("holds something else than files")
                    data = tar.extractfile(member)
                    if data is None:
                        raise Unpackable("holds something else than files")
                    written += (into / member.name).write_bytes(data.read())
            while stream.read(_CHUNK):  # to the very end, so that what was cut off behind the tar is noticed
                pass
    except (tarfile.TarError, zstandard.ZstdError, EOFError) as error:
        raise Unpackable("cut or changed") from error
    return written
