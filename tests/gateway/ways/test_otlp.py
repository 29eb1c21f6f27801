"""Traces from programs that do not pass the gateway: OpenTelemetry's own exporter first, then what goes wrong."""

from __future__ import annotations

import logging
import zlib
from dataclasses import replace
from typing import Any

import pytest
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExportResult

from kijun.gateway.snapshot import Handling, Stop
from kijun.gateway.ways.recording import UNLAWFUL, VIOLATION
from kijun.ledger.model import Busy, Kind, Unavailable, Verdict, now_ms
from tests.gateway.town import KEY, OTHER_KEY, TOWN, Running, digest, policy, with_grant, with_purpose
from tests.gateway.ways.sending import NOW, PROTOBUF, logs, many, packed, post, said, span, spans, talk

PERSONAL = "申請者は山田太郎さん、携帯は090-1234-5678です。"


def exporter(gateway: Running, key: str = KEY) -> OTLPSpanExporter:
    return OTLPSpanExporter(
        f"{gateway.url}/v1/traces", headers={"authorization": f"Bearer {key}"}, timeout=10
    )


def traced(gateway: Running, **attributes: Any) -> None:
    """A span as a program makes it with OpenTelemetry's SDK."""
    provider = TracerProvider(resource=Resource.create({"service.name": "bot"}), shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter(gateway)))
    tracer = provider.get_tracer("test")
    with tracer.start_as_current_span("chat gpt-x") as one:
        one.set_attributes({"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-x", **attributes})
    provider.shutdown()


def test_a_span_becomes_an_input_and_an_output(gateway: Running) -> None:
    traced(gateway, **talk("転入届の期限は。", "14日以内です。"))
    given, made = gateway.ledger.last()
    assert (given.kind, given.source, given.verdict) == (Kind.INPUT, "otlp", Verdict.ALLOWED)
    assert (given.municipality, given.system, given.purpose, given.person, given.retention) == (
        TOWN,
        "system",
        "purpose",
        "7",
        "y3",
    )
    assert (given.model, given.tokens_in, given.tokens_out) == ("gpt-x-2026", 21, 0)
    assert given.content["request"]["messages"] == [{"role": "user", "content": "転入届の期限は。"}]
    assert given.content["provider"] == "openai"
    assert given.content["attributes"]["resource"]["service.name"] == "bot"
    assert (made.kind, made.verdict, made.tokens_in, made.tokens_out) == (Kind.OUTPUT, Verdict.ALLOWED, 0, 9)
    assert made.content["texts"] == [{"where": "choices[0].message.content", "text": "14日以内です。"}]
    assert made.content["finish_reasons"] == ["stop"]
    assert abs(given.at - now_ms()) < 60_000


def test_names_and_numbers_are_masked_in_both(gateway: Running) -> None:
    traced(gateway, **talk(PERSONAL, f"確認しました。{PERSONAL}", **{"user.id": "鈴木花子さん"}))
    given, made = gateway.ledger.last()
    assert given.verdict is Verdict.MASKED
    assert given.content["should_have_been"] == "masked"
    kept = str(given.content) + str(made.content)
    assert "山田" not in kept
    assert "090-1234" not in kept
    assert "鈴木花子" not in kept
    assert given.masked["⟦氏名1⟧"] == "山田太郎"
    assert "⟦氏名1⟧" in made.content["texts"][0]["text"]
    assert "PERSON" in given.findings
    assert "PERSON" in made.findings
    assert VIOLATION not in given.findings


def test_what_should_have_been_blocked_is_marked_and_found_by_its_finding(gateway: Running) -> None:
    traced(gateway, **talk("マイナンバーは123456789018です。", "承りました。"))
    given, _made = gateway.ledger.last()
    assert given.verdict is Verdict.MASKED
    assert given.content["should_have_been"] == "blocked"
    assert {"MY_NUMBER", VIOLATION} <= set(given.findings)
    assert "123456789018" not in str(given.content)


def test_an_answer_that_should_have_been_blocked_is_marked_too(gateway: Running) -> None:
    gateway.publish(with_purpose(policy(), output=Handling(groups={"numbers": "block"})))
    traced(gateway, **talk("番号は。", "マイナンバーは123456789018です。"))
    made = gateway.ledger.last()[1]
    assert (made.verdict, made.content["should_have_been"]) == (Verdict.MASKED, "blocked")
    assert VIOLATION in made.findings


