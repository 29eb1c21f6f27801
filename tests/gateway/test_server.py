"""Processes that serve: the worker on a descriptor, with the real ledger behind it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest

from kijun.gateway import worker
from kijun.gateway.snapshot import write
from kijun.ledger.client import AsyncClient
from kijun.ledger.ledger import Ledger
from kijun.ledger.model import Kind, Query, Verdict
from tests.gateway.town import KEY, SECRET, TOWN, policy, serving, wait_for
from tests.gateway.upstream import Upstream, begin, chunk, event, piece, says

WRITER = "import sys; from pathlib import Path; from kijun.ledger.writer import run; run(Path(sys.argv[1]))"


@contextlib.contextmanager
def process(*arguments: str, descriptor: int | None = None) -> Iterator[subprocess.Popen[bytes]]:
    environment = {**os.environ, "PYTHONPATH": "src"}
    passed = () if descriptor is None else (descriptor,)
    made = subprocess.Popen([sys.executable, *arguments], env=environment, pass_fds=passed)
    try:
        yield made
    finally:
        made.terminate()
        try:
            made.wait(10)
        except subprocess.TimeoutExpired:
            made.kill()
            made.wait()


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        made.listen(100)
        yield made


def address(listener: socket.socket) -> str:
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


def is_healthy(listener: socket.socket) -> bool:
    try:
        return httpx2.get(f"{address(listener)}/health", timeout=1).status_code == 200
    except httpx2.HTTPError:
        return False


def records(folder: Path) -> list[Any]:
    ledger = Ledger(folder / "ledger")
    try:
        return list(ledger.search(Query(municipality=TOWN), masked=True).records)
    finally:
        ledger.close()


def test_a_town_asks_and_the_ledger_has_it(tmp_path: Path, listener: socket.socket) -> None:
    said: list[str] = []

    async def script(call: Any, writer: Any) -> None:
        if "延々" in call.said:
            begin(writer)
            for number in range(500):
                piece(writer, event(chunk({"content": f"{number}番目の文です。"})))
                await writer.drain()
                await asyncio.sleep(0.02)
        await says(lambda one: f"承りました：{one.said}")(call, writer)

    upstream = Upstream(script)
    (tmp_path / "secret-key").write_text(SECRET, encoding="ascii")
    write(tmp_path, policy(upstream.url))
    number = listener.fileno()
    command = ("-m", "kijun.gateway.worker", str(number), str(tmp_path))
    with process("-c", WRITER, str(tmp_path / "ledger")), process(*command, descriptor=number) as running:
        wait_for(lambda: is_healthy(listener), 60)
        with openai.OpenAI(base_url=f"{address(listener)}/v1", api_key=KEY, max_retries=0) as client:
            messages: Any = [{"role": "user", "content": "山田太郎さんの件です。"}]
            answer = client.chat.completions.create(model="model", messages=messages)
            said.append(str(answer.choices[0].message.content))
            stream = client.chat.completions.create(
                model="model", messages=[{"role": "user", "content": "延々と話して"}], stream=True
            )
            for one in stream:
                if "5番目" in (one.choices[0].delta.content or ""):
                    break
            os.kill(running.pid, signal.SIGTERM)  # a running answer is kept, and marked
            started = time.monotonic()
            stream.close()
            assert running.wait(15) in (0, -signal.SIGTERM)
            assert time.monotonic() - started < 15
    upstream.close()
    assert said == ["承りました：山田太郎さんの件です。"]
    found = records(tmp_path)
    assert [(one.kind, one.verdict) for one in reversed(found)] == [
        (Kind.INPUT, Verdict.MASKED),
        (Kind.OUTPUT, Verdict.ALLOWED),
        (Kind.INPUT, Verdict.ALLOWED),
        (Kind.OUTPUT, Verdict.INCOMPLETE),
    ]
    assert found[-1].masked == {"⟦氏名1⟧": "山田太郎"}
    assert "⟦氏名1⟧" in str(found[-2].content)


def test_without_a_writer_nothing_passes(tmp_path: Path, upstream: Upstream) -> None:
    def make() -> AsyncClient:
        return AsyncClient(tmp_path, patience=0.3)

    with serving(tmp_path, policy(upstream.url), make) as gateway:
        assert httpx2.get(f"{gateway.url}/health").status_code == 503
        told = httpx2.post(
            f"{gateway.url}/v1/chat/completions",
            json={"model": "model", "messages": [{"role": "user", "content": "こんにちは"}]},
            headers={"authorization": f"Bearer {KEY}"},
        )
    assert (told.status_code, told.json()["error"]["code"]) == (503, "ledger_unavailable")
    assert not upstream.calls


def test_a_worker_says_how_it_is_called(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KIJUN_HOME", raising=False)
    assert worker.main([]) == 2
    assert worker.main(["x"]) == 2
    assert worker.main(["3"]) == 2
    assert "KIJUN_HOME" in capsys.readouterr().err
