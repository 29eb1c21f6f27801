"""Appending durably: the tree, the keys, what happens when the database does not play along."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import psycopg
import pytest

from kijun.ledger.database import Postgres, Running, Sqlite, connect
from kijun.ledger.journal import Appending, BrokenTree, Journal, _Placing
from kijun.ledger.keys import RootKey, WrongKey
from kijun.ledger.model import Kind, Unavailable, Verdict
from kijun.ledger.packing import pack
from kijun.ledger.schema import COLUMN_LIST
from kijun.ledger.tree import TILE, leaf_hash, root_of
from tests.ledger.conftest import OTHER_TOWN, QUESTION, append, entry


def test_entries_get_their_places_and_leaves(journal: Journal) -> None:
    packed = [pack(entry()), pack(entry("別の質問"))]
    one = Appending(packed)
    journal.append([one])
    assert [each.seq for each in one.receipts] == [0, 1]
    assert [each.leaf for each in one.receipts] == [leaf_hash(each.commitment).hex() for each in packed]
    assert journal.tiles.root() == root_of([leaf_hash(each.commitment) for each in packed])
    assert journal.committed.size == 2


def test_nothing_that_was_said_lies_on_disk_in_the_clear(journal: Journal, folder: Path) -> None:
    append(journal, entry(masked={"⟦氏名1⟧": "難波大助"}))
    with journal.database.reading() as link:
        (row,) = link.execute(f"SELECT {COLUMN_LIST} FROM entries")
    blobs = b"".join(bytes(value) for value in row if isinstance(value, (bytes, memoryview)))
    for said in (QUESTION, "難波大助", "転入届"):
        assert said.encode() not in blobs
        for path in folder.rglob("*"):
            if path.is_file():
                assert said.encode() not in path.read_bytes()


def test_each_municipality_month_and_class_has_keys_of_its_own(journal: Journal) -> None:
    november, december = 1_763_900_000_000, 1_766_500_000_000
    append(
        journal,
        entry(at=november),
        entry(at=november),
        entry(at=december),
        entry(at=november, municipality=OTHER_TOWN),
        entry(at=november, retention="y5"),
        entry(at=november, masked={"a": "b"}),
    )
    with journal.database.reading() as link:
        keys = link.execute("SELECT purpose, municipality, month, retention FROM keys ORDER BY id")
        used = link.execute("SELECT content_key FROM entries ORDER BY seq")
    assert len(keys) == len(set(keys)) == 5
    assert [key[0] for key in keys].count("masked") == 1
    assert used[0] == used[1] == used[5]
    assert len({used[0], used[2], used[3], used[4]}) == 4


def test_months_are_japans(journal: Journal) -> None:
    last_minute = 1_764_514_799_000  # 2025-11-30 23:59:59 in Japan, 14:59:59 in Greenwich
    append(journal, entry(at=last_minute), entry(at=last_minute + 1000))
    with journal.database.reading() as link:
        assert link.execute("SELECT month FROM keys ORDER BY id") == [("2025-11",), ("2025-12",)]


def test_a_tree_of_many_tiles_is_read_back(journal: Journal) -> None:
    for _ in range(9):
        append(journal, *[entry("x") for _ in range(70)])
    root, size = journal.tiles.root(), journal.tiles.size
    journal.database.reopen()
    journal.reload()
    assert (journal.tiles.root(), journal.tiles.size) == (root, size) == (root, 630)
    with journal.database.reading() as link:
        assert link.execute("SELECT COUNT(*) FROM tiles WHERE level = 0") == [(630 // TILE,)]
        assert link.execute("SELECT COUNT(*) FROM leaves") == [(630 % TILE,)]


def test_only_one_process_writes(journal: Journal, folder: Path, url: str) -> None:
    second = connect(folder, url)
    with pytest.raises(Running):
        second.lock()
    second.close()
    journal.database.close()
    third = connect(folder, url)
    third.lock()
    third.close()


def test_a_failed_transaction_leaves_the_tree_as_it_was(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    append(journal, entry())
    root = journal.tiles.root()

    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(_Placing, "_keep_leaves", full)
        with pytest.raises(Unavailable, match="disk is full") as found:
            append(journal, entry())
    assert "ディスクの空き" in found.value.ja
    receipts = append(journal, entry())
    assert receipts[0].seq == 1
    assert journal.committed.size == 2
    assert journal.tiles.root() != root
    journal.reload()
    assert journal.tiles.size == 2


def test_a_fault_of_ours_leaves_the_tree_as_it_was_too(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    append(journal, entry())

    def broken(*_: object) -> None:
        raise RuntimeError("a fault")

    with monkeypatch.context() as patch:
        patch.setattr(journal, "_follow", broken)
        with pytest.raises(RuntimeError):
            append(journal, entry())
    assert append(journal, entry())[0].seq == 1
    root = journal.tiles.root()
    journal.reload()
    assert journal.tiles.root() == root


def test_a_tree_that_could_not_be_read_again_is_read_before_the_next_append(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault in the middle of a group and a database that is gone just then: no leaf may be left out."""
    append(journal, entry())

    def broken(*_: object) -> None:
        raise RuntimeError("a fault")

    def gone() -> None:
        raise sqlite3.OperationalError("gone")

    with monkeypatch.context() as patch:
        patch.setattr(journal, "_follow", broken)
        with pytest.raises(RuntimeError):
            append(journal, entry())
    with monkeypatch.context() as patch:
        patch.setattr(journal, "reload", gone)
        with pytest.raises(Unavailable):
            append(journal, entry())
    assert append(journal, entry())[0].seq == 1
    journal.reload()
    assert journal.tiles.size == 2