def test_json_gzip_and_protobuf_say_the_same(gateway: Running) -> None:
    held = spans(span(3, attributes=talk("こんにちは", "はい")))
    answer = post(gateway, "/v1/traces", packed(held), content_encoding="gzip")
    assert (answer.status, answer.json) == (200, {})
    assert (answer.headers["kijun-recorded"], answer.headers["kijun-ignored"]) == ("1", "0")
    assert answer.headers["content-type"] == "application/json"
    answer = post(
        gateway,
        "/v1/traces",
        packed(many(2, {"gen_ai.operation.name": "chat"})),
        kind=PROTOBUF,
        content_encoding="gzip",
    )
    assert (answer.status, answer.headers["content-type"], answer.body) == (200, PROTOBUF, b"")
    assert len(gateway.ledger.entries) == 6


def test_an_exporter_that_sends_again_uses_the_same_ids(gateway: Running) -> None:
    held = spans(span(attributes=talk("こんにちは", "はい")), span(2))
    post(gateway, "/v1/traces", held)
    first = [one.id for one in gateway.ledger.entries]
    post(gateway, "/v1/traces", held)
    assert [
        one.id for one in gateway.ledger.entries
    ] == first * 2  # the real ledger knows them: tests/ledger/test_naming.py
    assert len(set(first)) == 4
    assert all(one[12] == "8" for one in first)


def test_another_span_under_the_same_id_is_told_and_nothing_else_lost(gateway: Running) -> None:
    first, other, third = (
        spans(span(1, attributes=talk("一", "はい")))["resourceSpans"],
        spans(span(1, attributes=talk("別の質問", "はい")))["resourceSpans"],
        spans(span(2, attributes=talk("二", "はい")))["resourceSpans"],
    )
    post(gateway, "/v1/traces", {"resourceSpans": first})
    answer = post(gateway, "/v1/traces", {"resourceSpans": other + third})
    assert (answer.status, answer.headers["kijun-recorded"]) == (200, "1")
    assert answer.json["partialSuccess"]["rejectedSpans"] == "1"
    assert f"{1:016x}" in answer.json["partialSuccess"]["errorMessage"]
    assert len(gateway.ledger.entries) == 4
    assert post(gateway, "/v1/traces", {"resourceSpans": first}).json == {}


def test_what_one_request_repeats_is_taken_once(gateway: Running) -> None:
    one, other = (span(1, attributes=talk(text, "はい")) for text in ("一", "別"))
    answer = post(gateway, "/v1/traces", spans(one, one, other))
    assert answer.headers["kijun-recorded"] == "1"
    assert answer.json["partialSuccess"]["rejectedSpans"] == "1"
    assert len(gateway.ledger.entries) == 2


def test_another_systems_same_span_is_another_record(gateway: Running) -> None:
    held = spans(span())
    post(gateway, "/v1/traces", held)
    gateway.publish(with_grant(policy(), system="second"))
    post(gateway, "/v1/traces", held)
    assert len({one.id for one in gateway.ledger.entries}) == 4


def test_spans_that_are_not_ais_are_counted_and_not_kept(gateway: Running) -> None:
    web = span(
        3,
        attributes={
            "gen_ai.operation.name": None,
            "gen_ai.request.model": None,
            "http.request.method": "GET",
        },
    )
    chain = span(
        4,
        attributes={
            "gen_ai.operation.name": None,
            "gen_ai.request.model": None,
            "openinference.span.kind": "CHAIN",
            "input.value": "秘密",
        },
    )
    answer = post(gateway, "/v1/traces", spans(span(), web, chain))
    assert (answer.headers["kijun-recorded"], answer.headers["kijun-ignored"]) == ("1", "2")
    assert len(gateway.ledger.entries) == 2


def test_a_span_without_contents_is_recorded_and_says_so(gateway: Running) -> None:
    traced(gateway, **{"gen_ai.usage.input_tokens": 5, "gen_ai.usage.output_tokens": 6})
    given, made = gateway.ledger.last()
    assert (given.verdict, made.verdict) == (Verdict.NONE, Verdict.NONE)
    assert (given.tokens_in, made.tokens_out) == (5, 6)
    assert "送っていません" in given.content["without_content"]["ja"]
    assert made.content["without_content"]["en"]


