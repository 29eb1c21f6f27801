"""One text that is no UTF-8 costs its own span, and none where nobody would have read it."""

from __future__ import annotations

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import (
    ExportLogsServiceRequest,
    ExportLogsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from kijun.gateway.ways import protobuf
from kijun.gateway.ways.spans import Unreadable
from tests.gateway.town import Running
from tests.gateway.ways.sending import NOW, PROTOBUF, Answer, many, post, talk

BAD = b"\xff\xfeQQQ"
GOOD = {
    "gen_ai.operation.name": "chat",
    **{k: v for k, v in talk("問い", "答え").items() if isinstance(v, str)},
}


def spoilt(request: ExportTraceServiceRequest | ExportLogsServiceRequest) -> bytes:
    data: bytes = request.SerializeToString()
    assert b"QQQQQ" in data
    return data.replace(b"QQQQQ", BAD)


def request(*held: dict[str, str], events: dict[str, str] | None = None) -> ExportTraceServiceRequest:
    made = ExportTraceServiceRequest.FromString(many(len(held), {}))
    for one, attributes in zip(made.resource_spans[0].scope_spans[0].spans, held, strict=True):
        for name, value in attributes.items():
            one.attributes.add(key=name).value.string_value = value
    for name, value in (events or {}).items():
        event = made.resource_spans[0].scope_spans[0].spans[0].events.add(name=name)
        event.attributes.add(key="content").value.string_value = value
    return made


def sent(gateway: Running, made: ExportTraceServiceRequest) -> tuple[Answer, int]:
    answer = post(gateway, "/v1/traces", spoilt(made), kind=PROTOBUF)
    told = ExportTraceServiceResponse.FromString(answer.body).partial_success
    assert bool(told.rejected_spans) == ("読み取れない" in told.error_message)
    return answer, told.rejected_spans


@pytest.mark.parametrize("name", ["gen_ai.prompt", "QQQQQ", "output.value", "user.id", "kijun.system"])
def test_a_bad_text_that_is_read_costs_its_own_span(gateway: Running, name: str) -> None:
    name = f"gen_ai.{name}" if name == "QQQQQ" else name
    answer, rejected = sent(gateway, request(GOOD, {**GOOD, name: "QQQQQ"}, GOOD))
    assert (answer.status, answer.headers["kijun-recorded"], rejected) == (200, "2", 1)
    assert len(gateway.ledger.entries) == 4


@pytest.mark.parametrize("name", ["http.url", "QQQQQ"])
def test_a_bad_text_that_nobody_reads_costs_nothing(gateway: Running, name: str) -> None:
    made = request({**GOOD, name: "QQQQQ"}, {name: "QQQQQ"}, events={"exception": "QQQQQ"})
    made.resource_spans[0].resource.attributes.add(key="host").value.string_value = "QQQQQ"
    made.resource_spans[0].resource.attributes.add(key="service.name").value.string_value = "案内"
    made.resource_spans[0].scope_spans[0].scope.name = "QQQQQ"
    made.resource_spans[0].schema_url = "QQQQQ"
    made.resource_spans[0].scope_spans[0].spans[0].name = "QQQQQ"
    answer, rejected = sent(gateway, made)
    assert (answer.headers["kijun-recorded"], answer.headers["kijun-ignored"], rejected) == ("1", "1", 0)
    given, made_answer = gateway.ledger.entries
    assert given.content["request"]["messages"][0]["content"] == "問い"
    assert given.content["attributes"]["resource"] == {"service.name": "案内"}
    assert made_answer.content["texts"][0]["text"] == "答え"


def test_a_bad_event_and_a_bad_status(gateway: Running) -> None:
    assert sent(gateway, request({"http.x": "y"}, events={"gen_ai.user.message": "QQQQQ"}))[1] == 1
    failed = request(GOOD)
    failed.resource_spans[0].scope_spans[0].spans[0].status.message = "QQQQQ"
    assert sent(gateway, failed)[1] == 1
    assert gateway.ledger.entries == []


def test_whom_it_is_told_of_must_be_read(gateway: Running) -> None:
    made = request(GOOD, GOOD)
    made.resource_spans[0].resource.attributes.add(key="kijun.municipality").value.string_value = "QQQQQ"
    assert sent(gateway, made)[1] == 2
    assert gateway.ledger.entries == []


def test_what_nests_too_deeply_costs_its_own_span(gateway: Running) -> None:
    made = request(GOOD, GOOD)
    value = made.resource_spans[0].scope_spans[0].spans[1].attributes.add(key="gen_ai.deep").value
    for _ in range(60):
        value = value.kvlist_value.values.add(key="k").value
    answer = post(gateway, "/v1/traces", made.SerializeToString(), kind=PROTOBUF)
    assert (answer.status, answer.headers["kijun-recorded"]) == (200, "1")


def test_events_of_logs(gateway: Running) -> None:
    made = ExportLogsServiceRequest()
    records = made.resource_logs.add().scope_logs.add().log_records
    for name, body, other in (
        ("gen_ai.user.message", "問い", "QQQQQ"),
        ("gen_ai.user.message", "QQQQQ", ""),
        ("http.access", "QQQQQ", ""),
        ("gen_ai.QQQQQ", "x", ""),
    ):
        one = records.add(event_name=name, time_unix_nano=NOW)
        one.body.string_value = body
        one.attributes.add(key="http.x").value.string_value = other
    answer = post(gateway, "/v1/logs", spoilt(made), kind=PROTOBUF)
    told = ExportLogsServiceResponse.FromString(answer.body).partial_success
    assert (answer.headers["kijun-recorded"], answer.headers["kijun-ignored"]) == ("1", "1")
    assert told.rejected_log_records == 2
    assert gateway.ledger.entries[0].content["request"]["messages"][0]["content"] == "問い"


@pytest.mark.parametrize(
    "data",
    [b"\xff\xff\xff", b"\x0a\xff\x01", b"\x0a", b"\x0b", b"\x00\x01", b"\x0a\x02\x12\x09", b"\xff" * 20],
)
def test_what_is_no_message_at_all(data: bytes) -> None:
    with pytest.raises(Unreadable):
        protobuf.traces(data)
