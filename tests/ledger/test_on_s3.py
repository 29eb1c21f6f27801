"""A ledger whose sealed files lie in a bucket: what the service does to it, and how it comes there and back."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from kijun.ledger.bringing import bring
from kijun.ledger.checking import verify
from kijun.ledger.checkpoints import Checkpoints
from kijun.ledger.erasing import erase_due
from kijun.ledger.ledger import Ledger
from kijun.ledger.maintenance import alone, maintain
from kijun.ledger.model import Busy, Query, new_id
from kijun.ledger.sealing import publish, seal
from kijun.ledger.segments.store import StoreFault
from kijun.ledger.segments.table import Table
from tests.ledger.bucket import KEYS, Bucket, S3Server
from tests.ledger.conftest import TOWN, Add, append, entry
from tests.ledger.test_erasing import LATER, OLD, add_all

pytestmark = pytest.mark.s3(only=True)
ALL = Query(municipality=TOWN, limit=100)


@pytest.fixture(autouse=True)
def one_try(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting between tries is not what is looked at here."""
    monkeypatch.setattr("kijun.ledger.segments.s3._TRIES", 1)


@pytest.fixture
def bucket(files: str) -> Bucket:
    return Bucket(files)


@pytest.fixture
def stranger(ledger: Ledger, tmp_path: Path) -> Iterator[Ledger]:
    """The same ledger where nothing of the bucket was ever copied."""
    Checkpoints(ledger.folder, ledger.database)  # makes the keys
    folder = tmp_path / "stranger"
    folder.mkdir(mode=0o700)
    for path in ledger.folder.iterdir():
        if path.is_file() and "journal" not in path.name:
            shutil.copy(path, folder / path.name)
    if not ledger.url:
        for path in ledger.folder.glob("journal*"):
            (folder / path.name).symlink_to(path)
    with Ledger(folder, ledger.url, ledger.files) as made:
        yield made


def signed(ledger: Ledger) -> None:
    ledger.journal.reload()
    committed = ledger.journal.committed
    Checkpoints(ledger.folder, ledger.database).make(committed.size, committed.root())


def data(bucket: Bucket) -> list[str]:
    return [name for name in bucket.names() if name.startswith("data/")]


def seqs(ledger: Ledger, text: str = "") -> list[int]:
    return [one.seq for one in ledger.search(Query(municipality=TOWN, text=text, limit=100)).records]


def test_it_tells_where_its_files_lie(ledger: Ledger, files: str) -> None:
    assert ledger.status()["files"] == files.partition("?")[0]


def test_everything_works_from_the_bucket_alone(
    ledger: Ledger, add: Add, bucket: Bucket, stranger: Ledger
) -> None:
    add(*[entry(f"第{number}の相談", model="m") for number in range(5)])
    maintain(ledger, add_all(add), force=True)
    signed(ledger)
    assert len(data(bucket)) == 2
    assert seqs(stranger, "第3の") == [3]
    assert stranger.aggregate(("model",), ALL) == [{"model": "m", "count": 5}]
    assert verify(stranger).holds
    assert verify(stranger).entries == 5
    assert stranger.prove(4) is not None
    with Table(ledger.store, ledger.url or None) as table:
        assert table.scan()["seq"].to_pylist() == list(range(5))


@pytest.mark.parametrize("said", ["403 SignatureDoesNotMatch", "503 SlowDown", "507 XStorageFull"])
def test_sealing_that_fails_loses_nothing_and_is_done_again(
    ledger: Ledger, add: Add, bucket: Bucket, s3: S3Server, said: str
) -> None:
    add(*[entry(f"第{number}の相談") for number in range(3)])
    for when in (
        lambda method, path: True,
        lambda method, path: method == "PUT",
        lambda method, path: path.endswith(".parquet") and method == "PUT",
        lambda method, path: path.endswith(".parquet") and method == "GET",
    ):
        with s3.says(said, when), pytest.raises(StoreFault):
            maintain(ledger, add_all(add), force=True)
        assert seqs(ledger) == [2, 1, 0], "still in the journal"
        assert ledger.segments() == []
    add(entry("その間の相談"))
    assert maintain(ledger, add_all(add), force=True).sealed == 4
    signed(ledger)
    assert verify(ledger).holds
    assert len(data(bucket)) == 2, "what the failed runs left is swept away"


