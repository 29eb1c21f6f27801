"""Clients that stop reading what they asked for."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from kijun.gateway import stalled
from kijun.ledger.model import Verdict
from tests.gateway.town import KEY, Running, policy, serving, wait_for, with_upstream
from tests.gateway.upstream import (
    Call,
    Upstream,
    begin,
    chat_events,
    chunk,
    completion,
    end,
    event,
    piece,
    plain,
)

PIECE = "はい、そのとおりです。\n" * 100
MANY = 100  # of them: together more than all buffers on the way hold


@contextmanager
def asking(gateway: Running, **more: Any) -> Iterator[socket.socket]:
    """A client that sent a question, and has little room for an answer."""
    link = socket.socket()
    link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    link.settimeout(20)
    link.connect(("127.0.0.1", gateway.port))
    body = json.dumps({"model": "model", "messages": [{"role": "user", "content": "はい"}], **more}).encode()
    link.sendall(
        b"POST /v1/chat/completions HTTP/1.1\r\nHost: kijun\r\nContent-Type: application/json\r\n"
        b"Authorization: Bearer %s\r\nContent-Length: %d\r\n\r\n" % (KEY.encode(), len(body)) + body
    )
    with link:
        yield link


def read(link: socket.socket, pause: float = 0.0) -> bytes:
    """All that comes until the end of a stream, or of the connection."""
    found = bytearray()
    while not found.endswith(b"0\r\n\r\n") and (piece := link.recv(1 << 17)):
        found += piece
        time.sleep(pause)
    return bytes(found)


async def streams(call: Call, writer: asyncio.StreamWriter) -> None:
    """More than goes to anybody who does not read."""
    begin(writer)
    for one in chat_events([PIECE] * MANY):
        piece(writer, one)
        await writer.drain()
    end(writer)


async def streams_on(call: Call, writer: asyncio.StreamWriter) -> None:
    begin(writer)
    while True:
        piece(writer, event(chunk({"content": PIECE})))
        await writer.drain()
        await asyncio.sleep(0.01)


async def answers(call: Call, writer: asyncio.StreamWriter) -> None:
    plain(writer, json.dumps({**completion("はい。"), "scores": [1] * 3_000_000}).encode())


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel takes little for a client: on one machine it would take megabytes."""
    made = stalled.Connection.connection_made

    def connection_made(self: stalled.Connection, transport: Any) -> None:
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        made(self, transport)

    monkeypatch.setattr(stalled.Connection, "connection_made", connection_made)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stalled, "STALLED", 0.5)


@pytest.mark.usefixtures("impatient")
def test_a_stream_that_nobody_reads_gives_its_place_and_its_service_back(tmp_path: Path) -> None:
    upstream = Upstream(streams_on)
    town = with_upstream(policy(upstream.url), total_timeout=300)
    with serving(tmp_path, town, in_flight=2) as gateway:
        with asking(gateway, stream=True), asking(gateway, stream=True):
            wait_for(lambda: gateway.gateway._in_flight == 2)
            wait_for(lambda: gateway.gateway._in_flight == 0, 20)
            assert upstream.left.wait(5), "the service is let go"
            upstream.script = answers
            with asking(gateway) as other:
                assert other.recv(12) == b"HTTP/1.1 200"
        wait_for(lambda: len(gateway.ledger.pairs()) == 3)
        for _question, answer in gateway.ledger.pairs()[:2]:
            assert answer is not None
            assert (answer.verdict, answer.content["error"]["code"]) == (Verdict.INCOMPLETE, "client_left")
            assert answer.content["texts"]
    upstream.close()


@pytest.mark.usefixtures("impatient")
def test_a_whole_answer_that_nobody_reads_is_let_go(tmp_path: Path) -> None:
    upstream = Upstream(answers)
    with serving(tmp_path, policy(upstream.url)) as gateway, asking(gateway) as link:
        wait_for(lambda: len(gateway.ledger.entries) == 2, 20)
        time.sleep(1.5)
        found = read(link)
        head, _, body = found.partition(b"\r\n\r\n")
        announced = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
        assert len(body) < announced, "what the kernel had taken, and no more"
        assert gateway.ledger.last()[1].verdict is Verdict.ALLOWED, "the record stays"
    upstream.close()


@pytest.mark.usefixtures("impatient")
def test_who_reads_slowly_gets_everything(tmp_path: Path) -> None:
    upstream = Upstream(streams)
    with serving(tmp_path, policy(upstream.url)) as gateway, asking(gateway, stream=True) as link:
        found = read(link, 0.02)
        assert found.count("とおり".encode()) == 100 * MANY
    upstream.close()


def test_a_slow_reader_is_not_held_against_the_service(tmp_path: Path) -> None:
    """The total time ends while the client takes nothing: the service's breaker must not count that."""
    upstream = Upstream(streams)
    town = with_upstream(policy(upstream.url), total_timeout=6, breaker_failures=1)
    with serving(tmp_path, town) as gateway:
        with asking(gateway, stream=True):
            wait_for(lambda: len(gateway.ledger.entries) == 2, 20)
            answer = gateway.ledger.last()[1]
            assert answer.content["error"]["code"] == "client_left"
            assert answer.content["attempts"][-1]["how"] == "left"
            wait_for(lambda: gateway.gateway._in_flight == 0)
        upstream.script = answers
        with asking(gateway) as other:
            assert other.recv(12) == b"HTTP/1.1 200"
    upstream.close()
