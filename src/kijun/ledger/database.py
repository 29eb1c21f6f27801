"""The two databases that a journal can lie in, behind one small face. SQL is the part that both understand, with ``?`` for values."""

from __future__ import annotations

import fcntl
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final, Protocol

import psycopg

from kijun.ledger.files import private_folder
from kijun.ledger.lending import Pool, PostgresReaders, SqliteReaders
from kijun.ledger.model import LedgerError, Unavailable

Row = tuple[Any, ...]
#: Of a PostgreSQL: everything of the ledger stands in a schema of its own.
SCHEMA: Final = "kijun_ledger"
_LOCK: Final = 0x4B494A554E  # "KIJUN", the number of the writer's advisory lock
_HOLDS: Final = _LOCK + 1
NO_TEXT: Final = "\0"
_WAIT: Final = 20  # seconds for another one to be done with writing
_BRIEFLY: Final = 300  # milliseconds for those who read an older moment to be done
_TRIES, _PAUSE = 5, 0.2
_PATIENCE: Final = 5.0  # seconds in which a server notices that a connection is gone


#: How many transactions see a moment before the last key was destroyed: of what they could still read, a ``VACUUM`` takes nothing.
_BEFORE: Final = (
    "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
    "AND GREATEST(age(backend_xmin), age(backend_xid)) >= (SELECT MIN(age(xmin)) FROM keys WHERE wrapped IS NULL)"
)


class Running(LedgerError):
    """Another process writes to this ledger."""

    def __init__(self) -> None:
        super().__init__(
            "この台帳には、ほかのプロセスが書き込んでいます。",
            "Another process writes to this ledger (kijun serve or kijun gateway is running).",
        )


