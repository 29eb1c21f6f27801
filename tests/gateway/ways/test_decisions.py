"""Decisions of predictive systems and what became of them: an ordinary day, then bad items, strangers and repetitions."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from typing import Any

import pytest

from kijun.gateway.snapshot import Stop
from kijun.gateway.ways.recording import UNLAWFUL, VIOLATION
from kijun.ledger.model import Busy, Differs, Kind, Verdict, now_ms
from tests.gateway.town import OTHER_KEY, TOWN, Running, digest, policy, with_grant
from tests.gateway.ways.sending import packed, post

DECISIONS, OUTCOMES = "/kijun/v1/decisions", "/kijun/v1/outcomes"


def decision(id: Any = "A-1", **more: Any) -> dict[str, Any]:
    return {
        "id": id,
        "at": now_ms() - 1000,
        "subject": "s-8812",
        "features": {"年齢": 71, "世帯人数": 1, "地区": "東", "要介護度": None, "履歴": [0, 1, 0.5]},
        "score": 0.83,
        "threshold": 0.5,
        "decision": "訪問",
        "model": "mimamori-2",
        **more,
    }


def test_a_decision_is_recorded_with_its_numbers(gateway: Running) -> None:
    answer = post(gateway, DECISIONS, decision())
    assert (answer.status, answer.json["recorded"]) == (200, 1)
    [one] = gateway.ledger.entries
    assert answer.json["receipts"] == [
        {"id": "A-1", "entry": one.id, "interaction": one.interaction, "seq": 0, "leaf": "00" * 32}
    ]
    assert (one.kind, one.source, one.model, one.verdict) == (
        Kind.DECISION,
        "decisions",
        "mimamori-2",
        Verdict.ALLOWED,
    )
    assert (one.municipality, one.system, one.purpose, one.grant) == (TOWN, "system", "purpose", "grant")
    assert one.content["features"] == decision()["features"]
    assert (one.content["score"], one.content["threshold"], one.content["decision"]) == (0.83, 0.5, "訪問")
    assert one.content["subject"] == "s-8812"


def test_its_outcome_joins_it_whichever_comes_first(gateway: Running) -> None:
    post(gateway, OUTCOMES, {"id": "A-1", "label": True, "source": "現地調査"})
    post(gateway, DECISIONS, decision())
    post(
        gateway,
        OUTCOMES,
        {"id": "A-1", "label": False, "source": "不服申立て", "at": "2026-11-20T09:00:00+09:00"},
    )
    first, made, second = gateway.ledger.entries
    assert first.interaction == made.interaction == second.interaction
    assert (first.kind, first.content["label"], second.content["label"]) == (Kind.OUTCOME, True, False)
    assert len({first.id, made.id, second.id}) == 3


def test_a_batch_goes_in_as_one(gateway: Running) -> None:
    answer = post(
        gateway, DECISIONS, packed([decision(number) for number in range(1000)]), content_encoding="gzip"
    )
    assert answer.json["recorded"] == 1000
    assert [one["id"] for one in answer.json["receipts"]] == list(range(1000))


def test_texts_are_masked_and_numbers_are_not(gateway: Running) -> None:
    features = {
        "氏名": "山田太郎",
        "番号": 123456789018,
        "メモ": "携帯は090-1234-5678",
        "内訳": ["佐藤花子さん", 3],
    }
    post(
        gateway,
        DECISIONS,
        decision(features=features, subject="鈴木一郎さん", explanation={"主な理由": "山田太郎さんは独居"}),
    )
    [one] = gateway.ledger.entries
    assert one.verdict is Verdict.MASKED
    assert one.content["features"]["番号"] == 123456789018
    assert one.content["features"]["氏名"] == "⟦氏名2⟧"  # the subject is the first
    assert one.content["features"]["内訳"][1] == 3
    for name in ("山田太郎", "090-1234", "佐藤花子", "鈴木一郎"):
        assert name not in str(one.content)
    assert "山田太郎" in one.masked.values()
    assert one.content["should_have_been"] == "masked"


def test_a_my_number_in_a_text_is_marked_as_against_the_policy(gateway: Running) -> None:
    post(gateway, DECISIONS, decision(explanation="マイナンバーは123456789018です。"))
    [one] = gateway.ledger.entries
    assert one.content["should_have_been"] == "blocked"
    assert {VIOLATION, "MY_NUMBER"} <= set(one.findings)


def test_the_same_subject_can_be_told_without_its_name(gateway: Running) -> None:
    post(
        gateway,
        DECISIONS,
        [
            decision(1, subject="山田太郎さん"),
            decision(2, subject="佐藤花子さん"),
            decision(3, subject="山田太郎さん"),
        ],
    )
    keys = [one.content["subject_key"] for one in gateway.ledger.entries]
    assert keys[0] == keys[2] != keys[1]


def test_what_was_said_again_has_the_same_fingerprint(gateway: Running) -> None:
    same = decision()
    post(gateway, DECISIONS, same)
    post(gateway, DECISIONS, dict(reversed(same.items())))
    post(gateway, DECISIONS, {**same, "score": 0.84})
    first, again, other = gateway.ledger.entries
    assert first.id == again.id == other.id
    assert first.fingerprint == again.fingerprint != other.fingerprint


def test_other_content_under_an_id_is_a_conflict(gateway: Running) -> None:
    post(gateway, DECISIONS, decision(1))
    [known] = gateway.ledger.entries
    gateway.ledger.fails = Differs((known.id,))
    answer = post(gateway, DECISIONS, [decision(1, score=0.1), decision(2)])
    assert (answer.status, answer.json["error"]["code"]) == (409, "conflict")
    assert answer.json["errors"][0]["item"] == 0
    assert answer.json["errors"][0]["code"] == "conflict"


# --- bad items -------------------------------------------------------------------------------------------

BAD: list[tuple[dict[str, Any], str]] = [
    ({"id": ""}, "id"),
    ({"id": "x" * 201}, "id"),
    ({"id": None}, "id"),
    ({"id": True}, "id"),
    ({"at": "2026-11-29T09:00:00"}, "at"),
    ({"at": "きのう"}, "at"),
    ({"at": 1_700_000_000}, "at"),
    ({"at": int(time.time() * 1000) + 3_600_000}, "at"),
    ({"features": []}, "features"),
    ({"features": {"a": {"b": 1}}}, "features"),
    ({"features": {"": 1}}, "features"),
    ({"score": "0.5"}, "score"),
    ({"score": True}, "score"),
    ({"threshold": "x"}, "threshold"),
    ({"decision": None}, "decision"),
    ({"decision": "x" * 201}, "decision"),
    ({"model": 5}, "model"),
    ({"explanation": {"a": {"b": {"c": {"d": {"e": 1}}}}}}, "explanation"),
    ({"system": "other"}, "system"),
    ({"person": "8"}, "person"),
]


@pytest.mark.parametrize(("change", "field"), BAD)
def test_a_fault_names_item_and_field_and_nothing_is_kept(
    gateway: Running, change: dict[str, Any], field: str
) -> None:
    answer = post(gateway, DECISIONS, [decision("good"), {**decision(), **change}])
    assert (answer.status, answer.json["error"]["code"]) == (400, "invalid_items")
    [fault] = answer.json["errors"]
    assert (fault["item"], fault["field"]) == (1, field)
    assert fault["reason"]["ja"]
    assert fault["reason"]["en"]
    assert gateway.ledger.entries == []


def test_missing_fields_are_all_named(gateway: Running) -> None:
    answer = post(gateway, DECISIONS, {"id": 1})
    assert [one["field"] for one in answer.json["errors"]] == [
        "at",
        "subject",
        "features",
        "score",
        "decision",
        "model",
    ]
    assert [one["field"] for one in post(gateway, OUTCOMES, {}).json["errors"]] == ["id", "label"]
    assert post(gateway, DECISIONS, ["text"]).status == 400


def test_with_partial_the_good_ones_are_kept(gateway: Running) -> None:
    answer = post(gateway, f"{DECISIONS}?partial=true", [decision(1), decision(2, score="high"), decision(3)])
    assert (answer.status, answer.json["recorded"], answer.json["refused"]) == (200, 2, 1)
    assert [one["id"] for one in answer.json["receipts"]] == [1, 3]
    assert answer.json["errors"][0]["item"] == 1
    assert len(gateway.ledger.entries) == 2


def test_the_same_id_twice_in_one_request(gateway: Running) -> None:
    answer = post(gateway, DECISIONS, [decision(1), decision(1)])
    assert answer.json["errors"][0]["code"] == "duplicate"
    answer = post(
        gateway, OUTCOMES, [{"id": 1, "label": 1, "source": "a"}, {"id": 1, "label": 0, "source": "b"}]
    )
    assert answer.json["recorded"] == 2


@pytest.mark.parametrize(
    "body", [b"", b"{", b'{"id": NaN}', b'{"score": Infinity}', b"[]", b"\xff", b"[" * 100_000]
)
def test_no_items_at_all(gateway: Running, body: bytes) -> None:
    answer = post(gateway, DECISIONS, body)
    assert answer.status == 400
    assert gateway.ledger.entries == []


def test_a_number_beyond_all_numbers(gateway: Running) -> None:
    body = (
        b'{"id":1,"at":%d,"subject":null,"features":{"a":1e999},"score":1,"decision":1,"model":"m"}'
        % now_ms()
    )
    assert post(gateway, DECISIONS, body).status == 400
    assert post(gateway, DECISIONS, decision(features={"a": 10**40})).json["recorded"] == 1
    assert gateway.ledger.entries[0].content["features"]["a"] == 1e40


def test_lone_surrogates_and_nul(gateway: Running) -> None:
    body = '{"id":"a","at":%d,"subject":"\\ud800","features":{"\\udc00x":"\\u0000山田太郎さん"},"score":null,"decision":"\\ud800","model":"m"}'
    assert post(gateway, DECISIONS, (body % now_ms()).encode()).status == 200
    assert "山田太郎" not in str(gateway.ledger.entries[0].content)


def test_too_many_and_too_large(gateway: Running) -> None:
    assert (
        post(gateway, DECISIONS, [decision(number) for number in range(1001)]).json["error"]["code"]
        == "too_many_items"
    )
    assert post(gateway, DECISIONS, packed(b" " * 90_000_000), content_encoding="gzip").status == 413


# --- outsiders -------------------------------------------------------------------------------------------


def test_a_wrong_key_and_a_wrong_method(gateway: Running) -> None:
    assert post(gateway, DECISIONS, decision(), key="kj-wrong").status == 401
    assert post(gateway, DECISIONS, b"", method="GET").status == 405
    assert post(gateway, "/kijun/v1/others", {}).status == 404


def test_another_towns_same_id_is_another_decision(gateway: Running) -> None:
    one = policy()
    there = replace(one.purposes[0], id="p2", municipality="142000")
    grant = replace(
        one.grants[0],
        id="g2",
        municipality="142000",
        system="system",
        purpose="p2",
        keys=(digest(OTHER_KEY),),
    )
    gateway.publish(replace(one, purposes=(*one.purposes, there), grants=(*one.grants, grant)))
    post(gateway, DECISIONS, decision())
    post(gateway, OUTCOMES, {"id": "A-1", "label": 1}, key=OTHER_KEY)
    ours, theirs = gateway.ledger.entries
    assert ours.interaction != theirs.interaction
    assert theirs.municipality == "142000"


def test_a_stopped_system_is_told_and_its_decision_kept_marked(gateway: Running) -> None:
    gateway.publish(replace(policy(), stops=(Stop("system", TOWN, "system", "点検中"),)))
    answer = post(gateway, DECISIONS, decision())
    assert (answer.status, answer.json["error"]["code"], answer.json["recorded"]) == (403, "stopped", 1)
    assert UNLAWFUL in gateway.ledger.entries[0].findings
    assert post(gateway, OUTCOMES, {"id": "A-1", "label": 1}).status == 200  # a label of the past is no use


def test_an_application_names_the_person_in_charge(gateway: Running) -> None:
    gateway.publish(with_grant(policy(), person="", application="mimamori"))
    post(gateway, DECISIONS, [decision(1, person="12"), decision(2, person="山田太郎さん")])
    first, second = gateway.ledger.entries
    assert (first.person, second.person) == ("12", "")
    assert "山田" not in str(second.content)


def test_a_busy_ledger(gateway: Running) -> None:
    gateway.ledger.fails = Busy("混雑", "busy")
    answer = post(gateway, DECISIONS, decision())
    assert (answer.status, answer.headers["retry-after"]) == (429, "1")


def test_nothing_that_was_sent_reaches_a_log(
    gateway: Running, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    post(gateway, DECISIONS, decision(features={"山田太郎": "山田太郎\nERROR forged"}))
    post(gateway, DECISIONS, decision(features={"山田太郎": {}}))
    monkeypatch.setattr("kijun.gateway.ways.decisions._inspect", lambda *held: {}["山田太郎"])
    assert post(gateway, DECISIONS, decision()).status == 500
    assert "山田" not in caplog.text
    assert "forged" not in caplog.text
