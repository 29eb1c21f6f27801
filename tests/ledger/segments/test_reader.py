import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from kijun.ledger.model import LedgerError
from kijun.ledger.segments import Reader, Segment, SegmentFault
from kijun.ledger.segments.packing import pack
from kijun.ledger.segments.segment import sha256_of
from tests.ledger.segments.town import Town, ask, digest, seqs


def test_it_works(town: Town, reader: Reader) -> None:
    segments = [town.say("a", "一", "二"), town.say("b", "三", "四")]
    row = reader.get(2, segments)
    assert row is not None
    assert row["content"] == town.rows[2]["content"]
    assert reader.get(99, segments) is None
    assert seqs(reader.rows_of("interaction-1", segments).rows) == [3, 2]
    assert reader.rows_of("", segments).rows == reader.rows_of("nobody", segments).rows == ()


def test_whole_segments_in_batches(town: Town, reader: Reader) -> None:
    segments = [town.say("a", *["x"] * 1300), town.say("b", "y")]
    batches = list(reader.scan(segments, ["seq", "id", "content"]))
    assert [row for batch in batches for row in batch.to_pylist()] == [
        {name: row[name] for name in ("seq", "id", "content")} for row in town.rows
    ]
    with pytest.raises(ValueError, match="secret"):
        list(reader.scan(segments, ["secret"]))


