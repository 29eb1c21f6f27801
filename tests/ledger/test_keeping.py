"""Destroyed keys leave the files of the database too, and where they cannot yet it is known."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg
import pytest

from kijun.ledger import keeping
from kijun.ledger.database import SCHEMA, Sqlite
from kijun.ledger.erasing import erase_due
from kijun.ledger.ledger import Ledger
from kijun.ledger.maintenance import maintain
from tests.ledger.conftest import Add, entry
from tests.ledger.test_erasing import LATER, OLD, add_all


@contextmanager
def reading(ledger: Ledger) -> Iterator[None]:
    """Somebody else's transaction that sees this moment, like a back-up's."""
    if isinstance(ledger.database, Sqlite):
        with closing(sqlite3.connect(ledger.database.path, isolation_level=None)) as link:
            link.execute("BEGIN")
            link.execute("SELECT COUNT(*) FROM keys").fetchall()
            yield
        return
    with psycopg.connect(ledger.database.url) as other:
        other.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        other.execute(f"SELECT COUNT(*) FROM {SCHEMA}.keys".encode())
        yield


def test_a_destroyed_key_that_a_reader_keeps_in_the_log_is_owed_and_told(
    ledger: Ledger, add: Add, caplog: pytest.LogCaptureFixture
) -> None:
    add(entry("消える相談", at=OLD))
    with ledger.database.reading() as link:
        (wrapped,) = link.execute("SELECT wrapped FROM keys WHERE purpose = 'content'")[0]
    with reading(ledger):
        assert maintain(ledger, add_all(add), erase=True, now=LATER).owed
        assert "somebody reads a moment before" in caplog.text
        began = time.monotonic()
        assert maintain(ledger, add_all(add)).owed, "each run tries again"
        assert time.monotonic() - began < 10
    assert not maintain(ledger, add_all(add)).owed
    for path in ledger.folder.glob("journal*"):
        assert bytes(wrapped) not in path.read_bytes(), path
    caplog.clear()
    with reading(ledger):
        assert not maintain(ledger, add_all(add)).owed, "what is done is not owed"
    assert caplog.text == ""


def test_a_run_that_dies_before_it_scrubs_leaves_that_to_the_next(
    ledger: Ledger, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(entry("消える相談", at=OLD))
    with monkeypatch.context() as patch:
        patch.setattr(keeping, "scrub", lambda _database: True)
        erase_due(ledger, add_all(add), now=LATER)
    times: list[bool] = []
    scrub = ledger.database.scrub

    def counted() -> bool:
        times.append(scrub())
        return times[-1]

    monkeypatch.setattr(ledger.database, "scrub", counted)
    assert not maintain(ledger, add_all(add)).owed
    assert not maintain(ledger, add_all(add)).owed
    assert times == [True]
