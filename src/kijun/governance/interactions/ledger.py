"""The installation's ledger, for pages and jobs: opened once in a process, when it is first needed.

A process that was forked opens its own: neither SQLite nor PostgreSQL lets two processes share a connection. What the ledger needs to
read sealed records (pyarrow, DuckDB, tantivy) is loaded by the first search and not by the web's start.
"""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from kijun.ledger.model import Entry, LedgerError, Receipt, Unavailable

if TYPE_CHECKING:
    from kijun.ledger.appending import Appender
    from kijun.ledger.client import Client
    from kijun.ledger.ledger import Ledger

_Key = tuple[int, Path, str, str]
_lock = threading.RLock()
_ledger: tuple[_Key, Ledger] | None = None
_client: tuple[_Key, Client] | None = None


def home() -> Path:
    """The data folder."""
    return Path(settings.HOME)


def url() -> str:
    """The PostgreSQL that holds the journal; empty for SQLite in the data folder."""
    return str(getattr(settings, "KIJUN_LEDGER_URL", ""))


def files() -> str:
    """The address of the bucket where sealed files lie; empty for the data folder."""
    return str(getattr(settings, "KIJUN_LEDGER_FILES", ""))


def elsewhere() -> tuple[Path, ...]:
    """The folders that get a copy of each checkpoint."""
    return tuple(getattr(settings, "KIJUN_CHECKPOINT_FOLDERS", ()))


def _key() -> _Key:
    return os.getpid(), home(), url(), files()


def opened() -> Ledger:
    """The ledger; raises `LedgerError` where it cannot be opened."""
    global _ledger
    from kijun.ledger.client import FOLDER
    from kijun.ledger.database import FAULTS
    from kijun.ledger.ledger import Ledger

    with _lock:
        if _ledger is not None and _ledger[0] == _key():
            return _ledger[1]
        close()
        try:
            home().mkdir(mode=0o700, parents=True, exist_ok=True)
            made = Ledger(home() / FOLDER, url(), files())
        except FAULTS as error:
            raise unreadable(error) from error
        _ledger = (_key(), made)
        return made


@contextmanager
def reading() -> Iterator[Ledger]:
    """The ledger, for a few questions; whatever a database or a disk says on the way is a `LedgerError` with words."""
    from kijun.ledger.database import FAULTS

    try:
        yield opened()
    except FAULTS as error:
        raise unreadable(error) from error


@contextmanager
def appending() -> Iterator[Appender]:
    """How entries get in: through the writer where one runs, else as the only process that writes."""
    from kijun.ledger.appending import Through, appender
    from kijun.ledger.client import is_running
    from kijun.ledger.database import FAULTS

    try:
        ledger = opened()
        if is_running(home()):
            yield Through(_asked())  # over one connection that stays
            return
        with appender(home(), ledger, elsewhere()) as made:
            yield made
    except FAULTS as error:
        raise unreadable(error) from error


def record(entries: Sequence[Entry]) -> list[Receipt]:
    """Record entries together, all or none; durable when this returns. Raises `LedgerError`."""
    with appending() as to:
        return to.append(entries)


def unreadable(error: Exception) -> LedgerError:
    """Words for a ledger that cannot be opened, read or written. What the system says may quote a value: only its kind is told."""
    return Unavailable(
        "台帳を読み書きできません。ディスクの空きとデータベースの状態を、IT担当者が確認してください。",
        f"The ledger cannot be read or written ({type(error).__name__}): let IT staff look at free disk space and the database.",
    )


def _asked() -> Client:
    global _client
    from kijun.ledger.client import Client

    with _lock:
        if _client is None or _client[0] != _key():
            _client = (_key(), Client(home()))
        return _client[1]


def close() -> None:
    """Let go of files and connections. What another process opened is left to it."""
    global _ledger, _client
    with _lock:
        for one in (_ledger, _client):
            if one is not None and one[0][0] == os.getpid():
                one[1].close()
        _ledger = _client = None


atexit.register(close)
