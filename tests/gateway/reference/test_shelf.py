"""Changing an index document by document: what is read, what leaves, what a death in the middle leaves behind, two at once."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from kijun.gateway.reference import shelf
from kijun.gateway.reference.index import Index
from kijun.gateway.reference.model import Passage, Source
from kijun.gateway.reference.splitting import split

TOWN = "131000"
TODAY = "2026-11-29"
Texts = dict[str, str]


def wanted(
    texts: Texts, read: list[str] | None = None
) -> Iterable[tuple[Source, str, Callable[[], list[Passage]]]]:
    for name, text in texts.items():

        def passages(name: str = name, text: str = text) -> list[Passage]:
            if read is not None:
                read.append(name)
            return split(text)

        yield Source(name, f"手引{name}", "c"), f"digest of {text}", passages


def index(home: Path) -> Index:
    found = shelf.Shelf(home).index(TOWN)
    assert found is not None
    return found


def found(home: Path, question: str) -> list[tuple[str, str]]:
    return [
        (one.source.id, one.passage.text)
        for one in index(home).search(question, today=TODAY, most=50, fits=0.6).hits
    ]


def folders(home: Path) -> set[str]:
    return {one.name for one in (home / "reference" / TOWN).iterdir() if one.is_dir()}


def text(place: str, fee: int = 500) -> str:
    return f"# 手引\n## 粗大ごみ\n{place}の粗大ごみの手数料は{fee}円です。\n## 印鑑登録\n{place}では15歳から登録できます。\n"


def test_only_what_changed_is_read(tmp_path: Path) -> None:
    texts = {str(at): text(f"第{at}区") for at in range(5)}
    read: list[str] = []
    assert shelf.update(tmp_path, TOWN, wanted(texts, read)) == (5, 10, 5)
    assert shelf.update(tmp_path, TOWN, wanted(texts, read)) == (5, 10, 0)
    assert len(read) == 5
    texts["3"] = text("第3区", 900)
    del texts["1"]
    texts["7"] = text("北浜")
    read.clear()
    assert shelf.update(tmp_path, TOWN, wanted(texts, read)) == (5, 10, 2)
    assert sorted(read) == ["3", "7"]
    said = dict(found(tmp_path, "粗大ごみの手数料"))
    assert "900円" in said["3"]
    assert set(said) == {"0", "2", "3", "4", "7"}, "what was withdrawn is not found"
    assert index(tmp_path).passage("1", 1) is None
    hit = index(tmp_path).passage("3", 1)
    assert hit is not None
    assert "900円" in hit.passage.text


def test_a_document_that_moves_to_another_collection_is_put_there(tmp_path: Path) -> None:
    def one(is_open: bool) -> Iterable[tuple[Source, str, Callable[[], list[Passage]]]]:
        yield Source("d", "手引", "c", open=is_open), "same", lambda: split(text("浜"))

    shelf.update(tmp_path, TOWN, one(True))
    assert found(tmp_path, "粗大ごみの手数料")
    shelf.update(tmp_path, TOWN, one(False))
    assert not found(tmp_path, "粗大ごみの手数料")


def test_an_index_changed_step_by_step_finds_what_one_built_anew_finds(tmp_path: Path) -> None:
    chance = random.Random(7)
    one, other = tmp_path / "one", tmp_path / "other"
    texts: Texts = {}
    for step in range(40):
        name = str(chance.randrange(12))
        if name in texts and chance.random() < 0.4:
            del texts[name]
        else:
            texts[name] = text(chance.choice("東西南北中") + "浜町", chance.randrange(100, 999))
        shelf.update(one, TOWN, wanted(texts), tidy=step % 17 == 16)
        assert len(shelf._current(one / "reference" / TOWN)) <= shelf._SEGMENTS
    shelf.update(other, TOWN, wanted(texts))
    shelf.update(one, TOWN, wanted(texts), tidy=True)
    for question in ("粗大ごみの手数料", "印鑑登録は何歳から", "南浜町のごみ"):
        assert sorted(found(one, question)) == sorted(found(other, question))
        scores = [
            sorted(round(hit.score, 4) for hit in index(home).search(question, today=TODAY, most=50).hits)
            for home in (one, other)
        ]
        assert scores[0] == scores[1], "joining changes no weight"


def test_what_was_withdrawn_leaves_the_disk_when_it_is_tidied(tmp_path: Path) -> None:
    texts = {"a": text("秘密町"), **{str(at): text("浜町") for at in range(9)}}
    shelf.update(tmp_path, TOWN, wanted(texts))
    del texts["a"]
    shelf.update(tmp_path, TOWN, wanted(texts), tidy=True)
    inside = list(shelf._current(tmp_path / "reference" / TOWN))
    for name in inside:
        for file in (tmp_path / "reference" / TOWN / name).iterdir():
            assert "秘密町".encode() not in file.read_bytes()
    old = time.time() - 120
    for name in folders(tmp_path):
        os.utime(tmp_path / "reference" / TOWN / name, (old, old))
    for fee in (1, 2):  # the one before stays for those that read it
        shelf.update(tmp_path, TOWN, wanted(texts | {"9": text("新町", fee)}))
        os.utime(tmp_path / "reference" / TOWN, (old, old))
    assert not any(
        "秘密町".encode() in file.read_bytes()
        for name in folders(tmp_path)
        for file in (tmp_path / "reference" / TOWN / name).iterdir()
    )


def test_a_reader_reads_on_in_the_index_it_has(tmp_path: Path) -> None:
    texts = {"a": text("浜町")}
    shelf.update(tmp_path, TOWN, wanted(texts))
    before = index(tmp_path)
    shelf.update(tmp_path, TOWN, wanted({"a": text("浜町", 900)}))
    assert "500円" in before.search("粗大ごみの手数料", today=TODAY).hits[0].passage.text
    assert "900円" in index(tmp_path).search("粗大ごみの手数料", today=TODAY).hits[0].passage.text


def test_a_process_opens_only_what_is_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {"a": text("浜町"), "b": text("本町"), "c": text("東町")}
    shelf.update(tmp_path, TOWN, wanted(texts))
    reader = shelf.Shelf(tmp_path)
    first = reader.index(TOWN)
    assert first is not None
    monkeypatch.setattr(shelf, "_LOOK", 0.0)
    shelf.update(tmp_path, TOWN, wanted(texts | {"d": text("西町")}))
    second = reader.index(TOWN)
    assert second is not None
    assert second.segments[0][0] is first.segments[0][0]
    assert len(second.segments) == 2
    reader.close()


def test_a_segment_that_cannot_be_read_is_written_anew(tmp_path: Path) -> None:
    texts = {"a": text("浜町")}
    shelf.update(tmp_path, TOWN, wanted(texts))
    for one in (tmp_path / "reference" / TOWN).glob("*/index.sqlite"):
        one.write_bytes(b"no database")
    assert shelf.update(tmp_path, TOWN, wanted(texts)).read == 1
    assert found(tmp_path, "粗大ごみの手数料")


def test_a_segment_that_cannot_be_read_and_holds_nothing_is_let_go(tmp_path: Path) -> None:
    shelf.update(tmp_path, TOWN, wanted({"a": text("浜町")}))
    first = folders(tmp_path)
    shelf.update(tmp_path, TOWN, wanted({"a": text("浜町"), "b": text("本町")}))
    for name in folders(tmp_path) - first:
        (tmp_path / "reference" / TOWN / name / "index.sqlite").write_bytes(b"no database")
    shelf.update(tmp_path, TOWN, wanted({"a": text("浜町")}))
    assert len(found(tmp_path, "粗大ごみの手数料")) == 1


def test_an_index_of_the_first_format_is_written_anew(tmp_path: Path) -> None:
    place = tmp_path / "reference" / TOWN
    (place / "0123456789abcdef").mkdir(parents=True)
    (place / "current").write_text("0123456789abcdef")
    assert shelf.Shelf(tmp_path).index(TOWN) is None
    assert shelf.update(tmp_path, TOWN, wanted({"a": text("浜町")})).read == 1
    assert found(tmp_path, "粗大ごみの手数料")


def test_nothing_wanted_is_an_empty_index(tmp_path: Path) -> None:
    shelf.update(tmp_path, TOWN, wanted({}))
    assert shelf.Shelf(tmp_path).index(TOWN) is None
    shelf.update(tmp_path, TOWN, wanted({"a": text("浜町"), "empty": ""}))
    assert len(found(tmp_path, "粗大ごみの手数料")) == 1
    assert shelf.update(tmp_path, TOWN, wanted({})) == (0, 0, 0)
    assert shelf.Shelf(tmp_path).index(TOWN) is None


def test_a_document_that_cannot_be_read_leaves_the_old_index(tmp_path: Path) -> None:
    shelf.update(tmp_path, TOWN, wanted({"a": text("浜町")}))

    def broken() -> list[Passage]:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        shelf.update(tmp_path, TOWN, [(Source("b", "手引", "c"), "x", broken)])
    assert found(tmp_path, "粗大ごみの手数料")
    assert len(folders(tmp_path)) == 1, "nothing half is left"


# --- death in the middle ------------------------------------------------------------------------------

_DIES = """
import sys, time
from pathlib import Path
from kijun.gateway.reference import shelf
from tests.gateway.reference.test_shelf import TOWN, text, wanted

