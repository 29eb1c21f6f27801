"""Connections that are lent to whoever reads and given back, so that as many are open as read at once, however many threads came and went."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Generic, Protocol, TypeVar

import psycopg

IDLE: Final = 4
"""Connections that are kept for the next readers; a PostgreSQL has a hundred for all its processes."""

C = TypeVar("C")


class Kind(Protocol[C]):
    """How connections of a database are opened, begun, ended and closed."""

    #: What a connection says that is no longer any good.
    broken: tuple[type[Exception], ...]

    def open(self) -> C:
        """A new connection."""

    def begin(self, connection: C) -> None:
        """Begin a transaction that sees one moment."""

    def end(self, connection: C) -> bool:
        """End it, whatever it had come to; whether the connection can be lent again."""

    def close(self, connection: C) -> None:
        """Close it, whatever state it is in."""


@dataclass(slots=True, eq=False)
class _Loan(Generic[C]):
    connection: C
    epoch: int
    users: int = 1


class Pool(Generic[C]):
    """Connections of one database. Threads may share it; a process that was forked makes its own."""

    def __init__(self, kind: Kind[C]) -> None:
        self._kind = kind
        self._local = threading.local()
        self._guard = threading.RLock()  # a reading that was given up may end wherever Python tidies up
        self._idle: list[C] = []
        self._epoch = 0

    @contextmanager
    def lent(self) -> Iterator[C]:
        """A connection within a transaction. A thread that has one gets the same again: a reading inside a reading sees the same moment."""
        loan = self._mine()
        if loan is None:
            epoch = self._epoch
            loan = self._local.loan = _Loan(self._begun(), epoch)
        try:
            yield loan.connection
        finally:
            self._give_back(loan)

    def _mine(self) -> _Loan[C] | None:
        loan: _Loan[C] | None = getattr(self._local, "loan", None)
        with self._guard:
            if loan is None or not loan.users:
                return None
            loan.users += 1
            return loan

    def _begun(self) -> C:
        while True:
            with self._guard:
                idle = self._idle.pop() if self._idle else None
            if idle is None:
                break
            try:
                self._kind.begin(idle)
            except self._kind.broken:  # the server left it while it lay here
                self._kind.close(idle)
            else:
                return idle
        made = self._kind.open()
        try:
            self._kind.begin(made)
        except BaseException:
            self._kind.close(made)
            raise
        return made

    def _give_back(self, loan: _Loan[C]) -> None:
        with self._guard:
            loan.users -= 1
            if loan.users:
                return
        kept = False
        try:
            sound = self._kind.end(loan.connection)
            with self._guard:
                kept = sound and loan.epoch == self._epoch and len(self._idle) < IDLE
                if kept:
                    self._idle.append(loan.connection)
        finally:
            if not kept:
                self._kind.close(loan.connection)

    def leave(self) -> None:
        """Close what lies here; what is lent is closed when it comes back."""
        with self._guard:
            self._epoch += 1
            idle, self._idle = self._idle, []
        for one in idle:
            self._kind.close(one)


class SqliteReaders:
    """Readers of an SQLite file."""

    broken: tuple[type[Exception], ...] = (sqlite3.Error,)

    def __init__(self, open: Callable[[], sqlite3.Connection]) -> None:
        self.open = open

    def begin(self, connection: sqlite3.Connection) -> None:
        """See `Kind`."""
        connection.execute("BEGIN")

    def end(self, connection: sqlite3.Connection) -> bool:
        """See `Kind`."""
        try:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        except sqlite3.Error:
            return False
        return True

    def close(self, connection: sqlite3.Connection) -> None:
        """See `Kind`."""
        connection.close()


class PostgresReaders:
    """Readers of a PostgreSQL."""

    broken: tuple[type[Exception], ...] = (psycopg.Error,)

    def __init__(self, open: Callable[[], psycopg.Connection[tuple[Any, ...]]]) -> None:
        self.open = open

    def begin(self, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        """See `Kind`."""
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")

    def end(self, connection: psycopg.Connection[tuple[Any, ...]]) -> bool:
        """See `Kind`."""
        try:
            connection.execute("ROLLBACK")
        except psycopg.Error:
            return False
        return connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE

    def close(self, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        """See `Kind`."""
        connection.close()
