"""Connections whose client takes nothing any more are dropped: what waits to be sent would hold its place, and its memory, for ever."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

STALLED: Final = 30.0  # seconds in which a client has to take something of what waits for it


class Connection(HttpToolsProtocol):
    """uvicorn's, with an end for clients that stop reading. Whoever reads slowly is waited for, and a request that is dropped is told that its client left."""

    _look_again: asyncio.TimerHandle | None = None
    _moved = False

    def pause_writing(self) -> None:
        """More waits to be sent than the buffer should hold."""
        super().pause_writing()
        self._watch()

    def resume_writing(self) -> None:
        """There is room again."""
        self._moved = True
        super().resume_writing()

    def on_response_complete(self) -> None:
        """An answer was handed over; some of it may wait in the buffer still."""
        super().on_response_complete()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is no more."""
        if self._look_again is not None:
            self._look_again.cancel()
        super().connection_lost(exc)

    def _watch(self) -> None:
        left = _waits(self.transport)
        if self._look_again is None and left:
            self._moved = False
            self._look_again = self.loop.call_later(STALLED, self._look, left)

    def _look(self, before: int) -> None:
        self._look_again = None
        if not self._moved and _waits(self.transport) >= before:
            self.transport.abort()
        else:
            self._watch()


def _waits(transport: Any) -> int:
    """How many bytes the kernel did not take yet."""
    return int(transport.get_write_buffer_size())
