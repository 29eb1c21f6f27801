"""Calls to upstreams: which one, how often, how long, and what its refusals mean for the client.

Before the first byte of an answer another route, or the same again, may be tried; after it never. An upstream's times lie one inside of the
other: connecting is a part of what the first byte may take, and that a part of the total, which counts from the beginning of the call, so that
the time that other routes took before is in it.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import aiohttp

from kijun.gateway import sample
from kijun.gateway.addresses import address, authorisation
from kijun.gateway.attempts import Attempt, Cut, FirstByteLate, TooLong, how_of
from kijun.gateway.breaker import Breaker
from kijun.gateway.errors import AGAIN, Refusal, failed_upstream, refused_by_upstream, unreadable
from kijun.gateway.http_answer import HttpAnswer
from kijun.gateway.jsons import NotJson, parse
from kijun.gateway.nowhere import LeadsNowhere, Resolver
from kijun.gateway.policy import Index, Service
from kijun.gateway.snapshot import Model, Route
from kijun.gateway.streams import Garbage, said_error

_OURS: Final = frozenset((401, 402, 403))  # the town's key with the service, or its account
_PATIENCE: Final = 5.0  # the longest Retry-After in seconds that is waited for
_ERROR_BODY: Final = 64_000
_TRIES: Final = 8

Payload = Callable[[str], tuple[bytes, str]]
"""Model name → body and content type."""


class Answer(Protocol):
    """An upstream's answer, of which the head is there."""

    status: int
    content_type: str

    def chunks(self) -> AsyncIterator[bytes]:
        """The body as it comes. Raises `TimeoutError`, `Cut`, `TooLong`."""

    def close(self) -> None:
        """Let go of the connection."""


Quote = Callable[[str, str, bool], Answer]
"""Path, model's name and whether it streams → the answer of the reference search."""


@dataclass(slots=True)
class Failed(Exception):
    """No upstream answered. ``refusal`` is for the client, ``said`` the upstream's own error (bounded, may be empty)."""

    refusal: Refusal
    said: Any = field(default=None, repr=False)


