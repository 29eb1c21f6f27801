import errno
import threading
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
