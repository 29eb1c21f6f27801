"""The gateway as an ASGI application: addresses, admission, health. One instance a process."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

from kijun.gateway import assertions, carried, confirmations, errors, inspecting, looking
from kijun.gateway import question as questions
from kijun.gateway.arriving import Arriving
from kijun.gateway.authentication import Caller, authenticate, credential
from kijun.gateway.authorisation import Permission, address_of, authorise
from kijun.gateway.dialects import DIALECTS, Dialect
from kijun.gateway.errors import Refusal
from kijun.gateway.exchange import Exchange, contact_of, where
from kijun.gateway.http import Left, Receive, Request, Scope, Send, read_body, refuse, respond
from kijun.gateway.inspecting import UnusablePolicy
from kijun.gateway.jsons import dump
from kijun.gateway.late import Late
from kijun.gateway.policy import Index, Keeper
from kijun.gateway.question import Question
from kijun.gateway.reference.shelf import Shelf
from kijun.gateway.refusals import WATCHED, Refusals
from kijun.gateway.running import Runnings
from kijun.gateway.sealing import secret_of
from kijun.gateway.settings import Settings
from kijun.gateway.upstreams import Upstreams
from kijun.gateway.ways.serving import Ways
from kijun.inspection import Words

log = logging.getLogger(__name__)

_HEALTH_FOR: Final = 1.0  # seconds that an answer of the ledger counts
_HEALTH_WAIT: Final = 1.0


class Gateway:
    """See the module. ``make_ledger`` gives the ledger's client inside of the event loop."""

    def __init__(
        self, folder: Path, make_ledger: Callable[[], Any], settings: Settings | None = None
    ) -> None:
        self.folder, self.settings = folder, settings or Settings()
        self._make_ledger = make_ledger
        self._secret = ""
        self.runnings = Runnings()
        self.keeper = Keeper(folder, self._read_secret, self.settings.poll, self._changed)
        self.shelf = Shelf(folder)
        self.ledger: Any = None
        self._upstreams: Upstreams | None = None
        self._late: Late | None = None
        self.refusals: Refusals | None = None
        self._poller: asyncio.Task[None] | None = None
        self._in_flight = self._bytes = 0
        self.arriving = Arriving(self.settings.in_flight)
        self._ledger_seen = (0.0, False)
        self._ledger_signs = True
        self._confirmation_key = self._assertion_key = self._carrying_key = b""
        self._assertions: dict[str, int] = {}
        self._ways = Ways(self)

    # --- life ------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Connect, load the inspector, and begin to look for policies."""
        inspecting.set_memory(self.settings.cache)
        await asyncio.to_thread(inspecting.standard)
        self.ledger = self._make_ledger()
        self._late = Late(self.ledger)
        self.refusals = Refusals(self.ledger, self.settings.refusals)
        self._upstreams = Upstreams(self.settings.answer)
        await self.keeper.look()
        self._poller = asyncio.create_task(self.keeper.keep_looking())

    async def stop(self) -> None:
        """Let go of everything."""
        if self._poller is not None:
            self._poller.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._poller
        if self._upstreams is not None:
            await self._upstreams.close()
        if self._late is not None:
            await self._late.close()
        if self.refusals is not None:
            await self.refusals.close()
        if self.ledger is not None:
            await self.ledger.close()
        self.shelf.close()

    def _read_secret(self) -> str:
        """The installation's secret, and the keys that come from it."""
        secret = secret_of(self.folder)
        if secret != self._secret:
            self._secret = secret
            self._confirmation_key = confirmations.key_of(secret)
            self._assertion_key = assertions.key_of(secret)
            self._carrying_key = carried.key_of(secret)
        return secret

    def _changed(self, index: Index) -> None:
        self.runnings.stop_those_of(index)

    # --- ASGI ------------------------------------------------------------------------------------

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the ASGI specification."""
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        else:
            await send({"type": "websocket.close", "code": 1003})

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                try:
                    await self.start()
                except Exception as error:
                    log.error("the gateway cannot start: %s", where(error))
                    await send({"type": "lifespan.startup.failed", "message": type(error).__name__})
                    return
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/health":
            await self._health(scope["method"], send)
            return
        if self._in_flight >= self.settings.in_flight:
            await refuse(send, errors.overloaded(), {})
            return
        self._in_flight += 1
        held = 0

        def grew(size: int) -> None:
            nonlocal held
            if self._bytes + size > self.settings.in_flight_bytes:
                raise errors.overloaded()
            held += size
            self._bytes += size

        try:
            if self._ways.serves(scope["path"]):
                await self._ways.serve(scope, receive, send, grew)
            else:
                await self._serve(scope, receive, send, grew)
        except Left:
            pass
        finally:
            self._in_flight -= 1
            self._bytes -= held

    async def _serve(self, scope: Scope, receive: Receive, send: Send, grew: Callable[[int], None]) -> None:
        permission: Permission | None = None
        question: Question | None = None
        headers: dict[str, str] = {}
        try:
            request = self._request(scope)
            looks = request.path == looking.PATH
            if looks and request.method != "POST":
                raise errors.wrong_method("POST")
            dialect = None if looks else _route(request)
            permission = await self._permit(request)
            if dialect is None and not looks:
                await self._models(permission, request, send)
                return
            if request.announced() > self.settings.body:
                raise errors.too_large(self.settings.body)
            async with self.arriving.body_of(permission.grant.id):
                request.body = await read_body(receive, self.settings.body, grew)
            if dialect is None:
                told = await looking.inspect(permission, request.body)
                await respond(send, 200, dump(told), {"cache-control": "no-store"})
                return
            question = await questions.read(
                permission,
                dialect,
                request,
                self._confirmation_key,
                self.settings.confirmation,
                self._carrying_key,
            )
            headers = question.headers()
            await self._exchange(question, receive, send)
        except UnusablePolicy:
            await refuse(send, _unusable_policy(), headers)
        except Refusal as refusal:
            if permission is not None:
                if refusal.code in WATCHED and not refusal.interaction:
                    self.refused(permission.index, permission.caller, refusal, self._address(scope))
                policy = {"kijun-policy": str(permission.index.version)}
                headers = policy if question is None else question.headers()
                refusal.contact = contact_of(permission.index, permission.grant)
            await refuse(send, refusal, headers)
        except (Left, asyncio.CancelledError):
            raise
        except Exception as error:
            log.error("a request failed inside the gateway: %s", where(error))
            await refuse(send, errors.internal(), headers if question is None else question.headers())

    async def _exchange(self, question: Question, receive: Receive, send: Send) -> None:
        """Have a question recorded, answered, and its answer shown; raises a `Refusal`, which knows its interaction where there is one."""
        index, upstreams = self._ready()
        exchange = Exchange(
            question,
            self.ledger,
            upstreams,
            self.runnings,
            lambda: self.keeper.index or index,
            self.settings.answer,
            self.shelf,
            late=self._late,
        )
        try:
            await exchange.run(receive, send)
        except Refusal as refusal:
            if question.refusal is refusal:
                refusal.interaction = question.account.interaction
            raise

    def _ready(self) -> tuple[Index, Upstreams]:
        index = self.keeper.index
        if index is None or self._upstreams is None:
            raise errors.not_ready()
        return index, self._upstreams

    def _request(self, scope: Scope) -> Request:
        return Request(scope["method"], scope["path"], dict(scope["headers"]), self._address(scope))

    def _address(self, scope: Scope) -> str:
        """The caller's. Each proxy may have added a line of its own: they count as one, in their order (RFC 9110, 5.3)."""
        lines = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
        peer = scope.get("client")
        return address_of(
            str(peer[0]) if peer else "",
            b",".join(lines).decode("latin-1"),
            self.settings.trusted_proxies,
        )

    def refused(self, index: Index, caller: Caller, refusal: Refusal, address: str) -> None:
        """Count a call under a known grant that did not become a question."""
        if self.refusals is not None:
            self.refusals.of_grant(index, caller, refusal.code, caller.address or address)

    async def caller_of(self, request: Request) -> tuple[Index, Caller]:
        """Who calls, and the policy under which; raises a 401 `Refusal`, which is counted. A key may be younger than the policy in force."""
        try:
            return await self._caller_of(request.headers)
        except Refusal as refusal:
            if self.refusals is not None and refusal.status == 401:
                self.refusals.of_key(request.address)
            raise

    async def _caller_of(self, headers: dict[bytes, bytes]) -> tuple[Index, Caller]:
        index, _ = self._ready()
        token = credential(headers)
        try:
            return index, authenticate(index, token, self._assertion_key)
        except Refusal:
            await self.keeper.look()
            newer, _ = self._ready()
            if newer is index:
                raise
            return newer, authenticate(newer, token, self._assertion_key)

    async def _permit(self, request: Request) -> Permission:
        index, caller = await self.caller_of(request)
        if caller.once:
            self._once(caller)
        if caller.address:
            request.address = address_of(caller.address, "", ())
        try:
            return authorise(index, caller, request.address)
        except Refusal as refusal:
            self.refused(index, caller, refusal, request.address)
            refusal.contact = contact_of(index, caller.grant)
            raise

    def _once(self, caller: Caller) -> None:
        """An assertion counts once. The ledger sees to that for all processes; this one remembers for the list of models as well, which is not recorded."""
        now = int(time.time() * 1000)
        if len(self._assertions) > 1_000:
            self._assertions = {token: until for token, until in self._assertions.items() if until > now}
        if caller.once in self._assertions:
            raise errors.unknown_key()
        self._assertions[caller.once] = caller.once_until

    # --- small answers ---------------------------------------------------------------------------

    async def _models(self, permission: Permission, request: Request, send: Send) -> None:
        if request.method != "GET":
            raise errors.wrong_method("GET")
        created = permission.index.snapshot.published_at // 1000
        found = [
            {"id": name, "object": "model", "created": created, "owned_by": "kijun"}
            for name in permission.index.models_of(permission.grant)
        ]
        wanted = request.path.partition("models")[2].strip("/")
        headers = {"kijun-policy": str(permission.index.version)}
        if not wanted:
            await respond(send, 200, dump({"object": "list", "data": found}), headers)
            return
        name = permission.model(unquote(wanted)).name
        await respond(send, 200, dump(next(one for one in found if one["id"] == name)), headers)

    async def _health(self, method: str, send: Send) -> None:
        if method not in ("GET", "HEAD"):
            await refuse(send, errors.wrong_method("GET"), {})
            return
        index = self.keeper.index
        writes = await self._ledger_answers()
        ok = index is not None and writes
        told = {
            "status": "ok" if ok else "not ready",
            "policy": index.version if index is not None else None,
            "ledger": "ok" if writes else "unavailable",
            "checkpoints": "ok" if self._ledger_signs else "overdue",
            "in_flight": self._in_flight,
        }
        await respond(
            send, 200 if ok else 503, dump(told) if method == "GET" else b"", {"cache-control": "no-store"}
        )

    async def _ledger_answers(self) -> bool:
        """Whether the ledger's writer answers, and could write what it was last given; asked at most once a second."""
        asked, answered = self._ledger_seen
        if self.ledger is None:
            return False
        if time.monotonic() - asked > _HEALTH_FOR or not answered:
            try:
                async with asyncio.timeout(_HEALTH_WAIT):
                    told = await self.ledger.tell()
                answered = told.get("writes", True) is True
                self._ledger_signs = told.get("signs", True) is True
            except Exception:
                answered = False
            self._ledger_seen = (time.monotonic(), answered)
        return answered


def _route(request: Request) -> Dialect | None:
    """The dialect of an address; None for the list of models. Raises 404 and 405."""
    path = request.path
    if path.startswith("/openai/"):
        path = path.removeprefix("/openai")
        if path.startswith("/deployments/"):
            request.deployment, _, rest = path.removeprefix("/deployments/").partition("/")
            path = f"/{rest}"
    if path.startswith("/v1/"):
        path = path.removeprefix("/v1")
    elif path == request.path:
        raise errors.unknown_path()
    path = path.strip("/")
    if path == "models" or path.startswith("models/"):
        return None
    dialect = DIALECTS.get(path)
    if dialect is None:
        raise errors.unknown_path()
    if request.method != "POST":
        raise errors.wrong_method("POST")
    return dialect


def _unusable_policy() -> Refusal:
    return Refusal(
        503,
        "policy_unreadable",
        Words(
            "この自治体の検査の設定に誤りがあるため、AIの利用を止めています。",
            "This municipality's inspection policy cannot be used, so nothing passes.",
        ),
        type=errors.SERVER,
    )
