"""The table of names says what the entries say, or verification names where it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from kijun.ledger.checking import verify
from kijun.ledger.erasing import erase_due
from kijun.ledger.ledger import Ledger
from kijun.ledger.model import Limits
from kijun.ledger.sealing import seal
from tests.ledger.conftest import Add, Sql, append, entry, signed
from tests.ledger.test_erasing import LATER, OLD
from tests.ledger.test_naming import FIRST, SECOND, named

CALL = "0123456789ab8def8123456789abcde1"
OTHER = "0123456789ab8def8123456789abcde2"
LIMITS = Limits(account="g", period="2026-11")


@pytest.fixture
def imported(ledger: Ledger, add: Add) -> Ledger:
    """An ordinary entry, two with names, and an interaction that was counted once."""
    add(entry("ふつうの記録"), named(), named(id=OTHER, fingerprint=b""))
    append(ledger.journal, entry(interaction=CALL), entry("続き", interaction=CALL), limits=LIMITS)
    signed(ledger)
    return ledger


def faults(ledger: Ledger) -> list[tuple[str, int | None]]:
    return [(one.kind, one.seq) for one in verify(ledger).faults]


@pytest.mark.parametrize("sealed", [False, True])
def test_what_was_recorded_holds(imported: Ledger, sealed: bool) -> None:
    if sealed:
        assert seal(imported, force=True).records
    assert faults(imported) == []


@pytest.mark.parametrize("sealed", [False, True])
def test_a_name_that_is_gone_is_told_and_the_second_entry_under_it_as_well(
    imported: Ledger, sql: Sql, add: Add, sealed: bool
) -> None:
    if sealed:
        seal(imported, force=True)
    sql("DELETE FROM named WHERE content_key <> 0")
    assert faults(imported) == [("name", 1), ("name", 2)]
    add(named())  # is recorded twice
    signed(imported)
    assert faults(imported) == [("name", 1), ("name", 2)]


def test_a_name_that_no_entry_has_is_told(imported: Ledger, sql: Sql) -> None:
    sql(
        "INSERT INTO named (id, seq, content_key, digest) VALUES (?, 0, 1, ?)", "a" * 12 + "8" + "a" * 19, b""
    )
    assert faults(imported) == [("name", 0)]


def test_an_interaction_that_no_entry_begins_is_told(imported: Ledger, sql: Sql) -> None:
    """What is imported under that id later would count as known and be lost."""
    sql(
        "INSERT INTO named (id, seq, content_key, digest) VALUES (?, 3, 0, ?)", "a" * 12 + "8" + "a" * 19, b""
    )
    assert faults(imported) == [("name", 3)]


def test_another_place_is_told(imported: Ledger, sql: Sql) -> None:
    sql("UPDATE named SET seq = 0 WHERE id = ?", OTHER)
    assert sorted(faults(imported)) == [("name", 0), ("name", 2)]


def test_a_fingerprint_that_was_changed_is_told(imported: Ledger, sql: Sql) -> None:
    sql("UPDATE named SET digest = ? WHERE seq = 1", b"\0" * 60)
    assert faults(imported) == [("name", 1)]


def test_a_line_that_is_no_name_is_told(imported: Ledger, sql: Sql) -> None:
    sql("INSERT INTO named (id, seq, content_key, digest) VALUES ('x', 0, 1, ?)", b"")
    assert faults(imported) == [("name", None)]


def test_a_name_outlives_what_was_erased(ledger: Ledger, add: Add) -> None:
    add(named(at=OLD, retention="y1"), named(id=OTHER, fingerprint=SECOND))
    append(ledger.journal, entry(interaction=CALL, at=OLD, retention="y1"), limits=LIMITS)
    seal(ledger, force=True)
    assert erase_due(ledger, lambda entries: append(ledger.journal, *entries), now=LATER)
    signed(ledger)
    assert faults(ledger) == []


def test_what_comes_while_it_is_verified_is_no_fault(
    imported: Ledger, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kijun.ledger import checking

    real = checking.strays

    def meanwhile(ledger: Ledger) -> list[str]:
        add(named(id=FIRST.hex()[:12] + "8" + "b" * 19))
        return real(ledger)

    monkeypatch.setattr(checking, "strays", meanwhile)
    assert faults(imported) == []
    assert Path(imported.folder).is_dir()
