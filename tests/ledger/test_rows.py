"""Many rows at once are told the same about as one by one, whatever was done to them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pytest
import zstandard

from kijun.ledger import rows, verifying
from kijun.ledger.checking import verify
from kijun.ledger.checkpoints import Checkpoints
from kijun.ledger.database import Sqlite
from kijun.ledger.erasing import erase_due
from kijun.ledger.keys import encrypt
from kijun.ledger.ledger import Ledger
from kijun.ledger.packing import LONGEST, SALT
from kijun.ledger.rows import Part, check_row, check_rows
from kijun.ledger.schema import COLUMN_LIST
from kijun.ledger.sealing import seal
from kijun.ledger.segments.columns import write_parquet
from kijun.ledger.tree import leaf_hash
from kijun.ledger.verifying import Report, Verification
from tests.ledger.conftest import OTHER_TOWN, Add, entry
from tests.ledger.test_erasing import LATER, OLD, add_all

Found = list[tuple[str, str, int | None, str]]


def told(report: Report) -> tuple[Found, tuple[Any, ...]]:
    faults = [(one.kind, one.what, one.seq, one.id) for one in report.faults]
    return faults, (report.size, report.entries, report.erased, report.checkpoints, report.root)


def one_by_one(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> tuple[Found, tuple[Any, ...]]:
    """Verification with nothing of what makes it quick."""

    def slow(columns: Any, _ring: Any) -> Iterator[None]:
        yield from [None] * len(columns[0])

    def each(self: Verification, part: Part) -> None:
        for at in range(len(part.seqs)):
            self.take(part.row(at))

    with monkeypatch.context() as patch:
        patch.setattr(rows, "_quick", slow)
        patch.setattr(verifying.Verification, "take_part", each)
        return told(verify(ledger, workers=1))


@pytest.fixture
def large(ledger: Ledger, add: Add) -> Ledger:
    """Sealed and fresh entries of two towns, with and without masked values, an erasure and a hold's key among them."""
    add(entry(at=OLD), entry(at=OLD, masked={"⟦氏名1⟧": "鈴木"}))
    for town in ("131000", OTHER_TOWN):
        add(
            *[
                entry(f"{number}番の相談", municipality=town, masked={"⟦氏名1⟧": "山田"})
                for number in range(12)
            ]
        )
        add(*[entry(f"{number}番の相談", municipality=town, retention="y5") for number in range(12)])
    sign(ledger)
    seal(ledger, force=True)
    erase_due(ledger, add_all(add), now=LATER)
    add(*[entry(f"{number}番の質問", masked={"⟦氏名1⟧": "山田"}) for number in range(20)])
    add(*[entry(f"{number}番の質問", municipality=OTHER_TOWN, retention="y10") for number in range(10)])
    sign(ledger)
    return ledger


def sign(ledger: Ledger) -> None:
    ledger.journal.reload()
    committed = ledger.journal.committed
    Checkpoints(ledger.folder, ledger.database).make(committed.size, committed.root())


