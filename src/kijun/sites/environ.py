"""Typed readers of environment variables.

Every variable that Kijun reads is named in :data:`VARIABLES` with what it does; a test holds
docs/operation.md against that table.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

VARIABLES: Final[dict[str, str]] = {
    "KIJUN_HOME": "folder that holds the database, files and keys",
    "DATABASE_URL": "postgresql://user:password@host:port/name; SQLite in KIJUN_HOME without it",
    "KIJUN_ALLOWED_HOSTS": "host names that people type, separated by commas",
    "KIJUN_SITE": "both (default), staff or residents: which site this process serves",
    "KIJUN_TRUSTED_PROXY": "1 when a reverse proxy on this machine ends TLS in front of Kijun",
    "KIJUN_PUBLIC_URL": "address of the residents' site as residents see it, for open data and feeds",
    "KIJUN_UPLOAD_MB": "largest upload in megabytes (default 20)",
    "KIJUN_DEBUG": "1 shows Django's debug pages; never on a real installation",
}


class SettingError(Exception):
    """A variable of the environment holds something that cannot be used."""


def text(name: str, default: str = "") -> str:
    """The variable as text; surrounding blanks are dropped."""
    return os.environ.get(name, default).strip()


def flag(name: str) -> bool:
    """True for 1, true, yes, on; false for 0, false, no, off and nothing."""
    value = text(name).lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"", "0", "false", "no", "off"}:
        return False
    raise SettingError(f"{name}={value!r}: write 1 or 0")


def number(name: str, default: int, least: int = 1) -> int:
    """A whole number of at least ``least``."""
    value = text(name)
    if not value:
        return default
    if not value.isdecimal() or int(value) < least:
        raise SettingError(f"{name}={value!r}: write a whole number of at least {least}")
    return int(value)


def choice(name: str, choices: tuple[str, ...]) -> str:
    """One of ``choices``; the first is the default."""
    value = text(name, choices[0]) or choices[0]
    if value not in choices:
        raise SettingError(f"{name}={value!r}: write one of {', '.join(choices)}")
    return value


def words(name: str) -> list[str]:
    """A comma-separated list."""
    return [word.strip() for word in text(name).split(",") if word.strip()]


def home() -> Path:
    """The data folder: KIJUN_HOME, or ``kijun`` in the user's data directory (XDG)."""
    given = text("KIJUN_HOME")
    if given:
        return Path(given).expanduser().resolve()
    base = text("XDG_DATA_HOME") or "~/.local/share"
    return Path(base).expanduser().resolve() / "kijun"


def database(folder: Path) -> dict[str, object]:
    """Django's settings for the database that DATABASE_URL names, else SQLite in ``folder``."""
    url = text("DATABASE_URL")
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": folder / "kijun.sqlite3",
            "OPTIONS": {
                "timeout": 20,
                # A reader that turns writer half-way would fail at once; asking first lets it wait.
                "transaction_mode": "IMMEDIATE",
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
                    "PRAGMA cache_size=-16000; PRAGMA temp_store=MEMORY;"
                ),
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise SettingError("DATABASE_URL: write postgresql://user:password@host:port/name")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