class Upstreams:
    """The connections of one process. Made inside of the event loop; `close` at its end."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._breakers: dict[str, tuple[tuple[int, float], Breaker]] = {}
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=30, ttl_dns_cache=30, resolver=Resolver())
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            timeout=aiohttp.ClientTimeout(total=None),
            skip_auto_headers=("User-Agent", "Content-Type"),
        )

    async def close(self) -> None:
        """Close all connections."""
        await self._session.close()

    def breaker(self, service: Service) -> Breaker:
        """The breaker of an upstream; a new one where its settings changed."""
        upstream = service.upstream
        settings = (upstream.breaker_failures, upstream.breaker_seconds)
        held = self._breakers.get(upstream.id)
        if held is None or held[0] != settings:
            held = self._breakers[upstream.id] = (settings, Breaker(*settings))
        return held[1]

    def routes(
        self, index: Index, model: Model, allowed: Callable[[Service], bool]
    ) -> list[tuple[Route, Service]]:
        """The ways to a model in the order in which they are tried: by order, and by weighted chance among equals."""
        there = [
            (route, service)
            for route in model.routes
            if (service := index.services.get(route.upstream)) is not None and allowed(service)
        ]
        if len(there) < 2:
            return there
        # Efraimidis and Spirakis (2006): the keys u^(1/w), sorted, draw without replacement by weight.
        return sorted(
            there,
            key=lambda one: (one[0].order, -(random.random() ** (1 / max(1, one[0].weight)))),  # noqa: S311  # no secret
        )

    async def call(
        self,
        routes: Sequence[tuple[Route, Service]],
        path: str,
        payload: Payload,
        attempts: list[Attempt],
        *,
        streams: bool,
        quote: Quote | None = None,
        began: float | None = None,
    ) -> tuple[Answer, Service]:
        """The first answer with a good status; raises `Failed`. What was tried is added to ``attempts``.

        ``quote`` answers for the reference search. ``began`` is when the call began (`time.monotonic`), from where total times count.
        """
        last: Failed | None = None
        unknown: Failed | None = None
        before, pause = "", 0.0
        skipped: set[str | Route] = set()
        began = time.monotonic() if began is None else began
        for route, service in _tries(routes):
            breaker = self.breaker(service)
            wanted = pause if before == service.upstream.id else 0.0
            if time.monotonic() + wanted >= began + service.upstream.total_timeout:
                continue
            if not skipped.isdisjoint((service.upstream.id, route)):
                continue
            if not breaker.enter():
                last = last or self._unavailable(routes)
                continue
            if pause and before == service.upstream.id:
                await _rest(breaker, pause)
            before, pause = service.upstream.id, 0.0
            attempts.append(attempt := Attempt(service.upstream.id))
            came = await _came(
                self._once(route, service, path, payload, streams, quote, began), attempt, breaker
            )
            if isinstance(came, Exception):
                last, pause = _no_answer(came), _soon()
                if isinstance(came, FirstByteLate) or how_of(came) == "garbage":
                    skipped.add(before)
                continue
            if came.status < 300:
                return came, service
            again, failed, wait = await _refused(came)
            if came.status == 404:  # another service may know the model
                unknown = failed
                skipped.add(route)
                continue
            last = failed
            if came.status < 400 or came.status in _OURS:  # this service is set up wrongly: another may do it
                skipped.add(before)
                continue
            if not again:
                break
            if wait > _PATIENCE:
                skipped.add(before)
            pause = min(wait, _PATIENCE)
        raise last or unknown or self._unavailable(routes)

    def _unavailable(self, routes: Sequence[tuple[Route, Service]]) -> Failed:
        wait = min((self.breaker(service).wait for _, service in routes), default=0.0)
        return Failed(
            failed_upstream(
                503,
                "upstream_unavailable",
                "AIサービスに続けて失敗したため、しばらく送信を止めています。",
                "The AI service failed several times in a row and is left alone for a while.",
                retry_after=max(1, round(wait + 0.5)),
            )
        )

    async def _once(
        self,
        route: Route,
        service: Service,
        path: str,
        payload: Payload,
        streams: bool,
        quote: Quote | None,
        began: float,
    ) -> Answer:
        if service.upstream.kind == "reference" and quote is not None:
            return quote(path, route.model, streams)
        body, content_type = payload(route.model)
        upstream = service.upstream
        if upstream.kind == "sample":
            return sample.answer(path, body, content_type, streams=streams)
        headers = {
            "content-type": content_type,
            "accept": "text/event-stream" if streams else "application/json, */*;q=0.5",
            "accept-encoding": "identity",
            "user-agent": "kijun",
            **authorisation(service),
            **service.headers,
        }
        ends = began + upstream.total_timeout
        try:
            async with asyncio.timeout(min(upstream.first_byte_timeout, ends - time.monotonic())):
                response = await self._session.post(
                    address(service, route, path),
                    data=body,
                    headers=headers,
                    allow_redirects=False,
                    proxy=upstream.proxy or None,
                    ssl=service.tls or True,
                    timeout=aiohttp.ClientTimeout(
                        total=None,
                        connect=upstream.connect_timeout,
                        sock_connect=upstream.connect_timeout,
                        sock_read=None,
                    ),
                )
                answer = HttpAnswer(response, service, self._limit, ends)
                try:
                    if answer.status < 300:
                        await answer.begin()
                except BaseException:
                    answer.close()
                    raise
        except aiohttp.ConnectionTimeoutError:
            raise
        except TimeoutError as error:
            raise FirstByteLate from error
        return answer


async def _rest(breaker: Breaker, pause: float) -> None:
    """Wait before the same upstream is asked again."""
    try:
        await asyncio.sleep(pause)
    except asyncio.CancelledError:
        breaker.undecided()
        raise


async def _came(
    asking: Coroutine[Any, Any, Answer], attempt: Attempt, breaker: Breaker
) -> Answer | Exception:
    """What came of one try: an answer, good or not, or the fault. The record and the breaker are told."""
    try:
        answer = await asking
    except asyncio.CancelledError:
        breaker.undecided()
        raise
    except (aiohttp.ClientError, OSError, Cut, Garbage) as error:
        breaker.failed()
        attempt.ended(how_of(error), error)
        return error
    attempt.status, attempt.how = answer.status, "answered" if answer.status < 300 else "refused"
    if answer.status >= 500:
        breaker.failed()
    else:
        breaker.succeeded()
    return answer


def _tries(routes: Sequence[tuple[Route, Service]]) -> list[tuple[Route, Service]]:
    """Each route once in order, then those again that may be tried again."""
    tries = list(routes)
    most = max((service.upstream.retries for _, service in routes), default=0)
    for round_ in range(1, most + 1):
        tries += [one for one in routes if one[1].upstream.retries >= round_]
    return tries[:_TRIES]


def _no_answer(error: Exception) -> Failed:
    if how_of(error) == "garbage":  # it was reached, and what came is no answer
        return Failed(unreadable())
    if isinstance(error, (FirstByteLate, TimeoutError)):
        return Failed(
            failed_upstream(
                504,
                "upstream_timeout",
                "AIサービスが時間内に応答しませんでした。",
                "The AI service did not answer in time.",
            )
        )
    if isinstance(error, aiohttp.ClientConnectorError) and isinstance(error.os_error, LeadsNowhere):
        return Failed(
            failed_upstream(
                502,
                "upstream_unreachable",
                "AIサービスのURLの名前が、送信してはならないアドレス（リンクローカルなど）を指しています。情報システム担当に、名前解決の設定を確かめてもらってください。",
                "The AI service's name leads to an address to which nothing is sent (link-local, for example). Ask your IT staff to check the name's DNS entry.",
            )
        )
    return Failed(
        failed_upstream(
            502,
            "upstream_unreachable",
            "AIサービスに接続できませんでした。",
            "The AI service could not be reached.",
        )
    )


async def _refused(answer: Answer) -> tuple[bool, Failed, float]:
    """What a bad status means: whether to try again, what the client hears, how long to wait before."""
    said = await _error_of(answer)
    status = answer.status
    wait = _retry_after(getattr(answer, "headers", {}))
    again = status in AGAIN
    refusal = refused_by_upstream(status, said, wait)
    return again, Failed(refusal, said), _soon() if wait is None else wait


def _soon() -> float:
    """A short wait in seconds, not the same for all."""
    return 0.1 + random.random() * 0.3  # noqa: S311  # no secret


async def _error_of(answer: Answer) -> Any:
    """The upstream's own error, where it tells one."""
    body = b""
    try:
        async for chunk in answer.chunks():
            body += chunk
            if len(body) > _ERROR_BODY:
                break
        found = parse(body)
    except (NotJson, Cut, Garbage, TooLong, TimeoutError):
        return None
    finally:
        answer.close()
    error = said_error(found, refused=True)
    return error if error is not None and error["message"] else None


def _retry_after(headers: Mapping[str, str]) -> float | None:
    try:
        seconds = float(headers.get("retry-after", ""))
    except ValueError:
        return None
    return seconds if 0 <= seconds < 1e6 else None