def test_an_honest_ledger_is_told_the_same_of(large: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    faults, figures = one_by_one(large, monkeypatch)
    assert faults == []
    assert told(verify(large)) == (faults, figures)
    assert told(verify(large, workers=2)) == (faults, figures)
    assert figures[0] == large.journal.tiles.size
    assert figures[2] == 2, "what was erased"


def test_every_kind_of_tampering_is_told_the_same_of(large: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    tamper_with_sealed(large)
    tamper_with_fresh(large)
    faults, figures = one_by_one(large, monkeypatch)
    assert {kind for kind, *_ in faults} == {
        "changed", "masked", "removed", "inserted", "reordered", "unreadable", "tree", "checkpoint", "erasure", "segment",
    }  # fmt: skip
    assert len(faults) > 20
    assert told(verify(large, workers=1)) == (faults, figures)
    assert told(verify(large, workers=2)) == (faults, figures)


def tamper_with_sealed(ledger: Ledger) -> None:
    """By somebody who rewrites a file and its digests as well; and one more file is cut."""
    chosen = sorted(ledger.segments(), key=lambda one: one.first_seq)
    first, second, last = chosen[0], chosen[1], chosen[-1]
    assert first.rows == second.rows == 12
    data = bytearray((ledger.folder / last.path).read_bytes())
    (ledger.folder / last.path).write_bytes(data[:-40])
    for segment, change in ((first, _changed), (second, _reordered)):
        path = ledger.folder / segment.path
        table = pa.Table.from_batches(ledger.reader.scan([segment]))
        made = pa.Table.from_pylist(change(table.to_pylist()), table.schema)
        write_parquet(made, path)
        told = segment.as_dict() | {
            "bytes_data": path.stat().st_size,
            "sha256_data": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        with ledger.database.writing() as link:
            link.execute(
                "UPDATE segments SET told = ? WHERE name = ?", (orjson.dumps(told).decode(), segment.name)
            )


def _changed(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found[0]["verdict"] = "blocked"
    found[1]["content"] = found[2]["content"]
    found[3]["masked"] = found[4]["masked"]
    found[5]["masked"] = found[5]["masked_key"] = None
    found[6]["content"] = b"short"
    found[7]["id"] = "g" * 32
    found[8]["content_key"] = 999
    del found[9]
    return found


def _reordered(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found[0]["seq"], found[1]["seq"] = found[1]["seq"], found[0]["seq"]
    found[2] = dict(found[3])  # twice in one file
    found[4]["findings"] = ",PERSON,"
    return sorted(found, key=lambda row: int(row["seq"]))


def tamper_with_fresh(ledger: Ledger) -> None:
    with ledger.database.writing() as link:
        fresh = [
            int(seq) for (seq,) in link.execute("SELECT seq FROM entries WHERE kind = 'input' ORDER BY seq")
        ]
        link.execute("UPDATE entries SET tokens_in = 9 WHERE seq = ?", (fresh[0],))
        link.execute("UPDATE entries SET content = ? WHERE seq = ?", (bytes(200), fresh[1]))
        link.execute("UPDATE entries SET masked = ? WHERE seq = ?", (bytes(100), fresh[2]))
        link.execute("UPDATE entries SET masked = NULL WHERE seq = ?", (fresh[3],))
        link.execute("DELETE FROM entries WHERE seq = ?", (fresh[4],))
        for old, new in ((fresh[5], 900), (fresh[6], fresh[5]), (900, fresh[6]), (fresh[7], 901)):
            link.execute("UPDATE entries SET seq = ? WHERE seq = ?", (new, old))
        link.execute(f"INSERT INTO kept SELECT {COLUMN_LIST} FROM entries WHERE seq = ?", (fresh[8],))
        link.execute("UPDATE entries SET kind = 'event' WHERE seq = ?", (fresh[9],))
        link.execute("UPDATE keys SET wrapped = NULL WHERE retention = 'y10'")
        link.execute("UPDATE leaves SET hash = ? WHERE seq = ?", (leaf_hash(b"forged"), fresh[10]))
        (note,) = link.execute("SELECT note FROM checkpoints ORDER BY size LIMIT 1")[0]
        link.execute("INSERT INTO checkpoints (size, at, root, note) VALUES (3, 0, ?, ?)", (b"", note[:-9]))
        link.execute(
            "INSERT INTO erasures SELECT 'invented', municipality, month, retention, what, at, entries, ranges, digest FROM erasures"
        )
    ledger.keys.forget()


def rows_of(ledger: Ledger) -> list[tuple[Any, ...]]:
    with ledger.database.reading() as link:
        return link.execute(f"SELECT {COLUMN_LIST} FROM entries ORDER BY seq")


def checked(ledger: Ledger, found: list[tuple[Any, ...]]) -> Part:
    part = check_rows(list(zip(*found, strict=True)), ledger.keys.ring)
    for at, row in enumerate(found):
        assert part.row(at) == check_row(row, ledger.keys.ring)
    return part


def test_most_rows_take_the_quick_way(ledger: Ledger, add: Add) -> None:
    receipts = add(entry(), entry(masked={"⟦氏名1⟧": "山田"}))
    part = checked(ledger, rows_of(ledger))
    assert part.odd == {}
    assert part.leaves.hex() == "".join(one.leaf for one in receipts)


def test_erased_masked_values_take_the_quick_way_too(ledger: Ledger, add: Add) -> None:
    add(entry(masked={"⟦氏名1⟧": "山田"}))
    with ledger.database.writing() as link:
        link.execute("UPDATE keys SET wrapped = NULL WHERE purpose = 'masked'")
    ledger.keys.forget()
    assert checked(ledger, rows_of(ledger)).odd == {}


def test_a_frame_that_says_it_is_endless_is_named_and_takes_no_memory(ledger: Ledger, add: Add) -> None:
    add(entry(masked={"⟦氏名1⟧": "山田"}), entry())
    first, second = rows_of(ledger)
    frame = zstandard.ZstdCompressor().compressobj(size=LONGEST + 1)
    huge = bytes(2 * SALT) + frame.compress(b"x") + frame.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
    cipher = ledger.keys.ring.cipher(first[21])
    masked_cipher = ledger.keys.ring.cipher(first[23])
    assert cipher is not None
    assert masked_cipher is not None
    bound = first[1].encode()
    found = [
        (*first[:22], encrypt(cipher, huge, bound), *first[23:]),
        (*first[:24], encrypt(masked_cipher, huge, bound)),
        second,
    ]
    part = checked(ledger, found)
    assert sorted(part.odd) == [0, 1]
    assert "changed" in part.odd[0].why
    assert "masked" in part.odd[1].why


def test_a_value_of_another_type_is_named(ledger: Ledger, add: Add) -> None:
    """SQLite keeps what it is given, whatever the column is called."""
    if not isinstance(ledger.database, Sqlite):
        pytest.skip("PostgreSQL refuses it")
    add(entry(), entry(), entry())
    with ledger.database.writing() as link:
        link.execute("UPDATE entries SET content = 'text' WHERE seq = 0")
        link.execute("UPDATE entries SET person = x'00ff' WHERE seq = 1")
    assert [(one.kind, one.seq) for one in verify(ledger).faults] == [("changed", 0), ("changed", 1)]


def test_a_second_row_in_the_same_place_of_one_part_is_named() -> None:
    leaves = [leaf_hash(b"%d" % number) for number in range(3)]
    part = Part(np.array([0, 1, 1]), ["a", "b", "c"], b"".join((leaves[0], leaves[1], leaves[1])), {})
    run = Verification(b"".join(leaves))
    run.take_part(part)
    assert [(one.kind, one.seq, one.id) for one in run.report.faults] == [("inserted", 1, "c")]
    assert run.report.entries == 2
