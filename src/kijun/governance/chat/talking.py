"""Asking the gateway in a person's name, and its answer as it comes. One client a process is kept for pages that stream.

The web process signs an assertion (person, grant, address; a minute, once); the gateway records and inspects as for any other client.
"""

from __future__ import annotations

import asyncio
import http.client
import weakref
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
import orjson
from django.conf import settings

from kijun.gateway import assertions
from kijun.governance.access import publishing
from kijun.governance.access.models import Grant
from kijun.governance.accounts.models import Person

_CONNECT: Final = 3.0  # seconds; the gateway is on this machine or beside it
_SILENCE: Final = 300.0
_LOOK_WAIT: Final = 30.0
_LINE: Final = 4_000_000

_sessions: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, aiohttp.ClientSession] = (
    weakref.WeakKeyDictionary()
)


@dataclass(frozen=True, slots=True)
class Call:
    """One question, ready to be sent from anywhere: nothing in it needs the database."""

    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Event:
    """What comes: ``begun`` (``interaction``), ``text``, ``more`` (``told``: what an answer carries beside its text), ``refused`` or
    ``broken`` (``told``: the gateway's error), ``unreachable``, and ``done`` (``told``: why it finished)."""

    kind: str
    text: str = ""
    interaction: str = ""
    told: Mapping[str, Any] = field(default_factory=dict)


def call(
    person: Person,
    grant: Grant,
    model: str,
    messages: Sequence[Mapping[str, Any]],
    *,
    address: str,
    language: str,
    confirmation: str = "",
) -> Call:
    """The question as the gateway takes it, always streamed: what came of an answer that breaks off is worth showing."""
    headers = {**_headers(person, grant, address), "accept-language": language}
    if confirmation:
        headers["kijun-confirmation"] = confirmation
    body = orjson.dumps(
        {"model": model, "messages": messages, "stream": True}, option=orjson.OPT_PASSTHROUGH_DATETIME
    )
    return Call(f"{publishing.base_url()}/chat/completions", headers, body)


def _headers(person: Person, grant: Grant, address: str) -> dict[str, str]:
    token = assertions.sign(settings.SECRET_KEY, str(person.pk), str(grant.pk), address=address)
    return {
        "authorization": f"Bearer {token}",
        "content-type": "application/json",
        "user-agent": "kijun-chat",
    }


# --- looking beforehand ------------------------------------------------------------------------


class Unreachable(Exception):
    """No gateway answers."""


class Refused(Exception):
    """The gateway says no; ``told`` is its error."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        super().__init__(str(told.get("code", "")))
        self.told = told


def look(
    person: Person, grant: Grant, texts: Sequence[Mapping[str, str]], *, address: str
) -> Mapping[str, Any]:
    """What the gateway would find; raises `Unreachable` and `Refused`."""
    split = urlsplit(publishing.gateway_address())
    made = http.client.HTTPSConnection if split.scheme == "https" else http.client.HTTPConnection
    connection = made(split.hostname or "", split.port, timeout=_LOOK_WAIT)
    try:
        connection.request(
            "POST",
            "/kijun/v1/inspections",
            orjson.dumps({"texts": list(texts)}),
            _headers(person, grant, address),
        )
        answer = connection.getresponse()
        found = orjson.loads(answer.read())
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unreachable from error
    finally:
        connection.close()
    if answer.status != 200:
        raise Refused(_error(found))
    return found if isinstance(found, dict) else {}


def _error(found: Any) -> Mapping[str, Any]:
    error = found.get("error") if isinstance(found, dict) else None
    return error if isinstance(error, dict) else {}


# --- asking ----------------------------------------------------------------------------------


@asynccontextmanager
async def own_session() -> AsyncIterator[aiohttp.ClientSession]:
    """A client for one question, where no event loop stays (a plain form)."""
    async with aiohttp.ClientSession(timeout=_timeout()) as session:
        yield session


@asynccontextmanager
async def kept_session() -> AsyncIterator[aiohttp.ClientSession]:
    """The process's client: its connections to the gateway stay open."""
    loop = asyncio.get_running_loop()
    session = _sessions.get(loop)
    if session is None or session.closed:
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=60)
        session = _sessions[loop] = aiohttp.ClientSession(connector=connector, timeout=_timeout())
    yield session


def _timeout() -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT, sock_read=_SILENCE)


async def ask(session: aiohttp.ClientSession, one: Call) -> AsyncGenerator[Event]:
    """The gateway's answer, event by event. Whoever stops iterating hangs up, and the gateway records what had come."""
    try:
        async with session.post(one.url, data=one.body, headers=one.headers) as answer:
            if answer.status != 200:
                raw = await answer.read()
                yield Event("refused", told=_error(_json(raw)))
                return
            yield Event("begun", interaction=answer.headers.get("kijun-interaction", ""))
            async with aclosing(_events(answer.content)) as events:
                async for event in events:
                    yield event
    except aiohttp.ClientConnectorError:
        yield Event("unreachable")
    except (aiohttp.ClientError, TimeoutError, OSError):
        yield Event("broken")


async def _events(content: aiohttp.StreamReader) -> AsyncGenerator[Event]:
    """Server-sent events of the API; one that ends without ``[DONE]`` was cut."""
    rest, finish = b"", ""
    async for chunk in content.iter_any():
        *whole, rest = (rest + chunk).split(b"\n\n")
        if len(rest) > _LINE:
            break
        for raw in whole:
            data = raw.partition(b"data: ")[2]
            if data == b"[DONE]":
                yield Event("done", told={"finish": finish})
                return
            said = _json(data)
            if "error" in said:
                yield Event("broken", told=_error(said))
                return
            choices = said.get("choices")
            choice = choices[0] if isinstance(choices, list) and choices else {}
            if not isinstance(choice, dict):
                continue
            finish = str(choice.get("finish_reason") or finish)
            delta = choice.get("delta")
            text = delta.get("content") if isinstance(delta, dict) else None
            if isinstance(text, str) and text:
                yield Event("text", text)
    yield Event("broken")


def _json(raw: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(raw)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
