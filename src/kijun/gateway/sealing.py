"""Secrets that are kept but never shown: an upstream's key, sealed in the database and in the snapshot.

AES-256-GCM under a key derived (HKDF-SHA256, RFC 5869) from the installation's ``secret-key``. A copy of the database or of the
snapshot alone opens nothing.
"""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_MARK: Final = "sealed1:"
_NONCE: Final = 12


class Unsealable(ValueError):
    """It was sealed under another secret key, or was changed."""


def derived(secret: str, use: str) -> bytes:
    """32 bytes for one use out of the installation's secret key."""
    return HKDF(SHA256(), 32, salt=None, info=f"kijun {use}".encode()).derive(secret.encode())


def secret_of(folder: Path) -> str:
    """The installation's secret key, which the control plane made in the data folder."""
    return (folder / "secret-key").read_text(encoding="ascii").strip()


def seal(secret: str, value: str) -> str:
    """The value as text that tells nothing without the secret key; empty stays empty."""
    if not value:
        return ""
    nonce = os.urandom(_NONCE)
    sealed = AESGCM(derived(secret, "sealing")).encrypt(nonce, value.encode(), None)
    return _MARK + base64.b64encode(nonce + sealed).decode()


def unseal(secret: str, sealed: str) -> str:
    """The value again; raises `Unsealable`."""
    if not sealed:
        return ""
    if not sealed.startswith(_MARK):
        raise Unsealable("this was never sealed")
    try:
        data = base64.b64decode(sealed.removeprefix(_MARK), validate=True)
        opened = AESGCM(derived(secret, "sealing")).decrypt(data[:_NONCE], data[_NONCE:], None)
    except (ValueError, InvalidTag) as error:
        raise Unsealable("sealed under another secret key, or changed") from error
    return opened.decode()
