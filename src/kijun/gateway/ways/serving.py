"""The addresses of this package, from a request's first byte to its answer. Nothing that was sent reaches a log."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs

from kijun.gateway import errors
from kijun.gateway.errors import Refusal
from kijun.gateway.exchange import where
from kijun.gateway.http import JSON, Left, Receive, Request, Scope, Send, refuse, respond
from kijun.gateway.inspecting import UnusablePolicy
from kijun.gateway.jsons import dump
from kijun.gateway.sealing import secret_of
from kijun.gateway.ways import answers, body, decisions, otlp
from kijun.gateway.ways.appending import Appender
from kijun.gateway.ways.naming import Names
from kijun.gateway.ways.permits import Leave, leave
from kijun.inspection import Words
from kijun.ledger.model import Kind

if TYPE_CHECKING:
    from kijun.gateway.app import Gateway

log = logging.getLogger(__name__)

_OTLP: Final = {"/v1/traces": ("traces", "rejectedSpans"), "/v1/logs": ("logs", "rejectedLogRecords")}
_ITEMS: Final = {"/kijun/v1/decisions": Kind.DECISION, "/kijun/v1/outcomes": Kind.OUTCOME}
Grew = Callable[[int], None]


class Ways:
    """The other ways into one gateway."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._appender = Appender()
        self._names: tuple[str, Names] | None = None

    def serves(self, path: str) -> bool:
        """Whether an address belongs here."""
        return path in _OTLP or path in _ITEMS

    async def serve(self, scope: Scope, receive: Receive, send: Send, grew: Grew) -> None:
        """Answer one request; raises `Left`."""
        if scope["path"] in _OTLP:
            await self._otlp(scope, receive, send, grew)
        else:
            await self._items(scope, receive, send, grew)

    async def _otlp(self, scope: Scope, receive: Receive, send: Send, grew: Grew) -> None:
        what, field = _OTLP[scope["path"]]
        kind = JSON[1]
        headers: dict[str, str] = {}

        async def failed(refusal: Refusal) -> None:
            await answers.fail(send, kind, refusal, headers)

        async def work() -> None:
            nonlocal kind
            request = self._request(scope)
            kind = otlp.kind_of(request.header(b"content-type"))
            given = await self._leave(request)
            async with self._gateway.arriving.body_of(given.permission.grant.id):
                data = await body.read(request, receive, self._gateway.settings.body, grew)
            reader = await given.permission.index.readers.of(given.permission.grant.municipality)
            taken = await otlp.take(
                what, kind, data, given, reader, self._named(), self._appender, self._gateway.ledger
            )
            headers.update(taken.headers())
            if given.stop is not None:
                raise recorded_all_the_same(given.stop)
            await answers.accept(send, kind, taken.rejected, taken.why, field, headers)

        await self._guarded(work, failed)

    async def _items(self, scope: Scope, receive: Receive, send: Send, grew: Grew) -> None:
        async def failed(refusal: Refusal) -> None:
            await refuse(send, refusal, {})

        async def work() -> None:
            kind = _ITEMS[scope["path"]]
            request = self._request(scope)
            given = await self._leave(request)
            async with self._gateway.arriving.body_of(given.permission.grant.id):
                data = await body.read(request, receive, self._gateway.settings.body, grew)
            reader = await given.permission.index.readers.of(given.permission.grant.municipality)
            asked = parse_qs(scope.get("query_string", b"").decode("latin-1"))
            partial = asked.get("partial", [""])[-1].lower() in ("true", "1")
            answer = await decisions.take(
                kind, data, given, reader, self._named(), self._appender, self._gateway.ledger, partial
            )
            if given.stop is not None and kind is Kind.DECISION:
                stop = recorded_all_the_same(given.stop)
                await respond(send, stop.status, dump({**answer.body(), **stop.body()}), {})
                return
            await respond(send, 200, dump(answer.body()), {})

        await self._guarded(work, failed)

    async def _guarded(
        self, work: Callable[[], Awaitable[None]], failed: Callable[[Refusal], Awaitable[None]]
    ) -> None:
        """Do the work; what goes wrong is answered in the caller's form."""
        try:
            await work()
        except Refusal as refusal:
            await failed(refusal)
        except UnusablePolicy:
            await failed(_unusable_policy())
        except Left:
            raise
        except Exception as error:
            log.error("a request failed inside the gateway: %s", where(error))
            await failed(errors.internal())

    def _request(self, scope: Scope) -> Request:
        if scope["method"] != "POST":
            raise errors.wrong_method("POST")
        return self._gateway._request(scope)

    async def _leave(self, request: Request) -> Leave:
        index, caller = await self._gateway.caller_of(request)
        if caller.once:
            self._gateway._once(caller)
        try:
            return leave(index, caller, request.address)
        except Refusal as refusal:
            self._gateway.refused(index, caller, refusal, request.address)
            raise

    def _named(self) -> Names:
        """Makes ids under the installation's secret."""
        secret = self._gateway._secret or secret_of(self._gateway.folder)
        if self._names is None or self._names[0] != secret:
            self._names = (secret, Names(secret))
        return self._names[1]


def recorded_all_the_same(stop: Refusal) -> Refusal:
    """The answer to a report of what was done in spite of a stop switch."""
    return Refusal(
        stop.status,
        stop.code,
        Words(
            f"{stop.why.ja}停止中の利用として記録しました。",
            f"{stop.why.en} This was recorded as use while stopped.",
        ),
        Words("このAIの利用を止めてください。", "Stop using this AI."),
        type=stop.type,
    )


def _unusable_policy() -> Refusal:
    return Refusal(
        503,
        "policy_unreadable",
        Words(
            "この自治体の検査の設定に誤りがあるため、記録を受け付けられません。",
            "This municipality's inspection policy cannot be used, so nothing is taken.",
        ),
        type=errors.SERVER,
        retry_after=30,
    )
