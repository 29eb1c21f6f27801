import errno
import gc
import threading
import time
import weakref
from pathlib import Path

import pytest

from kijun.ledger.segments import Reader, SegmentFault, indexes
from tests.ledger.segments.town import Town, ask, seqs


def test_it_works(town: Town, reader: Reader) -> None:
    segment = town.say("a", "税金")
    assert reader.index_of(segment) is reader.index_of(segment), "it is unpacked once"


def test_threads_that_want_the_same_index_unpack_it_once(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    segment, times, real = town.say("a", "税金"), [], indexes.unpack

    def counted(*given: object) -> int:
        times.append(given)
        return real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(indexes, "unpack", counted)
    with town.reader() as reader:
        threads = [threading.Thread(target=reader.index_of, args=(segment,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(times) == 1


def test_what_is_forgotten_while_it_is_unpacked_is_not_kept(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    segment, real = town.say("a", "税金"), indexes.unpack
    with town.reader() as reader:

        def meanwhile(*given: object) -> int:
            reader.forget(["a"])
            return real(*given)  # type: ignore[arg-type]

        monkeypatch.setattr(indexes, "unpack", meanwhile)
        assert reader.index_of(segment) is not None
        private = reader._indexes._private
        assert private is not None
        assert [path for path in private.path.iterdir() if path.is_dir()] == []


def test_where_there_is_no_room_others_are_closed_and_then_rows_are_read(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    segments, real = [town.say("a", "税金 一"), town.say("b", "税金 二")], indexes.unpack
    full = {"b"}

    def unpack(source: Path, into: Path, key: bytes, name: str) -> int:
        if name in full:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(source, into, key, name)

    monkeypatch.setattr(indexes, "unpack", unpack)
    with town.reader() as reader:
        hits = reader.search(ask("税金"), segments)
        assert seqs(hits.rows) == [1, 0]
        assert [fault.what for fault in hits.faults] == ["index: there is no room to open it"]
        with pytest.raises(SegmentFault, match="no room"):
            reader.index_of(segments[1])
        full.clear()
        assert reader.search(ask("税金"), segments).faults == ()


def mapped(reader: Reader) -> list[str]:
    """What this process still holds of what lay open, also where it was removed."""
    private = reader._indexes._private
    assert private is not None
    maps = Path("/proc/self/maps").read_text()
    return [line for line in maps.splitlines() if str(private.path) in line]


def lying(reader: Reader) -> list[Path]:
    private = reader._indexes._private
    return [] if private is None else [path for path in private.path.iterdir() if path.is_dir()]


def test_what_is_forgotten_is_removed_from_every_process_and_closed_by_each(town: Town) -> None:
    """The web opened it, and the nightly job erases."""
    erased, stays = town.say("a", "離婚調停の相談"), town.say("b", "税金")
    with town.reader() as web, town.reader() as job:
        assert seqs(web.search(ask("離婚"), [erased, stays]).rows) == [0]
        assert seqs(web.search(ask("税金"), [erased, stays]).rows) == [1]
        assert len(lying(web)) == 2
        job.forget(["a"])
        assert [path.name.partition("~")[0] for path in lying(web)] == ["b"], "nobody opens it any more"
        assert any("/a~" in line for line in mapped(web))
        assert web._indexes.tidy()
        assert not any("/a~" in line for line in mapped(web)), "and it is let go of"
        assert any("/b~" in line for line in mapped(web))


def test_a_destroyed_key_closes_what_lies_open_though_nobody_could_remove_it(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who erased works on another machine, or as another user; and here nobody searches any more."""
    monkeypatch.setattr(indexes, "TIDY", 0.02)
    segment = town.say("a", "離婚調停の相談")
    with town.reader() as web:
        web.search(ask("離婚"), [segment])
        assert len(lying(web)) == 1
        time.sleep(0.1)
        assert len(lying(web)) == 1
        town.keys.discard(segment.content_key)
        end = time.monotonic() + 10
        while lying(web) and time.monotonic() < end:
            time.sleep(0.02)
        assert lying(web) == []
        assert mapped(web) == []
        town.keys.add(segment.content_key)
        web.search(ask("離婚"), [segment])
        assert web._indexes._tidying is not None, "it looks again once something is open again"


def test_a_database_that_does_not_answer_closes_nothing(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    segment = town.say("a", "税金")
    with town.reader() as reader:
        reader.index_of(segment)

        def gone(_key: int) -> bytes | None:
            raise OSError("gone")

        monkeypatch.setattr(reader._indexes, "_segment_key", gone)
        assert reader._indexes.tidy()
        assert len(lying(reader)) == 1


def test_a_search_closes_what_is_listed_no_more(town: Town) -> None:
    segments = [town.say("a", "税金 一"), town.say("b", "税金 二")]
    with town.reader() as reader:
        reader.search(ask("税金"), segments)
        assert len(lying(reader)) == 2
        reader.search(ask("住民"), segments[1:])
        assert [path.name.partition("~")[0] for path in lying(reader)] == ["b"]


def test_a_key_that_is_destroyed_while_its_index_is_unpacked_leaves_nothing_open(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    segment, real = town.say("a", "税金"), indexes.unpack

    def meanwhile(*given: object) -> int:
        town.keys.discard(segment.content_key)
        return real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(indexes, "unpack", meanwhile)
    with town.reader() as reader:
        assert reader.index_of(segment) is None
        assert lying(reader) == []


def test_the_thread_that_tidies_keeps_no_reader_alive(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexes, "TIDY", 0.02)
    reader = town.reader()
    reader.index_of(town.say("a", "税金"))
    here = weakref.ref(reader._indexes)
    del reader
    end = time.monotonic() + 10
    while here() is not None and time.monotonic() < end:
        gc.collect()
        time.sleep(0.02)
    assert here() is None
