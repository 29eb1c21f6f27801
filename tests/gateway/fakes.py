"""A ledger in memory that behaves as the real one's client does: durable on return, limits checked with the append."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from kijun.ledger.model import Differs, Entry, Kind, LedgerError, Limits, Receipt, Spent, UsedUp


class MemoryLedger:
    """``entries`` in the order of their appends. ``fails`` is raised by each append while it is set."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.fails: LedgerError | None = None
        self.fails_for: Kind | None = None
        self.delay = 0.0
        self._counts: dict[tuple[str, str], list[int]] = {}
        self._lately: dict[str, list[float]] = {}
        self._once: set[str] = set()

    async def append(self, entries: Sequence[Entry], limits: Limits | None = None) -> list[Receipt]:
        await asyncio.sleep(self.delay)
        if self.fails is not None and self.fails_for in (None, entries[0].kind):
            raise self.fails
        prints = {one.id: one.fingerprint for one in self.entries}
        if other := tuple(
            one.id
            for one in entries
            if one.fingerprint and prints.get(one.id, b"") not in (b"", one.fingerprint)
        ):
            raise Differs(other)
        if limits is not None:
            self._count(entries, limits)
        self.entries.extend(entries)
        return [Receipt(one.id, at, "00" * 32) for at, one in enumerate(entries)]

    def _count(self, entries: Sequence[Entry], limits: Limits) -> None:
        requests = sum(one.kind is Kind.INPUT for one in entries)
        if self._once & set(limits.once):
            raise UsedUp("使用済み", "used")
        used = self._counts.setdefault((limits.account, limits.period), [0, 0])
        if limits.requests is not None and used[0] + requests > limits.requests:
            raise Spent("回数を使い切りました。", "no requests left", what="requests", retry_after=0)
        if limits.tokens is not None and requests and used[1] >= limits.tokens:
            raise Spent("トークンを使い切りました。", "no tokens left", what="tokens", retry_after=0)
        lately = [one for one in self._lately.get(limits.account, []) if one > time.monotonic() - 60]
        if limits.per_minute is not None and requests and len(lately) >= limits.per_minute:
            raise Spent("混み合っています。", "too fast", what="rate", retry_after=30)
        self._lately[limits.account] = lately + [time.monotonic()] * requests
        used[0] += requests
        used[1] += sum(one.tokens_in + one.tokens_out for one in entries)
        self._once.update(limits.once)

    async def tell(self) -> dict[str, Any]:
        if self.fails is not None:
            raise self.fails
        return {"size": len(self.entries), "waiting": 0}

    async def close(self) -> None:
        pass

    # --- for tests -------------------------------------------------------------------------

    @property
    def said(self) -> list[Entry]:
        """All that tells what somebody said: not what was refused at the door."""
        return [one for one in self.entries if one.kind is not Kind.REFUSAL]

    def of(self, kind: Kind) -> list[Entry]:
        return [one for one in self.entries if one.kind is kind]

    def pairs(self) -> list[tuple[Entry, Entry | None]]:
        outputs = {one.interaction: one for one in self.of(Kind.OUTPUT)}
        return [(one, outputs.get(one.interaction)) for one in self.of(Kind.INPUT)]

    def last(self) -> tuple[Entry, Entry]:
        given, made = self.pairs()[-1]
        assert made is not None
        return given, made
