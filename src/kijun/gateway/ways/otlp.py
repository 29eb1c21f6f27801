"""``POST /v1/traces`` and ``POST /v1/logs``: OTLP over HTTP, in Protocol Buffers or JSON, packed with gzip or not.

A span that tells of AI becomes an input and an output, recorded together; so does an event of a log that carries contents. Their ids come
from those of trace and span, so that an exporter that sends again records nothing twice. What is acknowledged is on disk.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice
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
from kijun.gateway.ways.spans import DETAILS, Batch, Log, Span, Unreadable, is_identity
from kijun.inspection import Words
from kijun.ledger.model import Entry, now_ms

#: Calls that are inspected and appended together.
TOGETHER: Final = 64
_READERS: Final[dict[str, dict[bytes, Callable[[bytes], Batch]]]] = {
    "traces": {PROTOBUF: protobuf.traces, JSON[1]: otlp_json.traces},
    "logs": {PROTOBUF: protobuf.logs, JSON[1]: otlp_json.logs},
}
_FAR: Final = 31 * 86_400_000  # milliseconds
_threads = ThreadPoolExecutor(2, "otlp")
_Told = tuple[Call, Origin]


@dataclass(slots=True)
class Taken:
    """What became of a request."""

    recorded: int = 0
    ignored: int = 0
    rejected: int = 0
    why: str = ""
    entries: list[str] = field(default_factory=list)

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
    try:
        while entries := await _aside(len(body), _some, recorder, told):
            taken.recorded += len(entries) // 2
            if len(entries) < 2 * TOGETHER and not under_way:  # all there is
                await appender.append(ledger, entries, limits)
                break
            under_way.add(asyncio.create_task(appender.append(ledger, entries, limits)))
            if len(under_way) > 1:
                done, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
                _ = [task.result() for task in done]
        while under_way:
            await under_way.pop()
    finally:
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
    taken.ignored, taken.rejected, taken.why = batch.ignored, batch.rejected, batch.why
    return taken


async def _aside(size: int, work: Callable[..., Any], *told: Any) -> Any:
    """Work that a body of this size asks for: in a thread where it takes long, for others wait meanwhile."""
    if size < IN_THREAD:
        return work(*told)
    return await asyncio.get_running_loop().run_in_executor(_threads, work, *told)


def _some(recorder: Recorder, told: Iterator[_Told]) -> list[Entry]:
    """The entries of the next calls; none when there are no more."""
    return [entry for call, origin in islice(told, TOGETHER) for entry in recorder.entries(call, origin)]


def _calls_of_spans(batch: Batch, leave: Leave) -> Iterator[_Told]:
    now = now_ms()
    for span in batch.spans:
        if _is_others(span.attributes, span.resource, leave):
            batch.reject(_OTHERS)
            continue
        try:
            call = call_of(span)
        except RecursionError:
            batch.reject("a span that nests too deeply")
            continue
        if call is None:
            batch.ignored += 1
        else:
            yield call, _origin_of_span(span, leave, now)


def _origin_of_span(span: Span, leave: Leave, now: int) -> Origin:
    trace: dict[str, Any] = {"trace_id": span.trace, "span_id": span.id}
    if span.parent:
        trace["parent_id"] = span.parent
    duration = span.end - span.start
    return Origin(
        ("span", span.trace, span.id),
        _at(span.start, leave, now, trace),
        duration if 0 <= duration < _FAR else 0,
        trace,
        ("span", span.trace, span.id),
    )


def _calls_of_logs(batch: Batch, leave: Leave) -> Iterator[_Told]:
    """Events that carry everything are calls of their own; those that carry a message each belong together by their span."""
    now = now_ms()
    groups: dict[tuple[str, ...], list[Log]] = defaultdict(list)
    for log in batch.logs:
        if _is_others(log.attributes, log.resource, leave):
            batch.reject(_OTHERS)
        elif log.name == DETAILS or not is_identity(log.span, 16):
            groups[log.trace, log.span, _digest([log])].append(log)
        else:
            groups[log.trace, log.span].append(log)
    for logs in groups.values():
        try:
            calls = [made for log in logs if (made := call_of_log(log)) is not None]
        except RecursionError:
            batch.reject("an event that nests too deeply")
            continue
        if not calls:
            batch.ignored += len(logs)
            continue
        first, log = calls[0], logs[0]
        for other in calls[1:]:
            first.said += other.said
            first.answers += other.answers
            first.finish += other.finish
        yield first, _origin_of_logs(log, _digest(logs), leave, now)


def _origin_of_logs(log: Log, digest: str, leave: Leave, now: int) -> Origin:
    trace: dict[str, Any] = {"trace_id": log.trace, "span_id": log.span, "event": log.name}
    known = is_identity(log.trace, 32) and is_identity(log.span, 16)
    return Origin(
        ("log", log.trace, log.span, digest),
        _at(log.at, leave, now, trace),
        0,
        trace,
        ("span", log.trace, log.span) if known else ("log", digest),
        counts=not (known and log.sampled),  # else the span counts
    )


def _digest(logs: Iterable[Log]) -> str:
    """What tells some events from others."""
    said = [[one.trace, one.span, one.name, one.at, dict(one.attributes), one.body] for one in logs]
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
