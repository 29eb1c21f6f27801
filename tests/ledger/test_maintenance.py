"""What is done regularly, and what a clock that leaps must not do: destroy."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kijun.ledger import checkpoints, erasing, nights
from kijun.ledger.checkpoints import Checkpoints
from kijun.ledger.holding import Append
from kijun.ledger.ledger import Ledger
from kijun.ledger.maintenance import maintain
from kijun.ledger.model import Receipt, now_ms
from tests.ledger.conftest import append, entry

DAY = 86_400_000


class Clock:
    """The date, which anybody may set, and the time that the machine has been running, which nobody can."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.date = self.start = now_ms()
        self.boot, self.running = "first", 1000.0
        patch.setattr(nights, "now_ms", lambda: self.date)
        patch.setattr(erasing, "now_ms", lambda: self.date)
        patch.setattr(nights, "running", lambda: (self.boot, self.running))

    def passes(self, hours: float) -> None:
        self.date += int(hours * 3_600_000)
        self.running += hours * 3600


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def night(ledger: Ledger, clock: Clock) -> Callable[[], tuple[bool, int]]:
    """The nightly run: whether it waits, and how many entries it erased. One of a year ago is due once the clock says so."""
    append(ledger.journal, entry(retention="y1"))

    def run() -> tuple[bool, int]:
        done = maintain(ledger, ledger_appends(ledger), erase=True)
        return done.waits, sum(one.entries for one in done.erased)

    return run


Night = Callable[[], tuple[bool, int]]


def test_a_clock_that_leapt_erases_nothing_before_the_next_night(clock: Clock, night: Night) -> None:
    assert night() == (False, 0)
    clock.passes(24)
    assert night() == (False, 0)
    right, leapt = clock.date, clock.date + 420 * DAY
    clock.date = leapt
    assert night() == (True, 0), "it may be the clock"
    clock.date = right + DAY
    assert night() == (False, 0), "it was, and is right again"
    clock.date = leapt
    assert night() == (True, 0)
    clock.passes(24)
    assert night() == (False, 1), "nobody set it right: it is the time"


def test_calling_it_again_is_no_second_night(clock: Clock, night: Night) -> None:
    night()
    clock.date += 420 * DAY
    assert night() == (True, 0)
    for _ in range(3):
        clock.passes(0.25)
        assert night() == (True, 0)
    clock.date += 30 * DAY
    assert night() == (True, 0), "nor is a date that is set on by another month"
    clock.passes(19)
    assert night() == (True, 0)
    clock.passes(2)
    assert night() == (False, 1)


def test_the_first_night_of_a_ledger_waits_where_anything_is_due(clock: Clock, night: Night) -> None:
    clock.date += 420 * DAY
    assert night() == (True, 0)
    clock.passes(0.25)
    assert night() == (True, 0)
    clock.passes(24)
    assert night() == (False, 1)


def test_a_machine_that_is_off_at_night_waits_for_the_hours_that_it_was_seen_running(
    ledger: Ledger, clock: Clock, night: Night
) -> None:
    clock.date += 420 * DAY
    assert night() == (True, 0)
    for day in range(2):
        for _ in range(9):
            clock.passes(1)
            assert not maintain(ledger, ledger_appends(ledger)).waits, "sealing, which counts the hours"
        clock.date += 15 * 3_600_000
        clock.boot, clock.running = f"day {day}", 100_000.0  # whatever it says, none of it was seen
        assert night() == (True, 0)
    clock.passes(3)
    assert night() == (False, 1)


def test_what_somebody_says_the_time_is_is_believed(ledger: Ledger, clock: Clock, night: Night) -> None:
    done = maintain(ledger, ledger_appends(ledger), erase=True, now=clock.date + 420 * DAY)
    assert (done.waits, sum(one.entries for one in done.erased)) == (False, 1)


def test_the_machine_tells_how_long_it_runs() -> None:
    boot, at = nights.running()
    assert boot
    assert nights.running()[0] == boot
    assert nights.running()[1] >= at > 0


def ledger_appends(ledger: Ledger) -> Append:
    def add(entries: object) -> list[Receipt]:
        return append(ledger.journal, *entries)  # type: ignore[misc]  # a sequence of entries

    return add


def test_no_checkpoint_is_older_than_the_one_before_it(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = now_ms()
    made = Checkpoints(ledger.folder, ledger.database)
    for at in (start + 32 * DAY, start - DAY, start + 33 * DAY):
        append(ledger.journal, entry())
        monkeypatch.setattr(checkpoints, "now_ms", lambda at=at: at)
        made.make(ledger.journal.committed.size, ledger.journal.committed.root())
    assert [(size, at - start) for size, at, *_ in ledger.checkpoints()] == [
        (1, 32 * DAY),
        (2, 32 * DAY),
        (3, 33 * DAY),
    ]