def test_a_call_that_failed(gateway: Running) -> None:
    held = talk("こんにちは", "", **{"error.type": "RateLimitError", "gen_ai.output.messages": "[]"})
    post(gateway, "/v1/traces", spans(span(attributes=held, error="山田太郎さんの要求は拒否されました")))
    given, made = gateway.ledger.last()
    assert (made.verdict, made.content["error"], made.duration_ms) == (
        Verdict.FAILED,
        {"code": "RateLimitError"},
        1500,
    )
    assert "山田" not in str(given.content)


def test_tokens_of_an_agent_are_those_of_its_calls_and_count_once(gateway: Running) -> None:
    post(
        gateway,
        "/v1/traces",
        spans(span(attributes={**talk("a", "b"), "gen_ai.operation.name": "invoke_agent"})),
    )
    given, made = gateway.ledger.last()
    assert (given.tokens_in, made.tokens_out) == (0, 0)
    assert made.content["usage"] == {"input_tokens": 21, "output_tokens": 9}


# --- outsiders ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["", "kj-wrong", OTHER_KEY])
def test_a_wrong_key(gateway: Running, key: str) -> None:
    answer = post(gateway, "/v1/traces", spans(span()), key=key)
    assert (answer.status, answer.json["code"]) == (401, 16)
    assert answer.json["error"]["code"] == "invalid_api_key"
    assert gateway.ledger.said == []


def test_the_real_exporter_gives_up_on_a_wrong_key(
    gateway: Running, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    assert exporter(gateway, "kj-wrong").export([]) in (SpanExportResult.FAILURE, SpanExportResult.SUCCESS)
    traced_before = len(gateway.ledger.said)
    assert traced_before == 0


def test_what_a_stopped_system_still_did_is_kept_marked_and_its_sender_told(gateway: Running) -> None:
    gateway.publish(replace(policy(), stops=(Stop("system", TOWN, "system", "点検中", "inspection"),)))
    answer = post(gateway, "/v1/traces", spans(span(attributes=talk("a", "b"))))
    assert (answer.status, answer.json["code"], answer.json["error"]["code"]) == (403, 7, "stopped")
    assert "点検中" in answer.json["message"]
    given, made = gateway.ledger.last()
    assert UNLAWFUL in given.findings
    assert UNLAWFUL in made.findings
    assert given.content["unlawful"] == "stopped"


def test_a_span_of_before_the_stop_is_no_use_while_stopped(gateway: Running) -> None:
    since = now_ms() - 60_000
    gateway.publish(replace(policy(), stops=(Stop("system", TOWN, "system", "点検中", since=since),)))
    before = (since - 3_600_000) * 1_000_000
    answer = post(gateway, "/v1/traces", spans(span(attributes=talk("a", "b"), at=before)))
    assert answer.status == 200
    assert all(UNLAWFUL not in one.findings for one in gateway.ledger.last())


def test_use_out_of_hours_is_marked_by_its_own_time(gateway: Running) -> None:
    gateway.publish(with_purpose(policy(), hours=((0, 0, 1),)))  # Mondays, one minute
    assert post(gateway, "/v1/traces", spans(span(attributes=talk("a", "b")))).status == 200
    assert gateway.ledger.last()[0].content["unlawful"] == "not_allowed_now"


def test_an_expired_grant_and_a_wrong_network(gateway: Running) -> None:
    gateway.publish(with_grant(policy(), expires=1))
    assert post(gateway, "/v1/traces", spans(span())).json["error"]["code"] == "grant_expired"
    gateway.publish(with_purpose(policy(), networks=("10.0.0.0/8",)))
    assert post(gateway, "/v1/traces", spans(span())).status == 403
    assert gateway.ledger.said == []


@pytest.mark.parametrize(("name", "value"), [("kijun_municipality", "142000"), ("kijun_system", "other")])
def test_spans_told_of_another_town_or_system_are_rejected(gateway: Running, name: str, value: str) -> None:
    answer = post(gateway, "/v1/traces", spans(span(), **{name: value}))
    assert answer.json["partialSuccess"]["rejectedSpans"] == "1"
    assert "municipality" in answer.json["partialSuccess"]["errorMessage"]
    assert gateway.ledger.said == []


# --- bad input -----------------------------------------------------------------------------------------


def test_no_otlp_at_all(gateway: Running) -> None:
    for body, kind in (
        (b"\xff\xff\xff", PROTOBUF),
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b'{"resourceSpans": 5}', "application/json"),
    ):
        answer = post(gateway, "/v1/traces", body, kind=kind)
        assert answer.status == 400, body
    assert post(gateway, "/v1/traces", b"", kind="text/plain").status == 415
    assert post(gateway, "/v1/traces", b"", method="GET").status == 405
    assert post(gateway, "/v1/traces", b"x", content_encoding="gzip").json["error"]["code"] == "invalid_gzip"
    assert post(gateway, "/v1/traces", packed(b"{}")[:-9], content_encoding="gzip").status == 400
    assert post(gateway, "/v1/traces", b"x", content_encoding="zstd").status == 415


