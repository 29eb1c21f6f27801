"""Ledgers in a folder of the test's own, on SQLite and, where one answers, on PostgreSQL.

Tests marked ``s3`` run with sealed files in the folder and in a bucket, ``s3(only=True)`` in a bucket alone.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from kijun.ledger.checkpoints import Checkpoints
from kijun.ledger.database import SCHEMA, Postgres, Sqlite, connect
from kijun.ledger.journal import Appending, Journal
from kijun.ledger.keys import RootKey
from kijun.ledger.ledger import Ledger
from kijun.ledger.model import Entry, Kind, Receipt, Verdict, new_id
from kijun.ledger.packing import pack
from kijun.ledger.segments.store import open_store
from tests.ledger.bucket import Bucket, S3Server

TOWN, OTHER_TOWN = "131000", "142000"
QUESTION = "転入届は、新しい住所に住み始めた日から十四日以内に手続きをしてください。"


def entry(text: str = QUESTION, **told: Any) -> Entry:
    """An input as the gateway hands it over."""
    values: dict[str, Any] = {
        "kind": Kind.INPUT,
        "interaction": new_id(),
        "municipality": TOWN,
        "verdict": Verdict.ALLOWED,
        "content": {"request": {"messages": [{"role": "user", "content": text}]}},
        **told,
    }
    return Entry(**values)


def append(journal: Journal, *entries: Entry, **how: Any) -> list[Receipt]:
    """Append as one group; raises what the journal answers with."""
    one = Appending([pack(each) for each in entries], **how)
    journal.append([one])
    if one.error is not None:
        raise one.error
    return one.receipts


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A database of its own on a PostgreSQL that lets us make one; tests that want it are skipped without."""
    server = os.environ.get("KIJUN_TEST_DATABASE_URL") or os.environ.get("DATABASE_URL")
    server = server or "postgresql://postgres@127.0.0.1:5432/postgres"
    name = f"kijun_ledger_{os.getpid()}_{secrets.token_hex(3)}"
    try:
        with psycopg.connect(server, autocommit=True, connect_timeout=3) as link:
            link.execute(f"CREATE DATABASE {name}".encode())
    except psycopg.Error as error:
        pytest.skip(f"no PostgreSQL to make a database on: {str(error).splitlines()[0]}")
    base, _, _rest = server.partition("?")
    yield base.rpartition("/")[0] + f"/{name}"
    with psycopg.connect(server, autocommit=True) as link:
        link.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    """The journal's database: empty for SQLite in the folder."""
    if request.param == "sqlite":
        return ""
    found: str = request.getfixturevalue("postgres_url")
    with psycopg.connect(found, autocommit=True) as link:
        link.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE".encode())
    return found


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "files" in metafunc.fixturenames:
        mark = metafunc.definition.get_closest_marker("s3")
        kinds = ["folder"] if mark is None else ["s3"] if mark.kwargs.get("only") else ["folder", "s3"]
        metafunc.parametrize("files", kinds, indirect=True)


@pytest.fixture(scope="session")
def s3() -> Iterator[S3Server]:
    """A server that speaks S3, with a bucket ``town``."""
    with S3Server() as made:
        yield made


@pytest.fixture
def files(request: pytest.FixtureRequest) -> str:
    """Where sealed files lie: empty for the ledger's folder, else an address in a bucket that nobody else has."""
    if request.param == "folder":
        return ""
    server: S3Server = request.getfixturevalue("s3")
    return server.address(new_id())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The ledger's folder."""
    made = tmp_path / "home" / "ledger"
    made.mkdir(parents=True)
    return made


@pytest.fixture
def database(folder: Path, url: str) -> Iterator[Sqlite | Postgres]:
    made = connect(folder, url)
    yield made
    made.close()


@pytest.fixture
def journal(folder: Path, database: Sqlite | Postgres) -> Journal:
    """A journal that this test alone writes to."""
    database.lock()
    made = Journal(database, RootKey.load(folder))
    made.open()
    return made


@pytest.fixture
def ledger(folder: Path, url: str, files: str) -> Iterator[Ledger]:
    """A ledger whose journal this test writes to itself."""
    with Ledger(folder, url, files) as made:
        made.database.lock()
        yield made


Add = Callable[..., list[Receipt]]


@pytest.fixture
def add(ledger: Ledger) -> Add:
    """Appends entries to the ledger."""
    return lambda *entries, **how: append(ledger.journal, *entries, **how)


class Lying:
    """Sealed files where they lie, for whoever does something to them behind the ledger's back."""

    def __init__(self, ledger: Ledger) -> None:
        self._store = open_store(ledger.folder, ledger.files)
        self._bucket = Bucket(ledger.files) if ledger.files else None

    def names(self) -> list[str]:
        return self._store.names("data")

    def read(self, name: str) -> bytes:
        return (self._store.folder / name).read_bytes() if self._bucket is None else self._bucket.read(name)

    def write(self, name: str, data: bytes) -> None:
        if self._bucket is None:
            (self._store.folder / name).write_bytes(data)
        else:
            self._bucket.write(name, data)

    def remove(self, name: str) -> None:
        if self._bucket is None:
            (self._store.folder / name).unlink()
        else:
            self._bucket.remove(name)


@pytest.fixture
def lying(ledger: Ledger) -> Lying:
    return Lying(ledger)


Sql = Callable[..., None]


def signed(ledger: Ledger) -> str:
    ledger.journal.reload()
    committed = ledger.journal.committed
    return Checkpoints(ledger.folder, ledger.database).make(committed.size, committed.root())


@pytest.fixture
def sql(ledger: Ledger) -> Sql:
    """What somebody does who has the database's password."""

    def run(statement: str, *values: Any) -> None:
        with ledger.database.writing() as link:
            link.execute(statement, values)

    return run


@pytest.fixture
def full(ledger: Ledger, add: Add) -> Ledger:
    """Ten entries, signed after the fifth and the tenth."""
    add(*[entry(f"第{number}の相談", masked={"⟦氏名1⟧": "山田"}) for number in range(5)])
    signed(ledger)
    add(*[entry(f"第{number}の相談") for number in range(5, 10)])
    signed(ledger)
    return ledger
