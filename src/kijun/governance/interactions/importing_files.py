"""A file between upload and ledger: it holds what people said, so it lies encrypted, and only as long as it is needed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.utils.translation import gettext as _

from kijun.gateway.sealing import derived
from kijun.governance.interactions.importing import Place, Unreadable
from kijun.governance.interactions.models import ImportRun

_NONCE: Final = 12
Fault = tuple[Place, list[str], list[str]]
"""Where a row stands, and what is wrong with it in Japanese and English."""


def _path(run: ImportRun) -> Path:
    return Path(settings.KIJUN_FILES) / run.municipality.code / "imports" / f"{run.pk}.sealed"


def _cipher() -> AESGCM:
    return AESGCM(derived(settings.SECRET_KEY, "imports of records"))


def sealed_faults(run: ImportRun, faults: Sequence[Fault]) -> bytes:
    """Rows that were left out, as a run keeps them: they quote what the file says."""
    nonce = os.urandom(_NONCE)
    told = orjson.dumps([(tuple(place), ja, en) for place, ja, en in faults])
    return nonce + _cipher().encrypt(nonce, told, f"faults {run.pk}".encode())


def faults_of(run: ImportRun) -> list[Fault]:
    """The rows that were left out; none where they are gone, or cannot be read under this installation's secret."""
    sealed = bytes(run.faults)
    if not sealed:
        return []
    try:
        told = _cipher().decrypt(sealed[:_NONCE], sealed[_NONCE:], f"faults {run.pk}".encode())
    except (InvalidTag, ValueError):
        return []
    return [(_place(place), ja, en) for place, ja, en in orjson.loads(told)]


def _place(told: list[Any] | int) -> Place:
    """Runs from before several sheets were read have numbers alone."""
    return Place(told) if isinstance(told, int) else Place(*told)


def keep(run: ImportRun, content: bytes) -> None:
    """Put the file aside, durably."""
    path = _path(run)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    nonce = os.urandom(_NONCE)
    sealed = nonce + _cipher().encrypt(nonce, content, str(run.pk).encode())
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(sealed)
        file.flush()
        os.fsync(file.fileno())


def content_of(run: ImportRun) -> bytes:
    """The file again; raises `SheetError` where it is gone."""
    try:
        sealed = _path(run).read_bytes()
        return _cipher().decrypt(sealed[:_NONCE], sealed[_NONCE:], str(run.pk).encode())
    except (OSError, InvalidTag, ValueError) as error:
        raise Unreadable(_("取り込むファイルが残っていません。もう一度選んでください。")) from error


def forget(run: ImportRun) -> None:
    """The file is gone afterwards."""
    _path(run).unlink(missing_ok=True)