def test_a_refusal_in_protocol_buffers_is_a_status(gateway: Running) -> None:
    answer = post(gateway, "/v1/traces", b"\xff", kind=PROTOBUF)
    assert (answer.headers["content-type"], answer.body[:2]) == (
        PROTOBUF,
        b"\x08\x03",
    )  # code: INVALID_ARGUMENT
    assert "OTLP" in answer.body.decode("utf-8", "replace")


def test_ids_of_zeros_are_rejected_and_told_in_protocol_buffers(gateway: Running) -> None:
    body = many(1, {"gen_ai.operation.name": "chat"}).replace((1).to_bytes(16), bytes(16))
    answer = post(gateway, "/v1/traces", body, kind=PROTOBUF)
    told = ExportTraceServiceResponse.FromString(answer.body)
    assert told.partial_success.rejected_spans == 1
    assert "trace id" in told.partial_success.error_message


@pytest.mark.parametrize(
    "value",
    [{"doubleValue": "0.7"}, {"stringValue": None}, {"intValue": 12.0}, {"intValue": "12"}, {"new": 1}, {}],
)
def test_whatever_protobufs_json_allows_is_taken(gateway: Running, value: Any) -> None:
    held = span()
    held["attributes"].append({"key": "gen_ai.usage.input_tokens", "value": value})
    answer = post(gateway, "/v1/traces", spans(held))
    assert (answer.status, answer.json) == (200, {})
    assert gateway.ledger.last()[0].tokens_in == (12 if "intValue" in value else 0)


@pytest.mark.parametrize("value", [{"doubleValue": "many"}, {"stringValue": 5}, {"intValue": 1.5}, [], "x"])
def test_a_value_that_is_none_costs_its_own_span_alone(gateway: Running, value: Any) -> None:
    held = span()
    held["attributes"].append({"key": "gen_ai.usage.input_tokens", "value": value})
    answer = post(gateway, "/v1/traces", spans(held, span(2)))
    assert (answer.status, answer.headers["kijun-recorded"]) == (200, "1")
    assert answer.json["partialSuccess"]["rejectedSpans"] == "1"


@pytest.mark.parametrize("parent", ["山田太郎 090-1234-5678", "090-1234-5678", "0" * 16, "ab"])
def test_a_parent_that_is_no_id_is_dropped(gateway: Running, parent: str) -> None:
    assert post(gateway, "/v1/traces", spans(span(parentSpanId=parent))).json == {}
    post(gateway, "/v1/traces", spans(span(2, parentSpanId="AB" * 8)))
    assert gateway.ledger.entries[0].content["trace"] == {"trace_id": f"{1:032x}", "span_id": f"{1:016x}"}
    assert gateway.ledger.last()[0].content["trace"]["parent_id"] == "ab" * 8


