"""Copies of a bucket's files: fetched once, held, bounded, shared by processes."""

from __future__ import annotations

import errno
import hashlib
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from kijun.ledger.segments.cache import Cache
from kijun.ledger.segments.segment import File
from kijun.ledger.segments.store import NoRoom


def file(name: str, size: int = 100) -> File:
    return File(f"data/a/{name}.parquet", size, hashlib.sha256(name.encode()).hexdigest())


class Elsewhere:
    """Where files come from; what was fetched is noted."""

    def __init__(self) -> None:
        self.fetched: list[str] = []

    def __call__(self, file: File, into: Path) -> None:
        self.fetched.append(Path(file.name).stem)
        into.write_bytes(b"x" * file.bytes)


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache", 300)


def copies(cache: Cache) -> set[str]:
    return {path.name.partition("~")[0] for path in cache.folder.iterdir() if path.name[0] != "."}


def test_a_file_is_fetched_once(cache: Cache) -> None:
    fetch = Elsewhere()
    for _ in range(2):
        with cache.held([file("a"), file("b")], fetch) as paths:
            assert [path.read_bytes() for path in paths] == [b"x" * 100] * 2
    assert fetch.fetched == ["a", "b"]
    assert cache.taken() == 200
    assert cache.folder.stat().st_mode & 0o077 == 0


def test_the_least_used_goes_when_there_is_no_room(cache: Cache) -> None:
    fetch = Elsewhere()
    for name in "abcadea":
        with cache.held([file(name)], fetch):
            time.sleep(0.01)
    assert fetch.fetched == ["a", "b", "c", "d", "e"]
    assert copies(cache) == {"a", "d", "e"}
    assert cache.taken() == 300


def test_what_is_held_stays_also_for_another_process(cache: Cache) -> None:
    fetch = Elsewhere()
    program = (
        "import sys, pathlib, hashlib\n"
        "from tests.ledger.segments.test_cache import Cache, Elsewhere, file\n"
        "with Cache(pathlib.Path(sys.argv[1]), 300).held([file('a'), file('b')], Elsewhere()) as paths:\n"
        "    print('held', flush=True)\n"
        "    sys.stdin.read()\n"
        "    assert all(path.exists() for path in paths)\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", program, str(cache.folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": "src:."},
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "held\n"
    with cache.held([file("c")], fetch):
        pass
    with cache.held([file("d")], fetch):
        pass
    assert copies(cache) == {"a", "b", "d"}
    with pytest.raises(NoRoom), cache.held([file("c"), file("d")], fetch):
        pass
    assert child.stdin is not None
    child.stdin.close()
    assert child.wait() == 0
    child.stdout.close()
    with cache.held([file("c"), file("d")], fetch):
        assert copies(cache) >= {"c", "d"}
    assert cache.taken() <= 300


def test_more_than_the_room_at_once_is_refused_in_words(cache: Cache) -> None:
    with (
        pytest.raises(NoRoom) as found,
        cache.held([file(name) for name in "abcd"], Elsewhere()),
    ):
        pass
    assert "KIJUN_LEDGER_FILES" in found.value.ja
    assert "KIJUN_LEDGER_FILES" in found.value.en
    assert cache.taken() <= 300
    with cache.held([file("d")], Elsewhere()):
        pass


def test_two_that_want_the_same_fetch_it_once(cache: Cache) -> None:
    fetched, started = [], threading.Barrier(4)

    def fetch(file: File, into: Path) -> None:
        fetched.append(file.name)
        time.sleep(0.1)
        into.write_bytes(b"x" * file.bytes)

    def use() -> None:
        started.wait()
        with cache.held([file("a")], fetch) as (path,):
            assert path.stat().st_size == 100

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(fetched) == 1


def test_a_fetch_that_fails_leaves_nothing(cache: Cache) -> None:
    def fail(file: File, into: Path) -> None:
        into.write_bytes(b"half")
        raise RuntimeError("cut")

    with pytest.raises(RuntimeError), cache.held([file("a")], fail):
        pass
    assert copies(cache) == set()
    assert [path.name for path in cache.folder.iterdir()] == [".locks"]
    with cache.held([file("a")], Elsewhere()):
        pass


def test_a_full_disk_is_told(cache: Cache) -> None:
    def full(file: File, into: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(NoRoom) as found, cache.held([file("a")], full):
        pass
    assert "ディスク" in found.value.ja


def test_what_was_written_anew_is_another(cache: Cache) -> None:
    fetch = Elsewhere()
    again = File("data/a/a.parquet", 50, "f" * 64)
    with cache.held([file("a")], fetch) as (old,), cache.held([again], fetch) as (new,):
        assert (old.stat().st_size, new.stat().st_size) == (100, 50)
    cache.forget(["a"])
    assert copies(cache) == set()


def test_fetched_anew_under_whoever_reads_it(cache: Cache) -> None:
    fetch = Elsewhere()
    with cache.held([file("a")], fetch) as (path,), path.open("rb") as opened:
        cache.refresh(file("a"), fetch)
        assert path.exists()
        assert opened.read() == b"x" * 100
    assert fetch.fetched == ["a", "a"]


def test_a_draft_becomes_the_first_copy_or_goes(cache: Cache) -> None:
    fetch = Elsewhere()
    cache.draft("data/a/a.parquet").write_bytes(b"y" * 100)
    cache.adopt(file("a"))
    with cache.held([file("a")], fetch) as (path,):
        assert path.read_bytes() == b"y" * 100
    cache.draft("data/a/b.parquet").write_bytes(b"y" * 400)
    cache.adopt(file("b", 400))
    assert copies(cache) == set()
    assert fetch.fetched == []


def test_what_a_dead_process_left_is_swept_away(cache: Cache) -> None:
    with cache.held([file("a")], Elsewhere()):
        pass
    left = [cache.folder / ".b~0.parquet.1234.part", cache.folder / ".c.parquet.draft"]
    for path in left:
        path.write_bytes(b"x")
        os.utime(path, (0, 0))
    young = cache.folder / ".d~0.parquet.1234.part"
    young.write_bytes(b"x")
    with cache.held([file("b")], Elsewhere()):
        pass
    assert [path.exists() for path in (*left, young)] == [False, False, True]
