"""Retention, holds, destroyed keys: what is gone is gone, and it is known that it was there."""

from __future__ import annotations

import datetime
import threading
import time
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest

from kijun.ledger import erasing
from kijun.ledger.checking import verify
from kijun.ledger.checkpoints import Checkpoints
from kijun.ledger.erasing import erase_due, over
from kijun.ledger.holding import Hold, NoHold, NoInteraction, hold, holds_of, release
from kijun.ledger.journal import _Placing
from kijun.ledger.ledger import Ledger
from kijun.ledger.maintenance import maintain
from kijun.ledger.model import JAPAN, Entry, Kind, Query
from kijun.ledger.sealing import seal
from tests.ledger.conftest import OTHER_TOWN, TOWN, Add, Lying, append, entry

pytestmark = pytest.mark.s3


def ms(year: int, month: int, day: int = 1) -> int:
    return int(datetime.datetime(year, month, day, tzinfo=JAPAN).timestamp() * 1000)


OLD, LATER = ms(2025, 3, 10), ms(2026, 4, 1)


def signed(ledger: Ledger) -> None:
    committed = ledger.journal.committed
    Checkpoints(ledger.folder, ledger.database).make(committed.size, committed.root())


@pytest.mark.parametrize(
    ("month", "retention", "first_day"),
    [("2025-03", "y1", ms(2026, 4)), ("2025-12", "y1", ms(2027, 1)), ("2025-12", "y5", ms(2031, 1))],
)
def test_a_retention_is_over_so_many_years_after_its_month(
    month: str, retention: str, first_day: int
) -> None:
    assert over(month, retention, first_day)
    assert not over(month, retention, first_day - 1)


def test_permanent_and_unknown_classes_are_never_over() -> None:
    assert not over("1990-01", "permanent", LATER)
    assert not over("1990-01", "forever-and-a-day", LATER)


@pytest.mark.parametrize("sealed", [False, True])
def test_what_is_over_is_gone_and_the_rest_stays(
    ledger: Ledger, add: Add, lying: Lying, sealed: bool
) -> None:
    add(entry("古い相談", at=OLD, masked={"a": "b"}), entry("長く残す相談", at=OLD, retention="y5"))
    add(entry("新しい相談", at=LATER), entry("よその相談", at=OLD, municipality=OTHER_TOWN))
    signed(ledger)
    if sealed:
        maintain(ledger, add_all(add), force=True)
    done = maintain(ledger, add_all(add), erase=True, now=LATER).erased
    assert sorted((one.municipality, one.month, one.entries) for one in done) == [
        (TOWN, "2025-03", 1),
        (OTHER_TOWN, "2025-03", 1),
    ]
    texts = [one.content for one in ledger.search(Query(municipality=TOWN, text="相談")).records]
    assert [one["request"]["messages"][0]["content"] for one in texts if one] == [
        "新しい相談",
        "長く残す相談",
    ]
    assert not any("2025-03" in name and "y1" in name for name in lying.names())
    signed(ledger)
    report = verify(ledger)
    assert report.faults == []
    assert (report.erased, report.entries) == (2, 4)
    assert erase_due(ledger, add_all(add), now=LATER) == [], "twice erases nothing more"


def add_all(add: Add):  # type: ignore[no-untyped-def]
    return lambda entries: add(*entries)


def test_an_erasure_leaves_who_when_and_how_many(ledger: Ledger, add: Add) -> None:
    add(entry(at=OLD), entry(at=OLD))
    erase_due(ledger, add_all(add), by="17", now=LATER)
    (told,) = ledger.search(Query(municipality=TOWN, kinds=("event",))).records
    assert told.content is not None
    assert (told.person, told.retention, told.kind) == ("17", "permanent", Kind.EVENT)
    assert told.content["event"] == "erasure"
    assert (told.content["month"], told.content["entries"], told.content["kept"]) == ("2025-03", 2, 0)


