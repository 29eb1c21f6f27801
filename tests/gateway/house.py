"""The gateway and the ledger's writer as processes of their own, without the control plane: to be killed, starved and told wrong times."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aiohttp
import httpx2

from kijun.gateway.snapshot import Snapshot, write
from kijun.ledger.checking import verify
from kijun.ledger.ledger import Ledger
from kijun.ledger.model import Kind, Query, Record
from tests.gateway.town import KEY, SECRET, TOWN

_WRITER = (
    "import sys; from pathlib import Path; from kijun.ledger.writer import run;"
    "run(Path(sys.argv[1]), sys.argv[2], every=float(sys.argv[3]))"
)


@dataclass
class Told:
    """What a caller heard. ``whole``: the answer came to its end, so that its record has to be there."""

    status: int
    whole: bool = False
    interaction: str = ""
    retry_after: str = ""
    error: dict[str, Any] = field(default_factory=dict)


class House:
    """``url`` is the journal's PostgreSQL, ``every`` seconds between checkpoints."""

    def __init__(
        self,
        folder: Path,
        snapshot: Snapshot,
        *,
        url: str = "",
        environment: Mapping[str, str] | None = None,
        every: float = 60,
    ) -> None:
        self.folder, self.url = folder, url
        self._every = every
        self._environment = {**os.environ, "PYTHONPATH": "src", **(environment or {})}
        folder.mkdir(exist_ok=True)
        (folder / "secret-key").write_text(SECRET, encoding="ascii")
        write(folder, snapshot)
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        for name in ("writer", "gateway"):
            self.start(name)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def start(self, name: str) -> None:
        """Start a process, as the supervisor does when one died."""
        number = self.listener.fileno()
        words = {
            "writer": ("-c", _WRITER, str(self.folder / "ledger"), self.url, str(self._every)),
            "gateway": ("-m", "kijun.gateway.worker", str(number), str(self.folder)),
        }[name]
        self.processes[name] = subprocess.Popen(
            [sys.executable, *words], env=self._environment, pass_fds=(number,)
        )

    def kill(self, name: str) -> None:
        """kill -9."""
        self.processes[name].send_signal(signal.SIGKILL)
        self.processes[name].wait()

    def publish(self, snapshot: Snapshot) -> None:
        """Publish another policy and wait until it is in force."""
        version = self.health()["policy"] + 1
        write(self.folder, replace(snapshot, version=version))
        end = time.monotonic() + 10
        while self.health()["policy"] != version:
            assert time.monotonic() < end, "the policy did not take effect"
            time.sleep(0.02)

    def wait(self, patience: float = 60) -> float:
        """Until it is well; gives how long that took."""
        began = time.monotonic()
        while time.monotonic() - began < patience:
            try:
                if httpx2.get(f"{self.base}/health", timeout=1).status_code == 200:
                    return time.monotonic() - began
            except httpx2.HTTPError:
                pass
            time.sleep(0.02)
        raise AssertionError("it did not come back")

    def health(self) -> dict[str, Any]:
        """What ``/health`` tells."""
        found: dict[str, Any] = httpx2.get(f"{self.base}/health", timeout=5).json()
        return found

    def stop(self) -> None:
        for name in ("gateway", "writer"):
            process = self.processes[name]
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.listener.close()

    # --- asking ----------------------------------------------------------------------------------

    def post(self, text: str, **more: Any) -> httpx2.Response:
        """One question, one answer."""
        headers = {"authorization": f"Bearer {KEY}", **more.pop("headers", {})}
        body = {"model": "model", "messages": [{"role": "user", "content": text}], **more}
        return httpx2.post(f"{self.base}/v1/chat/completions", json=body, headers=headers, timeout=30)

    async def ask(self, session: aiohttp.ClientSession, text: str, *, stream: bool = False) -> Told:
        """One question; a connection that breaks is told as status 0."""
        body = {"model": "model", "messages": [{"role": "user", "content": text}], "stream": stream}
        try:
            async with session.post(f"{self.base}/v1/chat/completions", json=body) as answer:
                told = Told(answer.status, interaction=answer.headers.get("kijun-interaction", ""))
                told.retry_after = answer.headers.get("retry-after", "")
                raw = await answer.read()
        except (aiohttp.ClientError, OSError):
            return Told(0)
        if answer.status != 200:
            told.error = json.loads(raw)["error"]
        told.whole = answer.status == 200 and (not stream or raw.endswith(b"data: [DONE]\n\n"))
        return told

    @contextmanager
    def looking(self) -> Iterator[Ledger]:
        ledger = Ledger(self.folder / "ledger", self.url)
        try:
            yield ledger
        finally:
            ledger.close()

    def is_answered(self) -> bool:
        """Whether no question waits for its answer."""
        with self.looking() as ledger:
            return not ledger.journal.unanswered()

    def records(self) -> list[Record]:
        """All records of the town, oldest first."""
        found: list[Record] = []
        with self.looking() as ledger:
            before = None
            while True:
                page = ledger.search(Query(municipality=TOWN, limit=500, before=before))
                found += page.records
                if page.next is None:
                    return found[::-1]
                before = page.next

    def check(self, told: Sequence[Told], sent: Sequence[str]) -> list[Record]:
        """What every fault must leave: all that was acknowledged, none twice, nothing sent that is not recorded, a ledger that verifies."""
        found = self.records()
        kinds: dict[str, list[str]] = {}
        for one in found:
            kinds.setdefault(one.interaction, []).append(one.kind)
        assert all(len(some) == len(set(some)) for some in kinds.values()), "none twice"
        whole = [one.interaction for one in told if one.whole]
        assert len(whole) == len(set(whole))
        assert all(sorted(kinds.get(one, [])) == ["input", "output"] for one in whole), "none lost"
        asked = {
            str(one.content["request"]["messages"][-1]["content"])
            for one in found
            if one.kind == Kind.INPUT and one.content
        }
        assert set(sent) <= asked, "nothing is sent that is not recorded"
        with self.looking() as ledger:
            report = verify(ledger)
        assert report.faults == []
        assert report.entries == len(found)
        return found


class Load:
    """Callers in a thread who ask without end until `stop`, every second one for a stream."""

    def __init__(self, house: House, callers: int = 8) -> None:
        self.told: list[Told] = []
        self._house, self._callers = house, callers
        self._over = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))
        self._thread.start()

    def heard(self, what: Callable[[Told], bool], since: int = 0) -> bool:
        """Whether somebody heard such an answer."""
        return any(what(one) for one in self.told[since:])

    def stop(self) -> list[Told]:
        """Let those who ask hear their answers; gives what all heard."""
        self._over.set()
        self._thread.join()
        return self.told

    async def _run(self) -> None:
        async with aiohttp.ClientSession(headers={"authorization": f"Bearer {KEY}"}) as session:
            await asyncio.gather(*(self._one(number, session) for number in range(self._callers)))

    async def _one(self, number: int, session: aiohttp.ClientSession) -> None:
        count = 0
        while not self._over.is_set():
            count += 1
            text = f"第{number}号議案の{count}番目の論点を教えてください。"
            told = await self._house.ask(session, text, stream=number % 2 == 0)
            self.told.append(told)
            if told.status != 200:
                await asyncio.sleep(0.02)
