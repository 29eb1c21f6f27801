"""Many entries at once: a few appends under way, none too large, and nothing acknowledged that is not on disk."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from kijun.gateway.exchange import refusal_of
from kijun.ledger.model import Differs, Entry, LedgerError, Limits, Receipt

AT_ONCE: Final = 4  # appends under way in one process


class Appender:
    """Of one process. ``ledger`` is the gateway's client."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(AT_ONCE)

    async def append(self, ledger: Any, entries: Sequence[Entry], limits: Limits | None) -> list[Receipt]:
        """Record some entries together; raises a `Refusal`, and `Differs` as it is."""
        async with self._free:
            try:
                receipts: list[Receipt] = await ledger.append(list(entries), limits=limits)
            except Differs:
                raise
            except LedgerError as error:
                raise refusal_of(error) from None
            return receipts
