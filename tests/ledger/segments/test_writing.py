import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from kijun.ledger.segments import STORED, Reader, SegmentFault, writing
from kijun.ledger.segments.segment import sha256_of
from tests.ledger.segments.town import NOVEMBER, Town, ask, seqs


def test_it_works(town: Town, reader: Reader) -> None:
    segment = town.say("2026-11-000", "住民税", "介護")
    assert segment.path == "data/municipality=131000/month=2026-11/retention=y1/2026-11-000.parquet"
    assert segment.index_path.endswith("/2026-11-000.index")
    assert (segment.first_seq, segment.last_seq, segment.rows) == (0, 1, 2)
    assert (segment.min_at, segment.max_at) == (NOVEMBER, NOVEMBER + 1000)
    for relative, size, digest in (
        (segment.path, segment.bytes_data, segment.sha256_data),
        (segment.index_path, segment.bytes_index, segment.sha256_index),
    ):
        assert (town.folder / relative).stat().st_size == size
        assert sha256_of(town.folder / relative) == digest
    table = pq.read_table(town.folder / segment.path, partitioning=None)
    assert tuple(table.column_names) == STORED
    assert [{k: v for k, v in row.items() if k != "month"} for row in table.to_pylist()] == town.rows
    assert set(table["month"].to_pylist()) == {"2026-11"}


def test_what_was_said_is_nowhere_in_the_clear(town: Town) -> None:
    town.say("a", "住民税の滞納", *["住民税の滞納です"] * 50)
    assert not any(
        word in path.read_bytes()
        for path in town.folder.rglob("*")
        if path.is_file()
        for word in ("滞納".encode(), "住民".encode())
    )
    assert [path.name for path in (town.folder / "private").glob("*")] in ([], [".lock"])


def test_files_are_on_disk_before_they_have_their_names_and_names_before_anybody_is_told(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def synced(handle: int) -> None:
        done.append(f"fsync {Path(os.readlink(f'/proc/self/fd/{handle}')).name}")
        fsync(handle)

    def renamed(path: Path, target: Path) -> Path:
        done.append(f"name {target.name}")
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", renamed)
    town.say("a", "税金")
    assert done[-6:] == [
        "fsync .a.index.part", "name a.index", "fsync retention=y1",
        "fsync .a.parquet.part", "name a.parquet", "fsync retention=y1",
    ]  # fmt: skip
    assert {"fsync data", "fsync municipality=131000", "fsync month=2026-11"} <= set(done), (
        "new folders are durable too"
    )


def test_rows_come_in_any_order_and_as_tuples(town: Town, reader: Reader) -> None:
    rows = [town.row("三", seq=30), town.row("一", seq=10), town.row("二", seq=20)]
    segment = writing.write(
        town.folder, [tuple(row.values()) for row in rows], ["三番", "一番", "二番"], bytes([101]) * 32, "a"
    )
    assert (segment.first_seq, segment.last_seq) == (10, 30)
    assert [reader.get(seq, [segment])["id"] for seq in (10, 20, 30)] == [rows[n]["id"] for n in (1, 2, 0)]  # type: ignore[index]
    assert seqs(reader.search(ask("一"), [segment]).rows) == [10], "texts stay beside their rows"


def test_writing_again_replaces(town: Town, reader: Reader) -> None:
    first = town.say("a", "税金")
    again = town.seal("a", town.rows)
    assert again.path == first.path
    assert again.sha256_data == first.sha256_data, "the same rows give the same bytes"
    assert seqs(reader.search(ask("税金"), [again]).rows) == [0]
    assert len(list(town.folder.rglob("*.parquet"))) == 1


def test_rows_that_do_not_belong_together_are_refused(town: Town) -> None:
    base = town.row("a")
    for other in (
        {"municipality": "132000"},
        {"retention": "y3"},
        {"at": NOVEMBER + 40 * 86_400_000},
        {"content_key": 2},
        {"seq": 0},
    ):
        with pytest.raises(ValueError):
            town.seal("a", [base, town.row("b", **other)])
    with pytest.raises(ValueError):
        town.seal("a", [town.row("a", municipality="../../etc")])
    with pytest.raises(ValueError):
        writing.write(town.folder, [], [], bytes(32), "a")
    with pytest.raises(ValueError):
        writing.write(town.folder, [base], [], bytes(32), "a")
    with pytest.raises(ValueError):
        writing.write(town.folder, [base], [""], bytes(16), "a")
    assert not list(town.folder.rglob("*.parquet*"))
    assert not list(town.folder.rglob(".*.part"))


@pytest.mark.parametrize("name", ["", "../a", "a/b", ".a", "a\0", "a" * 200, "あ"])
def test_names_stay_in_their_folder(town: Town, name: str) -> None:
    with pytest.raises(ValueError):
        town.say(name, "a")


def test_a_full_disk_leaves_nothing_half_written(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    before = town.say("a", "前の区画")
    with monkeypatch.context() as patch:
        patch.setattr(writing, "pack", full)
        with pytest.raises(OSError, match="No space"):
            town.say("b", "書けない")
    assert sorted(path.name for path in (town.folder / before.path).parent.iterdir()) == [
        "a.index",
        "a.parquet",
    ]


_CHILD = """
import sys
from pathlib import Path
from tests.ledger.segments.town import Town
town = Town(Path(sys.argv[1]))
rows = [town.row("税金の話" * 40, seq=seq) for seq in range(1000, 5000)]
print("ready", flush=True)
while True:
    town.seal("second", rows)
    print("sealed", flush=True)
"""


@pytest.mark.slow
@pytest.mark.parametrize("delay", [0.02, 0.15, 0.4, 0.8, 1.3])
def test_kill_in_the_middle_of_a_write(town: Town, delay: float) -> None:
    first = town.say("first", "税金の前の話")
    environment = {**os.environ, "PYTHONPATH": "src:."}
    with subprocess.Popen(
        [sys.executable, "-c", _CHILD, str(town.folder)], stdout=subprocess.PIPE, text=True, env=environment
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        time.sleep(delay)
        child.send_signal(signal.SIGKILL)
    with town.reader() as reader:
        hits = reader.search(ask("税金"), [first])
        assert seqs(hits.rows) == [0]
        assert hits.faults == ()
        second = town.seal("second", [town.row("税金の後の話", seq=9000)])
        assert seqs(reader.search(ask("税金"), [first, second]).rows) == [9000, 0]
    names = sorted(path.name for path in (town.folder / first.path).parent.iterdir())
    assert names == ["first.index", "first.parquet", "second.index", "second.parquet"], (
        "leftovers of the crash stay"
    )


def test_a_fault_says_what_to_do_in_both_languages() -> None:
    fault = SegmentFault("a", "data file: missing")
    assert "kijun ledger verify" in fault.ja
    assert "kijun ledger verify" in fault.en
    assert (fault.name, fault.what) == ("a", "data file: missing")
