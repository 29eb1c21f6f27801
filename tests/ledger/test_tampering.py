"""What one statement to the database, or one file put in another's place, does to verification, searches and sealing: it is named, and nothing dies."""

from __future__ import annotations

import hashlib
import io
import shutil
from collections.abc import Callable
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kijun.ledger import ranges
from kijun.ledger.checking import verify
from kijun.ledger.erasing import erase_due
from kijun.ledger.keys import ChangedKey
from kijun.ledger.ledger import Ledger
from kijun.ledger.maintenance import maintain
from kijun.ledger.model import Query
from kijun.ledger.schema import COLUMN_LIST
from kijun.ledger.sealing import seal
from kijun.ledger.verifying import Report
from tests.ledger.conftest import TOWN, Add, Lying, Sql, append, entry, signed
from tests.ledger.test_erasing import LATER, OLD, add_all

ALL = Query(municipality=None, limit=1000)


def kinds(report: Report) -> list[tuple[str, int | None]]:
    return [(one.kind, one.seq) for one in report.faults]


def seqs(ledger: Ledger, **query: Any) -> list[int]:
    return sorted(one.seq for one in ledger.search(Query(municipality=None, limit=1000, **query)).records)


def copied(seq: int, to: int, table: str = "entries") -> str:
    """The statement that puts an entry's copy at another place, under ids of its own."""
    rest = COLUMN_LIST.partition('"interaction", ')[2]
    return f"INSERT INTO {table} ({COLUMN_LIST}) SELECT {to}, '{'f' * 32}', '{'f' * 32}', {rest} FROM entries WHERE seq = {seq}"


def sqlite_alone(url: str) -> None:
    if url:
        pytest.skip("PostgreSQL keeps nothing of another type")


# --- what stands at no place ------------------------------------------------------------------


@pytest.mark.parametrize("table", ["entries", "kept"])
@pytest.mark.parametrize("place", [-5, -(1 << 63), 10, 1 << 40, (1 << 63) - 1])
def test_a_row_at_a_place_that_the_tree_does_not_have_is_named_and_not_shown(
    full: Ledger, add: Add, sql: Sql, table: str, place: int
) -> None:
    sql(copied(3, place, table))
    assert kinds(verify(full)) == [("inserted", place)]
    assert seqs(full) == list(range(10))
    assert full.interaction("f" * 32, None) == []
    assert full.aggregate((), Query(municipality=None)) == [{"count": 10}]
    done = maintain(full, lambda entries: append(full.journal, *entries), force=True)
    assert done.sealed == 10
    assert kinds(verify(full)) == [("inserted", place)]


def test_a_table_without_its_rules_holds_anything(full: Ledger, sql: Sql, url: str) -> None:
    """Places that are a text, a fraction or nothing, and one that comes twice."""
    sqlite_alone(url)
    sql("CREATE TABLE other AS SELECT * FROM entries")
    sql("DROP TABLE entries")
    sql("ALTER TABLE other RENAME TO entries")
    for place in ("'x'", "2.5", "NULL", "4"):
        sql(
            copied(4, 0).replace("SELECT 0", f"SELECT {place}").replace("f" * 32, place.strip("'") * 4)
            + " LIMIT 1"
        )
    report = verify(full)
    assert sorted(kind for kind, _seq in kinds(report)) in (["inserted"] * 4, ["changed", *["inserted"] * 3])
    assert report.entries == 10
    assert full.search(ALL).records
    seal(full, force=True)


