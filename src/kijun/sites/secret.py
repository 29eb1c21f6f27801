"""The installation's secret key, made once and kept in the data folder."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from kijun.sites.environ import SettingError


def secret_key(folder: Path) -> str:
    """Read ``folder/secret-key``, or make it (mode 0600). Two processes that start together agree."""
    try:
        found = _read_or_make(folder)
    except OSError as error:
        raise SettingError(
            f"データフォルダー {folder} を使えません / the data folder {folder} cannot be used ({error.strerror}: "
            f"{error.filename}); KIJUN_HOME names another"
        ) from error
    if not found:
        raise SettingError(
            f"{folder / 'secret-key'} is empty: put the one of your back-up there, or remove it"
        )
    return found


def _read_or_make(folder: Path) -> str:
    path = folder / "secret-key"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        fresh = folder / f"secret-key.{os.getpid()}.{secrets.token_hex(4)}"
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(64))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(fresh, path)  # fails when the other process was first
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text(encoding="ascii").strip()
