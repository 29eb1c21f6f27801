"""Verification: everything that can be done to a ledger behind its back is named."""

from __future__ import annotations

import io
import multiprocessing
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kijun.ledger import checking, ranges
from kijun.ledger.checking import check_segment, verify
from kijun.ledger.checkpoints import Checkpoints
from kijun.ledger.erasing import erase_due
from kijun.ledger.ledger import Ledger
from kijun.ledger.maintenance import maintain
from kijun.ledger.model import Query
from kijun.ledger.sealing import seal
from kijun.ledger.segments.segment import Segment
from kijun.ledger.tiles import Tiles
from kijun.ledger.tree import leaf_hash
from kijun.ledger.verifying import Report, Verification
from tests.ledger.conftest import TOWN, Add, Lying, Sql, entry, signed
from tests.ledger.conftest import append as journal_append
from tests.ledger.test_erasing import LATER, OLD, add_all


def kinds(report: Report) -> list[tuple[str, int | None]]:
    return [(one.kind, one.seq) for one in report.faults]


@pytest.mark.s3
def test_an_honest_ledger_holds(full: Ledger) -> None:
    for _ in range(2):
        report = verify(full)
        assert report.holds
        assert (report.size, report.entries, report.erased, report.checkpoints) == (10, 10, 0, 2)
        assert report.root == full.journal.tiles.root().hex()
        seal(full, force=True)


def test_an_empty_ledger_holds(ledger: Ledger) -> None:
    Checkpoints(ledger.folder, ledger.database)
    assert verify(ledger).holds


def test_a_changed_clear_column_is_named(full: Ledger, sql: Sql) -> None:
    sql("UPDATE entries SET verdict = 'blocked' WHERE seq = 3")
    report = verify(full)
    assert kinds(report) == [("changed", 3)]
    assert report.faults[0].id


def test_changed_content_is_named(full: Ledger, sql: Sql) -> None:
    sql("UPDATE entries SET content = ? WHERE seq = 4", b"\0" * 200)
    assert kinds(verify(full)) == [("changed", 4)]


def test_changed_and_removed_masked_values_are_named(full: Ledger, sql: Sql) -> None:
    sql("UPDATE entries SET masked = ? WHERE seq = 1", b"\0" * 100)
    sql("UPDATE entries SET masked = NULL, masked_key = NULL WHERE seq = 2")
    assert kinds(verify(full)) == [("masked", 1), ("masked", 2)]


def test_a_removed_entry_is_named(full: Ledger, sql: Sql) -> None:
    sql("DELETE FROM entries WHERE seq = 6")
    assert kinds(verify(full)) == [("removed", 6)]


def test_two_entries_in_each_others_place_are_named(full: Ledger, sql: Sql) -> None:
    sql("UPDATE entries SET seq = 100 WHERE seq = 2")
    sql("UPDATE entries SET seq = 2 WHERE seq = 7")
    sql("UPDATE entries SET seq = 7 WHERE seq = 100")
    report = verify(full)
    assert kinds(report) == [("reordered", 2), ("reordered", 7)]
    assert "place 7" in report.faults[0].what


def test_an_inserted_entry_is_named(full: Ledger, sql: Sql) -> None:
    sql("UPDATE entries SET seq = 50 WHERE seq = 9")
    assert kinds(verify(full)) == [("inserted", 50), ("removed", 9)]


def test_an_entry_with_a_leaf_of_its_own_making_is_named_by_the_checkpoint(full: Ledger, sql: Sql) -> None:
    """Whoever rewrites an entry and its leaf cannot rewrite what was signed."""
    from kijun.ledger.packing import commitment, unpack

    sql("UPDATE entries SET person = 'nobody' WHERE seq = 7")
    with full.database.reading() as link:
        from kijun.ledger.schema import COLUMN_LIST

        row = link.execute(f"SELECT {COLUMN_LIST} FROM entries WHERE seq = 7")[0]
    packed = full.keys.ring.decrypt(row[21], bytes(row[22]), row[1].encode())
    assert packed is not None
    forged = leaf_hash(commitment(tuple(row[1:21]), *unpack(packed)))
    sql("UPDATE leaves SET hash = ? WHERE seq = 7", forged)
    report = verify(full)
    assert kinds(report) == [("tree", None)]
    assert "from place 5 to 9" in report.faults[0].what