def test_a_run_that_could_not_publish_is_finished_by_the_next(
    ledger: Ledger, add: Add, bucket: Bucket, s3: S3Server
) -> None:
    add(entry(at=OLD), entry())
    maintain(ledger, add_all(add), force=True)
    before = data(bucket)
    with s3.says("503 SlowDown", lambda method, path: "metadata" in path), pytest.raises(StoreFault):
        maintain(ledger, add_all(add), erase=True, now=LATER)
    assert len(data(bucket)) == len(before), "erased, and not swept yet"
    done = maintain(ledger, add_all(add))
    assert (done.sealed, done.joined, done.erased) == (0, 0, [])
    assert len(data(bucket)) == 2
    with Table(ledger.store, ledger.url or None) as table:
        assert len(table.files()) == 1
    s3.asked.clear()
    maintain(ledger, add_all(add))
    assert s3.asked == [], "nothing to do asks nothing"


def test_a_service_that_is_away_is_no_fault_of_the_records(
    ledger: Ledger, add: Add, stranger: Ledger, s3: S3Server
) -> None:
    add(entry("相談"))
    seal(ledger, force=True)
    add(entry("新しい相談"))
    signed(ledger)
    with s3.says("503 SlowDown"):
        for ask in (
            lambda: verify(stranger),
            lambda: seqs(stranger, "相談"),
            lambda: stranger.aggregate((), ALL),
            lambda: stranger.interaction("none", TOWN),
        ):
            with pytest.raises(StoreFault) as told:
                ask()
            assert stranger.store.place in told.value.ja
        with pytest.raises(StoreFault):
            verify(ledger)
        assert seqs(ledger, "相談") == [1, 0], "what is copied here and in the journal is read"
    assert verify(stranger).holds
    assert seqs(stranger, "相談") == [1, 0]


def test_verify_tells_the_same_from_other_processes(
    ledger: Ledger, add: Add, stranger: Ledger, s3: S3Server
) -> None:
    for _ in range(3):
        add(entry("相談"))
        seal(ledger, force=True)
    signed(ledger)
    with s3.says("503 SlowDown"), pytest.raises(StoreFault):
        verify(stranger, workers=2)
    assert verify(stranger, workers=2).entries == 3


def test_nothing_is_erased_that_cannot_be_named(
    ledger: Ledger, add: Add, bucket: Bucket, stranger: Ledger, s3: S3Server
) -> None:
    add(entry("古い相談", at=OLD))
    maintain(ledger, add_all(add), force=True)
    with s3.says("403 AccessDenied"), pytest.raises(StoreFault):
        erase_due(stranger, add_all(add), now=LATER)
    assert seqs(ledger, "古い") == [0]
    (done,) = maintain(ledger, add_all(add), erase=True, now=LATER).erased
    assert done.entries == 1
    assert seqs(ledger, "古い") == []
    assert not any("2025-03" in name for name in data(bucket))
    assert not any("2025-03" in path.name for path in ledger.store.below.iterdir())
    assert [path.name for path in ledger.store.below.iterdir() if path.name[0] != "."] == []


def test_a_restored_copy_does_not_sweep_the_bucket(
    ledger: Ledger, add: Add, bucket: Bucket, tmp_path: Path, url: str
) -> None:
    if url:
        pytest.skip("a file is copied here")
    add(entry("一"))
    maintain(ledger, add_all(add), force=True)
    copy = tmp_path / "copy"
    shutil.copytree(ledger.folder, copy, ignore=shutil.ignore_patterns("journal*", "*.lock", "cache"))
    with (
        sqlite3.connect(ledger.folder / "journal.sqlite3") as source,
        sqlite3.connect(copy / "journal.sqlite3") as target,
    ):
        source.backup(target)
    source.close()
    target.close()
    add(entry("二"), entry("三"))
    maintain(ledger, add_all(add), force=True)
    before = bucket.names()
    with Ledger(copy, "", ledger.files) as restored:
        restored.database.lock()
        append(restored.journal, entry("試し"))
        for run in (lambda: seal(restored, force=True), lambda: publish(restored)):
            with pytest.raises(StoreFault, match="later state"):
                run()
    assert bucket.names() == before
    assert seqs(ledger) == [2, 1, 0]


