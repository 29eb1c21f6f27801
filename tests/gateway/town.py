"""A town's policy for tests, and a gateway on a real socket in front of it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import openai
import uvicorn

from kijun.gateway import sealing
from kijun.gateway.app import Gateway
from kijun.gateway.server import config_of
from kijun.gateway.settings import Settings
from kijun.gateway.snapshot import Grant, Handling, Model, Purpose, Route, Snapshot, Upstream, write
from tests.gateway.fakes import MemoryLedger

TOWN = "131000"
KEY = "kj-" + "k" * 43
OTHER_KEY = "kj-" + "o" * 43
SECRET = "s" * 50


def digest(key: str) -> str:
    return sha256(key.encode()).hexdigest()


def policy(url: str = "", **more: Any) -> Snapshot:
    """One purpose, one grant, one model behind ``url``, and the sample's."""
    there = Upstream(
        "u1",
        "あちら",
        base_url=url,
        key=sealing.seal(SECRET, "upstream-key"),
        training_opt_out=True,
        retries=0,
        connect_timeout=2,
        first_byte_timeout=5,
        idle_timeout=5,
        total_timeout=20,
    )
    snapshot = Snapshot(
        1,
        1_700_000_000_000,
        upstreams=(there, Upstream("s", "見本", kind="sample")),
        models=(
            Model("model", TOWN, "system", (Route("u1", "there"),)),
            Model("sample", TOWN, "system", (Route("s", "sample"),)),
        ),
        purposes=(Purpose("purpose", TOWN, "窓口", retention="y3"),),
        grants=(Grant("grant", TOWN, "system", "purpose", person="7", department="3", keys=(digest(KEY),)),),
        contact={TOWN: "情報政策課"},
    )
    return replace(snapshot, **more)


def with_purpose(snapshot: Snapshot, **more: Any) -> Snapshot:
    return replace(snapshot, purposes=tuple(replace(one, **more) for one in snapshot.purposes))


def with_grant(snapshot: Snapshot, **more: Any) -> Snapshot:
    return replace(snapshot, grants=tuple(replace(one, **more) for one in snapshot.grants))


def with_upstream(snapshot: Snapshot, **more: Any) -> Snapshot:
    first, *others = snapshot.upstreams
    return replace(snapshot, upstreams=(replace(first, **more), *others))


def handling(**groups: str) -> Handling:
    return Handling(groups=groups)


@dataclass
class Running:
    """A gateway that serves."""

    folder: Path
    gateway: Gateway
    ledger: MemoryLedger
    port: int
    clients: dict[str, openai.OpenAI] = field(default_factory=dict)
    _version: int = 1

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self, key: str = KEY) -> openai.OpenAI:
        """The real client, one for each key: it takes longer to make than a question takes to be answered."""
        if key not in self.clients:
            self.clients[key] = openai.OpenAI(
                base_url=f"{self.url}/v1", api_key=key, max_retries=0, timeout=20
            )
        return self.clients[key]

    def publish(self, snapshot: Snapshot) -> None:
        """Publish another policy and wait until it is in force."""
        self._version += 1
        write(self.folder, replace(snapshot, version=self._version))
        end = time.monotonic() + 5
        while time.monotonic() < end:
            index = self.gateway.keeper.index
            if index is not None and index.version == self._version:
                return
            time.sleep(0.01)
        raise AssertionError("the policy did not take effect")


class _Server(uvicorn.Server):
    """Looks whether it shall end more often than ten times a second: a hundred tests wait for that."""

    async def main_loop(self) -> None:
        await self.on_tick(0)
        while not self.should_exit:
            await asyncio.sleep(0.005)


@contextlib.contextmanager
def serving(
    folder: Path, snapshot: Snapshot | None, ledger: Any = None, **settings: Any
) -> Iterator[Running]:
    """A gateway in a thread of its own, on a real socket."""
    folder.mkdir(exist_ok=True)
    (folder / "secret-key").write_text(SECRET, encoding="ascii")
    if snapshot is not None:
        write(folder, snapshot)
    held = ledger if ledger is not None else MemoryLedger()
    chosen = Settings(**{"poll": 0.05, "grace": 1, **settings})
    make = held if callable(held) else lambda: held
    gateway = Gateway(folder, make, chosen)
    server = _Server(config_of(gateway, chosen))
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    end = time.monotonic() + 20
    while not server.started and thread.is_alive() and time.monotonic() < end:
        time.sleep(0.005)
    assert server.started
    running = Running(folder, gateway, held, listener.getsockname()[1])
    try:
        yield running
    finally:
        for client in running.clients.values():
            client.close()
        server.should_exit = True
        thread.join(10)
        listener.close()


def wait_for(true: Any, seconds: float = 5.0) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)
