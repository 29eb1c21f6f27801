"""kill -9 of the database itself, under load: a PostgreSQL of the test's own."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from kijun.ledger.checking import verify
from kijun.ledger.client import AsyncClient
from kijun.ledger.ledger import Ledger
from kijun.ledger.model import LedgerError, Receipt
from tests.ledger.conftest import entry
from tests.ledger.test_writer import Writing

pytestmark = pytest.mark.slow


class Server:
    """A PostgreSQL in a folder, run by another user where we are root: it refuses root."""

    def __init__(self, folder: Path) -> None:
        programs = sorted(Path("/usr/lib/postgresql").glob("*/bin")) + sorted(
            Path("/usr").glob("pgsql-*/bin")
        )
        if not programs:
            pytest.skip("no PostgreSQL server to start")
        self.programs, self.folder = programs[-1], folder
        self.user: list[str] = []
        if os.geteuid() == 0:
            self.user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]
            shutil.chown(folder, "postgres")
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.run(
            "initdb",
            "-D",
            str(folder / "data"),
            "-A",
            "trust",
            "-U",
            "postgres",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
        )
        self.start()

    def run(self, program: str, *words: str) -> None:
        subprocess.run(
            [*self.user, str(self.programs / program), *words],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=self.folder,
        )

    def start(self) -> None:
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1"
        self.run(
            "pg_ctl",
            "-D",
            str(self.folder / "data"),
            "-w",
            "-l",
            str(self.folder / "log"),
            "-o",
            options,
            "start",
        )

    def kill(self) -> None:
        """All its processes at once, as when the machine's memory runs out."""
        pid = int((self.folder / "data" / "postmaster.pid").read_text().split("\n")[0])
        children = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True).stdout.split()
        for one in (pid, *map(int, children)):
            try:
                os.kill(one, signal.SIGKILL)
            except ProcessLookupError:
                continue
        while Path(f"/proc/{pid}").exists():
            time.sleep(0.02)

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"


@pytest.fixture
def server() -> Iterator[Server]:
    folder = Path(tempfile.mkdtemp(prefix="kijun-pg-"))  # unlike pytest's, a path that another user may enter
    try:
        made = Server(folder)
        yield made
        made.run("pg_ctl", "-D", str(folder / "data"), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def test_a_database_that_is_killed_loses_nothing_that_was_acknowledged(server: Server, folder: Path) -> None:
    writing = Writing(folder.parent, server.url)
    writing.wait_until_it_answers()
    acknowledged: list[Receipt] = []

    async def work() -> None:
        client = AsyncClient(folder.parent, patience=20)
        stop = asyncio.Event()

        async def some() -> None:
            while not stop.is_set():
                try:
                    acknowledged.extend(await client.append([entry()]))
                except LedgerError:
                    await asyncio.sleep(0.05)

        tasks = [asyncio.create_task(some()) for _ in range(8)]
        await asyncio.sleep(0.7)
        await asyncio.to_thread(server.kill)
        await asyncio.sleep(0.3)
        before = len(acknowledged)
        await asyncio.to_thread(server.start)
        began = time.monotonic()
        while len(acknowledged) == before:
            await asyncio.sleep(0.02)
            assert time.monotonic() - began < 5, "back within five seconds of the database"
        await asyncio.sleep(0.5)
        stop.set()
        await asyncio.gather(*tasks)
        await client.close()

    asyncio.run(work())
    assert writing.stop() == 0
    assert len(acknowledged) > 20
    with Ledger(folder, server.url) as ledger:
        with ledger.database.reading() as link:
            stored = {int(seq): str(id) for seq, id in link.execute('SELECT seq, "id" FROM entries')}
        assert len(stored) == len(set(stored.values()))
        assert all(stored.get(one.seq) == one.id for one in acknowledged)
        report = verify(ledger)
        assert report.faults == []
        assert report.entries == len(stored)


def test_the_whole_test_needs_nothing_of_the_machines_own_server(server: Server) -> None:
    with psycopg.connect(server.url) as link:
        found = link.execute("SHOW fsync").fetchone()
    assert found == ("on",), "a database that does not sync would prove nothing"
    assert sys.platform == "linux"