def test_a_held_interaction_survives_until_it_is_released(ledger: Ledger, add: Add) -> None:
    disputed = entry("争いのある相談", at=OLD, masked={"⟦氏名1⟧": "山田"})
    add(disputed, entry("ほかの相談", at=OLD))
    made = hold(
        ledger, add_all(add), municipality=TOWN, interaction=disputed.interaction, why="審査請求", by="17"
    )
    seal(ledger, force=True)
    (done,) = maintain(ledger, add_all(add), erase=True, now=LATER).erased
    assert (done.entries, done.kept) == (1, 1)
    (record,) = ledger.search(Query(municipality=TOWN, text="相談"), masked=True).records
    assert record.content == disputed.content
    assert record.masked == disputed.masked
    assert record.holds == (made.id,)
    signed(ledger)
    assert verify(ledger).faults == []
    maintain(ledger, add_all(add), erase=True, now=LATER)
    assert len(ledger.search(Query(municipality=TOWN, text="相談")).records) == 1
    release(ledger, add_all(add), municipality=TOWN, id=made.id, why="裁決", by="17")
    assert [one.entries for one in erase_due(ledger, add_all(add), now=LATER)] == [1]
    assert ledger.search(Query(municipality=TOWN, text="相談")).records == ()
    signed(ledger)
    report = verify(ledger)
    assert report.faults == []
    assert report.erased == 2


def test_what_is_sealed_and_erased_by_the_same_run_leaves_no_file(
    ledger: Ledger, add: Add, lying: Lying
) -> None:
    """Nothing was ever published then, and still there is something to sweep."""
    add(entry(at=OLD))
    (done,) = maintain(ledger, add_all(add), force=True, erase=True, now=LATER).erased
    assert done.entries == 1
    assert lying.names() == []
    signed(ledger)
    assert verify(ledger).holds


def test_holds_of_another_municipality_are_not_there(ledger: Ledger, add: Add) -> None:
    mine = entry()
    add(mine)
    with pytest.raises(NoInteraction, match="check it"):
        hold(ledger, add_all(add), municipality=OTHER_TOWN, interaction=mine.interaction, why="x", by="1")
    made = hold(ledger, add_all(add), municipality=TOWN, interaction=mine.interaction, why="x", by="1")
    with pytest.raises(NoHold):
        release(ledger, add_all(add), municipality=OTHER_TOWN, id=made.id, why="x", by="1")
    assert holds_of(ledger, OTHER_TOWN) == []
    assert [one.id for one in holds_of(ledger, TOWN, mine.interaction)] == [made.id]
    release(ledger, add_all(add), municipality=TOWN, id=made.id, why="x", by="1")
    with pytest.raises(NoHold):
        release(ledger, add_all(add), municipality=TOWN, id=made.id, why="x", by="1")


def test_two_holds_are_both_to_be_released(ledger: Ledger, add: Add) -> None:
    mine = entry(at=OLD)
    add(mine)
    first, second = (
        hold(ledger, add_all(add), municipality=TOWN, interaction=mine.interaction, why="x", by="1")
        for _ in range(2)
    )
    release(ledger, add_all(add), municipality=TOWN, id=first.id, why="x", by="1")
    erase_due(ledger, add_all(add), now=LATER)
    assert len(ledger.interaction(mine.interaction, TOWN)) == 1
    release(ledger, add_all(add), municipality=TOWN, id=second.id, why="x", by="1")
    erase_due(ledger, add_all(add), now=LATER)
    assert ledger.interaction(mine.interaction, TOWN) == []


def test_a_copy_made_before_tells_nothing_after(ledger: Ledger, add: Add, lying: Lying) -> None:
    """Whoever kept the files and the database's rows still lacks the key: that is what erasing is."""
    add(entry("消える相談", at=OLD))
    seal(ledger, force=True)
    (segment,) = ledger.segments()
    copy = lying.read(segment.path)
    with ledger.database.reading() as link:
        (wrapped,) = link.execute("SELECT wrapped FROM keys WHERE purpose = 'content'")[0]
    erase_due(ledger, add_all(add), now=LATER)
    assert "消える相談".encode() not in copy
    for path in ledger.folder.rglob("*"):
        if path.is_file():
            assert bytes(wrapped) not in path.read_bytes(), path
    assert not any(bytes(wrapped) in lying.read(name) for name in lying.names())