def test_a_disk_that_is_full_for_real(tmp_path: Path) -> None:
    """SQLite's own limit of pages is what a full disk looks like to it."""
    database = Sqlite(tmp_path / "journal.sqlite3")
    database.lock()
    journal = Journal(database, RootKey(b"r" * 32))
    journal.open()
    append(journal, entry())
    with database.writing() as link:
        (pages,) = link.execute("PRAGMA page_count")[0]
        link.execute(f"PRAGMA max_page_count = {pages + 4}")
    kept = [1]

    def reopen() -> None:  # a limit of pages lives as long as its connection
        kept.append(1)

    database.reopen = reopen  # type: ignore[method-assign]
    recorded, filling = 1, "長い質問。" * 2000
    try:
        while recorded < 100:
            append(journal, entry(filling))
            recorded += 1
    except Unavailable as error:
        assert "disk is full" in error.en  # noqa: PT017 - how many fit is not ours to say
    assert recorded < 100
    assert len(kept) == 2, "tried once more"
    with database.writing() as link:
        link.execute("PRAGMA max_page_count = 1000000")
    assert append(journal, entry())[0].seq == recorded
    journal.reload()
    assert journal.tiles.size == recorded + 1
    database.close()


def test_a_database_that_breaks_the_connection_is_asked_again(journal: Journal) -> None:
    append(journal, entry())
    if isinstance(journal.database, Postgres):
        with psycopg.connect(journal.database.url, autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
    else:
        journal.database.reopen()
    assert append(journal, entry())[0].seq == 1
    assert journal.tiles.size == 2


def test_a_hole_in_the_tree_is_not_built_upon(journal: Journal) -> None:
    append(journal, *[entry("x") for _ in range(5)])
    with journal.database.writing() as link:
        link.execute("DELETE FROM leaves WHERE seq = 2")
    with pytest.raises(BrokenTree):
        journal.reload()


def test_a_missing_tile_is_a_hole_too(journal: Journal) -> None:
    append(journal, *[entry("x") for _ in range(3 * TILE + 5)])
    with journal.database.writing() as link:
        link.execute("UPDATE tiles SET number = 9 WHERE level = 0 AND number = 1")
    with pytest.raises(BrokenTree):
        journal.reload()


def test_another_root_key_is_refused(journal: Journal) -> None:
    other = Journal(journal.database, RootKey(b"x" * 32))
    with pytest.raises(WrongKey, match="escrow"):
        other.open()


def test_a_destroyed_key_is_not_used_again(journal: Journal) -> None:
    append(journal, entry())
    with journal.database.writing() as link:
        link.execute("UPDATE keys SET wrapped = NULL")
    append(journal, entry())
    with journal.database.reading() as link:
        assert link.execute("SELECT content_key FROM entries ORDER BY seq") == [(1,), (2,)]
        assert link.execute("SELECT COUNT(*) FROM keys WHERE wrapped IS NULL") == [(1,)]


def test_a_key_that_another_process_destroyed_is_not_used_again(
    journal: Journal, folder: Path, url: str
) -> None:
    """As an erasure does: the journal looks at its keys again only where somebody changed something."""
    for _ in range(3):
        append(journal, entry(masked={"⟦氏名1⟧": "山田"}))
    other = connect(folder, url)
    with other.writing() as link:
        link.execute("UPDATE keys SET wrapped = NULL")
    other.close()
    append(journal, entry(masked={"⟦氏名1⟧": "山田"}))
    with journal.database.reading() as link:
        found = link.execute("SELECT content_key, masked_key FROM entries ORDER BY seq")
    assert found == [(1, 2)] * 3 + [(3, 4)]


def test_what_is_handed_in_again_among_others_is_recorded_once(journal: Journal) -> None:
    first, second, third = pack(entry()), pack(entry()), pack(entry())
    alone = Appending([first])
    journal.append([alone])
    group = [Appending([second]), Appending([first]), Appending([third, third])]
    journal.append(group)
    assert [[each.seq for each in one.receipts] for one in group] == [[1], [0], [2, 2]]
    assert group[1].receipts == alone.receipts
    assert journal.tiles.size == journal.committed.size == 3
    journal.reload()
    assert journal.tiles.size == 3


def test_questions_whose_answer_is_on_its_way_are_known(journal: Journal) -> None:
    asked, blocked = entry(), entry(verdict=Verdict.BLOCKED)
    append(journal, asked, blocked, worker="w")
    assert journal.unanswered() == [("w", 0)]
    append(journal, entry(kind=Kind.OUTPUT, interaction=asked.interaction), worker="w")
    assert journal.unanswered() == []


def test_an_answer_that_comes_with_its_question_is_not_waited_for(journal: Journal) -> None:
    asked = entry()
    answer = entry(kind=Kind.OUTPUT, interaction=asked.interaction)
    journal.append([Appending([pack(asked)], worker="w"), Appending([pack(answer)], worker="w")])
    assert journal.unanswered() == []


def test_an_import_has_no_process_that_waits(journal: Journal) -> None:
    append(journal, entry(source="csv"))
    assert journal.unanswered() == []