def test_why_something_was_rejected_is_told_in_both_languages(
    gateway: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_deep(_: Any) -> None:
        raise RecursionError

    without_ids = {**span(), "traceId": "x"}
    reasons = [post(gateway, "/v1/traces", spans(without_ids)).json["partialSuccess"]["errorMessage"]]
    monkeypatch.setattr("kijun.gateway.ways.otlp.call_of", too_deep)
    reasons.append(post(gateway, "/v1/traces", spans(span())).json["partialSuccess"]["errorMessage"])
    monkeypatch.setattr("kijun.gateway.ways.otlp.call_of_log", too_deep)
    event = {"timeUnixNano": str(NOW), "eventName": "gen_ai.user.message"}
    reasons.append(post(gateway, "/v1/logs", logs(event)).json["partialSuccess"]["errorMessage"])
    for reason in reasons:
        ja, _, en = reason.partition(" / ")
        assert not ja.isascii()
        assert en
        assert en.isascii()


def test_a_gzip_bomb_is_stopped(gateway: Running) -> None:
    bomb = zlib.compressobj(9, wbits=31)
    body = b"".join(bomb.compress(bytes(1_000_000)) for _ in range(200)) + bomb.flush()
    answer = post(gateway, "/v1/traces", body, content_encoding="gzip")
    assert answer.status == 413
    assert post(gateway, "/v1/traces", spans(span())).status == 200
    assert gateway.gateway._bytes == 0


def test_a_hundred_thousand_spans(gateway: Running) -> None:
    answer = post(gateway, "/v1/traces", many(100_000, {"http.request.method": "GET"}), kind=PROTOBUF)
    assert (answer.status, answer.headers["kijun-ignored"]) == (200, "100000")
    answer = post(gateway, "/v1/traces", many(3_000, {"gen_ai.operation.name": "chat"}), kind=PROTOBUF)
    assert (answer.status, answer.headers["kijun-recorded"]) == (200, "3000")
    assert len({one.id for one in gateway.ledger.entries}) == 6_000


@pytest.mark.parametrize(
    "text",
    [
        "\ud800 山田太郎さん",
        "\x00",
        "⟦氏名1⟧さん",
        "a" * 300_000,
        '{"a": "\\ud800"}',
        "[" * 5_000,
        '[{"role": 5}]',
        "{}",
    ],
)
def test_strange_texts_do_no_harm(gateway: Running, text: str) -> None:
    held = {
        "gen_ai.input.messages": text,
        "gen_ai.output.messages": said(text, "assistant"),
        "gen_ai.tool.definitions": text,
    }
    answer = post(gateway, "/v1/traces", spans(span(attributes=held)))
    assert answer.status == 200
    assert answer.headers["kijun-recorded"] == "1"
    given, made = gateway.ledger.last()
    assert "山田太郎" not in str(given.content) + str(made.content)


def test_a_text_that_is_too_long_to_inspect_is_not_kept(gateway: Running) -> None:
    answer = post(gateway, "/v1/traces", spans(span(attributes=talk("あ" * 3_000_000, "はい"))))
    assert answer.headers["kijun-recorded"] == "1"
    given = gateway.ledger.last()[0]
    assert "検査できる長さ" in given.content["without_content"]["ja"]
    assert given.tokens_in == 21


def test_numbers_that_are_none(gateway: Running) -> None:
    held = span(
        attributes={
            "gen_ai.request.temperature": 1.0,
            "gen_ai.usage.input_tokens": -5,
            "gen_ai.usage.output_tokens": "many",
        }
    )
    held["attributes"][2]["value"] = {"doubleValue": "NaN"}
    assert post(gateway, "/v1/traces", spans(held)).status == 200
    given, made = gateway.ledger.last()
    assert (given.tokens_in, made.tokens_out) == (0, 0)
    assert given.content["attributes"]["gen_ai.request.temperature"] == "NaN"


def test_a_time_that_cannot_be_is_not_believed(gateway: Running) -> None:
    for number, at in enumerate((1, 10**19), 1):
        post(gateway, "/v1/traces", spans(span(number, at=at)))
        given = gateway.ledger.last()[0]
        assert abs(given.at - now_ms()) < 60_000
        assert given.content["trace"]["claimed_at"] == at // 1_000_000


def test_a_ledger_that_cannot_write_asks_to_come_again(gateway: Running) -> None:
    for error, status in ((Busy("混雑", "busy"), 429), (Unavailable("不可", "down"), 503)):
        gateway.ledger.fails = error
        answer = post(gateway, "/v1/traces", spans(span()))
        assert answer.status == status
        assert int(answer.headers["retry-after"]) > 0


def test_nothing_that_was_sent_reaches_a_log(
    gateway: Running, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    poison = "山田太郎\nERROR forged"
    post(gateway, "/v1/traces", spans(span(attributes=talk(poison, poison), name=poison)))
    post(gateway, "/v1/traces", poison.encode())
    monkeypatch.setattr("kijun.gateway.ways.otlp.call_of", lambda span: {}[poison])
    assert post(gateway, "/v1/traces", spans(span())).status == 500
    assert "山田" not in caplog.text
    assert "forged" not in caplog.text
    assert "KeyError" in caplog.text


def test_another_grants_key_records_for_its_own_system(gateway: Running) -> None:
    one = policy().grants[0]
    other = replace(one, id="g2", system="s2", person="", application="app", keys=(digest(OTHER_KEY),))
    gateway.publish(replace(policy(), grants=(one, other)))
    post(gateway, "/v1/traces", spans(span()), key=OTHER_KEY)
    given = gateway.ledger.last()[0]
    assert (given.system, given.application, given.person) == ("s2", "app", "")
