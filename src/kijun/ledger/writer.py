"""The one process that appends: it commits what came meanwhile as a group, answers, and signs what the tree became."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import math
import signal
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast

import uvloop

from kijun.ledger import frames
from kijun.ledger.checkpoints import Checkpoints
from kijun.ledger.counting import forget_old
from kijun.ledger.database import FAULTS, connect, unavailable
from kijun.ledger.files import private_folder
from kijun.ledger.journal import Appending, Journal
from kijun.ledger.keeping import root_of
from kijun.ledger.model import Busy, LedgerError, Unavailable, now_ms
from kijun.ledger.orphans import Orphans
from kijun.ledger.schema import set_meta

log = logging.getLogger("kijun.ledger")
GROUP: Final = 256  # appends in one commit
WAITING: Final = 4096  # appends that may wait; more are turned away
EVERY: Final = 60.0  # seconds between checkpoints while the tree grows
OVERDUE: Final = 3  # times that, after which a checkpoint is said to be overdue
TICK: Final = 1.0
SKEW: Final = 600.0  # seconds by which the clock may have been set forward
_GARBAGE: Final = 10_000  # new things after which Python looks for circles; appends make none
LAST_WORDS: Final = 3.0  # seconds after SIGTERM in which what waits is still recorded


def _busy() -> Busy:
    return Busy(
        "記録待ちが多いため、受け付けられませんでした。少し待ってから、もう一度送信してください。",
        "Too much is waiting to be recorded: try again shortly.",
    )


def _late() -> Unavailable:
    return Unavailable(
        "記録に時間がかかりすぎたため、記録していません。",
        "It came to the disk too late: nobody waited for it any more, and nothing was recorded.",
    )


@dataclass(slots=True)
class _Wish:
    """What waits for the disk: entries, or questions that were given up (``withdrawn``). ``until`` is of `time.monotonic`."""

    connection: _Connection | None
    number: int = 0
    appending: Appending = field(default_factory=lambda: Appending([]))
    until: float = math.inf
    withdrawn: Collection[str] = ()


class _Connection(asyncio.Protocol):
    """A process that appends. Its frames are taken as they come, without a task of their own."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._incoming = frames.Incoming()
        self.worker = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)  # uvloop's is none by its class
        self._writer.connections.add(self)

    def data_received(self, data: bytes) -> None:
        if self._transport.is_closing():
            return
        try:
            for body in self._incoming.feed(data):
                self._writer.take(*frames.opened(body), self)
        except (ValueError, KeyError, TypeError) as error:
            log.warning("a frame that cannot be read: %s", type(error).__name__)
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._writer.connections.discard(self)

    def write(self, data: bytes) -> None:
        """Answer, unless nobody is there any more."""
        if not self._transport.is_closing():
            self._transport.write(data)

    def close(self) -> None:
        """Part, once what was written is sent."""
        self._transport.close()