@pytest.mark.parametrize(
    "change",
    [
        "tokens_in = 'abc'",
        '"at" = 1e30',
        "\"at\" = 'x'",
        "person = CAST(x'ff' AS TEXT)",
        "content = CAST(x'ff' AS TEXT)",
        "content = 1000000000000",
        "masked = 1000000000000, masked_key = 2",
        "id = CAST(x'ff' AS TEXT)",
        "content_key = 'x'",
        "kind = 'event', source = 'ledger', \"at\" = 'x'",
        "findings = 7",
    ],
)  # fmt: skip
def test_what_no_column_of_an_entry_holds_is_named_and_hides_nothing_else(
    full: Ledger, sql: Sql, url: str, change: str
) -> None:
    sqlite_alone(url)
    sql(f"UPDATE entries SET {change} WHERE seq = 7")
    report = verify(full)
    assert [seq for _kind, seq in kinds(report)] == [7]
    assert report.faults[0].kind in {"changed", "masked", "unreadable"}
    assert set(range(10)) - {7} <= set(seqs(full))
    seal(full, force=True)
    assert {7} >= {seq for kind, seq in kinds(verify(full)) if kind != "segment"}
    assert sum(one.rows for one in full.segments()) >= 9


def test_whoever_searches_is_told_of_a_row_that_cannot_be_shown(full: Ledger, sql: Sql, url: str) -> None:
    sqlite_alone(url)
    sql("UPDATE entries SET tokens_in = 'abc' WHERE seq = 7")
    found = full.search(ALL)
    assert [fault.name for fault in found.faults] == ["journal"]
    assert len(found.records) == 9


@pytest.mark.parametrize("change", ["retention = 'y9'", '"at" = 5', "municipality = '999999'"])
def test_a_changed_row_keeps_nothing_else_from_being_sealed(full: Ledger, sql: Sql, change: str) -> None:
    sql(f"UPDATE entries SET {change} WHERE seq = 7")
    assert seal(full, force=True).records == 9
    assert kinds(verify(full)) == [("changed", 7)]


# --- the tree ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE leaves SET hash = ? WHERE seq = 9", [("tree", 9)]),
        ("UPDATE leaves SET hash = ? WHERE seq = 4", [("tree", 4)]),
        ("DELETE FROM leaves WHERE seq IN (3, 4)", [("tree", 3)]),
        ("UPDATE leaves SET seq = -3 WHERE seq = 2", [("tree", None), ("tree", 2)]),
        ("UPDATE leaves SET seq = 4000000000000 WHERE seq = 2", [("tree", 2), ("tree", 4_000_000_000_000)]),
    ],
)
def test_leaves_that_are_gone_are_named_and_the_rest_is_held_against_what_was_signed(
    full: Ledger, sql: Sql, statement: str, told: list[tuple[str, int | None]]
) -> None:
    sql(statement, *([b"\0"] if "?" in statement else []))
    for _ in range(2):
        report = verify(full)
        assert kinds(report) == told
        assert report.entries == 10
        seal(full, force=True)


def test_an_entry_in_a_hole_of_the_tree_still_has_to_be_the_one_that_was_signed(
    full: Ledger, sql: Sql
) -> None:
    sql("DELETE FROM leaves WHERE seq = 7")
    sql("UPDATE entries SET person = 'nobody' WHERE seq = 7")
    report = verify(full)
    assert kinds(report) == [("tree", 7), ("tree", None)]
    assert "from place 5 to 9" in report.faults[1].what
    sql("DELETE FROM entries WHERE seq = 7")
    assert ("removed", 7) in kinds(verify(full))


def test_a_whole_tile_that_is_gone_is_put_together_from_its_entries(
    ledger: Ledger, add: Add, sql: Sql
) -> None:
    add(*[entry("相談") for _ in range(600)])
    signed(ledger)
    assert verify(ledger).holds
    sql("DELETE FROM tiles WHERE level = 0 AND number = 0")
    sql("UPDATE tiles SET hashes = ? WHERE number = 1", b"short")
    report = verify(ledger)
    assert kinds(report) == [("tree", 0), ("tree", 256)]
    assert report.entries == 600


def test_text_in_place_of_a_leaf(full: Ledger, sql: Sql, url: str) -> None:
    sqlite_alone(url)
    sql("UPDATE leaves SET hash = CAST(x'ff' AS TEXT) WHERE seq = 4")
    assert kinds(verify(full)) == [("tree", 4)]


