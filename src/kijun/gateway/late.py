"""Answers that could not be recorded when they came: they were not shown, and are recorded, marked as incomplete, when the ledger writes again.

Whether the ledger has one already is not always known (its writer may have died after the disk had it). So each is handed over again under the id that
it had, and the ledger keeps an id once.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from typing import Any, Final

from kijun.ledger.model import Busy, Entry, LedgerError, Limits, Unavailable

log = logging.getLogger(__name__)

MOST: Final = 1_000  # answers that wait; the ledger marks questions without an answer by itself, only later
_PAUSE: Final = 1.0  # seconds between two tries


class Late:
    """Those of one process. Made inside of the event loop; `close` at its end."""

    def __init__(self, ledger: Any, pause: float = _PAUSE) -> None:
        self._ledger, self._pause = ledger, pause
        self._waiting: deque[tuple[Entry, Limits]] = deque(maxlen=MOST)
        self._task: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, entry: Entry, limits: Limits) -> None:
        """Record it as soon as that is possible."""
        self._waiting.append((entry, limits))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._record())

    async def _record(self) -> None:
        while self._waiting:
            await asyncio.sleep(self._pause)
            while self._waiting and await self._hand_over(*self._waiting.popleft()):
                pass

    async def _hand_over(self, entry: Entry, limits: Limits) -> bool:
        """Whether it is done with; else it waits again, before the others."""
        try:
            await self._ledger.append([entry], limits=limits)
        except (Busy, Unavailable):
            self._waiting.appendleft((entry, limits))
            return False
        except LedgerError as error:
            log.error("an answer that came late cannot be recorded: %s", type(error).__name__)
        return True

    async def close(self) -> None:
        """Leave; the ledger marks what still waits."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
