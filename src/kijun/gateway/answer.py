"""The way out: an upstream's answer, inspected as it comes, shown when its record is durable."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from kijun.gateway import halfway, verdicts
from kijun.gateway.attempts import Cut
from kijun.gateway.dialects.as_events import as_events
from kijun.gateway.dialects.base import Answered, count
from kijun.gateway.dialects.responses_items import finish_response
from kijun.gateway.dialects.responses_stream import ResponsesReading
from kijun.gateway.errors import Refusal
from kijun.gateway.guard import Blocked, Guard, told, values_of
from kijun.gateway.http import Send, raw_headers, respond
from kijun.gateway.inspecting import in_thread
from kijun.gateway.jsons import NotJson, dump, parse
from kijun.gateway.question import Question
from kijun.gateway.records import estimate
from kijun.gateway.reference import citing
from kijun.gateway.snapshot import Action
from kijun.gateway.streams import (
    Events,
    Garbage,
    Outcome,
    Reading,
    UpstreamSaidError,
    event_bytes,
    said_error,
)
from kijun.gateway.upstreams import Answer
from kijun.inspection import InspectionError
from kijun.ledger.model import Entry, Kind, Verdict

_STREAM: Final = b"text/event-stream; charset=utf-8"
#: From this many bytes of an event, or of a stream, on, its inspection goes to a thread.
_LARGE_EVENT: Final = 24_000
_LARGE_STREAM: Final = 400_000


class Outgoing:
    """One answer."""

    def __init__(self, question: Question, limit: int) -> None:
        self._question, self._limit = question, limit
        self._first = len(question.table)
        self._guard = Guard(question.reader, question.permission.purpose.output, question.table)
        self._guard.passes_unread = question.permission.purpose.uninspected
        self._guard.carry = question.carrier.giving(question.table, lambda: self.upstream)
        self._reading: Reading | None = None
        self._outcome = Outcome()
        self._kept: list[dict[str, str]] = []
        self._body = b""
        self._content_type = b"application/json"
        self._verdict = Verdict.ALLOWED
        self.upstream = ""
        self.said: Any = None
        self.refusal: Refusal | None = None
        self.left = False
        self.began = False
        self._raw: list[bytes] = []
        self._is_whole = False
        self._work: asyncio.Future[bytes] | None = None
        self._sent = 0
        self._gives_rest = False
        self._rest = b""
        self._delivered: dict[str, int] | None = None

    # --- taking in -----------------------------------------------------------------------------

    async def take(self, answer: Answer) -> None:
        """An answer that is there as a whole. Raises what `refusal_of` knows."""
        async for chunk in answer.chunks():
            self._raw.append(chunk)
        raw, self._raw, self._is_whole = b"".join(self._raw), [], True
        if answer.content_type == "text/event-stream":
            raise Garbage("a stream that nobody asked for")
        plain = self._question.dialect.multipart and "json" not in answer.content_type
        try:
            said = {"text": raw.decode("utf-8", "replace")} if plain else parse(raw)
        except NotJson:
            raise Garbage("no JSON") from None
        error = said_error(said)
        if error is not None and "choices" not in said and said.get("object") != "response":
            raise UpstreamSaidError(error["message"][:500])
        answered = self._question.dialect.answered(said, self._question.body)
        self._outcome = answered.outcome
        changed = await self._inspect(answered)
        if self._question.dialect.name == "responses":
            changed = finish_response(said, self._guard) or changed
        changed = self._cite(said) or changed
        if plain:
            self._content_type = (answer.content_type or "text/plain").encode(
                "ascii", "replace"
            ) + b"; charset=utf-8"
            self._body = said["text"].encode("utf-8", "replace")
        else:
            self._body = dump(said) if changed else raw

    def _cite(self, said: Any) -> bool:
        """Tell which passages of reference documents were there for an answer, and where it cites them."""
        question = self._question
        if question.found is None or self.refusal is not None:
            return False
        return citing.annotate(said, question.found.hits)

    async def _inspect(self, answered: Answered) -> bool:
        changed, blocked = False, None
        for piece in answered.pieces:
            try:
                shown, kept = await self._guard.whole(piece)
            except Blocked as error:
                blocked = blocked or error
                continue
            self._outcome.given.take(piece.place, kept)
            self._kept.append(
                {"where": piece.place, "text": kept if isinstance(kept, str) else dump(kept).decode()}
            )
            if shown != piece.raw:
                piece.put(shown)
                changed = True
        if blocked is not None:
            self._verdict = Verdict.BLOCKED
            self.refusal = verdicts.answer_blocked(blocked.finding)
        for one in answered.unread:
            if not self._guard.passes(one.place, one.what):
                one.container[one.key] = ""
                changed = True
        if changed:
            for holder, key in answered.shadows:
                if holder.get(key):
                    holder[key] = None
        return changed

    async def stream(self, answer: Answer, send: Send, hides_usage: bool) -> None:
        """An answer that comes bit by bit: what is certain goes on at once, the end is kept back. Raises what `refusal_of` knows.

        A service that does not know ``stream`` (whisper-1, some of a town's own) answers at once: so does the gateway.
        """
        if answer.content_type != "text/event-stream":
            await self.take(answer)
            if self._question.dialect.name != "transcriptions" and self.refusal is None:
                self._body = as_events(self._question.dialect.name, parse(self._body), usage=not hides_usage)
                self._content_type = _STREAM
            return
        reading = self._reading = self._question.dialect.reading(
            self._guard, self._question.body, hides_usage
        )
        events, seen = Events(), 0
        self._outcome = reading.outcome
        async for chunk in answer.chunks():
            seen += len(chunk)
            out = b""
            try:
                for event in events.feed(chunk):
                    if len(event.data) > _LARGE_EVENT or seen > _LARGE_STREAM:
                        self._work = asyncio.ensure_future(in_thread(reading.take, event))
                        out += await asyncio.shield(self._work)
                    else:
                        out += reading.take(event)
                    if reading.terminal or reading.stop is not None:
                        break
            except (Garbage, UpstreamSaidError):
                if out:
                    await self._send(out, send)  # what came before it was whole
                raise
            await self._send(out, send)
            if reading.terminal or reading.stop is not None:
                break
        await self._close(reading, send)

    async def _close(self, reading: Reading, send: Send) -> None:
        if reading.stop is None and not reading.terminal:
            await self._send(reading.finish(), send)
            if not reading.complete:
                raise Cut
        if reading.stop is not None:
            self._verdict = Verdict.BLOCKED
            english = self._question.request.header(b"accept-language").lower().startswith("en")
            text = verdicts.stopped_text(reading.stop, english=english)
            await self._send(reading.stopped(text), send)

    async def _send(self, data: bytes, send: Send) -> None:
        if not self.began:
            self.began = True
            headers = {**self._question.headers(), "cache-control": "no-cache", "x-accel-buffering": "no"}
            await send(
                {
                    "type": "http.response.start",
                    "status": 200,
                    "headers": [(b"content-type", _STREAM), *raw_headers(headers)],
                }
            )
        if data:
            await send({"type": "http.response.body", "body": data, "more_body": True})
        self._sent = self._guard.released

    # --- what went wrong -------------------------------------------------------------------------

    def failed(self, refusal: Refusal, verdict: Verdict) -> Refusal:
        """The answer ends here; ``verdict`` FAILED becomes INCOMPLETE where something of it had come."""
        some = self._reading is not None and any(one["text"] for one in self._reading.kept())
        self._verdict = Verdict.INCOMPLETE if verdict is Verdict.FAILED and some else verdict
        self.refusal = refusal
        return refusal

    def refusal_of(self, error: Exception) -> Refusal | None:
        """What the client hears of an upstream's fault; None for a fault that is none of an upstream's."""
        if isinstance(error, UpstreamSaidError):
            self.said = {"message": error.message}
        refusal = halfway.refusal_for(error)
        self._gives_rest = refusal is not None
        return None if refusal is None else self.failed(refusal, Verdict.FAILED)

    async def keep_rest(self) -> None:
        """Of an answer that died: what was held back or had not become whole is inspected like the rest and kept, marked as incomplete."""
        if self.refusal is None or self._verdict is Verdict.BLOCKED:
            return
        if self._work is not None and not self._work.done():
            await asyncio.wait([self._work])  # a thread does not end with the request
        refusal = self.refusal
        with suppress(InspectionError, Garbage, NotJson, RecursionError, Blocked):  # such a rest is not kept
            if self._reading is None:
                await self._keep_raw()
            else:
                self._rest = await in_thread(self._reading.rest)
                if self._gives_rest and self.began:  # it goes out before the error
                    self._sent = self._guard.released
        self.refusal = refusal
        some = any(one["text"] for one in self._all_kept())
        if self._verdict is not Verdict.INCOMPLETE and some:
            self._verdict = Verdict.INCOMPLETE
        if some:
            of = (
                self._guard.released
                if self._reading is not None
                else sum(len(one["text"]) for one in self._kept)
            )
            self._delivered = {"characters": self._sent, "of": of}

    async def _keep_raw(self) -> None:
        """What there is of an answer that was to come as a whole."""
        raw = b"".join(self._raw)[: halfway.MOST]
        if self._is_whole or not raw.strip():
            return
        verdict = self._verdict
        try:
            said = await in_thread(halfway.closed, raw)
            answered = self._question.dialect.answered(said, self._question.body)
            answered = answered if any(piece.text for piece in answered.pieces) else halfway.as_text(raw)
        except (NotJson, Garbage, RecursionError):
            answered = halfway.as_text(raw)
        self._outcome = answered.outcome
        await self._inspect(answered)
        self._verdict = verdict

    def _all_kept(self) -> list[dict[str, str]]:
        return self._kept + (self._reading.kept() if self._reading is not None else [])

    # --- recording ---------------------------------------------------------------------------------

    def entry(self, duration_ms: int, attempts: list[dict[str, Any]]) -> Entry:
        """What is recorded of the answer."""
        kept = self._all_kept()
        tokens, estimated = self._tokens(kept)
        content: dict[str, Any] = {
            "texts": kept,
            "finish_reasons": self._outcome.finish,
            "findings": [
                told(place, None, one, one.type, action) for place, one, action in self._guard.findings
            ],
            "findings_total": self._guard.count,
            "usage": self._outcome.usage,
            "attempts": attempts,
            **self._outcome.more,
        }
        if estimated:
            content["estimated"] = True
        if self._question.found is not None:
            text = "\n".join(one["text"] for one in kept)
            content["sources"] = citing.sources(text, self._question.found.hits)
        if self._outcome.given.found:
            content["given_sources"] = self._outcome.given.found
        if self._outcome.tool_calls:
            content["tool_calls"] = self._outcome.tool_calls
        if self.refusal is not None:
            content["error"] = {
                "code": self.refusal.code,
                "ja": self.refusal.why.ja,
                "en": self.refusal.why.en,
            }
        if self._guard.unread:
            content["uninspected"] = self._guard.unread
        if self._delivered is not None:
            content["delivered"] = self._delivered
        if self.said is not None:
            content["upstream_error"] = halfway.said_kept(self.said, self._guard)
        if self._verdict is Verdict.ALLOWED and "failed" in self._outcome.finish:
            self._verdict = Verdict.FAILED  # a response that says of itself that it failed
        if self._verdict is Verdict.ALLOWED and any(
            action is Action.MASK for _, _, action in self._guard.findings
        ):
            self._verdict = Verdict.MASKED
        return self._question.account.entry(
            Kind.OUTPUT,
            self._verdict,
            upstream=self.upstream or (attempts[-1]["upstream"] if attempts else ""),
            findings=tuple(sorted({one.type for _, one, _ in self._guard.findings})),
            content=content,
            masked=values_of(self._question.table, self._first),
            tokens=tokens,
            duration_ms=duration_ms,
        )

    def bare_entry(self) -> Entry:
        """A record that says no more than that there was an end."""
        content = {"error": {"code": self.refusal.code if self.refusal else "", "texts": "not recorded"}}
        return self._question.account.entry(
            Kind.OUTPUT, self._verdict, upstream=self.upstream, content=content, masked={}
        )

    def _tokens(self, kept: list[dict[str, str]]) -> tuple[tuple[int, int], bool]:
        usage = self._outcome.usage
        if usage is not None:
            given = count(usage, "prompt_tokens", "input_tokens")
            made = count(usage, "completion_tokens", "output_tokens")
            if given or made:
                return (given, made), False
        if self._verdict is Verdict.FAILED and not kept:
            return (0, 0), False
        given = estimate(self._question.characters)
        return (given, estimate([one["text"] for one in kept])), True

    # --- showing -------------------------------------------------------------------------------------

    def headers(self) -> Mapping[str, str]:
        """What is known only now, for an answer that has not begun."""
        headers = {}
        if self._guard.findings:
            counts = Counter(one.type for _, one, _ in self._guard.findings)
            headers["kijun-answer-findings"] = ",".join(f"{type}:{counts[type]}" for type in sorted(counts))
        if self._guard.unread:
            headers["kijun-answer-uninspected"] = ",".join(
                sorted({one["what"] for one in self._guard.unread})
            )
        if self._verdict is not Verdict.ALLOWED:
            headers["kijun-answer-verdict"] = str(self._verdict)
        return headers

    def withhold(self) -> None:
        """The record failed: nothing more is shown."""
        self._body = self._rest = b""

    async def show(self, send: Send, headers: Mapping[str, str]) -> None:
        """Send the whole answer."""
        await respond(send, 200, self._body, headers, self._content_type)

    async def end(self, refusal: Refusal | None, send: Send) -> None:
        """End a stream: its last event, or an error."""
        reading = self._reading
        if refusal is None and reading is not None:
            last = reading.terminal or (b"" if not reading.complete else b"data: [DONE]\n\n")
            last = self._sources_event(reading) + last
        else:
            last = (self._rest if self._gives_rest else b"") + self._error_event(refusal)
        await send({"type": "http.response.body", "body": last})

    def _sources_event(self, reading: Reading) -> bytes:
        """A chunk without words that tells the sources, before the end of a chat's stream."""
        question = self._question
        if question.found is None or question.dialect.name != "chat":
            return b""
        text = "\n".join(one["text"] for one in reading.kept())
        return event_bytes(
            {
                "id": question.account.interaction,
                "object": "chat.completion.chunk",
                "created": question.account.at // 1000,
                "model": question.model.name,
                "choices": [],
                "kijun": {"sources": citing.sources(text, question.found.hits)},
            }
        )

    def _error_event(self, refusal: Refusal | None) -> bytes:
        if refusal is None:
            return b""
        refusal.interaction = self._question.account.interaction
        body = refusal.body()
        if isinstance(self._reading, ResponsesReading):
            return self._reading.error(body)
        return event_bytes(body)

    def explained(self, refusal: Refusal) -> Refusal:
        """The refusal with the upstream's own words, as the person may read them, where the request was at fault."""
        return halfway.explained(refusal, self.said, self._guard)