def test_two_ledgers_do_not_share_a_place(ledger: Ledger, add: Add, bucket: Bucket, tmp_path: Path) -> None:
    add(entry("一"))
    maintain(ledger, add_all(add), force=True)
    before = bucket.names()
    with Ledger(tmp_path / "other", "", ledger.files) as other:
        other.database.lock()
        append(other.journal, entry("よその記録"), entry("二"))
        with pytest.raises(StoreFault, match="another ledger"):
            maintain(other, lambda entries: [], force=True)
        assert len(seqs(other)) == 2
    assert bucket.names() == before


def test_a_forked_process_reads_on(ledger: Ledger, add: Add, bucket: Bucket) -> None:
    """Jobs fork; what Arrow holds of S3 was made before."""
    add(entry("相談"))
    maintain(ledger, add_all(add), force=True)
    ledger.reader.forget([one.name for one in ledger.segments()])
    assert seqs(ledger, "相談") == [0]
    child = os.fork()
    if child == 0:
        code = 1
        try:
            with Ledger(ledger.folder, ledger.url, ledger.files) as own:
                own.reader.forget([one.name for one in own.segments()])
                code = 0 if seqs(own, "相談") == [0] else 2
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_keys_are_written_nowhere(
    ledger: Ledger, add: Add, s3: S3Server, bucket: Bucket, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    add(entry("相談"))
    with s3.says("403 InvalidAccessKeyId"), pytest.raises(StoreFault):
        maintain(ledger, add_all(add), force=True)
    maintain(ledger, add_all(add), force=True)
    written = [path.read_bytes() for path in ledger.folder.rglob("*") if path.is_file()]
    written += [bucket.read(name) for name in bucket.names()] + [caplog.text.encode()]
    assert not any(key.encode() in one for key in KEYS.values() for one in written)


# --- there and back -----------------------------------------------------------------------------


def test_files_come_along_into_a_bucket_into_another_and_back(
    folder: Path, url: str, s3: S3Server, files: str
) -> None:
    def at(address: str) -> Ledger:
        made = Ledger(folder, url, address)
        made.database.lock()
        return made

    with at("") as ledger:
        for text in ("一つ目の相談", "二つ目の相談"):
            append(ledger.journal, entry(text))
            maintain(ledger, lambda entries: [], force=True)
        signed(ledger)
        assert bring(ledger) == 0, "they lie there"
    with at(files) as ledger:
        assert {one.kind for one in verify(ledger).faults} == {"segment", "removed"}
        with alone(ledger), pytest.raises(Busy):
            bring(ledger)
        assert bring(ledger) == 4
        assert bring(ledger) == 0, "done again"
        shutil.rmtree(folder / "data")
        assert seqs(ledger, "つ目") == [1, 0]
        assert verify(ledger).holds
        with Table(ledger.store, url or None) as table:
            assert len(table.scan()) == 2
    other = s3.address(new_id())
    with at(other) as ledger:
        assert bring(ledger, files) == 4
        assert verify(ledger).holds
    with at("") as ledger:
        assert bring(ledger, other) == 4
        append(ledger.journal, entry("三つ目の相談"))
        maintain(ledger, lambda entries: [], force=True)
        signed(ledger)
        assert verify(ledger).holds
        assert seqs(ledger, "つ目") == [2, 1, 0]
        assert len([*(folder / "data").rglob("*.parquet")]) == 3


def test_a_file_that_is_not_what_was_sealed_does_not_come_along(
    folder: Path, url: str, files: str, bucket: Bucket
) -> None:
    with Ledger(folder, url) as ledger:
        ledger.database.lock()
        append(ledger.journal, entry("相談"))
        maintain(ledger, lambda entries: [], force=True)
        path = folder / ledger.segments()[0].path
        whole = path.read_bytes()
    path.write_bytes(whole[:-1] + b"?")
    with Ledger(folder, url, files) as ledger:
        with pytest.raises(Exception, match="its content changed"):
            bring(ledger)
        assert [name for name in data(bucket) if name.endswith(".parquet")] == []
        path.write_bytes(whole)
        assert bring(ledger) == 1, "its index is there"
        assert seqs(ledger, "相談") == [0]
