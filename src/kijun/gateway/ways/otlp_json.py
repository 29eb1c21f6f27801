"""OTLP in JSON: the mapping of Protocol Buffers, but ids in hexadecimal and enumerations as numbers (OTLP 1.x, JSON Protobuf Encoding).

Numbers may come as texts and whole ones with a decimal point, null is what is not there, and fields that nobody knows are passed over. What is
none of that costs its own span or event alone: an exporter drops a batch that is refused.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from kijun.gateway.jsons import NotJson, parse
from kijun.gateway.ways.spans import (
    AI_ATTRIBUTES,
    AI_EVENTS,
    UNREADABLE,
    WITHOUT_IDS,
    Batch,
    Happening,
    Log,
    Span,
    Unreadable,
    is_identity,
)

_MS: Final = 1_000_000
_DEEPEST: Final = 64
_KINDS: Final = frozenset(
    ("stringValue", "boolValue", "intValue", "doubleValue", "arrayValue", "kvlistValue", "bytesValue")
)
_DECIMAL: Final = re.compile(r"-?[0-9]{1,20}(?:\.[0-9]{1,40})?(?:[eE][+-]?[0-9]{1,3})?")


def traces(data: bytes) -> Batch:
    """The spans of an ``ExportTraceServiceRequest``; raises `Unreadable`."""
    batch = Batch()
    for resource, span in _each(data, "resourceSpans", "scopeSpans", "spans"):
        try:
            _take_span(batch, span, resource)
        except Unreadable:
            batch.reject(UNREADABLE)
    return batch


def _take_span(batch: Batch, span: dict[str, Any], resource: Mapping[str, Any]) -> None:
    if not any(_key(pair).startswith(AI_ATTRIBUTES) for pair in _objects(span, "attributes")) and not any(
        _text(one, "name").startswith(AI_EVENTS) for one in _objects(span, "events")
    ):
        batch.ignored += 1
        return
    trace, id = _text(span, "traceId").lower(), _text(span, "spanId").lower()
    if is_identity(trace, 32) and is_identity(id, 16):
        batch.spans.append(_span(span, trace, id, resource))
    else:
        batch.reject(WITHOUT_IDS)


def logs(data: bytes) -> Batch:
    """The AI's events of an ``ExportLogsServiceRequest``; raises `Unreadable`."""
    batch = Batch()
    for resource, record in _each(data, "resourceLogs", "scopeLogs", "logRecords"):
        try:
            _take_log(batch, record, resource)
        except Unreadable:
            batch.reject(UNREADABLE)
    return batch


def _take_log(batch: Batch, record: dict[str, Any], resource: Mapping[str, Any]) -> None:
    held = attributes(record)
    name = _text(record, "eventName") or str(held.get("event.name", ""))
    if not name.startswith(AI_EVENTS):
        batch.ignored += 1
        return
    batch.logs.append(
        Log(
            _text(record, "traceId").lower(),
            _text(record, "spanId").lower(),
            name,
            (_number(record, "timeUnixNano") or _number(record, "observedTimeUnixNano")) // _MS,
            bool(_number(record, "flags") & 1),
            held,
            value(record.get("body")),
            resource,
        )
    )


def attributes(held: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes of an object as a dictionary."""
    return {_key(pair): value(pair.get("value")) for pair in _objects(held, "attributes")}


def value(held: Any, depth: int = 0) -> Any:
    """An ``AnyValue`` as Python has it; raises `Unreadable`."""
    if held is None:
        return None
    if not isinstance(held, dict) or depth > _DEEPEST:
        raise Unreadable("an attribute's value is no AnyValue, or nests too deeply")
    for kind, inner in held.items():
        if inner is None or kind not in _KINDS:
            continue
        match kind:
            case "stringValue" if isinstance(inner, str):
                return inner
            case "boolValue" if isinstance(inner, bool):
                return inner
            case "intValue":
                return _number(held, kind)
            case "doubleValue":
                return _double(inner)
            case "arrayValue":
                return [value(one, depth + 1) for one in _list(inner, "values")]
            case "kvlistValue":
                return {_key(one): value(one.get("value"), depth + 1) for one in _objects(inner, "values")}
            case "bytesValue" if isinstance(inner, str):
                return {"bytes": len(inner) * 3 // 4}
            case _:
                raise Unreadable("an attribute's value is no AnyValue")
    return None


def _each(data: bytes, *names: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each of the innermost objects with its resource's attributes."""
    try:
        found = parse(data)
    except NotJson:
        raise Unreadable("no JSON") from None
    if not isinstance(found, dict):
        raise Unreadable("no JSON object")
    outer, middle, inner = names
    for group in _objects(found, outer):
        held = group.get("resource")
        resource = attributes(held) if isinstance(held, dict) else {}
        for scope in _objects(group, middle):
            for one in _objects(scope, inner):
                yield resource, one


def _span(span: dict[str, Any], trace: str, id: str, resource: Mapping[str, Any]) -> Span:
    status = span.get("status")
    status = status if isinstance(status, dict) else {}
    return Span(
        trace,
        id,
        _text(span, "parentSpanId").lower(),
        _text(span, "name"),
        _number(span, "startTimeUnixNano") // _MS,
        _number(span, "endTimeUnixNano") // _MS,
        attributes(span),
        tuple(Happening(_text(one, "name"), attributes(one)) for one in _objects(span, "events")),
        status.get("code") in (2, "STATUS_CODE_ERROR"),
        _text(status, "message"),
        resource,
    )


def _list(held: Any, name: str) -> list[Any]:
    found = held.get(name) if isinstance(held, dict) else None
    if found is None and isinstance(held, dict):
        return []
    if not isinstance(found, list):
        raise Unreadable(f"{name} is no list")
    return found


def _objects(held: Any, name: str) -> list[dict[str, Any]]:
    found = _list(held, name)
    if not all(isinstance(one, dict) for one in found):
        raise Unreadable(f"{name} is no list of objects")
    return found


def _key(pair: Mapping[str, Any]) -> str:
    return _text(pair, "key")


def _text(held: Mapping[str, Any], name: str) -> str:
    found = held.get(name, "")
    if found is None:
        return ""
    if not isinstance(found, str):
        raise Unreadable(f"{name} is no text")
    return found


def _number(held: Mapping[str, Any], name: str) -> int:
    """A whole number; 64 bits come as text, and 12.0 is one."""
    found = held.get(name, 0)
    if isinstance(found, str) and _DECIMAL.fullmatch(found):
        found = int(found) if found.lstrip("-").isdigit() else float(found)
    if isinstance(found, float) and found.is_integer():
        found = int(found)
    if found is None:
        return 0
    if isinstance(found, bool) or not isinstance(found, int) or abs(found) >= 1 << 64:
        raise Unreadable(f"{name} is no whole number")
    return found


def _double(found: Any) -> float | str:
    if isinstance(found, str) and found in ("NaN", "Infinity", "-Infinity"):
        return found
    if isinstance(found, str) and _DECIMAL.fullmatch(found):
        found = float(found)
    if isinstance(found, bool) or not isinstance(found, (int, float)):
        raise Unreadable("doubleValue is no number")
    return float(found) if math.isfinite(found) else str(found)
