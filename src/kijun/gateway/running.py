"""Requests that run: they can be ended from outside, by a stop switch or because their client left."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from kijun.gateway.http import Receive
from kijun.gateway.policy import Index, stop_for
from kijun.gateway.snapshot import Stop


class Interrupted(Exception):
    """The request was ended from outside. ``stop`` is the switch, None where the client left."""

    def __init__(self, stop: Stop | None) -> None:
        super().__init__("stopped" if stop else "client left")
        self.stop = stop


class Running:
    """One request, of the task that makes it. ``scope``: municipality, system, purpose, person."""

    def __init__(self, scope: tuple[str, str, str, str]) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._task, self.scope = task, scope
        self._cause: Interrupted | None = None
        self._armed = False

    def interrupt(self, cause: Interrupted) -> None:
        """End it, at once or at the next place where it may be ended. The first cause counts."""
        if self._cause is None:
            self._cause = cause
            if self._armed:
                self._task.cancel()

    def _check(self) -> None:
        if self._cause is not None:
            raise self._cause

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """Where it may be ended: `Interrupted` is raised in here. Nothing of the ledger's belongs in here."""
        self._check()
        self._armed = True
        try:
            yield
        except asyncio.CancelledError:
            if self._cause is not None:
                self._task.uncancel()
            self._check()
            raise
        finally:
            self._armed = False


class Runnings:
    """All requests of a process that wait for an upstream."""

    def __init__(self) -> None:
        self._all: set[Running] = set()

    def __len__(self) -> int:
        return len(self._all)

    @contextmanager
    def one(self, running: Running, receive: Receive) -> Iterator[None]:
        """Hold a request while it runs, and watch whether its client leaves."""
        watcher = asyncio.create_task(_watch(running, receive))
        self._all.add(running)
        try:
            yield
        finally:
            self._all.discard(running)
            watcher.cancel()

    def stop_those_of(self, index: Index) -> None:
        """End those that a stop switch now stops."""
        stops = index.snapshot.stops
        if stops:
            for one in list(self._all):
                if (stop := stop_for(stops, *one.scope)) is not None:
                    one.interrupt(Interrupted(stop))


async def _watch(running: Running, receive: Receive) -> None:
    with suppress(OSError):
        while (await receive())["type"] != "http.disconnect":
            pass
        running.interrupt(Interrupted(None))
