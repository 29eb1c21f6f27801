"""The text of a file between upload and sending: encrypted in the data folder, gone once it is sent or a day is over."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from kijun.gateway.sealing import derived

_NONCE: Final = 12


def _path(code: str, pk: int) -> Path:
    return Path(settings.KIJUN_FILES) / code / "chat" / f"{pk}.sealed"


def _cipher() -> AESGCM:
    return AESGCM(derived(settings.SECRET_KEY, "chat attachments"))


def keep(code: str, pk: int, text: str) -> None:
    """Put a text aside, durably; what was there is replaced whole."""
    path = _path(code, pk)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    nonce = os.urandom(_NONCE)
    sealed = nonce + _cipher().encrypt(nonce, text.encode("utf-8", "surrogatepass"), str(pk).encode())
    fresh = path.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(sealed)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def text_of(code: str, pk: int) -> str | None:
    """The text again; None where it is gone or cannot be opened."""
    try:
        sealed = _path(code, pk).read_bytes()
        opened = _cipher().decrypt(sealed[:_NONCE], sealed[_NONCE:], str(pk).encode())
    except (OSError, InvalidTag, ValueError):
        return None
    return opened.decode("utf-8", "surrogatepass")


def forget(code: str, pk: int) -> bool:
    """It is gone afterwards; gives whether it was there."""
    try:
        _path(code, pk).unlink()
    except FileNotFoundError:
        return False
    return True