# --- keys ---------------------------------------------------------------------------------------


def test_a_changed_line_of_a_key_is_named_as_that_and_the_rest_goes_on(
    full: Ledger, add: Add, sql: Sql
) -> None:
    add(entry("別の区分", retention="y5"))
    signed(full)
    sql("UPDATE keys SET month = '2020-01' WHERE retention = 'y5'")
    full.keys.forget()
    report = verify(full)
    assert kinds(report) == [("key", None), ("unreadable", 10)]
    assert "month" not in report.faults[0].what
    assert "2020-01" in report.faults[0].what
    assert report.entries == 10
    assert seqs(full) == list(range(11))
    assert seqs(full, text="相談") == list(range(10))
    assert seal(full, force=True).records == 10
    assert kinds(verify(full)) == [("key", None), ("unreadable", 10)]
    assert seqs(full, text="相談") == list(range(10))


def test_a_key_of_what_is_sealed(full: Ledger, sql: Sql) -> None:
    seal(full, force=True)
    sql("UPDATE keys SET wrapped = ? WHERE purpose = 'content'", b"")
    full.keys.forget()
    assert [fault.kind for fault in verify(full).faults[:2]] == ["key", "unreadable"]
    found = full.search(Query(municipality=TOWN, text="相談"))
    assert found.faults
    assert len(full.search(ALL).records) == 10


def test_nothing_is_erased_for_a_key_that_was_made_an_older_one(full: Ledger, sql: Sql) -> None:
    """Else the ledger itself would destroy what it has to keep."""
    sql("UPDATE keys SET month = '2020-01' WHERE purpose = 'content'")
    with pytest.raises(ChangedKey):
        erase_due(full, lambda entries: append(full.journal, *entries))


def test_without_the_fingerprint_any_key_that_opens_tells_the_root_key(
    full: Ledger, add: Add, sql: Sql, folder: Any, url: str
) -> None:
    add(entry("別の区分", retention="y5"))
    sql("UPDATE keys SET month = '2020-01' WHERE retention = 'y5'")
    sql("DELETE FROM meta WHERE name = 'root_key'")
    with Ledger(folder, url) as opened:
        assert {"key", "meta"} <= {fault.kind for fault in verify(opened).faults}


# --- the list of segments -------------------------------------------------------------------------


def told(full: Ledger, sql: Sql, **change: Any) -> None:
    with full.database.reading() as link:
        (line,) = link.execute("SELECT told FROM segments")
    sql("UPDATE segments SET told = ?", orjson.dumps({**orjson.loads(line[0]), **change}).decode())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("max_at", 1),
        ("min_at", 1 << 52),
        ("municipality", "142000"),
        ("month", "2020-01"),
        ("retention", "permanent"),
        ("rows", 1),
        ("first_seq", 5),
        ("last_seq", 5),
        ("content_key", 6),
        ("max_at", "x"),
        ("rows", None),
        ("path", "data/other.parquet"),
        ("index_path", "data/other.index"),
    ],
)
def test_a_line_of_the_list_that_is_not_what_the_rows_are_is_named(
    full: Ledger, sql: Sql, name: str, value: Any
) -> None:
    seal(full, force=True)
    told(full, sql, **{name: value})
    report = verify(full)
    assert {kind for kind, _seq in kinds(report)} - {"removed"} == {"segment"}
    assert any("line in the journal's list was changed" in fault.what for fault in report.faults)
    if name not in ("path",):
        assert report.entries == 10
    found = full.search(ALL)  # whoever searches is told that there may be more, or is shown it
    assert found.faults or len(found.records) == 10


