"""OTLP in Protocol Buffers. Only what concerns AI is taken out of the messages; the rest is counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # its stubs are no dependency of ours
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from kijun.gateway.ways.salvage import salvaged
from kijun.gateway.ways.spans import (
    AI_ATTRIBUTES,
    AI_EVENTS,
    UNREADABLE,
    WITHOUT_IDS,
    Batch,
    Happening,
    Log,
    Span,
    is_identity,
)

_MS: Final = 1_000_000
_ERROR: Final = 2  # Status.StatusCode.STATUS_CODE_ERROR


def traces(data: bytes) -> Batch:
    """The spans of an ``ExportTraceServiceRequest``; raises `Unreadable`."""
    batch = Batch()
    for group in _read(ExportTraceServiceRequest, data, batch, _concerns_ai).resource_spans:
        resource = attributes(group.resource.attributes)
        for scope in group.scope_spans:
            for span in scope.spans:
                if not _concerns_ai(span):
                    batch.ignored += 1
                elif is_identity(trace := span.trace_id.hex(), 32) and is_identity(
                    id := span.span_id.hex(), 16
                ):
                    batch.spans.append(_span(span, trace, id, resource))
                else:
                    batch.reject(WITHOUT_IDS)
    return batch


def logs(data: bytes) -> Batch:
    """The AI's events of an ``ExportLogsServiceRequest``; raises `Unreadable`."""
    batch = Batch()
    for group in _read(ExportLogsServiceRequest, data, batch, _is_ais).resource_logs:
        resource = attributes(group.resource.attributes)
        for scope in group.scope_logs:
            for record in scope.log_records:
                if not _is_ais(record):
                    batch.ignored += 1
                    continue
                batch.logs.append(
                    Log(
                        record.trace_id.hex(),
                        record.span_id.hex(),
                        _event_name(record),
                        (record.time_unix_nano or record.observed_time_unix_nano) // _MS,
                        bool(record.flags & 1),
                        attributes(record.attributes),
                        value(record.body),
                        resource,
                    )
                )
    return batch


def attributes(pairs: Iterable[Any]) -> dict[str, Any]:
    """Attributes as a dictionary."""
    return {pair.key: value(pair.value) for pair in pairs}


def value(held: Any) -> Any:
    """An ``AnyValue`` as Python has it. Bytes are told by their number: nobody can inspect them."""
    match held.WhichOneof("value"):
        case None:
            return None
        case "array_value":
            return [value(one) for one in held.array_value.values]
        case "kvlist_value":
            return {pair.key: value(pair.value) for pair in held.kvlist_value.values}
        case "bytes_value":
            return {"bytes": len(held.bytes_value)}
        case kind:
            return getattr(held, kind)


def _read(kind: Any, data: bytes, batch: Batch, concerns: Callable[[Any], bool]) -> Any:
    """A request; of one that cannot be read as a whole what can be, and the rest told to the batch."""
    try:
        return kind.FromString(data)
    except DecodeError:
        request, rejected, batch.ignored = salvaged(kind, data, concerns)
    for _ in range(rejected):
        batch.reject(UNREADABLE)
    return request


def _concerns_ai(span: Any) -> bool:
    return any(pair.key.startswith(AI_ATTRIBUTES) for pair in span.attributes) or any(
        one.name.startswith(AI_EVENTS) for one in span.events
    )


def _is_ais(record: Any) -> bool:
    return _event_name(record).startswith(AI_EVENTS)


def _event_name(record: Any) -> str:
    """An event's name; once it was an attribute."""
    older = (pair.value.string_value for pair in record.attributes if pair.key == "event.name")
    return record.event_name or next(older, "")


def _span(span: Any, trace: str, id: str, resource: Mapping[str, Any]) -> Span:
    return Span(
        trace,
        id,
        span.parent_span_id.hex(),
        span.name,
        span.start_time_unix_nano // _MS,
        span.end_time_unix_nano // _MS,
        attributes(span.attributes),
        tuple(Happening(one.name, attributes(one.attributes)) for one in span.events),
        span.status.code == _ERROR,
        span.status.message,
        resource,
    )