def test_a_cut_end_is_named_by_a_checkpoint_kept_elsewhere(full: Ledger, sql: Sql, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "latest.txt").write_text((full.folder / "checkpoints" / "latest.txt").read_text())
    assert verify(full, [kept]).kept_elsewhere == 1
    sql("DELETE FROM entries WHERE seq >= 8")
    sql("DELETE FROM leaves WHERE seq >= 8")
    sql("DELETE FROM checkpoints WHERE size > 5")
    assert {kind for kind, _seq in kinds(verify(full))} == {"checkpoint", "removed"}, "its own folder tells"
    shutil.rmtree(full.folder / "checkpoints")
    assert verify(full).holds, "alone, a ledger that was cut cleanly cannot tell"
    report = verify(full, [kept])
    assert kinds(report) == [("removed", None)]
    assert "the last 2 are gone" in report.faults[0].what


def test_a_ledger_that_was_signed_anew_is_named_by_the_key_kept_elsewhere(
    full: Ledger, tmp_path: Path
) -> None:
    key = tmp_path / "key"
    key.write_text((full.folder / "verifier-key").read_text())
    assert verify(full, key=key).holds
    (full.folder / "signing-key").write_bytes(b"n" * 32)
    with full.database.writing() as link:
        link.execute("DELETE FROM checkpoints")
    signed(full)
    told = [one.kind for one in verify(full).faults]
    assert told == ["meta", "checkpoint", "checkpoint"], (
        "the copy of the key before tells, and what was handed out"
    )
    shutil.rmtree(full.folder / "checkpoints")
    assert [one.kind for one in verify(full).faults] == ["meta"]
    with full.database.writing() as link:  # who has the machine has the root key, and replaces that too
        link.execute("DELETE FROM meta WHERE name = 'signing_key'")
    signed(full)
    assert verify(full).holds
    assert {kind for kind, _seq in kinds(verify(full, key=key))} == {"checkpoint", "meta"}


def test_a_forged_checkpoint_is_named(full: Ledger, sql: Sql) -> None:
    with full.database.reading() as link:
        (note,) = link.execute("SELECT note FROM checkpoints WHERE size = 10")[0]
    sql("UPDATE checkpoints SET note = ? WHERE size = 10", note.replace("\n10\n", "\n9\n"))
    forged, gone = verify(full).faults
    assert (forged.kind, gone.kind) == ("checkpoint", "checkpoint")
    assert "the signature is wrong" in forged.what
    assert "not in the database" in gone.what


def test_a_destroyed_key_without_an_erasure_is_named(full: Ledger, sql: Sql) -> None:
    sql("UPDATE keys SET wrapped = NULL WHERE purpose = 'content'")
    assert {kind for kind, _seq in kinds(verify(full))} == {"unreadable"}


def test_an_erasure_that_the_ledger_does_not_tell_of_is_named(ledger: Ledger, add: Add, sql: Sql) -> None:
    add(entry(at=OLD), entry())
    erase_due(ledger, add_all(add), now=LATER)
    signed(ledger)
    assert verify(ledger).faults == []
    sql("UPDATE erasures SET ranges = ?", ranges.pack([(0, 1)]))
    sql("DELETE FROM entries WHERE seq = 1")
    assert [kind for kind, _seq in kinds(verify(ledger))] == ["erasure"]
    sql("UPDATE erasures SET id = 'invented'")
    assert [kind for kind, _seq in kinds(verify(ledger))] == ["erasure"]


def test_a_tree_with_a_hole_is_named_and_ends_nothing_else(
    full: Ledger, sql: Sql, folder: Path, url: str
) -> None:
    sql("DELETE FROM leaves WHERE seq = 4")
    with Ledger(folder, url) as opened:
        report = verify(opened)
        assert kinds(report) == [("tree", 4)], (
            "what was signed shows that the entry is the one that was recorded"
        )
        assert report.entries == 10
        assert len(opened.search(Query(municipality=TOWN)).records) == 10, "what is there can still be read"


def test_a_changed_list_of_segments_is_named(full: Ledger, sql: Sql) -> None:
    seal(full, force=True)
    sql("UPDATE segments SET told = '{}'")
    report = verify(full)
    assert kinds(report) == [("segment", None)]
    assert report.entries == 10, "its file is found by what is left of the line"
    sql("UPDATE segments SET told = '{}', month = '../..'")
    report = verify(full)
    assert kinds(report) == [("segment", None), *[("removed", seq) for seq in range(10)]]


def test_garbage_in_the_place_of_an_erasure_is_named(ledger: Ledger, add: Add, sql: Sql) -> None:
    add(entry(at=OLD), entry())
    erase_due(ledger, add_all(add), now=LATER)
    signed(ledger)
    sql("UPDATE erasures SET ranges = ?", b"garbage")
    assert sorted(kinds(verify(ledger)), key=str) == [("erasure", None), ("removed", 0)]
    sql("UPDATE erasures SET ranges = ?", ranges.pack([(-5, 1 << 40)]))
    assert ("erasure", None) in kinds(verify(ledger))


