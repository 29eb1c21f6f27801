"""The journal's tables are made where they are missing, and left alone where they are there."""

from __future__ import annotations

import threading

from kijun.ledger.ledger import Ledger
from kijun.ledger.schema import create, meta
from tests.ledger.conftest import Add, entry


def test_what_is_missing_is_made_and_the_rest_kept(ledger: Ledger, add: Add) -> None:
    add(entry("残る記録"))
    with ledger.database.writing() as link:
        link.execute("DROP INDEX holds_interaction")
        link.execute("DROP TABLE once")
    create(ledger.database)
    with ledger.database.reading() as link:
        there = {str(name) for (name,) in link.execute(ledger.database.there)}
        assert {"once", "holds_interaction", "entries", "entries_id"} <= there
        assert link.execute("SELECT COUNT(*) FROM entries")[0][0] == 1
        assert meta(link, "version") == "1"


def test_it_waits_for_nobody_who_writes_into_the_tables(ledger: Ledger, add: Add, url: str) -> None:
    """PostgreSQL would lock the table for an index that is there already; SQLite has one writer at a time anyway."""
    if not url:
        return
    add(entry())
    other = type(ledger.database)(url)
    made = threading.Event()

    def make() -> None:
        create(other)
        made.set()

    with ledger.database.writing() as link:
        link.execute("DELETE FROM holds")
        link.execute("DELETE FROM entries")
        thread = threading.Thread(target=make)
        thread.start()
        assert made.wait(10), "it waits for locks of tables that are there"
    thread.join()
    other.close()
