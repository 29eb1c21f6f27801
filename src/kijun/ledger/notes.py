"""Checkpoints: what the tree was at a moment, signed, as a C2SP signed note (c2sp.org/signed-note, c2sp.org/tlog-checkpoint).

kijun/3f2a…            the origin: which ledger
1234                   how many leaves
qINS1GRFhWHwdkUe…      the root, base64
                       (an empty line)
— kijun/3f2a… keyhash‖signature, base64
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from kijun.ledger.files import read_or_make

_ED25519: Final = b"\x01"
_DASH: Final = "— "
_SIGNED: Final = 4 + 64  # bytes of a signature with the key's hash before it


class BadNote(ValueError):
    """A text is no checkpoint, or is not signed by the key it should be."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """``size`` leaves had ``root`` (32 bytes), says ``origin``."""

    origin: str
    size: int
    root: bytes

    def body(self) -> str:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


class Signer:
    """Signs checkpoints with the ledger's Ed25519 key."""

    def __init__(self, origin: str, key: Ed25519PrivateKey) -> None:
        self.origin = origin
        self._key = key
        self.verifier = Verifier(origin, key.public_key())

    @classmethod
    def load(cls, path: Path, origin: str) -> Signer:
        """The key in a file, made (mode 0600) when there is none."""
        return cls.of(origin, read_or_make(path, 32))

    @classmethod
    def of(cls, origin: str, raw: bytes) -> Signer:
        """The key of 32 bytes; raises ValueError for others."""
        return cls(origin, Ed25519PrivateKey.from_private_bytes(raw))

    def sign(self, size: int, root: bytes) -> str:
        """The checkpoint as a signed note."""
        return self.sign_text(Checkpoint(self.origin, size, root).body())

    def sign_text(self, body: str) -> str:
        """A text as a signed note. Its first line says what it is: only a checkpoint's is the ledger's name alone."""
        signed = base64.b64encode(self.verifier.key_hash + self._key.sign(body.encode())).decode()
        return f"{body}\n{_DASH}{self.origin} {signed}\n"


class Verifier:
    """Reads checkpoints and holds them against the ledger's public key."""

    def __init__(self, origin: str, key: Ed25519PublicKey) -> None:
        self.origin = origin
        self._key = key
        self._public = key.public_bytes_raw()
        self.key_hash = sha256(origin.encode() + b"\n" + _ED25519 + self._public).digest()[:4]

    @property
    def vkey(self) -> str:
        """The public key as a C2SP verifier key: what is handed out, once, to whoever keeps checkpoints."""
        public = base64.b64encode(_ED25519 + self._public).decode()
        return f"{self.origin}+{self.key_hash.hex()}+{public}"

    @classmethod
    def parse(cls, vkey: str) -> Verifier:
        """Read a verifier key; raises `BadNote`."""
        try:
            origin, key_hash, public = vkey.strip().split("+", 2)
            raw = base64.b64decode(public, validate=True)
            if raw[:1] != _ED25519:
                raise BadNote("the key is no Ed25519 key")
            made = cls(origin, Ed25519PublicKey.from_public_bytes(raw[1:]))
        except (ValueError, binascii.Error) as error:
            raise BadNote(f"no verifier key: {error}") from error
        if made.key_hash.hex() != key_hash:
            raise BadNote("the key's hash does not fit the key")
        return made

    def open(self, note: str) -> Checkpoint:
        """The checkpoint in a note that this key signed; raises `BadNote`."""
        checkpoint = parse(note)
        body, _, signatures = note.partition("\n\n")
        for line in signatures.splitlines():
            name, _, value = line.removeprefix(_DASH).partition(" ")
            if not line.startswith(_DASH) or name != self.origin:
                continue
            try:
                raw = base64.b64decode(value, validate=True)
                if raw[:4] != self.key_hash:
                    continue
                self._key.verify(raw[4:], (body + "\n").encode())
            except (binascii.Error, InvalidSignature) as error:
                raise BadNote("the signature is wrong") from error
            if checkpoint.origin != self.origin:
                raise BadNote(f"a checkpoint of {checkpoint.origin}, not of {self.origin}")
            return checkpoint
        raise BadNote("not signed by this ledger's key")


def is_whole(note: str) -> bool:
    """Whether a note looks like a checkpoint to its end, whoever signed it: three lines, and one signature of full length."""
    body, _, signature = note.rstrip("\n").partition("\n\n")
    try:
        parse(note)
        raw = base64.b64decode(signature.removeprefix(_DASH).partition(" ")[2], validate=True)
    except (BadNote, binascii.Error):
        return False
    return body.count("\n") == 2 and signature.startswith(_DASH) and len(raw) == _SIGNED


def parse(note: str) -> Checkpoint:
    """What a note says, its signature unread."""
    lines = note.partition("\n\n")[0].split("\n")
    try:
        origin, size, root = lines[0], lines[1], base64.b64decode(lines[2], validate=True)
        if not origin or not size.isascii() or not size.isdecimal() or len(root) != 32:
            raise ValueError
        if size != str(int(size)):
            raise ValueError
    except (IndexError, ValueError, binascii.Error) as error:
        raise BadNote("this is no checkpoint") from error
    return Checkpoint(origin, int(size), root)