class Link(Protocol):
    """A transaction."""

    #: What is written behind a SELECT so that its rows cannot be changed by others before this transaction ends.
    share: str

    def execute(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """Run a statement; gives its rows, none where it gives none."""

    def parts(self, sql: str, size: int) -> Iterator[list[Row]]:
        """The rows of a SELECT, so many at a time: whatever stands in them and in their keys, each comes once."""

    def executemany(self, sql: str, values: Sequence[Sequence[Any]]) -> None:
        """Run a statement for each row of values."""

    def alone_with_holds(self, *, wait: bool = True) -> bool:
        """That no other transaction puts a hold, or destroys what one would keep, before the end of this one. Where there is no ``wait``, False if
        another does just now."""

    def mark(self) -> object:
        """Another one whenever anybody changed anything since, this connection included; None where the database cannot tell."""


class Database(Protocol):
    """Opens transactions. One writes at a time; readers never wait for it."""

    #: What a column of bytes and one of whole numbers are called.
    blob: str
    integer: str
    #: What is written behind a table whose rows lie in the order of its primary key, so that each is in one place and not in two.
    clustered: str
    #: Asks for the names of the tables and indexes that are there.
    there: str

    def writing(self) -> Any:
        """A context manager that gives a `Link`; commits at its end, durably, or changes nothing."""

    def reading(self) -> Any:
        """A context manager that gives a `Link` which sees one moment and changes nothing."""

    def lock(self) -> None:
        """Become the only writer until `close`; raises `Running`."""

    def scrub(self) -> bool:
        """Put on disk that what was deleted is gone, as far as the database can. False where somebody who reads a moment before it keeps that from
        being done."""

    def reopen(self) -> None:
        """Leave connections that may be broken."""

    def close(self) -> None:
        """Let go of everything."""


#: What a database says when it cannot just now: gone, full, locked, read-only.
FAULTS: Final = (sqlite3.Error, psycopg.Error, OSError)
#: What it says to a row whose id is there already; one of the faults.
THERE: Final = (sqlite3.IntegrityError, psycopg.IntegrityError)


def unavailable(error: Exception) -> Unavailable:
    """Words for a database that cannot write."""
    return Unavailable(
        "台帳に書き込めません。ディスクの空きとデータベースの状態を確認してください。",
        f"The ledger cannot be written ({type(error).__name__}: {error}); look at free disk space and at the database.",
    )


def _read_anyhow(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("utf-8", "replace") + NO_TEXT


def _is_no_text(error: sqlite3.OperationalError) -> bool:
    return "Could not decode to UTF-8" in str(error)


@contextmanager
def _any_text(connection: sqlite3.Connection) -> Iterator[None]:
    """Bytes that somebody put where a text stands and that are none: read as far as they can be, so that one row hides no others. The `NO_TEXT`
    at the end, which no text of ours holds, keeps them from being taken for one."""
    connection.text_factory = _read_anyhow
    try:
        yield
    finally:
        connection.text_factory = str


class _SqliteLink:
    share = ""  # one writes at a time

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def execute(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        try:
            return self._connection.execute(sql, values).fetchall()
        except sqlite3.OperationalError as error:
            if not _is_no_text(error):
                raise
        with _any_text(self._connection):
            return self._connection.execute(sql, values).fetchall()

    def parts(self, sql: str, size: int) -> Iterator[list[Row]]:
        given = 0
        cursor = self._connection.execute(sql)
        try:
            while rows := cursor.fetchmany(size):
                given += len(rows)
                yield rows
            return
        except sqlite3.OperationalError as error:
            if not _is_no_text(error):
                raise
        with _any_text(self._connection):  # within one transaction the same rows come in the same order
            cursor = self._connection.execute(f"{sql} LIMIT -1 OFFSET {given}")
        while True:
            with _any_text(self._connection):
                rows = cursor.fetchmany(size)
            if not rows:
                return
            yield rows

    def executemany(self, sql: str, values: Sequence[Sequence[Any]]) -> None:
        self._connection.executemany(sql, values)

    def alone_with_holds(self, *, wait: bool = True) -> bool:
        return True  # one writes at a time

    def mark(self) -> object:
        version = self._connection.execute("PRAGMA data_version").fetchone()  # counts what others commit
        return version, self._connection.total_changes


class Sqlite:
    """A file. WAL with ``synchronous=FULL``: a commit is on disk when it returns. What is deleted is overwritten."""

    blob, integer, clustered = "BLOB", "INTEGER", " WITHOUT ROWID"
    there = "SELECT name FROM sqlite_master"

    def __init__(self, path: Path) -> None:
        self.path = path
        private_folder(path.parent)
        self._readers = Pool(SqliteReaders(self._connect))
        self._write_lock = threading.Lock()
        self._writer: sqlite3.Connection | None = None
        self._held: IO[bytes] | None = None

    def lock(self) -> None:
        self._held = (self.path.parent / "writer.lock").open("ab")
        try:
            fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._held.close()
            self._held = None
            raise Running from error

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=_WAIT, isolation_level=None, check_same_thread=False)
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "secure_delete=ON",
            "temp_store=MEMORY",
            "cache_size=-16000",
            "wal_autocheckpoint=2000",
        ):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    @contextmanager
    def writing(self) -> Iterator[Link]:
        with self._write_lock:
            connection = self._writer
            if connection is None:
                connection = self._writer = self._connect()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield _SqliteLink(connection)
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def reading(self) -> Iterator[Link]:
        with self._readers.lent() as connection:
            yield _SqliteLink(connection)

    def scrub(self) -> bool:
        for pause in (0.0, *[_PAUSE] * _TRIES):
            time.sleep(pause)
            with self._write_lock:
                connection = self._writer = self._writer or self._connect()
                connection.execute(
                    f"PRAGMA busy_timeout = {_BRIEFLY}"
                )  # so long it keeps those who write waiting
                try:
                    busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
                finally:
                    connection.execute(f"PRAGMA busy_timeout = {_WAIT * 1000}")
            if not busy:
                return True
        return False

    def reopen(self) -> None:
        self._readers.leave()
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.close()

    def close(self) -> None:
        self.reopen()
        if self._held is not None:
            self._held.close()
            self._held = None


def _asked(sql: str) -> bytes:
    """Our ``?`` as PostgreSQL's ``%s``; no statement of ours holds a question mark for itself."""
    return sql.replace("%", "%%").replace("?", "%s").encode()


class _PostgresLink:
    share = " FOR SHARE"

    def __init__(self, connection: psycopg.Connection[Row]) -> None:
        self._connection = connection

    def execute(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        cursor = self._connection.execute(_asked(sql), values)
        return cursor.fetchall() if cursor.description else []

    def parts(self, sql: str, size: int) -> Iterator[list[Row]]:
        with self._connection.cursor(name=f"parts_{secrets.token_hex(8)}") as cursor:
            cursor.execute(_asked(sql))
            while rows := cursor.fetchmany(size):
                yield rows

    def executemany(self, sql: str, values: Sequence[Sequence[Any]]) -> None:
        with self._connection.cursor() as cursor:
            cursor.executemany(_asked(sql), values)

    def alone_with_holds(self, *, wait: bool = True) -> bool:
        if not wait:
            return bool(self.execute("SELECT pg_try_advisory_xact_lock(?)", (_HOLDS,))[0][0])
        self.execute("SELECT pg_advisory_xact_lock(?)", (_HOLDS,))
        return True

    def mark(self) -> object:
        return None


class Postgres:
    """A PostgreSQL that ``url`` names; a commit waits for its write-ahead log."""

    blob, integer, clustered = "BYTEA", "BIGINT", ""
    there = "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace"

    def __init__(self, url: str) -> None:
        self.url = url
        self._readers = Pool(PostgresReaders(self._connect))
        self._write_lock = threading.Lock()
        self._writer: psycopg.Connection[Row] | None = None
        self._locked = False

    def _connect(self) -> psycopg.Connection[Row]:
        connection: psycopg.Connection[Row] = psycopg.connect(
            self.url,
            autocommit=True,
            connect_timeout=5,
            options=f"-c search_path={SCHEMA} -c synchronous_commit=on",
        )
        return connection

    def _writing_connection(self) -> psycopg.Connection[Row]:
        connection = self._writer
        if connection is None or connection.closed:
            connection = self._connect()
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}".encode())
            if self._locked:
                self._take(connection, _PATIENCE)
            self._writer = connection
        return connection

    def lock(self) -> None:
        self._take(self._writing_connection(), 0)
        self._locked = True

    def _take(self, connection: psycopg.Connection[Row], patience: float) -> None:
        """Become the only writer. A connection that this process left holds its lock until the server has noticed."""
        end = time.monotonic() + patience
        while True:
            taken = connection.execute("SELECT pg_try_advisory_lock(%s)", (_LOCK,)).fetchone()
            if taken and taken[0]:
                return
            if time.monotonic() >= end:
                connection.close()
                raise Running
            time.sleep(0.02)

    @contextmanager
    def writing(self) -> Iterator[Link]:
        with self._write_lock:
            connection = self._writing_connection()
            with connection.transaction():
                yield _PostgresLink(connection)

    @contextmanager
    def reading(self) -> Iterator[Link]:
        with self._readers.lent() as connection:
            yield _PostgresLink(connection)

    def scrub(self) -> bool:
        connection = self._writing_connection()
        before = connection.execute(_BEFORE.encode()).fetchone()
        for table in ("entries", "kept", "keys"):
            connection.execute(f"VACUUM {table}".encode())
        return before is not None and not before[0]

    def reopen(self) -> None:
        self._readers.leave()
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.close()

    def close(self) -> None:
        self._locked = False
        self.reopen()


def connect(folder: Path, url: str = "") -> Sqlite | Postgres:
    """The database of the ledger in ``folder``: a file there, or the PostgreSQL of ``url``."""
    if url.startswith(("postgres://", "postgresql://")):
        return Postgres(url)
    return Sqlite(folder / "journal.sqlite3")
