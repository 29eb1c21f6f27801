"""Events of logs that carry what was said: whole calls, and messages one by one."""

from __future__ import annotations

import json
from typing import Any

from kijun.ledger.model import Kind, Verdict
from tests.gateway.town import Running
from tests.gateway.ways.sending import NOW, logs, pairs, post, span, spans, talk

PERSONAL = "申請者は山田太郎さん、携帯は090-1234-5678です。"


def record(name: str, body: Any = None, number: int = 1, flags: int = 1, **attributes: Any) -> dict[str, Any]:
    return {
        "timeUnixNano": str(NOW),
        "eventName": name,
        "traceId": f"{number:032x}" if number else "",
        "spanId": f"{number:016x}" if number else "",
        "flags": flags,
        "attributes": pairs(attributes),
        **({} if body is None else {"body": {"kvlistValue": {"values": pairs(body)}}}),
    }


def test_an_event_with_contents_joins_its_span(gateway: Running) -> None:
    post(gateway, "/v1/traces", spans(span()))
    details = record("gen_ai.client.inference.operation.details", **talk(PERSONAL, "はい"))
    answer = post(gateway, "/v1/logs", logs(details, record("http.access")))
    assert (answer.headers["kijun-recorded"], answer.headers["kijun-ignored"]) == ("1", "1")
    first, _, given, made = gateway.ledger.entries
    assert first.interaction == given.interaction == made.interaction
    assert first.id != given.id
    assert given.verdict is Verdict.MASKED
    assert "山田" not in str(given.content)
    assert (given.tokens_in, made.tokens_out) == (0, 0)  # the span counts them


def test_an_event_whose_span_is_not_sent_counts_its_tokens(gateway: Running) -> None:
    post(
        gateway,
        "/v1/logs",
        logs(record("gen_ai.client.inference.operation.details", flags=0, **talk("a", "b"))),
    )
    given, made = gateway.ledger.last()
    assert (given.tokens_in, made.tokens_out) == (21, 9)


def test_messages_that_come_one_by_one_belong_together(gateway: Running) -> None:
    events = [
        record("gen_ai.system.message", {"content": "あなたは案内係です。"}),
        record("gen_ai.user.message", {"content": "こんにちは"}),
        record(
            "gen_ai.choice",
            {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "はい"}},
        ),
    ]
    post(gateway, "/v1/logs", logs(*events))
    (first, given), (made,) = gateway.ledger.of(Kind.INPUT), gateway.ledger.of(Kind.OUTPUT)
    assert len({one.interaction for one in gateway.ledger.entries}) == 1
    said = [one.content["request"]["messages"] for one in (first, given)]
    assert [[one["role"] for one in messages] for messages in said] == [["system"], ["user"]]
    assert made.content["texts"][0]["text"] == "はい"


def test_events_that_come_again_in_other_groups_are_known(gateway: Running) -> None:
    events = [
        record("gen_ai.user.message", {"content": "こんにちは"}),
        record("gen_ai.choice", {"index": 0, "message": {"content": "はい"}}),
        record("gen_ai.client.inference.operation.details", **talk("こんにちは", "はい")),
    ]
    for group in (events[:1], events[1:], events, events[::-1], events + events):
        assert post(gateway, "/v1/logs", logs(*group)).json == {}
    assert len({one.id for one in gateway.ledger.entries}) == 4


def test_two_events_without_a_span_are_two(gateway: Running) -> None:
    first, second = (record("gen_ai.user.message", {"content": text}, number=0) for text in ("一", "二"))
    post(gateway, "/v1/logs", logs(first, second))
    assert len({one.interaction for one in gateway.ledger.entries}) == 2


def test_ids_that_are_none_are_dropped(gateway: Running) -> None:
    event = record("gen_ai.user.message", {"content": "こんにちは"})
    post(
        gateway,
        "/v1/logs",
        logs({**event, "traceId": "山田太郎 090-1234-5678", "spanId": "tel:090-1234-5678"}),
    )
    [given] = gateway.ledger.entries
    assert given.content["trace"] == {"event": "gen_ai.user.message"}


def test_the_answer_is_json_where_the_question_was(gateway: Running) -> None:
    assert json.loads(post(gateway, "/v1/logs", b"{}").body) == {}
