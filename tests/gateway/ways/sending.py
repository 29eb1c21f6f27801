"""What tests send: posts over HTTP, and spans in the conventions of the field."""

from __future__ import annotations

import gzip
import json
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.gateway.town import KEY, Running

PROTOBUF = "application/x-protobuf"
NOW = time.time_ns()


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def post(
    gateway: Running,
    path: str,
    body: bytes | Any,
    key: str = KEY,
    kind: str = "application/json",
    method: str = "POST",
    **headers: str,
) -> Answer:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    asked = urllib.request.Request(
        gateway.url + path,
        data,
        {"content-type": kind, "authorization": f"Bearer {key}", **more},
        method=method,
    )
    try:
        with urllib.request.urlopen(asked, timeout=60) as got:
            return Answer(got.status, {k.lower(): v for k, v in got.headers.items()}, got.read())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, {k.lower(): v for k, v in error.headers.items()}, error.read())


def told(value: Any) -> dict[str, Any]:
    """An ``AnyValue`` in JSON."""
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    if isinstance(value, list):
        return {"arrayValue": {"values": [told(one) for one in value]}}
    if isinstance(value, dict):
        return {"kvlistValue": {"values": pairs(value)}}
    return {"stringValue": value}


def pairs(attributes: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"key": name, "value": told(one)} for name, one in attributes.items()]


def span(
    number: int = 1, events: Any = (), *, trace: str = "", error: str = "", at: int = 0, **more: Any
) -> dict[str, Any]:
    """A span in JSON; ``gen_ai_request_model`` stands for ``gen_ai.request.model``, other names come as ``attributes``."""
    attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-x",
        **more.pop("attributes", {}),
    }
    start = at or NOW
    return {
        "traceId": trace or f"{number:032x}",
        "spanId": f"{number:016x}",
        "name": "chat gpt-x",
        "startTimeUnixNano": str(start),
        "endTimeUnixNano": str(start + 1_500_000_000),
        "attributes": pairs({k: v for k, v in attributes.items() if v is not None}),
        "events": [{"name": name, "attributes": pairs(held)} for name, held in events],
        **({"status": {"code": 2, "message": error}} if error else {}),
        **more,
    }


def spans(*held: dict[str, Any], **resource: Any) -> dict[str, Any]:
    attributes = {"service.name": "案内ボット", **{k.replace("_", "."): v for k, v in resource.items()}}
    return {
        "resourceSpans": [
            {"resource": {"attributes": pairs(attributes)}, "scopeSpans": [{"spans": list(held)}]}
        ]
    }


def logs(*held: dict[str, Any]) -> dict[str, Any]:
    return {"resourceLogs": [{"scopeLogs": [{"logRecords": list(held)}]}]}


def said(text: str, role: str = "user") -> str:
    """A message as the conventions of today write it."""
    return json.dumps([{"role": role, "parts": [{"type": "text", "content": text}]}], ensure_ascii=False)


def talk(question: str, answer: str, **more: Any) -> dict[str, Any]:
    return {
        "gen_ai.provider.name": "openai",
        "gen_ai.response.model": "gpt-x-2026",
        "gen_ai.usage.input_tokens": 21,
        "gen_ai.usage.output_tokens": 9,
        "gen_ai.response.finish_reasons": ["stop"],
        "gen_ai.input.messages": said(question),
        "gen_ai.output.messages": said(answer, "assistant"),
        **more,
    }


def many(count: int, attributes: dict[str, str]) -> bytes:
    """As many spans in Protocol Buffers."""
    request = ExportTraceServiceRequest()
    scope = request.resource_spans.add().scope_spans.add()
    for number in range(1, count + 1):
        one = scope.spans.add(
            trace_id=number.to_bytes(16),
            span_id=number.to_bytes(8),
            name="x",
            start_time_unix_nano=NOW,
            end_time_unix_nano=NOW,
        )
        for name, value in attributes.items():
            one.attributes.add(key=name).value.string_value = value
    return request.SerializeToString()


def packed(value: Any) -> bytes:
    return gzip.compress(value if isinstance(value, bytes) else json.dumps(value).encode())
