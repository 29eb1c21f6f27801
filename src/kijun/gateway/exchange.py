"""One AI call: question recorded → sent → answer inspected → answer recorded → shown.

Nothing is sent whose question is not durably recorded, and nothing ends well whose answer is not.
"""

from __future__ import annotations

import asyncio
import logging
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol

from kijun.gateway import question as questions
from kijun.gateway import verdicts
from kijun.gateway.answer import Outgoing
from kijun.gateway.attempts import Attempt, how_of
from kijun.gateway.authorisation import stopped
from kijun.gateway.errors import (
    Refusal,
    internal,
    ledger_busy,
    ledger_unavailable,
    limit_reached,
    unknown_key,
)
from kijun.gateway.http import Receive, Send, Sending, refuse
from kijun.gateway.inspecting import in_thread
from kijun.gateway.late import Late
from kijun.gateway.policy import Index, Service
from kijun.gateway.question import Question
from kijun.gateway.reference import asking, citing, quoting
from kijun.gateway.reference.model import Found
from kijun.gateway.reference.shelf import Shelf
from kijun.gateway.running import Interrupted, Running, Runnings
from kijun.gateway.snapshot import Grant
from kijun.gateway.upstreams import Answer, Failed, Upstreams
from kijun.inspection import Words
from kijun.ledger.model import Busy, Entry, LedgerError, Limits, Receipt, Spent, Unavailable, UsedUp, Verdict

log = logging.getLogger(__name__)

_LAST_WORDS: Final = 3.0  # seconds that a process which is told to stop gives each record


class Ledger(Protocol):
    """What is asked of the ledger's client."""

    async def append(self, entries: list[Entry], limits: Limits | None = None) -> list[Receipt]:
        """Record durably; raises a `LedgerError`."""


