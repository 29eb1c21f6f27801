"""Files of the ledger: private, written whole, on disk when a function returns."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path


def private_folder(path: Path) -> Path:
    """The folder, made and closed to other users."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.stat().st_mode & 0o077:
        path.chmod(0o700)
    return path


def read_or_make(path: Path, size: int) -> bytes:
    """A file of ``size`` random bytes, made (mode 0600) when there is none. Two processes that start together agree.

    Raises ValueError where the file holds something else: a key that was cut must not be taken for one.
    """
    if not path.exists():
        private_folder(path.parent)
        fresh = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        write_whole(fresh, secrets.token_bytes(size))
        with contextlib.suppress(FileExistsError):  # the other process was first
            os.link(fresh, path)
        fresh.unlink()
        sync_folder(path.parent)
    data = path.read_bytes()
    if len(data) != size:
        raise ValueError(
            f"{path} holds {len(data)} bytes instead of {size}: put the one of your back-up there"
        )
    return data


def write_whole(path: Path, data: bytes) -> None:
    """Write a private file that is there whole or not at all, and is on disk afterwards."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}.new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Put a folder's own entries on disk: what was made, renamed or removed in it."""
    held = os.open(path, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)
