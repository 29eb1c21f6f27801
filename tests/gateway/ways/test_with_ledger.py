"""The real thing: OpenTelemetry's exporter, a gateway on a socket, the ledger's writer as a process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExportResult

from kijun.gateway.ways import decisions
from kijun.gateway.ways.recording import VIOLATION
from kijun.ledger.client import AsyncClient
from kijun.ledger.ledger import Ledger
from kijun.ledger.model import Kind, Query, Record
from kijun.ledger.sealing import seal
from tests.gateway.town import KEY, TOWN, Running, policy, serving
from tests.gateway.ways.sending import logs, post, span, spans, talk
from tests.gateway.ways.test_decisions import DECISIONS, OUTCOMES, decision
from tests.gateway.ways.test_logs import record as event
from tests.ledger.test_writer import Writing


@dataclass
class Hall:
    """A town hall: its gateway, its writer, its ledger."""

    gateway: Running
    writing: Writing

    def records(self, **asked: object) -> list[Record]:
        with Ledger(self.writing.home / "ledger") as ledger:
            query = Query(municipality=TOWN, limit=10_000, **asked)  # type: ignore[arg-type]
            return list(ledger.search(query).records)

    def seal(self) -> None:
        with Ledger(self.writing.home / "ledger") as ledger:
            assert seal(ledger, force=True).records


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    home = tmp_path / "home"
    (home / "ledger").mkdir(parents=True)
    writing = Writing(home, "")
    writing.wait_until_it_answers()
    try:
        with serving(home, policy(), lambda: AsyncClient(home)) as gateway:
            yield Hall(gateway, writing)
    finally:
        writing.stop()


def exporter(hall: Hall) -> OTLPSpanExporter:
    return OTLPSpanExporter(
        f"{hall.gateway.url}/v1/traces", headers={"authorization": f"Bearer {KEY}"}, timeout=20
    )


def finished(count: int) -> list[ReadableSpan]:
    """Spans of a program that has ended its calls."""
    tracer = TracerProvider(shutdown_on_exit=False).get_tracer("t")
    made = []
    for number in range(count):
        one = tracer.start_span("chat")
        one.set_attributes({"gen_ai.operation.name": "chat", **talk(f"第{number}号の件", "承りました。")})
        one.end()
        made.append(one)
    return made  # type: ignore[return-value]  # a span of the SDK is readable


def test_a_programs_spans_lie_in_the_ledger(hall: Hall) -> None:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(exporter(hall)))
    tracer = provider.get_tracer("t")
    for number in range(150):
        with tracer.start_as_current_span("chat") as one:
            one.set_attributes({"gen_ai.operation.name": "chat", **talk(f"第{number}号の件", "承りました。")})
    assert provider.force_flush()
    provider.shutdown()
    records = hall.records(source="otlp")
    assert len(records) == 300
    assert len({one.interaction for one in records}) == 150
    assert sum(one.tokens_in + one.tokens_out for one in records) == 150 * 30
    [found] = hall.records(text="第149号", kinds=(Kind.INPUT,))
    assert found.content is not None


def test_an_exporter_that_sends_again_records_nothing_twice(hall: Hall) -> None:
    held = finished(20)
    assert exporter(hall).export(held) is SpanExportResult.SUCCESS
    assert exporter(hall).export(held) is SpanExportResult.SUCCESS
    assert len(hall.records()) == 40
    hall.seal()
    assert exporter(hall).export(held) is SpanExportResult.SUCCESS
    assert len(hall.records()) == 40


def test_a_writer_that_is_killed_meanwhile_costs_nothing(hall: Hall) -> None:
    hall.writing.kill()
    hall.writing.start()
    assert exporter(hall).export(finished(5)) is SpanExportResult.SUCCESS
    assert len(hall.records()) == 10


def test_what_should_have_been_blocked_is_found_and_counted(hall: Hall) -> None:
    post(hall.gateway, "/v1/traces", spans(span(attributes=talk("マイナンバーは123456789018です。", "はい"))))
    [found] = hall.records(finding=VIOLATION)
    assert found.content is not None
    assert found.content["should_have_been"] == "blocked"
    assert "123456789018" not in str(found.content)
    assert hall.records(text="123456789018") == []
    with Ledger(hall.writing.home / "ledger") as ledger:
        [row] = ledger.aggregate(["verdict"], Query(municipality=TOWN, finding=VIOLATION))
    assert row["count"] == 1


def test_a_span_and_its_events_are_one_request_of_the_budget(hall: Hall) -> None:
    details = event("gen_ai.client.inference.operation.details", **talk("質問", "回答"))
    message = event("gen_ai.user.message", {"content": "質問"})
    post(hall.gateway, "/v1/logs", logs(message))
    hall.seal()
    post(hall.gateway, "/v1/traces", spans(span()))
    post(hall.gateway, "/v1/logs", logs(details, message))
    assert len({one.interaction for one in hall.records()}) == 1
    assert len(hall.records()) == 5
    with Ledger(hall.writing.home / "ledger") as ledger, ledger.database.reading() as link:
        assert [int(row[0]) for row in link.execute("SELECT requests FROM counts")] == [1]


def test_another_span_under_a_sealed_ones_id_is_told(hall: Hall) -> None:
    post(hall.gateway, "/v1/traces", spans(span(attributes=talk("一", "はい"))))
    hall.seal()
    answer = post(hall.gateway, "/v1/traces", spans(span(attributes=talk("別", "はい")), span(2)))
    assert (answer.status, answer.headers["kijun-recorded"]) == (200, "1")
    assert answer.json["partialSuccess"]["rejectedSpans"] == "1"
    assert len(hall.records()) == 4


def test_a_decision_has_one_receipt_for_ever(hall: Hall) -> None:
    same = decision()
    first = post(hall.gateway, DECISIONS, same).json
    assert post(hall.gateway, DECISIONS, same).json == first
    hall.seal()
    assert post(hall.gateway, DECISIONS, same).json == first
    answer = post(hall.gateway, DECISIONS, {**same, "score": 0.1})
    assert (answer.status, answer.json["errors"][0]["field"]) == (409, "id")
    assert len(hall.records()) == 1


def test_the_same_number_and_the_same_moment_are_the_same_however_written(hall: Hall) -> None:
    same = decision(
        score=1, at="2026-11-20T00:00:00Z", features={"a": [2.0, {}][:1], "b": -0.0}, threshold=None
    )
    first = post(hall.gateway, DECISIONS, same).json
    again = {**same, "score": 1.0, "at": "2026-11-20T09:00:00+09:00", "features": {"b": 0, "a": [2]}}
    del again["threshold"]
    assert post(hall.gateway, DECISIONS, again).json == first
    assert post(hall.gateway, DECISIONS, {**same, "at": 1_795_132_800_000}).json == first
    for other in (
        {"score": 1.5},
        {"score": True},
        {"at": "2026-11-20T00:00:01Z"},
        {"features": {"a": ["2"]}},
    ):
        assert post(hall.gateway, f"{DECISIONS}?partial=true", {**same, **other}).json["recorded"] == 0
    assert len(hall.records()) == 1


def test_records_of_before_numbers_were_compared_by_value_keep_their_receipt(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    same = decision(score=1.0, at="2026-11-20T00:00:00Z")
    with monkeypatch.context() as before:
        before.setattr(
            decisions, "_fingerprint", lambda item: decisions._digest({**item, "id": str(item["id"])})
        )
        first = post(hall.gateway, DECISIONS, same).json
    hall.seal()
    both = post(hall.gateway, DECISIONS, [same, decision(2)]).json
    assert both["receipts"][0] == first["receipts"][0]
    assert post(hall.gateway, DECISIONS, [same, decision(2)]).status == 409  # the second is of another time
    assert post(hall.gateway, DECISIONS, {**same, "score": 0.5}).status == 409
    assert len(hall.records()) == 2


def test_a_conflict_takes_the_whole_batch_along_unless_partial(hall: Hall) -> None:
    post(hall.gateway, DECISIONS, decision(1))
    batch = [decision(1, score=0.1), decision(2), decision(3)]
    assert post(hall.gateway, DECISIONS, batch).status == 409
    assert len(hall.records()) == 1
    answer = post(hall.gateway, f"{DECISIONS}?partial=true", batch)
    assert (answer.status, answer.json["recorded"], answer.json["errors"][0]["code"]) == (200, 2, "conflict")
    assert len(hall.records()) == 3


def test_an_outcome_stands_beside_its_decision(hall: Hall) -> None:
    made = post(hall.gateway, DECISIONS, decision()).json["receipts"][0]
    later = post(hall.gateway, OUTCOMES, {"id": "A-1", "label": True}).json["receipts"][0]
    assert post(hall.gateway, OUTCOMES, {"id": "A-1", "label": False}).status == 409
    assert made["interaction"] == later["interaction"]
    outcome, first = hall.records(interaction=made["interaction"])
    assert (first.kind, outcome.kind) == (Kind.DECISION, Kind.OUTCOME)
    assert (first.seq, outcome.seq) == (made["seq"], later["seq"])