@dataclass
class Exchange:
    """One call that has been read."""

    question: Question
    ledger: Ledger
    upstreams: Upstreams
    runnings: Runnings
    latest: Callable[[], Index]
    answer_limit: int
    shelf: Shelf
    started: float = field(default_factory=time.monotonic)
    attempts: list[Attempt] = field(default_factory=list)
    late: Late | None = None

    async def run(self, receive: Receive, send: Send) -> None:
        """See it through. Raises a `Refusal` only before anything was sent to the client."""
        question = self.question
        routes = self._routes()
        await self._look_up([service.upstream.kind for _, service in routes])
        await self._record_question(routes[0][1].upstream.id if routes else "")
        if question.refusal is not None:
            raise question.refusal
        running = Running(self._scope())
        outgoing = Outgoing(question, self.answer_limit)
        with self.runnings.one(running, receive):
            if (stop := self.latest().stop_for(*running.scope)) is not None:
                running.interrupt(Interrupted(stop))
            try:
                refusal = await self._forward(running, outgoing, routes, send)
            except asyncio.CancelledError:
                await self._last_words(outgoing)
                raise
            except Exception as error:
                log.error("a request failed inside the gateway: %s", where(error))
                refusal = outgoing.failed(internal(), Verdict.FAILED)
        await self._finish(outgoing, refusal, send)

    def _routes(self) -> list[tuple[Any, Service]]:
        """The ways that may be used; a question that has none left is blocked here."""
        question = self.question
        if not question.passes:
            return []
        careful = question.judgement.sends_personal or bool(question.texts.uninspected)

        def fits(service: Service) -> bool:
            return question.carried.goes_to(service.upstream.id)

        def allowed(service: Service) -> bool:
            upstream = service.upstream
            trusted = not careful or upstream.training_opt_out or upstream.kind in ("sample", "reference")
            return trusted and fits(service)

        index = question.permission.index
        routes = self.upstreams.routes(index, question.model, allowed)
        if not routes:
            if careful and self.upstreams.routes(index, question.model, fits):
                questions.block(question, verdicts.may_train())
            else:
                question.refusal = _no_upstream()
                question.verdict = Verdict.FAILED
        return routes

    async def _look_up(self, kinds: list[str]) -> None:
        """Find the passages of reference documents that are quoted, or put before the question to a model."""
        question, purpose = self.question, self.question.permission.purpose
        quotes, for_model = "reference" in kinds, any(kind != "reference" for kind in kinds)
        if not quotes and not (
            kinds and purpose.reference and question.dialect.name in ("chat", "responses")
        ):
            return
        question.asked = asking.question_of(question.dialect.path, question.body)
        most = citing.MOST if for_model else quoting.QUOTED
        question.found = await in_thread(
            lambda: asking.look_up(
                self.shelf, purpose, question.asked, most=most, for_model=for_model, now=time.time()
            )
        )

    def _quote(self, path: str, model: str, streams: bool) -> Answer:
        question = self.question
        found = question.found or Found(ready=False)
        return quoting.answer(found, question.asked, path, model, streams=streams)

    def _scope(self) -> tuple[str, str, str, str]:
        caller = self.question.permission.caller
        return caller.grant.municipality, caller.grant.system, caller.grant.purpose, caller.person

    async def _record_question(self, upstream: str) -> None:
        """Record it durably, or refuse. One that the ledger has though it did not say so in time gets its end from the ledger's client."""
        question = self.question
        caller, confirmation = question.permission.caller, question.confirmation
        entry = questions.input_entry(question, upstream)
        once, until = [caller.once] if caller.once else [], caller.once_until
        if confirmation is not None:
            once.append(f"confirmation:{confirmation.nonce}")
            until = max(until, confirmation.until)
        try:
            await self.ledger.append([entry], limits=question.account.limits(tuple(once), until))
        except UsedUp:
            question.verdict = Verdict.BLOCKED  # the answer's header may not say that it was sent
            raise (verdicts.confirmation_used() if confirmation is not None else unknown_key()) from None
        except LedgerError as error:
            question.recorded = isinstance(error, Unavailable)  # it did not say, and may have it
            question.verdict = Verdict.BLOCKED if isinstance(error, Spent) else Verdict.FAILED
            raise refusal_of(error) from None
        question.recorded = True

    async def _forward(
        self, running: Running, outgoing: Outgoing, routes: list[tuple[Any, Service]], send: Send
    ) -> Refusal | None:
        """Ask upstreams and take in the answer. What went wrong is told by a refusal; the record follows in any case."""
        question = self.question
        hides_usage = question.dialect.prepare(question.body)
        service: Service | None = None
        began, sending = time.monotonic(), Sending(send)
        try:
            with running.interruptible():
                answer, service = await self._call(routes, hides_usage, began)
                outgoing.upstream = service.upstream.id
                try:
                    async with asyncio.timeout(began + service.upstream.total_timeout - time.monotonic()):
                        if question.streams:
                            await outgoing.stream(answer, sending, hides_usage)
                        else:
                            await outgoing.take(answer)
                finally:
                    answer.close()
        except Interrupted as cause:
            outgoing.left = cause.stop is None
            self._ended("left" if outgoing.left else "stopped")
            refusal = stopped(cause.stop) if cause.stop is not None else _left()
            return outgoing.failed(refusal, Verdict.INCOMPLETE)
        except Failed as failed:
            outgoing.said = failed.said
            return outgoing.failed(outgoing.explained(failed.refusal), Verdict.FAILED)
        except Exception as error:
            if isinstance(error, TimeoutError) and sending.waits:  # the service was not slow, its reader was
                outgoing.left = True
                self._ended("left")
                return outgoing.failed(_left(), Verdict.INCOMPLETE)
            refusal_ = outgoing.refusal_of(error)
            if refusal_ is None:
                raise
            self._ended(how_of(error), error)
            if service is not None and not isinstance(error, Refusal):
                self.upstreams.breaker(service).failed()
            return refusal_
        return outgoing.refusal

    def _ended(self, how: str, error: Exception | None = None) -> None:
        """Say of the last try how it ended."""
        if self.attempts:
            self.attempts[-1].ended(how, error)

    async def _call(
        self, routes: list[tuple[Any, Service]], hides_usage: bool, began: float
    ) -> tuple[Any, Service]:
        question = self.question
        try:
            return await self.upstreams.call(
                routes,
                question.dialect.path,
                question.payload,
                self.attempts,
                streams=question.streams,
                quote=self._quote,
                began=began,
            )
        except Failed as failed:
            # Older services do not know the option by which we ask for tokens.
            told = str(failed.said.get("message", "")) if isinstance(failed.said, dict) else ""
            if not hides_usage or "stream_options" not in told:
                raise
        question.body.pop("stream_options", None)
        return await self.upstreams.call(
            routes,
            question.dialect.path,
            question.payload,
            self.attempts,
            streams=question.streams,
            quote=self._quote,
            began=began,
        )

    async def _finish(self, outgoing: Outgoing, refusal: Refusal | None, send: Send) -> None:
        """Record the answer durably, then send what was kept back for that."""
        try:
            try:
                entry = await self._output(outgoing)
            except Exception as error:  # a fault of ours must not leave a question without an end
                log.error("an answer could not be put into words for the record: %s", where(error))
                refusal = outgoing.failed(internal(), Verdict.FAILED)
                entry = outgoing.bare_entry()
            limits = self.question.account.counting()
            await self.ledger.append([entry], limits=limits)
        except LedgerError as error:
            refusal = refusal_of(error)
            outgoing.withhold()
            if self.late is not None:
                self.late.add(_unrecorded(entry, refusal), limits)
        if outgoing.left:
            return
        headers = {**self.question.headers(), **outgoing.headers()}
        if outgoing.began:
            await outgoing.end(refusal, send)
        elif refusal is not None:
            refusal.interaction = self.question.account.interaction
            refusal.contact = contact_of(self.question.permission.index, self.question.permission.grant)
            await refuse(send, refusal, headers)
        else:
            await outgoing.show(send, headers)

    async def _last_words(self, outgoing: Outgoing) -> None:
        """The process is told to stop: what came is recorded, as far as there is time."""
        task = asyncio.current_task()
        if task is not None:
            task.uncancel()
        outgoing.failed(internal(), Verdict.INCOMPLETE)
        try:
            async with asyncio.timeout(_LAST_WORDS):
                await self.ledger.append(
                    [await self._output(outgoing)], limits=self.question.account.counting()
                )
        except (LedgerError, TimeoutError) as error:
            log.error("an answer could not be recorded at the end: %s", type(error).__name__)

    async def _output(self, outgoing: Outgoing) -> Entry:
        await outgoing.keep_rest()
        duration = round((time.monotonic() - self.started) * 1000)
        return outgoing.entry(duration, [one.told() for one in self.attempts])