@pytest.mark.parametrize(
    "change",
    [
        "month = '2020-01'",
        "municipality = '142000'",
        "first_seq = 7",
        "content_key = 77",
        "retention = '../x'",
    ],
)
def test_a_column_of_the_list_that_is_not_what_the_line_tells_is_named(
    full: Ledger, sql: Sql, change: str
) -> None:
    seal(full, force=True)
    sql(f"UPDATE segments SET {change}")
    report = verify(full)
    assert kinds(report) == [("segment", None)]
    assert report.entries == 10
    assert full.search(ALL).faults


def believed(full: Ledger, lying: Lying, sql: Sql, data: bytes, **change: Any) -> None:
    """A file that somebody wrote anew, with its digest in the list."""
    (one,) = full.segments()
    lying.write(one.path, data)
    told(full, sql, sha256_data=hashlib.sha256(data).hexdigest(), bytes_data=len(data), **change)


def rewritten(full: Ledger, lying: Lying, change: Callable[[pa.Table], pa.Table], **how: Any) -> bytes:
    (one,) = full.segments()
    data = io.BytesIO()
    pq.write_table(change(pq.read_table(io.BytesIO(lying.read(one.path)))), data, **how)
    return data.getvalue()


@pytest.mark.s3
@pytest.mark.parametrize("size", [100, 2])
def test_rows_in_another_order_are_named_also_where_the_digest_fits(
    full: Ledger, lying: Lying, sql: Sql, size: int
) -> None:
    seal(full, force=True)
    data = rewritten(full, lying, lambda table: table.take(list(range(10))[::-1]), row_group_size=size)
    believed(full, lying, sql, data)
    report = verify(full)
    assert {kind for kind, _seq in kinds(report)} - {"segment"} == {"reordered"}
    assert report.entries == 10
    found = full.search(Query(municipality=TOWN, text="相談"))
    assert found.faults
    assert full.search(Query(municipality=TOWN, person="nobody")).records == ()


@pytest.mark.s3
def test_a_footer_that_hides_its_rows_is_named(full: Ledger, lying: Lying, sql: Sql) -> None:
    """Another file's bounds, so that no search by time or interaction looks into it."""
    seal(full, force=True)
    data = rewritten(full, lying, lambda table: table)
    at = pq.read_table(io.BytesIO(data))["at"].to_pylist()
    greatest = max(at).to_bytes(8, "little")
    assert data.count(greatest)
    believed(full, lying, sql, data.replace(greatest, (5).to_bytes(8, "little")))
    assert not verify(full).holds


@pytest.mark.s3
@pytest.mark.parametrize(
    "change",
    [
        lambda table: table.set_column(0, "seq", pa.array([None, *range(1, 10)], pa.int64())),
        lambda table: table.set_column(0, "seq", pa.array([str(n) for n in range(10)])),
        lambda table: table.drop_columns(["person"]),
        lambda table: table.slice(0, 0),
        lambda table: pa.concat_tables([table, table.slice(5, 1)]),
    ],
)
def test_a_file_of_another_form_whose_digest_fits_is_named(
    full: Ledger, lying: Lying, sql: Sql, change: Callable[[pa.Table], pa.Table]
) -> None:
    seal(full, force=True)
    believed(full, lying, sql, rewritten(full, lying, change))
    assert "segment" in {kind for kind, _seq in kinds(verify(full))}
    full.search(Query(municipality=TOWN, text="相談"))


@pytest.mark.s3
def test_another_segments_index_is_named_also_where_its_digest_fits(
    full: Ledger, add: Add, lying: Lying, sql: Sql
) -> None:
    seal(full, force=True)
    (first,) = full.segments()
    add(entry("別の相談"))
    seal(full, force=True)
    signed(full)
    second = next(one for one in full.segments() if one.name != first.name)
    data = lying.read(second.index_path)
    lying.write(first.index_path, data)
    changed = {**first.as_dict(), "sha256_index": hashlib.sha256(data).hexdigest(), "bytes_index": len(data)}
    sql("UPDATE segments SET told = ? WHERE name = ?", orjson.dumps(changed).decode(), first.name)
    report = verify(full)
    assert [fault.what.partition(": ")[2] for fault in report.faults] == [
        "index: cut, changed, or sealed under another key"
    ]