def test_an_entry_that_comes_while_its_month_is_erased_is_not_lost_unnamed(ledger: Ledger, add: Add) -> None:
    add(entry("一", at=OLD))
    late: list[Entry] = [entry("二", at=OLD)]

    def append_and_more(entries):  # type: ignore[no-untyped-def]
        receipts = add(*entries)
        if late:
            add(late.pop())
        return receipts

    (done,) = erase_due(ledger, append_and_more, now=LATER)
    assert done.entries == 2
    signed(ledger)
    assert verify(ledger).faults == []


def test_what_is_held_is_kept_though_the_erasure_had_to_begin_again(
    ledger: Ledger, add: Add, folder: Path, url: str
) -> None:
    """A hold's key that a transaction made and took back must not be used by the next one."""
    disputed = entry("争いのある相談", at=OLD)
    add(disputed, entry("ほか", at=OLD))
    hold(ledger, add_all(add), municipality=TOWN, interaction=disputed.interaction, why="審査請求", by="1")
    late: list[Entry] = [entry("二", at=OLD)]

    def append_and_more(entries):  # type: ignore[no-untyped-def]
        receipts = add(*entries)
        if late:
            add(late.pop())
        return receipts

    with Ledger(folder, url) as job:  # as the nightly job, which is not the process that appends
        (done,) = erase_due(job, append_and_more, now=LATER)
    assert (done.entries, done.kept) == (2, 1)
    signed(ledger)
    with Ledger(folder, url) as reader:  # another process: what is only in memory does not help it
        (record,) = reader.interaction(disputed.interaction, TOWN)
        assert record.content == disputed.content
        assert verify(reader).faults == []


def test_a_hold_that_comes_while_its_month_is_erased_keeps(ledger: Ledger, add: Add) -> None:
    disputed = entry("争いのある相談", at=OLD)
    add(disputed)
    wanted = [disputed.interaction]

    def append_and_hold(entries):  # type: ignore[no-untyped-def]
        receipts = add(*entries)
        if wanted:
            interaction = wanted.pop()
            hold(ledger, add_all(add), municipality=TOWN, interaction=interaction, why="審査請求", by="1")
        return receipts

    (done,) = erase_due(ledger, append_and_hold, now=LATER)
    assert (done.entries, done.kept) == (0, 1)
    (record,) = ledger.interaction(disputed.interaction, TOWN)
    assert record.content == disputed.content
    signed(ledger)
    assert verify(ledger).faults == []


def test_words_that_another_process_has_open_go_with_the_erasure(
    ledger: Ledger, add: Add, folder: Path, url: str, files: str
) -> None:
    add(entry("離婚調停の相談", at=OLD))
    seal(ledger, force=True)
    with Ledger(folder, url, files) as web:
        assert len(web.search(Query(municipality=TOWN, text="離婚調停")).records) == 1
        private = web.reader._indexes._private
        assert private is not None
        assert any(path.is_dir() for path in private.path.iterdir())
        maintain(ledger, add_all(add), erase=True, now=LATER)
        assert not any(path.is_dir() for path in private.path.iterdir())
        assert not web.reader._indexes.tidy()


def test_a_hold_that_comes_while_released_ones_are_erased_keeps(ledger: Ledger, add: Add) -> None:
    disputed = entry("争いのある相談", at=OLD)
    add(disputed)
    put = partial(hold, ledger, add_all(add), municipality=TOWN, interaction=disputed.interaction, by="1")
    first = put(why="審査請求")
    erase_due(ledger, add_all(add), now=LATER)
    release(ledger, add_all(add), municipality=TOWN, id=first.id, why="裁決", by="1")
    again: list[Hold] = []

    def append_and_hold(entries):  # type: ignore[no-untyped-def]
        receipts = add(*entries)
        if not again:
            again.append(cast("Hold", None))
            again[0] = put(why="訴訟")
        return receipts

    assert erase_due(ledger, append_and_hold, now=LATER) == []
    (record,) = ledger.interaction(disputed.interaction, TOWN)
    assert (record.content, record.holds) == (disputed.content, (again[0].id,))
    signed(ledger)
    assert verify(ledger).faults == []


