"""Requests whose bodies are held back by their clients."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import openai
import pytest

from kijun.gateway import arriving
from tests.gateway.town import KEY, OTHER_KEY, Running, digest, policy, serving
from tests.gateway.upstream import Upstream, says

PATHS = ["/v1/chat/completions", "/kijun/v1/decisions", "/v1/traces"]


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Running]:
    """Eight requests at the same time, so that two of one grant may still be coming."""
    upstream = Upstream(says("はい。"))
    first = policy(upstream.url)
    other = replace(first.grants[0], id="other", person="8", keys=(digest(OTHER_KEY),))
    with serving(tmp_path / "town", replace(first, grants=(*first.grants, other)), in_flight=8) as running:
        yield running
    upstream.close()


def held_back(gateway: Running, path: str, stack: ExitStack) -> socket.socket:
    """A client that sends a head and the first byte of what it announced."""
    link = stack.enter_context(socket.create_connection(("127.0.0.1", gateway.port), timeout=20))
    link.sendall(
        b"POST %s HTTP/1.1\r\nHost: kijun\r\nContent-Type: application/json\r\n"
        b"Authorization: Bearer %s\r\nContent-Length: 500\r\n\r\n{" % (path.encode(), KEY.encode())
    )
    return link


def ask(gateway: Running, key: str) -> str:
    answer = gateway.client(key).chat.completions.create(
        model="model", messages=[{"role": "user", "content": "こんにちは"}]
    )
    return str(answer.choices[0].message.content)


@pytest.mark.parametrize("path", PATHS)
def test_who_holds_bodies_back_takes_nobody_elses_place(gateway: Running, path: str) -> None:
    with ExitStack() as stack:
        links = [held_back(gateway, path, stack) for _ in range(20)]
        for link in links[2:]:
            assert link.recv(100).startswith(b"HTTP/1.1 429")
        assert ask(gateway, OTHER_KEY) == "はい。"
        with pytest.raises(openai.RateLimitError):
            ask(gateway, KEY)
    end = time.monotonic() + 10
    while gateway.gateway.arriving._of and time.monotonic() < end:
        time.sleep(0.02)
    assert ask(gateway, KEY) == "はい。"


@pytest.mark.parametrize("path", PATHS)
def test_a_body_that_never_comes_is_not_waited_for(
    gateway: Running, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arriving, "_WAIT", 0.2)
    with ExitStack() as stack:
        assert held_back(gateway, path, stack).recv(100).startswith(b"HTTP/1.1 408")