def _unrecorded(entry: Entry, refusal: Refusal) -> Entry:
    """The record of an answer that was not shown to its end, for its record could not be made in time."""
    told = {"code": refusal.code, "ja": refusal.why.ja, "en": refusal.why.en}
    return replace(entry, verdict=Verdict.INCOMPLETE, content={"error": told, **entry.content})


def refusal_of(error: LedgerError) -> Refusal:
    """What the client hears of the ledger's refusal."""
    if isinstance(error, Spent):
        return limit_reached(error.ja, error.en, rate=error.what == "rate", retry_after=error.retry_after)
    return ledger_busy() if isinstance(error, Busy) else ledger_unavailable()


def contact_of(index: Index, grant: Grant) -> str:
    """Whom to ask, as the municipality says."""
    return index.snapshot.contact.get(grant.municipality, "")


def where(error: BaseException) -> str:
    """The kind of an error and where in our code it arose; never its text, which may quote what was said."""
    frames = traceback.extract_tb(error.__traceback__)
    last = frames[-1] if frames else None
    place = f" at {last.filename.rpartition('/')[2]}:{last.lineno}" if last else ""
    return f"{type(error).__name__}{place}"


def _left() -> Refusal:
    return Refusal(
        499,
        "client_left",
        Words(
            "利用者が接続を切ったか、応答を受け取らなくなりました。",
            "The client closed the connection, or took nothing any more.",
        ),
        Words("", ""),
    )


def _no_upstream() -> Refusal:
    return Refusal(
        503,
        "upstream_unavailable",
        Words("このモデルに使えるAIサービスがありません。", "No AI service is in use for this model."),
        type="server_error",
    )
