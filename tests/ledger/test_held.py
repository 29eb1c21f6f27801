"""Holds stand in the tree; what somebody does to the list of them in the database is named, and destroys nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kijun.ledger.checking import verify
from kijun.ledger.client import Client
from kijun.ledger.held import Hold
from kijun.ledger.holding import (
    Append,
    ChangedEvent,
    HoldsDiffer,
    hold,
    holds_of,
    release,
    told_holds,
)
from kijun.ledger.ledger import Ledger
from kijun.ledger.maintenance import maintain
from kijun.ledger.model import Entry, Query
from kijun.ledger.sealing import seal
from tests.ledger.conftest import TOWN, Add, Sql, entry, signed
from tests.ledger.test_erasing import LATER, OLD, add_all
from tests.ledger.test_writer import Writing, writing

__all__ = ["writing"]
DISPUTED: Entry = entry("争いのある相談", at=OLD)


@pytest.fixture
def appends(add: Add) -> Append:
    return add_all(add)


@pytest.fixture
def held(ledger: Ledger, add: Add, appends: Append) -> Hold:
    """A hold on `DISPUTED`, whose retention is over, and one that was released."""
    add(DISPUTED, entry("ほかの相談", at=OLD))
    made, over = (
        hold(ledger, appends, municipality=TOWN, interaction=DISPUTED.interaction, why=why, by="17")
        for why in ("審査請求", "別件")
    )
    release(ledger, appends, municipality=TOWN, id=over.id, why="取下げ", by="18")
    signed(ledger)
    return made


def faults(ledger: Ledger) -> list[tuple[str, str]]:
    return [(one.kind, one.id) for one in verify(ledger).faults]


def test_the_list_is_what_the_entries_tell(ledger: Ledger, held: Hold) -> None:
    for _ in range(2):
        assert told_holds(ledger) == {one.id: one for one in holds_of(ledger, TOWN)}
        assert [one.released_by for one in holds_of(ledger, TOWN)].count("18") == 1
        assert held in holds_of(ledger, TOWN)
        assert verify(ledger).holds
        seal(ledger, force=True)


TAMPERED: list[tuple[str, str]] = [
    ("DELETE FROM holds WHERE id = ?", "does not know it"),
    ("UPDATE holds SET released_at = 1 WHERE id = ?", "a release that the ledger has no entry of"),
    ("UPDATE holds SET interaction = 'another' WHERE id = ?", "says: interaction"),
    ("UPDATE holds SET why = 'x', \"by\" = '9' WHERE id = ?", "says: why, by"),
    ("UPDATE holds SET at = 1 WHERE id = ?", "says: at"),
]


@pytest.mark.parametrize(("statement", "what"), TAMPERED)
def test_what_was_done_to_a_hold_is_named(
    ledger: Ledger, held: Hold, sql: Sql, statement: str, what: str
) -> None:
    sql(statement, held.id)
    (fault,) = verify(ledger).faults
    assert (fault.kind, fault.id) == ("hold", held.id)
    assert what in fault.what


def test_a_forged_hold_and_a_release_taken_back_are_named(ledger: Ledger, held: Hold, sql: Sql) -> None:
    over = next(one for one in holds_of(ledger, TOWN) if one.released_at is not None)
    sql("UPDATE holds SET released_at = NULL, released_by = NULL WHERE id = ?", over.id)
    sql(
        'INSERT INTO holds (id, municipality, interaction, why, "by", at) VALUES (?, ?, ?, ?, ?, ?)',
        "forged", TOWN, DISPUTED.interaction, "x", "1", 1,
    )  # fmt: skip
    assert sorted(faults(ledger)) == sorted([("hold", over.id), ("hold", "forged")])


@pytest.mark.parametrize("statement", [one for one, _what in TAMPERED[:3]])
def test_nothing_is_destroyed_that_the_entries_hold(
    ledger: Ledger, held: Hold, appends: Append, sql: Sql, statement: str
) -> None:
    sql(statement, held.id)
    with pytest.raises(HoldsDiffer, match="nothing was erased"):
        maintain(ledger, appends, erase=True, now=LATER)
    assert len(ledger.search(Query(municipality=TOWN, text="相談")).records) == 2
    done = maintain(ledger, appends, erase=True, holds=True, now=LATER)
    assert done.holds == 1
    assert [(one.entries, one.kept) for one in done.erased] == [(1, 1)]
    signed(ledger)
    assert verify(ledger).holds, "put right from the entries"
    told = ledger.search(Query(municipality=TOWN, kinds=("event",))).records
    assert [held.id] in [(one.content or {}).get("holds") for one in told], "and the ledger tells of it"


def test_what_was_kept_already_stays_until_the_entries_release_it(
    ledger: Ledger, held: Hold, appends: Append, sql: Sql
) -> None:
    maintain(ledger, appends, erase=True, now=LATER)
    sql("UPDATE holds SET released_at = 1 WHERE id = ?", held.id)
    with pytest.raises(HoldsDiffer):
        maintain(ledger, appends, erase=True, now=LATER)
    assert ledger.interaction(DISPUTED.interaction, TOWN)


def test_entries_that_were_changed_hold_everything(
    ledger: Ledger, held: Hold, appends: Append, sql: Sql
) -> None:
    sql("UPDATE entries SET person = '1' WHERE kind = 'event' AND person = '17'")
    with pytest.raises(ChangedEvent, match="not what was recorded"):
        maintain(ledger, appends, erase=True, now=LATER)
    assert ledger.interaction(DISPUTED.interaction, TOWN)


def test_a_hold_is_listed_by_whoever_records_it(ledger: Ledger, held: Hold, appends: Append) -> None:
    """Entry and list are one transaction: a process that dies leaves both or none. Handed in again, it is one hold."""
    recorded: list[Any] = []
    with pytest.raises(KeyboardInterrupt):
        hold(
            ledger,
            dying(appends, recorded),
            municipality=TOWN,
            interaction=DISPUTED.interaction,
            why="x",
            by="1",
        )
    assert len(holds_of(ledger, TOWN)) == 3
    appends(recorded)
    assert len(holds_of(ledger, TOWN)) == 3
    signed(ledger)
    assert verify(ledger).holds


def dying(appends: Append, recorded: list[Any]) -> Callable[..., Any]:
    def append(entries: Any) -> Any:
        recorded.extend(entries)
        appends(entries)
        raise KeyboardInterrupt

    return append


def test_a_hold_through_the_writer_is_listed_when_it_is_answered(
    folder: Path, writing: Writing, url: str
) -> None:
    client = Client(folder.parent)
    try:
        client.append([DISPUTED])
        with Ledger(folder, url) as ledger:
            made = hold(
                ledger,
                client.append,
                municipality=TOWN,
                interaction=DISPUTED.interaction,
                why="審査請求",
                by="17",
            )
            assert holds_of(ledger, TOWN) == [made]
            release(ledger, client.append, municipality=TOWN, id=made.id, why="裁決", by="18")
            (over,) = holds_of(ledger, TOWN)
            assert over.released_by == "18"
            client.command("checkpoint")
            assert verify(ledger).holds
    finally:
        client.close()
