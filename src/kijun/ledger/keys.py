"""Keys: one root, and under it one for each thing that is to be erased together.

The root key (32 bytes, ``root-key`` in the ledger's folder) wraps the data keys (AES-256-GCM). A data key belongs to what it encrypts: the content of a
municipality's month and retention class, the masked values of the same, or what is held. Destroying a key destroys all it encrypted, copies of the
records included.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from kijun.ledger.files import read_or_make, write_whole
from kijun.ledger.model import LedgerError

NAME: Final = "root-key"
BYTES: Final = 32
NONCE: Final = 12
CONTENT: Final = "content"
MASKED: Final = "masked"
HELD: Final = "held"
SIGNING: Final = "signing"
_ESCROW: Final = "kijun-escrow/1"
_SCRYPT: Final = {
    "n": 1 << 17,
    "r": 8,
    "p": 1,
}  # about 0.4 s and 128 MB: a passphrase that people can remember
_LEAST_PASSPHRASE: Final = 12


class WrongKey(LedgerError):
    """The root key is not the one that the ledger's data keys were wrapped with."""


class ChangedKey(WrongKey):
    """The root key is the ledger's, and one data key cannot be opened with it: its line in the database is not what was written."""

    def __init__(self, id: int) -> None:
        super().__init__(
            f"台帳のデータベースにある{id}番の鍵（表 keys）が、書いたときのものではありません。kijun ledger verify で確かめ、バックアップから戻してください。",
            f"Data key {id} in the ledger's database (table keys) is not what was written: run kijun ledger verify, then restore the back-up.",
        )


class BadEscrow(LedgerError):
    """An escrow file cannot be opened: another passphrase, or the file was changed."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a data key is for. ``use`` is CONTENT, MASKED or HELD; of a hold, ``retention`` is ``hold:`` and the interaction.

    SIGNING is for the copy of the key that checkpoints are signed with; ``retention`` is the ledger's origin.
    """

    use: str
    municipality: str
    month: str
    retention: str

    def bound(self) -> bytes:
        """The scope as it is bound into the wrapping: a wrapped key cannot be put in another's place."""
        return "\x1f".join((self.use, self.municipality, self.month, self.retention)).encode()