def test_a_broken_upper_tile_is_named() -> None:
    """Proofs are made from it, so it has to follow from the leaves; many entries are needed until there is one."""
    leaves = [leaf_hash(b"%d" % number) for number in range(65_536)]
    kept: dict[tuple[int, int], bytes] = {}
    grown = Tiles(lambda level, number: kept[(level, number)])
    for leaf in leaves:
        kept |= {(level, number): hashes for level, number, hashes in grown.append(leaf)}
    for tile, faults in ((kept[(1, 0)], 0), (bytes(len(kept[(1, 0)])), 1)):
        run = Verification(b"".join(leaves))
        run._check_tiles(lambda level, number, tile=tile: tile)
        assert len([one for one in run.report.faults if "level 1" in one.what]) == faults


@pytest.mark.s3
@pytest.mark.parametrize("workers", [1, 2])
def test_sealed_entries_are_checked_alike_on_any_number_of_cores(
    full: Ledger, add: Add, lying: Lying, workers: int
) -> None:
    seal(full, force=True)
    add(*[entry(f"第{number}の相談") for number in range(10)])
    seal(full, force=True)
    signed(full)
    assert verify(full, workers=workers).holds
    one = full.segments()[0]
    data = bytearray(lying.read(one.path))
    data[len(data) // 2] ^= 1
    lying.write(one.path, data)
    report = verify(full, workers=workers)
    assert not report.holds
    assert {kind for kind, _seq in kinds(report)} <= {"segment", "unreadable", "changed"}


def test_it_goes_on_alone_where_another_process_dies(
    full: Ledger, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(6):
        add(*[entry("相談") for _ in range(3)])
        seal(full, force=True)
    signed(full)
    killed = []

    def check(ledger: Ledger, segment: Segment) -> checking.Result:
        for child in multiprocessing.active_children():
            child.kill()
            killed.append(child.pid)
        return check_segment(ledger, segment)

    monkeypatch.setattr(checking, "check_segment", check)
    report = verify(full, workers=2)
    assert killed
    assert report.holds
    assert report.entries == 28


def rewritten(full: Ledger, lying: Lying, change: Callable[[pa.Table], pa.Table]) -> Report:
    """What is told where somebody wrote the only file of a sealed ledger anew."""
    (one,) = full.segments()
    data = io.BytesIO()
    pq.write_table(change(pq.read_table(io.BytesIO(lying.read(one.path)))), data)
    lying.write(one.path, data.getvalue())
    return verify(full)


def in_column(table: pa.Table, name: str, at: int, value: Any) -> pa.Table:
    values = table[name].to_pylist()
    values[at] = value
    return table.set_column(
        table.column_names.index(name), table.field(name), pa.array(values, table.field(name).type)
    )


@pytest.mark.s3
@pytest.mark.parametrize(
    ("change", "told", "entries"),
    [
        (lambda table: in_column(table, "verdict", 3, "blocked"), [("changed", 3)], 9),
        (lambda table: in_column(table, "content", 4, b"x" * 200), [("changed", 4)], 9),
        (lambda table: in_column(table, "id", 5, ""), [("changed", 5)], 9),
        (lambda table: table.take([0, 1, 2, 3, 4, 5, 7, 8, 9]), [("removed", 6)], 9),
        (lambda table: table.take([0, 2, 1, *range(3, 10)]), [("reordered", 2), ("reordered", 1)], 10),
        (lambda table: in_column(in_column(table, "seq", 2, 7), "seq", 7, 2), [("reordered", 7), ("reordered", 2)], 8),
        (lambda table: pa.concat_tables([table, table.slice(5, 1)]), [("inserted", 5)], 10),
        (lambda table: in_column(table, "seq", 9, 70), [("inserted", 70), ("removed", 9)], 9),
        (lambda table: table.slice(0, 0), [("removed", seq) for seq in range(10)], 0),
    ],
)  # fmt: skip
def test_what_was_done_to_rows_of_a_sealed_file_is_named_row_by_row(
    full: Ledger, lying: Lying, change: Any, told: list[tuple[str, int]], entries: int
) -> None:
    seal(full, force=True)
    report = rewritten(full, lying, change)
    first, *rest = kinds(report)
    assert first == ("segment", 0)
    assert sorted(rest) == sorted(told)
    assert report.entries == entries


@pytest.mark.s3
def test_a_file_that_cannot_be_read_any_more_is_unreadable_and_not_removed(
    full: Ledger, add: Add, lying: Lying
) -> None:
    seal(full, force=True)
    (one,) = full.segments()
    add(entry("あとから"))
    signed(full)
    data = bytearray(lying.read(one.path))
    data[-5] ^= 1  # the footer's length
    lying.write(one.path, data)
    report = verify(full)
    assert kinds(report) == [("segment", 0), ("unreadable", 0)]
    assert "the entries 0 to 9" in report.faults[1].what
    assert report.entries == 1


@pytest.mark.s3
def test_a_file_that_somebody_put_there_is_named(full: Ledger, lying: Lying) -> None:
    add_to = appending(full)
    maintain(full, add_to, force=True)
    assert verify(full).holds
    (one,) = full.segments()
    stray = one.path.replace(one.name, "000000000000-000000000009-99")
    lying.write(stray, lying.read(one.path))
    report = verify(full)
    assert [(fault.kind, stray in fault.what) for fault in report.faults] == [("segment", True)]


def test_it_is_named_in_a_copy_of_the_ledger_as_well(
    full: Ledger, lying: Lying, tmp_path: Path, url: str
) -> None:
    """Which lies elsewhere than where its table was written: what an auditor looks at."""
    if url:
        pytest.skip("the copy of a folder has its database with it")
    maintain(full, appending(full), force=True)
    (one,) = full.segments()
    lying.write(one.path.replace(one.name, "000000000000-000000000009-99"), lying.read(one.path))
    shutil.copytree(full.folder, tmp_path / "copy")
    with Ledger(tmp_path / "copy") as copy:
        assert kinds(verify(copy)) == [("segment", None)]


def test_what_a_run_left_that_died_is_no_fault(full: Ledger, lying: Lying) -> None:
    """It wrote the file and died before the list: the rows are in the journal still, and the next run writes it again."""
    maintain(full, appending(full), force=True)
    (one,) = full.segments()
    journal_append(full.journal, entry("あとから"))
    signed(full)
    with full.database.reading() as link:
        seq, key = link.execute("SELECT seq, content_key FROM entries")[0]
    left = one.path.replace(one.name, f"{seq:012d}-{seq:012d}-{key}")
    lying.write(left, lying.read(one.path))
    assert verify(full).holds


def appending(ledger: Ledger) -> Any:
    return lambda entries: journal_append(ledger.journal, *entries)


@pytest.mark.s3
def test_a_removed_file_is_named(full: Ledger, lying: Lying) -> None:
    seal(full, force=True)
    lying.remove(full.segments()[0].path)
    report = verify(full)
    assert kinds(report)[0][0] == "segment"
    assert [seq for kind, seq in kinds(report) if kind == "removed"] == list(range(10))


@pytest.mark.s3
def test_a_file_of_before_in_its_place_is_named(full: Ledger, add: Add, lying: Lying) -> None:
    """A segment that was swapped for another one, whole and readable."""
    seal(full, force=True)
    first = full.segments()[0]
    add(*[entry("別の相談") for _ in range(10)])
    seal(full, force=True)
    second = next(one for one in full.segments() if one.name != first.name)
    lying.write(first.path, lying.read(second.path))
    signed(full)
    assert not verify(full).holds


@pytest.mark.s3
def test_a_removed_and_a_changed_index_are_named(full: Ledger, lying: Lying) -> None:
    seal(full, force=True)
    (one,) = full.segments()
    data = bytearray(lying.read(one.index_path))
    data[-1] ^= 1
    lying.write(one.index_path, data)
    report = verify(full)
    assert [(fault.kind, fault.what) for fault in report.faults] == [
        ("segment", f"{one.name}: index: its content changed")
    ]
    assert report.entries == 10, "the rows are whole"
    lying.remove(one.index_path)
    assert [fault.what for fault in verify(full).faults] == [f"{one.name}: index: missing"]


def test_the_database_itself_may_be_swapped(full: Ledger, tmp_path: Path, url: str) -> None:
    """An older back-up put in the place of the ledger is found by what was handed out since."""
    if url:
        pytest.skip("a file is copied here")
    before = tmp_path / "before.sqlite3"
    source = sqlite3.connect(full.folder / "journal.sqlite3")
    source.backup(target := sqlite3.connect(before))
    target.close()
    source.close()
    kept = tmp_path / "kept.txt"
    journal_append(full.journal, entry("あとから"))
    kept.write_text(signed(full))
    full.database.reopen()
    (full.folder / "journal.sqlite3").write_bytes(before.read_bytes())
    for name in ("journal.sqlite3-wal", "journal.sqlite3-shm"):
        (full.folder / name).unlink(missing_ok=True)
    assert {one.kind for one in verify(full).faults} == {"checkpoint", "removed"}, "its own folder tells"
    shutil.rmtree(full.folder / "checkpoints")
    assert verify(full).holds
    assert [one.kind for one in verify(full, [kept]).faults] == ["removed"]
    assert TOWN
