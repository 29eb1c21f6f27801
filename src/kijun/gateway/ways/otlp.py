"""``POST /v1/traces`` and ``POST /v1/logs``: OTLP over HTTP, in Protocol Buffers or JSON, packed with gzip or not.

A span that tells of AI becomes an input and an output, recorded together; so does an event of a log that carries a whole call. One that carries a
single message becomes the half that it tells. The ids of spans come from those of trace and span, the ids of events from what they say, so that
an exporter that sends again, in whatever groups, records nothing twice. What is acknowledged is on disk.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from kijun.gateway.errors import Refusal, bad_request
from kijun.gateway.http import JSON
from kijun.gateway.inspecting import IN_THREAD, Reader
from kijun.gateway.jsons import canonical
from kijun.gateway.records import Account
from kijun.gateway.ways import otlp_json, protobuf, times
from kijun.gateway.ways.answers import PROTOBUF
from kijun.gateway.ways.appending import Appender
from kijun.gateway.ways.calls import Call, call_of, call_of_log
from kijun.gateway.ways.naming import Names
from kijun.gateway.ways.permits import Leave
from kijun.gateway.ways.recording import Origin, Recorder
from kijun.gateway.ways.spans import DETAILS, TOO_DEEP, Batch, Log, Span, Unreadable, is_identity
from kijun.inspection import Words
from kijun.ledger.model import Differs, Entry, Limits, now_ms

#: Calls that are inspected and appended together.
TOGETHER: Final = 64
_READERS: Final[dict[str, dict[bytes, Callable[[bytes], Batch]]]] = {
    "traces": {PROTOBUF: protobuf.traces, JSON[1]: otlp_json.traces},
    "logs": {PROTOBUF: protobuf.logs, JSON[1]: otlp_json.logs},
}
_FAR: Final = 31 * 86_400_000  # milliseconds
_threads = ThreadPoolExecutor(2, "otlp")
_Told = tuple[Call, Origin]
_Made = tuple[Origin, list[Entry]]


@dataclass(slots=True)
class Taken:
    """What became of a request. ``recorded`` are calls and messages that the ledger has, now or already; ``differ`` spans whose id it has for another."""

    recorded: int = 0
    ignored: int = 0
    rejected: int = 0
    why: str = ""
    differ: list[Origin] = field(default_factory=list)

    def headers(self) -> dict[str, str]:
        """For programs and people who look."""
        return {"kijun-recorded": str(self.recorded), "kijun-ignored": str(self.ignored)}


def kind_of(content_type: str) -> bytes:
    """The encoding of a request; raises 415."""
    kind = content_type.partition(";")[0].strip().lower().encode("ascii", "replace")
    if kind not in (PROTOBUF, JSON[1]):
        raise Refusal(
            415,
            "unsupported_media_type",
            Words("この形式は受け付けません。", "This media type is not taken."),
            Words(
                "application/x-protobuf か application/json で送ってください。",
                "Send application/x-protobuf or application/json.",
            ),
        )
    return kind


async def take(
    what: str,
    kind: bytes,
    body: bytes,
    leave: Leave,
    reader: Reader,
    names: Names,
    appender: Appender,
    ledger: Any,
) -> Taken:
    """Read, inspect and record a request's body. ``what`` is ``traces`` or ``logs``. Raises a `Refusal`; what was recorded before stays."""
    try:
        batch = await _aside(len(body), _READERS[what][kind], body)
    except (Unreadable, RecursionError):
        raise bad_request(
            "OTLPとして読み取れません。", "The body is no OTLP message.", code="invalid_otlp"
        ) from None
    recorder = Recorder(leave, reader, names)
    told = _calls_of_spans(batch, leave) if what == "traces" else _calls_of_logs(batch, leave)
    limits = Account(leave.permission, "").counting()
    taken, under_way = Taken(), set[asyncio.Task[Any]]()
    seen: dict[tuple[str, ...], bytes] = {}
    try:
        while made := await _aside(len(body), _some, recorder, told, seen, batch):
            if len(made) < TOGETHER and not under_way:  # all there is
                await _append(made, appender, ledger, limits, taken)
                break
            under_way.add(asyncio.create_task(_append(made, appender, ledger, limits, taken)))
            if len(under_way) > 1:
                done, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
                _ = [task.result() for task in done]
        while under_way:
            await under_way.pop()
    finally:
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
    for origin in taken.differ:
        batch.reject(_differs(origin))
    taken.ignored, taken.rejected, taken.why = batch.ignored, batch.rejected, batch.why
    return taken


async def _append(
    made: list[_Made], appender: Appender, ledger: Any, limits: Limits | None, taken: Taken
) -> None:
    """Record some calls; what stands under the id of another is left out, and told."""
    while made:
        try:
            await appender.append(ledger, [entry for _, entries in made for entry in entries], limits)
            break
        except Differs as error:
            other = frozenset(error.ids)
            kept = [one for one in made if not any(entry.id in other for entry in one[1])]
            if len(kept) == len(made):
                raise
            taken.differ += [origin for origin, entries in made if any(one.id in other for one in entries)]
            made = kept
    taken.recorded += len(made)


