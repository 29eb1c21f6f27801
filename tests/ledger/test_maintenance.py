"""What is done regularly, and what a clock that leaps must not do: destroy."""

from __future__ import annotations

import pytest

from kijun.ledger import checkpoints, maintenance
from kijun.ledger.checkpoints import Checkpoints
from kijun.ledger.ledger import Ledger
from kijun.ledger.maintenance import maintain
from kijun.ledger.model import Receipt, now_ms
from tests.ledger.conftest import append, entry

DAY = 86_400_000
YEAR = 366 * DAY


def test_a_clock_that_leapt_erases_nothing_before_the_next_night(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = now_ms()
    nights: list[int] = [start]
    monkeypatch.setattr(maintenance, "now_ms", lambda: nights[-1])
    monkeypatch.setattr("kijun.ledger.erasing.now_ms", lambda: nights[-1])
    add = ledger_appends(ledger)
    append(ledger.journal, entry(retention="y1"))

    def night(at: int) -> tuple[bool, int]:
        nights.append(at)
        done = maintain(ledger, add, erase=True)
        return done.waits, sum(one.entries for one in done.erased)

    assert night(start) == (False, 0)
    assert night(start + DAY) == (False, 0)
    leapt = start + 2 * YEAR + 40 * DAY
    assert night(leapt) == (True, 0), "it may be the clock"
    assert night(start + 2 * DAY) == (False, 0), "it was, and is right again"
    assert night(leapt) == (True, 0)
    assert night(leapt + DAY) == (False, 1), "nobody set it right: it is the time"


def ledger_appends(ledger: Ledger) -> maintenance.Append:
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