# --- erasures, holds, checkpoints -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ("entries = entries + 5", "entries"),
        ("month = '2020-01'", "month"),
        ("municipality = 'x'", "municipality"),
        ("at = 1", "at"),
        ("retention = 'y9'", "retention"),
        ("what = 'x'", "what"),
        ("digest = 'x'", "digest"),
    ],
)
def test_an_erasure_of_which_the_table_tells_otherwise_is_named(
    ledger: Ledger, add: Add, sql: Sql, change: str, column: str
) -> None:
    add(entry(at=OLD), entry())
    erase_due(ledger, add_all(add), now=LATER)
    signed(ledger)
    assert verify(ledger).holds
    sql(f"UPDATE erasures SET {change}")
    told = [fault for fault in verify(ledger).faults if fault.kind == "erasure"]
    assert [fault.what.rpartition(": ")[2] for fault in told] == [column]


@pytest.mark.parametrize("packed", [[(0, 10**30)], [(0, 1 << 62), (1 << 63, 1 << 64)]])
def test_places_of_an_erasure_that_no_tree_has(ledger: Ledger, add: Add, sql: Sql, packed: Any) -> None:
    add(entry(at=OLD), entry())
    erase_due(ledger, add_all(add), now=LATER)
    import zlib

    sql("UPDATE erasures SET ranges = ?", zlib.compress(str([list(one) for one in packed]).encode()))
    assert ("erasure", None) in kinds(verify(ledger))
    with pytest.raises(ValueError):
        ranges.unpack(zlib.compress(b" " * (1 << 29)))


def test_anything_in_the_other_tables_is_named(full: Ledger, sql: Sql, url: str) -> None:
    sqlite_alone(url)
    sql("INSERT INTO holds VALUES ('h', 5, 6, 7, 8, 'x', 'y', x'ff')")
    sql("INSERT INTO erasures VALUES ('e', 1, 2, 3, 4, 'x', 'y', 'text', 5)")
    sql("UPDATE checkpoints SET note = CAST(x'ff' AS TEXT), stamp = 'x' WHERE size = 10")
    sql("UPDATE checkpoints SET root = 'x' WHERE size = 5")
    report = verify(full)
    assert {kind for kind, _seq in kinds(report)} == {"hold", "erasure", "checkpoint", "stamp"}
    assert report.entries == 10


def test_a_checkpoints_line_that_tells_another_root_is_named(full: Ledger, sql: Sql) -> None:
    sql("UPDATE checkpoints SET root = ? WHERE size = 10", b"\0" * 32)
    report = verify(full)
    assert kinds(report) == [("checkpoint", None)]
    assert "another size or root" in report.faults[0].what


def test_checkpoints_that_are_gone_from_the_database_are_noticed_by_the_folder(
    full: Ledger, sql: Sql
) -> None:
    sql("DELETE FROM checkpoints")
    report = verify(full)
    assert ("checkpoint", None) in kinds(report)
    assert (
        "2 checkpoints that were handed out are not in the database, of 5 to 10 entries"
        in report.faults[-1].what
    )


def test_a_note_that_a_dying_machine_left_half_written_is_no_fault(full: Ledger) -> None:
    file = next((full.folder / "checkpoints").glob("2*.txt"))
    whole = file.read_text()
    lines = whole.splitlines()
    for cut in range(len(lines[0]) + 2, 200, 7):
        file.write_text(whole[:cut].rstrip("\n") + "\n\n" + whole)
        assert verify(full).holds, cut
        file.write_text(whole + whole[:cut])
        assert verify(full).holds, cut
    shutil.rmtree(full.folder / "checkpoints")
    assert verify(full).holds
