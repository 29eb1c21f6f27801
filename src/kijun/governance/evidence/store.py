"""Uploaded files: each once under its digest, written whole or not at all, readable by this service alone.

``settings.KIJUN_FILES/<municipality code>/<sha256>``, files 0600 in folders 0700. Nothing is executed or shown inline.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Final

from django.conf import settings

from kijun.governance.evidence.models import StoredFile
from kijun.governance.organisation.models import Municipality

ALLOWED: Final = ("pdf", "docx", "xlsx", "pptx", "csv", "txt", "png", "jpg", "jpeg")


class Damaged(Exception):
    """The file is missing, or not what was stored."""


def folder(municipality: Municipality) -> Path:
    return Path(settings.KIJUN_FILES) / municipality.code


def path(municipality: Municipality, sha256: str) -> Path:
    return folder(municipality) / sha256


def write(municipality: Municipality, content: bytes) -> str:
    """Keep the content durably; returns its SHA-256 (hex). The same content is kept once."""
    sha256 = hashlib.sha256(content).hexdigest()
    target = path(municipality, sha256)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if target.exists() and hashlib.sha256(target.read_bytes()).hexdigest() == sha256:
        return sha256
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".new-")  # mode 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    parent = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(parent)
    finally:
        os.close(parent)
    return sha256


def read(stored: StoredFile) -> bytes:
    """The content, checked against its digest. Raises :class:`Damaged`."""
    try:
        content = path(stored.municipality, stored.sha256).read_bytes()
    except OSError as error:
        raise Damaged from error
    if hashlib.sha256(content).hexdigest() != stored.sha256:
        raise Damaged
    return content