class Putting(threading.Thread):
    """A hold that is put at the same time, through a writer with connections of its own; ``answer`` is it, or why it was not put."""

    def __init__(self, writer: Ledger, interaction: str) -> None:
        super().__init__()
        self.writer, self.interaction = writer, interaction
        self.answer: Hold | Exception | None = None

    def run(self) -> None:
        def add(entries):  # type: ignore[no-untyped-def]
            return append(self.writer.journal, *entries)

        try:
            self.answer = hold(
                self.writer, add, municipality=TOWN, interaction=self.interaction, why="審査請求", by="2"
            )
        except Exception as error:
            self.answer = error


def test_a_hold_that_is_put_while_a_month_is_destroyed_is_not_said_to_be_on(
    ledger: Ledger, add: Add, folder: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The erasure has looked at the holds, and its transaction is not over."""
    disputed = entry("争いのある相談", at=OLD)
    add(disputed)
    record = erasing._record

    def slowly(*given: Any) -> None:
        putting.start()
        putting.join(0.5)
        assert putting.answer is None, "it waits for what becomes of the record"
        record(*given)

    monkeypatch.setattr(erasing, "_record", slowly)
    with Ledger(folder, url) as writer:
        putting = Putting(writer, disputed.interaction)
        (done,) = erase_due(ledger, add_all(add), now=LATER)
        putting.join(30)
    assert (done.entries, done.kept) == (1, 0)
    assert isinstance(putting.answer, NoInteraction)
    assert [one.released_by for one in holds_of(ledger, TOWN)] == ["2"], "told in the ledger, and off again"
    ledger.journal.reload()
    signed(ledger)
    assert verify(ledger).faults == []


def test_a_month_is_not_destroyed_while_a_hold_is_being_put(
    ledger: Ledger, add: Add, folder: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hold has its place, and its transaction is not over."""
    disputed = entry("争いのある相談", at=OLD)
    add(disputed)
    begun = threading.Event()
    store = _Placing.store

    def slowly(placing: _Placing) -> None:
        if threading.current_thread() is putting:
            begun.set()
            time.sleep(0.5)
        store(placing)

    def append_and_wait(entries):  # type: ignore[no-untyped-def]
        receipts = add(*entries)
        if not begun.is_set():
            putting.start()
            begun.wait(10)
        return receipts

    monkeypatch.setattr(_Placing, "store", slowly)
    with Ledger(folder, url) as writer:
        putting = Putting(writer, disputed.interaction)
        (done,) = erase_due(ledger, append_and_wait, now=LATER)
        putting.join(30)
    assert (done.entries, done.kept) == (0, 1)
    (record,) = ledger.interaction(disputed.interaction, TOWN)
    assert isinstance(putting.answer, Hold)
    assert (record.content, record.holds) == (disputed.content, (putting.answer.id,))


def test_what_goes_is_not_read_and_what_a_hold_keeps_is(
    ledger: Ledger, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A month's ciphertext took 3.7 kB of memory an entry."""
    disputed = [entry("争いのある相談", at=OLD, masked={"⟦氏名1⟧": "山田"}) for _ in range(2)]
    add(disputed[0], *[entry("ほか", at=OLD) for _ in range(3)])
    seal(ledger, force=True)
    add(disputed[1], *[entry("ほか", at=OLD) for _ in range(3)])
    for one in disputed:
        hold(ledger, add_all(add), municipality=TOWN, interaction=one.interaction, why="審査請求", by="1")
    asked: list[tuple[str, ...]] = []
    scan = ledger.reader.scan
    monkeypatch.setattr(
        ledger.reader,
        "scan",
        lambda segments, columns: asked.append(tuple(columns)) or scan(segments, columns),
    )
    (done,) = erase_due(ledger, add_all(add), now=LATER)
    assert (done.entries, done.kept) == (6, 2)
    assert asked == [("seq", "interaction")]
    for one in disputed:
        (record,) = ledger.search(Query(municipality=TOWN, interaction=one.interaction), masked=True).records
        assert (record.content, record.masked) == (one.content, one.masked)
    signed(ledger)
    assert verify(ledger).faults == []
