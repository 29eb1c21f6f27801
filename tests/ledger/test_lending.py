"""As many connections stay open as read at once, not as there were threads: the web has a thread for each request."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest, HttpResponse
from django.urls import path

from kijun.ledger.database import FAULTS, Postgres, Sqlite
from kijun.ledger.lending import IDLE

Database = Sqlite | Postgres


def opened(database: Database) -> int:
    """Connections to the database, as the system or the server counts them."""
    if isinstance(database, Postgres):
        with psycopg.connect(database.url, autocommit=True) as link:
            found = link.execute(
                "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            ).fetchone()
            assert found is not None
            return int(found[0])
    links = []
    for one in Path("/proc/self/fd").iterdir():
        try:
            links.append(os.readlink(one))
        except FileNotFoundError:
            continue
    return links.count(str(database.path))


@pytest.fixture
def made(database: Database) -> Database:
    with database.writing() as link:
        link.execute("CREATE TABLE words (word TEXT)")
        link.execute("INSERT INTO words VALUES ('a')")
    return database


def words(database: Database) -> list[tuple[Any, ...]]:
    with database.reading() as link:
        return link.execute("SELECT word FROM words")


def at_once(database: Database, count: int) -> list[list[tuple[Any, ...]]]:
    """What so many threads read that all read at the same time."""
    together, found = threading.Barrier(count), []

    def read() -> None:
        with database.reading() as link:
            together.wait(30)
            found.append(link.execute("SELECT word FROM words"))

    threads = [threading.Thread(target=read) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_it_works(made: Database) -> None:
    assert words(made) == [("a",)]
    assert words(made) == [("a",)]
    assert opened(made) == 2, "one writes, one reads"


def test_five_hundred_threads_that_are_gone_leave_nothing_open(made: Database) -> None:
    before, found = opened(made), []
    for _ in range(500):
        thread = threading.Thread(target=lambda: found.append(words(made)))
        thread.start()
        thread.join()
    assert found == [[("a",)]] * 500
    assert opened(made) <= before + 1


def test_what_was_needed_at_once_is_closed_but_for_a_few(made: Database) -> None:
    before, count = opened(made), IDLE + 8
    for _ in range(3):
        assert at_once(made, count) == [[("a",)]] * count
    if isinstance(made, Postgres):
        assert opened(made) == before + IDLE
    else:  # SQLite itself keeps the descriptors of what was closed, and takes them for what is opened next
        assert opened(made) <= before + count
        assert len(made._readers._idle) == IDLE


def test_a_reading_inside_a_reading_sees_the_same_moment(made: Database) -> None:
    with made.reading() as outer:
        assert outer.execute("SELECT COUNT(*) FROM words") == [(1,)]
        with made.writing() as link:
            link.execute("INSERT INTO words VALUES ('b')")
        with made.reading() as inner:
            assert inner.execute("SELECT COUNT(*) FROM words") == [(1,)]
        assert outer.execute("SELECT COUNT(*) FROM words") == [(1,)], "and the outer one goes on"
    assert len(words(made)) == 2


def test_another_thread_has_a_connection_of_its_own(made: Database) -> None:
    with made.reading() as outer:
        outer.execute("SELECT 1 FROM words")
        with made.writing() as link:
            link.execute("INSERT INTO words VALUES ('b')")
        found: list[list[tuple[Any, ...]]] = []
        thread = threading.Thread(target=lambda: found.append(words(made)))
        thread.start()
        thread.join()
        assert found == [[("a",), ("b",)]]
        assert outer.execute("SELECT COUNT(*) FROM words") == [(1,)]


def test_a_reading_that_outlives_the_one_around_it_keeps_its_connection(made: Database) -> None:
    def some() -> Iterator[int]:
        with made.reading() as link:
            yield len(link.execute("SELECT word FROM words"))
            yield len(link.execute("SELECT word FROM words"))

    with made.reading():
        late = some()
        assert next(late) == 1
    with made.writing() as link:
        link.execute("INSERT INTO words VALUES ('b')")
    assert next(late) == 1
    late.close()
    assert len(words(made)) == 2


def test_a_reading_that_failed_gives_its_connection_back(made: Database) -> None:
    before = opened(made)
    for _ in range(10):
        with pytest.raises(FAULTS, match="no_such"), made.reading() as link:
            link.execute("SELECT no_such FROM words")
    assert words(made) == [("a",)]
    assert opened(made) <= before + 1


def test_what_the_server_left_is_thrown_away_and_nobody_notices(made: Database) -> None:
    if not isinstance(made, Postgres):
        pytest.skip("a file leaves nobody")
    at_once(made, IDLE)
    with psycopg.connect(made.url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert words(made) == [("a",)]


def test_what_is_lent_while_all_is_left_is_closed_when_it_comes_back(made: Database) -> None:
    words(made)
    with made.reading() as link:
        made.reopen()
        assert link.execute("SELECT word FROM words") == [("a",)]
    assert opened(made) == 0
    assert words(made) == [("a",)]


def test_requests_of_the_web_leave_nothing_open(made: Database, settings: Any) -> None:
    """Django's own handler runs each request in a thread that ends with it."""
    threads = set()

    def page(_request: HttpRequest) -> HttpResponse:
        threads.add(threading.current_thread().name)
        return HttpResponse(repr(words(made)))

    settings.ROOT_URLCONF, settings.MIDDLEWARE = (path("words", page),), []
    handler, answers = ASGIHandler(), []
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/words",
        "query_string": b"",
        "headers": [(b"host", b"localhost")],
    }

    async def ask() -> None:
        asked = [{"type": "http.request", "body": b""}]

        async def receive() -> Any:
            if asked:
                return asked.pop()
            return await asyncio.Event().wait()

        async def send(message: Any) -> None:
            if message["type"] == "http.response.body":
                answers.append(message["body"])

        await handler(scope, receive, send)

    async def ask_often() -> None:
        for _ in range(60):
            await ask()

    before = opened(made)
    asyncio.run(ask_often())
    assert answers == [b"[('a',)]"] * 60
    assert len(threads) > 1
    assert opened(made) <= before + 1
