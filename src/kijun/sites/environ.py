"""Typed readers of environment variables.

Every variable that Kijun reads is named in :data:`VARIABLES` with what it does; a test holds
docs/operation.md against that table.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

VARIABLES: Final[dict[str, str]] = {
    "KIJUN_HOME": "folder that holds the database, files and keys",
    "DATABASE_URL": "postgresql://user:password@host:port/name, with ?sslmode=… and the like; SQLite in KIJUN_HOME without it",
    "KIJUN_ALLOWED_HOSTS": "host names that people type, separated by commas",
    "KIJUN_SITE": "both (default), staff or residents: which site this process serves",
    "KIJUN_TRUSTED_PROXY": "1 when a reverse proxy on this machine ends TLS in front of Kijun",
    "KIJUN_PUBLIC_URL": "address of the residents' site as residents see it, for open data and feeds",
    "KIJUN_UPLOAD_MB": "largest upload in megabytes (default 20)",
    "KIJUN_LEDGER_FILES": "s3://bucket/prefix?endpoint=https://host: where the ledger's sealed files lie; KIJUN_HOME without it",
    "KIJUN_CHECKPOINT_FOLDER": "folders, separated by colons, that get a copy of each signed checkpoint of the ledger",
    "KIJUN_CHECKPOINT_SECONDS": "seconds between checkpoints while the ledger grows (default 60)",
    "KIJUN_TIMESTAMP_URL": "time-stamping authority (RFC 3161) that stamps the ledger's checkpoints once an hour",
    "KIJUN_GATEWAY_IN_FLIGHT": "requests that one gateway process takes at the same time (default 256)",
    "KIJUN_GATEWAY_IN_FLIGHT_BYTES": "bytes of their bodies together (default 256,000,000)",
    "KIJUN_GATEWAY_BODY": "bytes of one request (default 20,000,000)",
    "KIJUN_GATEWAY_ANSWER": "bytes of one answer of an AI service (default 32,000,000)",
    "KIJUN_GATEWAY_CACHE": "bytes of inspections that a gateway process remembers (default 24,000,000)",
    "KIJUN_GATEWAY_POLL": "seconds between looks at the policy (default 0.5)",
    "KIJUN_GATEWAY_CONFIRMATION": "seconds that a confirmation counts (default 600)",
    "KIJUN_GATEWAY_REFUSALS": "seconds in which refusals of the same kind are counted together (default 60)",
    "KIJUN_GATEWAY_GRACE": "seconds that running AI calls get when the gateway stops (default 8)",
    "KIJUN_GATEWAY_TRUSTED_PROXIES": "networks, separated by commas, whose X-Forwarded-For the gateway believes",
    "KIJUN_DEBUG": "1 shows Django's debug pages; never on a real installation",
}


ADDRESS: Final = "KIJUN_ADDRESS"
"""Handed from ``kijun serve`` to its children: where people open Kijun. Nobody sets it by hand."""


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


def folders(name: str) -> tuple[Path, ...]:
    """Paths separated by colons, as in PATH; each has to be absolute."""
    found = tuple(Path(one).expanduser() for one in text(name).split(":") if one)
    for one in found:
        if not one.is_absolute():
            raise SettingError(f"{name}: {one} is no absolute path")
    return found


def hosts() -> list[str]:
    """KIJUN_ALLOWED_HOSTS: names and addresses without scheme, port or path; ``.example.lg.jp`` takes all below it."""
    found = []
    for host in words("KIJUN_ALLOWED_HOSTS"):
        bare = host.strip("[]")
        if re.fullmatch(r"[0-9a-fA-F:.]*:[0-9a-fA-F:.]*:[0-9a-fA-F:.]*", bare):  # IPv6
            found.append(f"[{bare}]")
        elif re.fullmatch(r"\*|\.?[\w-]+(\.[\w-]+)*\.?", host):
            found.append(host)
        else:
            raise SettingError(
                f"KIJUN_ALLOWED_HOSTS={host!r}: write the name alone, without https:// and port"
            )
    return found


def web_address(name: str) -> str:
    """The start of an address, without a slash at the end; empty when the variable is."""
    value = text(name).rstrip("/")
    if value and not re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", value):
        raise SettingError(f"{name}={value!r}: write an address like https://www.example.lg.jp")
    return value


def bare_host(url: str) -> str:
    """The host of an address as a browser sends it, without the port: ``[::1]`` of ``http://[::1]:8000/``."""
    return re.sub(r":\d+$", "", urlsplit(url).netloc)


def address(folder: Path) -> str:
    """Where people open Kijun, without a slash at the end, for links that are printed.

    ``kijun serve`` tells it to its children and writes it into its lock in ``folder`` for the commands.
    """
    told = text(ADDRESS)
    if not told:
        try:
            told = (folder / "serve.lock").read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):  # it never ran here
            told = ""
    return (told or "http://127.0.0.1:8000").rstrip("/")


def ledger_files() -> str:
    """KIJUN_LEDGER_FILES, whose form is looked at: a wrong one shall be told at the start and not by a job at night."""
    from kijun.ledger.place import BadPlace, parse

    address = text("KIJUN_LEDGER_FILES")
    try:
        parse(address)
    except BadPlace as error:
        raise SettingError(f"{error.ja}\n{error.en}") from error
    return address


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
    wrong = SettingError("DATABASE_URL: write postgresql://user:password@host:port/name")
    try:
        parts = urlsplit(url)
        port = str(parts.port or "")
    except ValueError as error:
        raise wrong from error
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise wrong
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": port,
        "OPTIONS": dict(parse_qsl(parts.query)),  # libpq's own: sslmode, sslrootcert, …
        # Under ASGI each request has a thread of its own: a connection that outlives it is never used again, and left open.
        "CONN_MAX_AGE": 0,
    }