class Writer:
    """Serves ``folder`` (the ledger's own) until it is told to stop."""

    def __init__(
        self, folder: Path, url: str = "", elsewhere: Iterable[Path] = (), every: float = EVERY
    ) -> None:
        self._folder = private_folder(folder)
        self._every = every
        self._database = connect(folder, url)
        try:
            self._database.lock()
            self.journal = Journal(self._database, root_of(folder, self._database))
            self.journal.open()
        except BaseException:
            self._database.close()
            raise
        self._checkpoints = Checkpoints(folder, self._database, tuple(elsewhere))
        self._orphans = Orphans(self.journal)
        self._queue: asyncio.Queue[_Wish] = asyncio.Queue(WAITING)
        self.connections: set[_Connection] = set()
        self._began, self._clock = now_ms(), time.monotonic()
        self._ails = False  # the last group could not be recorded
        self._signed = 0  # entries that the newest checkpoint tells of
        self._whole, self._tried = (
            self._clock,
            self._clock - every,
        )  # when all was signed last, and when we signed

    async def run(self, ready: Any = None) -> None:
        """Serve until SIGTERM; ``ready`` is called when the socket is open."""
        loop = asyncio.get_running_loop()
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        with frames.socket_path(self._folder) as path:
            Path(path).unlink(missing_ok=True)  # of a writer that was killed; the lock says that none lives
            server = await loop.create_unix_server(lambda: _Connection(self), path)
        if ready is not None:
            ready()
        tasks = [asyncio.create_task(self._commit()), asyncio.create_task(self._tick())]
        try:
            await stop.wait()
        finally:
            server.close()
            end = loop.time() + LAST_WORDS
            while not self._queue.empty() and loop.time() < end:
                await asyncio.sleep(0.01)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for connection in list(self.connections):
                connection.close()
            with contextlib.suppress(*FAULTS):
                self._sign()
            self._database.close()
            (self._folder / frames.NAME).unlink(missing_ok=True)

    # --- connections ------------------------------------------------------------------------

    def take(self, head: dict[str, Any], blobs: memoryview, connection: _Connection) -> None:
        """Do what a frame asks for; raises ValueError, KeyError or TypeError for one that nobody of ours sends."""
        if head.get("do") == "hello":
            connection.worker = str(head["worker"])
            return
        number = int(head["n"])
        match head.get("do"):
            case "append":
                wish = frames.appending(head, blobs, connection.worker)
                until = head.get("until")
                self._put(_Wish(connection, number, wish, math.inf if until is None else float(until)))
            case "withdraw":
                self._put(_Wish(connection, number, withdrawn={str(one) for one in head["interactions"]}))
            case "tell":
                told = {
                    "size": self.journal.committed.size,
                    "waiting": self._queue.qsize(),
                    "writes": not self._ails,
                    "signs": self._signs(),
                }
                connection.write(frames.frame({"n": number, "told": told}))
            case "checkpoint":
                try:
                    note = self._sign()
                    connection.write(frames.frame({"n": number, "told": note}))
                except LedgerError as error:
                    connection.write(frames.failed(number, error))
                except FAULTS as error:
                    connection.write(frames.failed(number, unavailable(error)))
            case other:
                raise frames.BadFrame(f"do what? {other}")

    def _put(self, wish: _Wish) -> None:
        try:
            self._queue.put_nowait(wish)
        except asyncio.QueueFull:
            if wish.connection is not None:
                wish.connection.write(frames.failed(wish.number, _busy()))

    # --- committing -------------------------------------------------------------------------

    async def _commit(self) -> None:
        while True:
            group = [await self._queue.get()]
            while len(group) < GROUP:
                try:
                    group.append(self._queue.get_nowait())
                except asyncio.QueueEmpty:
                    break
            now = time.monotonic()
            for wish in group:
                if wish.until < now:  # who sent it went on without it
                    wish.appending.error = _late()
            self._append([one.appending for one in group if not one.withdrawn and one.until >= now])
            for wish in group:
                if wish.withdrawn:  # after the questions themselves, which came before
                    self._withdraw(wish)
            answers: dict[_Connection, list[bytes]] = {}
            for wish in group:
                if wish.connection is not None:
                    told = frames.answer(wish.number, wish.appending)
                    answers.setdefault(wish.connection, []).append(told)
            for connection, some in answers.items():
                connection.write(b"".join(some))
            await asyncio.sleep(0)  # let what arrived meanwhile be read before the next group is cut

    def _append(self, group: list[Appending]) -> None:
        """Record a group; each has its receipts or its error after it."""
        if not group:
            return
        try:
            # In this very thread: what arrives while the disk writes waits in the sockets and becomes the next group.
            self.journal.append(group)
        except Exception as error:  # a fault of ours: those who wait are told, and others go on
            log.exception("a group could not be recorded")
            for one in group:
                one.error = one.error or LedgerError(
                    "記録できませんでした。", f"It could not be recorded ({type(error).__name__})."
                )
        self._ails = any(isinstance(one.error, Unavailable) for one in group)

    def _withdraw(self, wish: _Wish) -> None:
        """Record of questions that were recorded though nobody waited for that any more that they were sent to nobody."""
        worker = "" if wish.connection is None else wish.connection.worker
        try:
            ends = self._orphans.withdrawn(worker, wish.withdrawn)
        except FAULTS as error:
            wish.appending.error = unavailable(error)
            return
        self._append(ends)
        wish.appending.error = next((one.error for one in ends if one.error is not None), None)

    async def _tick(self) -> None:
        """Look after what is due, each apart from the others: none may hold up the signing of checkpoints."""
        while True:
            await asyncio.sleep(TICK)
            for step in (self._try_again, self._mark_orphans, self._sign_if_due):
                try:
                    step()
                except FAULTS as error:
                    log.warning("the ledger's database does not answer: %s", type(error).__name__)
                except Exception:  # a fault of ours
                    log.exception("the writer could not look after everything; trying again")

    def _mark_orphans(self) -> None:
        lost = self._orphans.look({one.worker for one in self.connections})
        for at in range(0, len(lost), GROUP):
            self._append(lost[at : at + GROUP])

    def _try_again(self) -> None:
        """Whether the database takes something again: nobody may ask anything of a ledger that is said to be down."""
        if not self._ails:
            return
        with self._database.writing() as link:
            set_meta(link, "tried_at", str(now_ms()))
        self._ails = False

    def _sign_if_due(self) -> None:
        now = time.monotonic()
        self._signed = self._checkpoints.newest()[0]
        if self.journal.committed.size <= self._signed:
            self._whole = now
        elif now - self._tried >= self._every:
            self._sign()
            self._tried = self._whole = now
            if now_ms() < self._began + (now - self._clock + SKEW) * 1000:
                # not by a clock that has leapt: when it is set right again, tokens that were used would count once more
                with self._database.writing() as link:
                    forget_old(link)

    def _signs(self) -> bool:
        """Whether checkpoints are made in time: a tree that grew and was not signed for so long is one that nobody vouches for."""
        late = time.monotonic() - self._whole > OVERDUE * self._every
        return not late or self.journal.committed.size <= self._signed

    def _sign(self) -> str:
        committed = self.journal.committed  # never changed, only replaced
        note = self._checkpoints.make(committed.size, committed.root())
        self._signed = committed.size
        return note


def run(folder: Path, url: str = "", elsewhere: Iterable[Path] = (), every: float = EVERY) -> None:
    """Serve the ledger in ``folder`` until SIGTERM."""
    writer = Writer(folder, url, elsewhere, every)
    gc.collect()
    gc.freeze()  # what is here stays: looking through it again and again was a twentieth of the work
    gc.set_threshold(_GARBAGE)
    uvloop.run(writer.run())
