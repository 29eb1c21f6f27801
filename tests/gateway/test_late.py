"""Answers whose record comes late."""

from __future__ import annotations

import asyncio
from typing import Any

from kijun.gateway import late
from kijun.gateway.late import Late
from kijun.ledger.model import Busy, Entry, Kind, LedgerError, Limits, Unavailable
from tests.gateway.fakes import MemoryLedger

LIMITS = Limits(account="g", period="2026-11")


def entry(text: str) -> Entry:
    return Entry(kind=Kind.OUTPUT, interaction=text, municipality="131000", content={"text": text})


def test_they_wait_in_order_until_the_ledger_writes() -> None:
    async def work() -> list[str]:
        ledger = MemoryLedger()
        waiting = Late(ledger, pause=0.01)
        for error in (Unavailable("不可", "no"), Busy("混雑", "busy")):
            ledger.fails = error
            for number in range(3):
                waiting.add(entry(f"{type(error).__name__}{number}"), LIMITS)
            await asyncio.sleep(0.05)
            assert not ledger.entries
            assert len(waiting) >= 2, "all, but for one that is just being handed over"
        ledger.fails = None
        while len(waiting):
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.03)
        waiting.add(entry("again"), LIMITS)
        await asyncio.sleep(0.05)
        await waiting.close()
        return [one.interaction for one in ledger.entries]

    wanted = [f"{name}{number}" for name in ("Unavailable", "Busy") for number in range(3)]
    assert asyncio.run(work()) == [*wanted, "again"]


def test_one_that_can_never_be_recorded_holds_nobody_up() -> None:
    class Picky(MemoryLedger):
        async def append(self, entries: Any, limits: Any = None) -> Any:
            if entries[0].interaction == "odd":
                raise LedgerError("不可", "never")
            return await super().append(entries, limits)

    async def work() -> list[str]:
        ledger = Picky()
        waiting = Late(ledger, pause=0.01)
        for name in ("odd", "fine"):
            waiting.add(entry(name), LIMITS)
        await asyncio.sleep(0.1)
        await waiting.close()
        return [one.interaction for one in ledger.entries]

    assert asyncio.run(work()) == ["fine"]


def test_their_number_is_bounded() -> None:
    async def work() -> int:
        ledger = MemoryLedger()
        ledger.fails = Unavailable("不可", "no")
        waiting = Late(ledger, pause=60)
        for number in range(late.MOST + 5):
            waiting.add(entry(str(number)), LIMITS)
        found = len(waiting)
        await waiting.close()
        return found

    assert asyncio.run(work()) == late.MOST