def stop(*a, **b):
    print("here", flush=True)
    time.sleep(60)

home, where = Path(sys.argv[1]), sys.argv[2]
given = list(wanted({"a": text("浜町", 900), "b": text("本町", 900)}))
if where == "reading":
    given[1] = (given[1][0], given[1][1], stop)
elif where == "written":
    shelf._put_in_force = stop
elif where == "joining":
    given += wanted({"c": text("東町")})
    shelf.Building.take = stop
elif where == "switching":
    Path.replace = stop
shelf.update(home, TOWN, given, tidy=where == "joining")
"""


@pytest.mark.parametrize("where", ["reading", "written", "joining", "switching"])
def test_a_kill_in_the_middle_leaves_the_index_as_it_was(tmp_path: Path, where: str) -> None:
    texts = {"a": text("浜町"), "b": text("本町"), "c": text("東町")}
    shelf.update(tmp_path, TOWN, wanted(texts))
    before = sorted(found(tmp_path, "粗大ごみの手数料"))
    child = subprocess.Popen([sys.executable, "-c", _DIES, str(tmp_path), where], stdout=subprocess.PIPE)
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == b"here\n"
    finally:
        child.send_signal(signal.SIGKILL)
        child.communicate()
    assert sorted(found(tmp_path, "粗大ごみの手数料")) == before
    changed = {"a": text("浜町", 900), "b": text("本町", 900)}
    assert shelf.update(tmp_path, TOWN, wanted(changed)).documents == 2, "who died holds nobody up"
    assert all("900円" in said for _, said in found(tmp_path, "粗大ごみの手数料"))
    place = tmp_path / "reference" / TOWN
    old = time.time() - 120
    for one in place.iterdir():
        os.utime(one, (old, old))
    shelf.update(tmp_path, TOWN, wanted(changed | {"d": text("西町")}))
    shelf.update(tmp_path, TOWN, wanted(changed | {"d": text("西町", 1)}))
    left = {one.name for one in place.iterdir()}
    assert not [name for name in left if name.startswith("current.")], "nothing half is left"
    assert len(folders(tmp_path)) <= 4


def test_two_at_once_lose_nothing(tmp_path: Path) -> None:
    """Each wants what is true when it is its turn, as the control plane does."""
    truth: Texts = {}
    lock = threading.Lock()

    def now() -> Iterable[tuple[Source, str, Callable[[], list[Passage]]]]:
        with lock:
            texts = dict(truth)
        yield from wanted(texts)

    def add(name: str) -> None:
        with lock:
            truth[name] = text(f"第{name}区")
        shelf.update(tmp_path, TOWN, now())

    threads = [threading.Thread(target=add, args=(str(at),)) for at in range(12)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert {name for name, _ in found(tmp_path, "粗大ごみの手数料")} == {str(at) for at in range(12)}
