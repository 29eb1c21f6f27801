"""止める without JavaScript: the browser's own stop button. The connection is closed, the AI is told, what came is kept and marked."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
import uvicorn
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.test import Client

from kijun.governance.access.models import Grant
from kijun.governance.accounts.models import Person
from kijun.governance.chat import history
from kijun.governance.chat.models import Turn
from tests.gateway.town import wait_for
from tests.gateway.upstream import Upstream, chat_events, streams

TOKEN = "a" * 32


class Web(uvicorn.Server):
    """The web process's server, in a thread of the test."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@pytest.fixture
def web() -> Iterator[int]:
    """Its port."""
    config = uvicorn.Config(get_asgi_application(), lifespan="off", ws="none", log_config=None)
    server = Web(config)
    listening = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    yield int(listening.getsockname()[1])
    server.should_exit = True
    thread.join(10)
    listening.close()


def request(client: Client, path: str, values: dict[str, str]) -> bytes:
    """A form as a browser without script posts it."""
    body = urlencode(values | {"csrfmiddlewaretoken": TOKEN}).encode()
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    head = (
        f"POST {path} HTTP/1.1\r\nHost: testserver\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n"
        f"Cookie: {settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={TOKEN}\r\n\r\n"
    )
    return head.encode() + body


@pytest.mark.django_db(transaction=True)
def test_a_plain_form_that_is_left_ends_the_answer_and_keeps_what_came(
    web: int,
    gateway: Any,
    grant: Grant,
    staff: Person,
    client_of: Callable[[Person], Client],
    upstream: Upstream,
) -> None:
    upstream.script = streams(*chat_events(["これは長い話です。"] * 2_000), pause=0.02)
    asked = request(client_of(staff), f"/staff/chat/send/{grant.pk}/", {"text": "長い話を"})
    with socket.create_connection(("127.0.0.1", web), timeout=10) as browser:
        browser.sendall(asked)
        wait_for(lambda: upstream.calls, 20)
        time.sleep(2)  # some of it comes
        browser.setblocking(False)
        with pytest.raises(BlockingIOError):
            browser.recv(1)  # the whole answer is waited for: nothing was sent yet
    assert upstream.left.wait(10), "the AI is told to stop"
    turn = Turn.objects.get()
    wait_for(lambda: history.read(staff, [turn])[0].state == "cut", 20)
    shown = history.read(staff, [turn])[0]
    assert shown.answer.startswith("これは長い話です。")
    assert shown.answer.count("。") < 2_000
    page = client_of(staff).get(f"/staff/chat/{turn.conversation_id}/").content.decode()
    assert "途中で切れました" in page


@pytest.mark.django_db(transaction=True)
def test_whoever_stays_gets_the_whole_answer(
    web: int,
    gateway: Any,
    grant: Grant,
    staff: Person,
    client_of: Callable[[Person], Client],
    upstream: Upstream,
) -> None:
    upstream.script = streams(*chat_events(["あ"] * 5), pause=0.05)
    asked = request(client_of(staff), f"/staff/chat/send/{grant.pk}/", {"text": "短い話を"})
    with socket.create_connection(("127.0.0.1", web), timeout=30) as browser:
        browser.sendall(asked)
        answer = b""
        while part := browser.recv(65_536):
            answer += part
    assert b" 302 " in answer.splitlines()[0]
    turn = Turn.objects.get()
    assert f"/staff/chat/{turn.conversation_id}/#turn-1".encode() in answer
    assert history.read(staff, [turn])[0].state == "whole"