def broken(path: Path, how: str) -> None:
    data = bytearray(path.read_bytes())
    path.unlink()
    if how == "changed":
        data[len(data) // 2] ^= 1
    if how == "cut":
        del data[-20:]
    if how == "emptied":
        data.clear()
    if how != "missing":
        path.write_bytes(data)


@pytest.mark.parametrize("how", ["missing", "changed", "cut", "emptied"])
@pytest.mark.parametrize("warm", [False, True])
def test_a_broken_data_file_is_named_and_the_others_are_searched(
    town: Town, reader: Reader, how: str, warm: bool
) -> None:
    segments = [town.say(name, "税金の話") for name in "abc"]
    if warm:
        assert len(reader.search(ask("税金"), segments).rows) == 3
    broken(town.folder / segments[1].path, how)
    for query in (ask("税金"), ask(kinds=("input", "output"))):
        hits = reader.search(query, segments)
        assert seqs(hits.rows) == [2, 0]
        assert [fault.name for fault in hits.faults] == ["b"]
        assert hits.faults[0].what.startswith("data file")
    with pytest.raises(SegmentFault):
        reader.get(1, segments)
    with pytest.raises(SegmentFault):
        list(reader.scan(segments))
    assert reader.get(2, segments) is not None


@pytest.mark.parametrize("how", ["missing", "changed", "cut", "emptied"])
def test_a_broken_index_is_named_and_its_rows_are_read_instead(town: Town, reader: Reader, how: str) -> None:
    segments = [town.say(name, "税金の話", "別の話") for name in "abc"]
    broken(town.folder / segments[1].index_path, how)
    hits = reader.search(ask("税金"), segments)
    assert seqs(hits.rows) == [4, 2, 0]
    assert [fault.name for fault in hits.faults] == ["b"]
    assert hits.faults[0].what.startswith("index")


def test_an_index_of_another_segment_is_not_taken(town: Town, reader: Reader) -> None:
    """Its digest in the journal was changed as well, so only the encryption tells."""
    segments = [town.say(name, f"{name} の税金") for name in "ab"]
    swapped = {field: getattr(segments[0], field) for field in ("bytes_index", "sha256_index")} | {
        "index_path": segments[0].index_path
    }
    forged = Segment(**{**segments[1].as_dict(), **swapped})
    hits = reader.search(ask("税金"), [forged])
    assert seqs(hits.rows) == [1]
    assert hits.faults[0].what == "index: cut, changed, or sealed under another key"


def test_what_unpacks_to_no_index_is_a_fault(town: Town, reader: Reader, tmp_path: Path) -> None:
    segment = town.say("a", "税金")
    (tmp_path / "junk").mkdir()
    (tmp_path / "junk" / "meta.json").write_text("{}")
    path = town.folder / segment.index_path
    pack(tmp_path / "junk", path, digest(101), "a")
    forged = Segment(
        **{**segment.as_dict(), "bytes_index": path.stat().st_size, "sha256_index": sha256_of(path)}
    )
    hits = reader.search(ask("税金"), [forged])
    assert seqs(hits.rows) == [0]
    assert hits.faults[0].what.startswith("index: cannot be opened")


def test_content_that_does_not_decrypt_is_reported(town: Town, reader: Reader) -> None:
    rows = [town.row("税金 一"), town.row("税金 二")]
    segment = town.seal("a", rows)
    good = rows[0]["content"]
    rows[0]["content"] = good[:-1] + bytes([good[-1] ^ 1])
    from kijun.ledger.segments import write

    segment = write(town.folder, rows, ["税金 一", "税金 二"], digest(101), "a")
    hits = reader.search(ask("税金"), [segment])
    assert seqs(hits.rows) == [1]
    assert [fault.what for fault in hits.faults] == ["row 0: its content cannot be decrypted"]


def folders_of(reader: Reader) -> list[Path]:
    private = reader._indexes._private
    return sorted(path for path in private.path.iterdir() if path.is_dir()) if private else []


def test_opened_indexes_are_ours_alone_and_go_at_the_end(town: Town) -> None:
    segments = [town.say(name, "税金") for name in "abc"]
    with town.reader() as reader:
        reader.search(ask("税金"), segments)
        folders = folders_of(reader)
        assert len(folders) == 3
        assert all(
            path.stat().st_mode & 0o777 == 0o700
            for path in [*folders, folders[0].parent, folders[0].parent.parent]
        )
        reader.forget(["b"])
        assert len(folders_of(reader)) == 2
    assert not folders[0].parent.exists()


def test_the_least_used_index_is_closed_when_there_is_no_room(town: Town) -> None:
    segments = [town.say(name, f"税金 {name}") for name in "abc"]
    with town.reader(room=1) as reader:
        for _ in range(2):
            assert len(reader.search(ask("税金"), segments).rows) == 3
            assert len(folders_of(reader)) == 1


def test_two_threads_search_while_segments_are_forgotten(town: Town) -> None:
    segments = [town.say(name, *["税金の話"] * 30) for name in "abcdef"]
    faults: list[BaseException] = []
    with town.reader() as reader:

        def search() -> None:
            try:
                for _ in range(40):
                    hits = reader.search(ask("税金", limit=200), segments)
                    assert len(hits.rows) == 180
                    assert not hits.faults
                    assert len(reader.search(ask(kinds=("input",), limit=200), segments).rows) == 90
            except BaseException as error:
                faults.append(error)

        threads = [threading.Thread(target=search) for _ in range(2)]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            reader.forget(["b", "d"])
            reader.forget(["f"])
        for thread in threads:
            thread.join()
    assert faults == []


def test_what_a_killed_reader_left_open_is_removed_by_the_next(town: Town) -> None:
    segment = town.say("a", "税金")
    code = (
        "import sys, os, signal\nfrom pathlib import Path\nfrom tests.ledger.segments.town import Town, ask\n"
        "from kijun.ledger.segments import Segment\ntown = Town(Path(sys.argv[1]))\nreader = town.reader()\n"
        "assert len(reader.search(ask('税金'), [Segment(**eval(sys.argv[2]))]).rows) == 1\n"
        "print(reader._indexes._private.path, flush=True)\nos.kill(os.getpid(), signal.SIGKILL)\n"
    )
    child = subprocess.run(
        [sys.executable, "-c", code, str(town.folder), repr(segment.as_dict())],
        env={**os.environ, "PYTHONPATH": "src:."}, capture_output=True, text=True,
    )  # fmt: skip
    assert child.returncode == -signal.SIGKILL, child.stderr
    left = Path(child.stdout.strip())
    assert left.is_dir()
    with town.reader() as reader:
        reader.search(ask("税金"), [segment])
        assert not left.exists()


def test_reading_imports_nothing_heavy(town: Town) -> None:
    code = (
        "import sys, kijun.ledger.segments as s\n"
        "heavy = {'pyiceberg', 'sqlalchemy', 'duckdb', 'tantivy', 'pyarrow'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
        "from pathlib import Path\nfrom tests.ledger.segments.town import Town, ask\n"
        "town = Town(Path(sys.argv[1]))\nsegment = town.say('a', '税金')\n"
        "with town.reader() as reader: assert len(reader.search(ask('税金'), [segment]).rows) == 1\n"
        "assert not {'pyiceberg', 'sqlalchemy'} & set(sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(town.folder)], env={**os.environ, "PYTHONPATH": "src:."}, capture_output=True, text=True
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_a_folder_that_duckdb_would_take_for_a_pattern_is_refused(tmp_path: Path) -> None:
    town = Town(tmp_path / "a[b]")
    segment = town.say("a", "税金")
    with town.reader() as reader, pytest.raises(LedgerError, match="move it"):
        reader.search(ask(), [segment])