async def _aside(size: int, work: Callable[..., Any], *told: Any) -> Any:
    """Work that a body of this size asks for: in a thread where it takes long, for others wait meanwhile."""
    if size < IN_THREAD:
        return work(*told)
    return await asyncio.get_running_loop().run_in_executor(_threads, work, *told)


def _some(
    recorder: Recorder, told: Iterator[_Told], seen: dict[tuple[str, ...], bytes], batch: Batch
) -> list[_Made]:
    """The entries of the next calls; none when there are no more. What the request itself repeats is taken once."""
    found: list[_Made] = []
    for call, origin in told:
        if origin.key in seen:
            if seen[origin.key] != origin.fingerprint:
                batch.reject(_differs(origin))
            continue
        seen[origin.key] = origin.fingerprint
        found.append((origin, recorder.entries(call, origin)))
        if len(found) == TOGETHER:
            break
    return found


def _differs(origin: Origin) -> str:
    id = origin.trace["span_id"]
    return (
        f"スパン {id} は、別の内容ですでに記録されています。 / "
        f"The span {id} is recorded already with other content."
    )


def _calls_of_spans(batch: Batch, leave: Leave) -> Iterator[_Told]:
    now = now_ms()
    for span in batch.spans:
        if _is_others(span.attributes, span.resource, leave):
            batch.reject(_OTHERS)
            continue
        try:
            call = call_of(span)
            digest = b"" if call is None else _digest_of_span(span)
        except RecursionError:
            batch.reject(TOO_DEEP)
            continue
        if call is None:
            batch.ignored += 1
        else:
            yield call, _origin_of_span(span, leave, now, digest)


def _digest_of_span(span: Span) -> bytes:
    """What a span says. Who reports it may be told otherwise by the next one on its way."""
    events = [[one.name, dict(one.attributes)] for one in span.events]
    said = [span.parent, span.name, span.start, span.end, dict(span.attributes), events]
    return sha256(canonical([*said, span.failed, span.message])).digest()


def _origin_of_span(span: Span, leave: Leave, now: int, digest: bytes = b"") -> Origin:
    trace: dict[str, Any] = {"trace_id": span.trace, "span_id": span.id}
    if is_identity(span.parent, 16):
        trace["parent_id"] = span.parent
    duration = span.end - span.start
    return Origin(
        ("span", span.trace, span.id),
        _at(span.start, leave, now, trace),
        duration if 0 <= duration < _FAR else 0,
        trace,
        ("span", span.trace, span.id),
        fingerprint=digest,
    )


def _calls_of_logs(batch: Batch, leave: Leave) -> Iterator[_Told]:
    """Each event has an identity of its own, whichever others came with it; those of one span belong to one interaction."""
    now = now_ms()
    for log in batch.logs:
        if _is_others(log.attributes, log.resource, leave):
            batch.reject(_OTHERS)
            continue
        try:
            call = call_of_log(log)
            digest = "" if call is None else _digest_of_log(log)
        except RecursionError:
            batch.reject(TOO_DEEP)
            continue
        if call is None:
            batch.ignored += 1
        else:
            yield call, _origin_of_log(log, digest, leave, now)


def _origin_of_log(log: Log, digest: str, leave: Leave, now: int) -> Origin:
    ids = {"trace_id": (log.trace, 32), "span_id": (log.span, 16)}
    trace: dict[str, Any] = {name: id for name, (id, digits) in ids.items() if is_identity(id, digits)}
    known = len(trace) == len(ids)
    trace["event"] = log.name
    return Origin(
        ("log", log.trace, log.span, digest),
        _at(log.at, leave, now, trace),
        0,
        trace,
        ("span", log.trace, log.span) if known else ("log", digest),
        counts=not (known and log.sampled),  # else the span counts
        is_message=log.name != DETAILS,
    )


def _digest_of_log(log: Log) -> str:
    """What tells an event from others."""
    said = [[log.trace, log.span, log.name, log.at, dict(log.attributes), log.body]]
    return sha256(canonical(said)).hexdigest()


def _at(at: int, leave: Leave, now: int, trace: dict[str, Any]) -> int:
    """When it was, or now where that cannot be; then what the sender said is kept."""
    if times.believable(at, leave.permission.purpose.retention, now):
        return at
    trace["claimed_at"] = at
    return now


_OTHERS: Final = (
    "別の自治体またはシステムの記録です（このキーのものではありません）。 / "
    "This is told of another municipality or system than the key's."
)


def _is_others(attributes: Any, resource: Any, leave: Leave) -> bool:
    """Whether the sender says that it reports for another municipality or system than its key is for."""
    grant = leave.permission.grant
    for name, own in (("kijun.municipality", grant.municipality), ("kijun.system", grant.system)):
        told = attributes.get(name, resource.get(name))
        if told is not None and str(told) != own:
            return True
    return False
