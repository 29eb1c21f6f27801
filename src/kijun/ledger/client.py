"""Appending from another process: the writer is asked, and has the entries on disk when it answers.

A connection that breaks is made anew and what was not answered is sent again: the writer knows entries by their ids and records none
twice. Who waits no more is told that nothing is known to be recorded: what the writer takes up after that it does not record. Where it had
recorded a question already, it is told (`AsyncClient` sees to that) that nothing was sent, and records that as its end.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import threading
import time
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final, cast

from kijun.ledger import frames
from kijun.ledger.model import Entry, Kind, LedgerError, Limits, Receipt, Unavailable
from kijun.ledger.packing import pack

FOLDER: Final = "ledger"
PATIENCE: Final = 8.0  # seconds in which a writer that died is started again
_PAUSE: Final = 0.05  # seconds between two tries to connect while somebody waits for an answer
_IDLE: Final = 0.2  # the same while nobody does
_AGAIN: Final = 1.0  # seconds until questions are withdrawn once more
_MANY: Final = 500  # interactions that are withdrawn at once
_WITHDRAWN: Final = 10_000  # that wait for it; the writer marks others as unanswered by itself, only later


def _nobody() -> Unavailable:
    return Unavailable(
        "入出力を記録できたことを確かめられないため、AIには送信していません。しばらくしてから、もう一度送信してください。",
        "The ledger did not say in time that this is recorded, so nothing was sent to the AI. Try again shortly.",
    )


def _give_up(future: asyncio.Future[Mapping[str, Any]]) -> None:
    if not future.done():
        future.set_exception(_nobody())


class _Answers(asyncio.Protocol):
    """A connection to the writer. ``lost`` is done when it is no more."""

    def __init__(self, waiting: Mapping[int, tuple[bytes, asyncio.Future[Mapping[str, Any]]]]) -> None:
        self._waiting = waiting
        self._incoming = frames.Incoming()
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)  # uvloop's is none by its class

    def data_received(self, data: bytes) -> None:
        try:
            for body in self._incoming.feed(data):
                head, _blobs = frames.opened(body)
                waiting = self._waiting.get(head["n"])
                if waiting is not None and not waiting[1].done():
                    waiting[1].set_result(head)
        except (frames.BadFrame, KeyError):
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.lost.done():
            self.lost.set_result(None)


class AsyncClient:
    """For the gateway: many appends at once over one connection. ``folder`` is the data folder."""

    def __init__(self, folder: Path, worker: str = "", patience: float = PATIENCE) -> None:
        self._folder = folder / FOLDER
        self._patience = patience
        self.worker = worker or secrets.token_hex(8)
        self._number = 0
        self._waiting: dict[int, tuple[bytes, asyncio.Future[Mapping[str, Any]]]] = {}
        self._transport: asyncio.WriteTransport | None = None
        self._task: asyncio.Task[None] | None = None
        self._withdrawn: dict[str, None] = {}
        self._withdrawing: asyncio.Task[None] | None = None
        self._closed = False

    async def append(self, entries: Sequence[Entry], limits: Limits | None = None) -> list[Receipt]:
        """Record entries together, all or none; they are durable when this returns.

        Raises `Busy`, `Spent`, `UsedUp`: nothing was recorded. Raises `Unavailable` where nothing is known to be: a question among the entries
        that was recorded all the same gets an output that says that it was sent to nobody (so send it to nobody).
        """
        packed = [pack(one) for one in entries]
        until = time.monotonic() + self._patience
        try:
            told = await self._ask(lambda number: frames.append_frame(number, packed, limits, until))
            return frames.receipts(told)
        except Unavailable:
            self._withdraw([one.interaction for one in entries if one.kind is Kind.INPUT])
            raise

    def _withdraw(self, interactions: Sequence[str]) -> None:
        if self._closed or not interactions or len(self._withdrawn) >= _WITHDRAWN:
            return
        self._withdrawn.update(dict.fromkeys(interactions))
        if self._withdrawing is None or self._withdrawing.done():
            self._withdrawing = asyncio.create_task(self._keep_withdrawing())

    async def _keep_withdrawing(self) -> None:
        """Tell the writer which questions were given up, until it has recorded their ends."""
        while self._withdrawn:
            some = tuple(islice(self._withdrawn, _MANY))
            wish = {"do": "withdraw", "interactions": some}
            with contextlib.suppress(Unavailable):
                head = await self._ask(lambda number, wish=wish: frames.frame({"n": number, **wish}))
                if "error" not in head:
                    for one in some:
                        self._withdrawn.pop(one, None)
                    continue
            await asyncio.sleep(_AGAIN)

    async def tell(self) -> Mapping[str, Any]:
        """How the writer is: its tree's ``size``, what is ``waiting``, whether the disk takes it (``writes``) and checkpoints come in time (``signs``).

        Raises `Unavailable`.
        """
        head = await self._ask(lambda number: frames.frame({"n": number, "do": "tell"}))
        told: Mapping[str, Any] = head["told"]
        return told

    async def _ask(self, make: Any) -> Mapping[str, Any]:
        self._number += 1
        number = self._number
        data = make(number)
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Mapping[str, Any]] = loop.create_future()
        self._waiting[number] = (data, future)
        late = loop.call_later(self._patience, _give_up, future)
        try:
            if self._task is None or self._task.done():
                self._task = asyncio.create_task(self._run())
            elif self._transport is not None and not self._transport.is_closing():
                self._transport.write(data)
            return await future
        finally:
            late.cancel()
            self._waiting.pop(number, None)

    async def _run(self) -> None:
        """Keep a connection from the first append on, also while nothing is handed over.

        By it the writer knows that this process lives. It may owe answers for minutes, and is told dead some seconds after its connection is gone.
        """
        loop = asyncio.get_running_loop()
        while not self._closed:
            try:
                transport, answers = await loop.create_unix_connection(
                    lambda: _Answers(self._waiting), sock=frames.connected(self._folder)
                )
            except OSError:
                await asyncio.sleep(_PAUSE if self._waiting else _IDLE)
                continue
            try:
                transport.write(frames.frame({"do": "hello", "worker": self.worker}))
                for data, _future in list(self._waiting.values()):
                    transport.write(data)
                self._transport = transport
                await answers.lost
            finally:
                self._transport = None
                transport.close()

    async def close(self) -> None:
        """Leave. What is not answered yet raises `Unavailable`."""
        self._closed = True
        if self._withdrawing is not None:
            self._withdrawing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._withdrawing
        for _data, future in self._waiting.values():
            if not future.done():
                future.set_exception(_nobody())
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task


class Client:
    """For jobs, pages and commands: one append after another. Threads may share it. ``folder`` is the data folder."""

    def __init__(self, folder: Path, patience: float = PATIENCE) -> None:
        self._folder = folder / FOLDER
        self._patience = patience
        self._lock = threading.Lock()
        self._socket: Any = None
        self._number = 0

    def append(self, entries: Sequence[Entry], limits: Limits | None = None) -> list[Receipt]:
        """Record entries together, all or none; durable when this returns.

        Raises `Busy`, `Spent`, `UsedUp`: nothing was recorded; `Unavailable`: nothing is known to be.
        """
        packed = [pack(one) for one in entries]
        until = time.monotonic() + self._patience
        return frames.receipts(self.ask(lambda number: frames.append_frame(number, packed, limits, until)))

    def command(self, do: str, **told: Any) -> Any:
        """Ask the writer for something else (``tell``, ``checkpoint``); raises its error."""
        head = self.ask(lambda number: frames.frame({"n": number, "do": do, **told}))
        if "error" in head:
            raise frames.error_of(head["error"])
        return head.get("told")

    def ask(self, make: Any) -> Mapping[str, Any]:
        """Send a frame and wait for its answer; again over a new connection when this one breaks."""
        with self._lock:
            self._number += 1
            data = make(self._number)
            end = time.monotonic() + self._patience
            while True:
                try:
                    left = max(end - time.monotonic(), _PAUSE)
                    if self._socket is None:
                        self._socket = frames.connected(self._folder, timeout=left)
                    self._socket.settimeout(left)
                    self._socket.sendall(data)
                    return self._receive(self._number)
                except (OSError, frames.BadFrame) as error:
                    self._drop()
                    if time.monotonic() >= end:
                        raise _nobody() from error
                    time.sleep(_PAUSE)

    def _receive(self, number: int) -> Mapping[str, Any]:
        while True:
            (length,) = frames.PREFIX.unpack(self._exactly(4))
            head, _blobs = frames.opened(self._exactly(length))
            if head.get("n") == number:
                return head

    def _exactly(self, size: int) -> bytes:
        found = bytearray()
        while len(found) < size:
            piece = self._socket.recv(size - len(found))
            if not piece:
                raise OSError("the writer is gone")
            found += piece
        return bytes(found)

    def _drop(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def close(self) -> None:
        """Leave."""
        with self._lock:
            self._drop()


def is_running(folder: Path) -> bool:
    """A writer answers for the data folder."""
    try:
        frames.connected(folder / FOLDER, timeout=1).close()
    except OSError:
        return False
    return True


__all__ = ["AsyncClient", "Client", "LedgerError", "is_running"]