class RootKey:
    """Wraps and unwraps data keys."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._cipher = AESGCM(key)

    def __repr__(self) -> str:
        return f"<RootKey {self.fingerprint}>"

    @classmethod
    def load(cls, folder: Path) -> RootKey:
        """The key in ``folder/root-key``, made when there is none: `keeping.root_of` knows where that may be. Raises `WrongKey` where
        the file holds no key."""
        try:
            return cls(read_or_make(folder / NAME, BYTES))
        except ValueError as error:
            raise WrongKey(
                f"{folder / NAME} は、台帳の鍵ではありません（長さが違います）。バックアップから、または kijun ledger escrow restore で戻してください。",
                f"{error}, or restore it from escrow (kijun ledger escrow restore).",
            ) from error

    @property
    def fingerprint(self) -> str:
        """Tells keys apart without telling the key."""
        return sha256(b"kijun root key\n" + self._key).hexdigest()[:16]

    def wrap(self, key: bytes, scope: Scope) -> bytes:
        """A data key as it is stored."""
        return encrypt(self._cipher, key, scope.bound())

    def unwrap(self, wrapped: bytes, scope: Scope) -> bytes:
        """The data key; raises `WrongKey`."""
        try:
            return decrypt(self._cipher, wrapped, scope.bound())
        except InvalidTag as error:
            raise WrongKey(
                "台帳の鍵（root-key）が違います。バックアップか、預けた鍵から戻してください。",
                "The ledger's root key is another one: restore it from the back-up or from escrow (kijun ledger escrow restore).",
            ) from error

    def escrow(self, passphrase: str) -> str:
        """The root key as a text to be kept elsewhere, under a passphrase (scrypt, AES-256-GCM)."""
        if len(passphrase) < _LEAST_PASSPHRASE:
            raise BadEscrow(
                f"合言葉は{_LEAST_PASSPHRASE}文字以上にしてください。",
                f"The passphrase needs at least {_LEAST_PASSPHRASE} characters.",
            )
        salt = secrets.token_bytes(16)
        sealed = encrypt(AESGCM(_stretched(passphrase, salt, **_SCRYPT)), self._key, _ESCROW.encode())
        told: dict[str, Any] = {
            "format": _ESCROW,
            "fingerprint": self.fingerprint,
            "scrypt": {**_SCRYPT, "salt": base64.b64encode(salt).decode()},
            "sealed": base64.b64encode(sealed).decode(),
        }
        return orjson.dumps(told, option=orjson.OPT_INDENT_2).decode() + "\n"

    @classmethod
    def from_escrow(cls, text: str, passphrase: str) -> RootKey:
        """The root key out of an escrow text; raises `BadEscrow`."""
        try:
            told = orjson.loads(text)
            if told["format"] != _ESCROW:
                raise ValueError(told["format"])
            how = told["scrypt"]
            n, r, p = (int(how[name]) for name in ("n", "r", "p"))
            if n > 1 << 20 or r > 16 or p > 4:  # a hostile file must not take all memory
                raise ValueError("scrypt")
            key = _stretched(passphrase, base64.b64decode(how["salt"]), n=n, r=r, p=p)
            return cls(decrypt(AESGCM(key), base64.b64decode(told["sealed"]), _ESCROW.encode()))
        except InvalidTag as error:
            raise BadEscrow("合言葉が違います。", "The passphrase is another one.") from error
        except (ValueError, KeyError, TypeError, binascii.Error) as error:
            raise BadEscrow("預けた鍵のファイルではありません。", "This is no escrow file.") from error

    def store(self, folder: Path) -> None:
        """Put the key into the folder; an existing one of another value is never overwritten."""
        path = folder / NAME
        held = path.read_bytes() if path.exists() else b""
        if len(held) == BYTES and held != self._key:  # of another length it is none
            raise WrongKey(
                f"{path} に別の鍵があります。名前を変えて退避してから、もう一度実行してください。",
                f"{path} holds another key: move it away first, then try again.",
            )
        write_whole(path, self._key)


def encrypt(cipher: AESGCM, plain: bytes, bound: bytes) -> bytes:
    """Nonce (12 bytes, random) ‖ AES-256-GCM of the text, with ``bound`` as associated data."""
    nonce = os.urandom(NONCE)
    return nonce + cipher.encrypt(nonce, plain, bound)


def decrypt(cipher: AESGCM, blob: bytes, bound: bytes) -> bytes:
    """The text again; raises `InvalidTag`."""
    if len(blob) < NONCE + 16:
        raise InvalidTag
    return cipher.decrypt(blob[:NONCE], blob[NONCE:], bound)


def _stretched(passphrase: str, salt: bytes, *, n: int, r: int, p: int) -> bytes:
    return Scrypt(salt=salt, length=BYTES, n=n, r=r, p=p).derive(passphrase.encode())


class KeyRing:
    """The data keys that are in use, unwrapped once. ``fetch`` gives (scope, wrapped) of an id, wrapped None where destroyed.

    What opens a key raises `ChangedKey` where its line was changed.
    """

    def __init__(self, root: RootKey, fetch: Callable[[int], tuple[Scope, bytes | None] | None]) -> None:
        self._root = root
        self._fetch = fetch
        self._ciphers: dict[int, AESGCM] = {}

    def cipher(self, id: int) -> AESGCM | None:
        """The cipher of a key; None where the key was destroyed or never was."""
        found = self._ciphers.get(id)
        if found is None:
            raw = self._raw(id)
            if raw is None:
                return None
            found = self._ciphers[id] = AESGCM(raw)
        return found

    def derived(self, id: int, use: str) -> bytes | None:
        """A key for something that is erased together with what the key encrypts (an index)."""
        raw = self._raw(id)
        return raw and HKDF(SHA256(), BYTES, salt=None, info=f"kijun ledger {use}".encode()).derive(raw)

    def decrypt(self, id: int, blob: bytes, bound: bytes) -> bytes | None:
        """What a key encrypted; None where the key is gone. Raises `InvalidTag` where the text was changed."""
        cipher = self.cipher(id)
        return None if cipher is None else decrypt(cipher, blob, bound)

    def scope(self, id: int) -> Scope | None:
        """What a key is for, as it was bound into it; None where the key was destroyed or never was."""
        found = self._fetch(id)
        return found[0] if self._raw(id) is not None and found is not None else None

    def hold(self, id: int, raw: bytes) -> None:
        """Take a key that was made just now and that others cannot read yet."""
        self._ciphers[id] = AESGCM(raw)

    def forget(self, id: int | None = None) -> None:
        """Drop a key from memory (all without an id): it was destroyed, or may have been."""
        if id is None:
            self._ciphers.clear()
        else:
            self._ciphers.pop(id, None)

    def _raw(self, id: int) -> bytes | None:
        found = self._fetch(id)
        if found is None or found[1] is None:
            return None
        try:
            return self._root.unwrap(found[1], found[0])
        except WrongKey as error:  # the root key was looked at when the ledger was opened
            raise ChangedKey(id) from error
