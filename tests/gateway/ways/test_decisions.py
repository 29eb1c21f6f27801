"""Decisions of predictive systems and what became of them: an ordinary day, then bad items, strangers and repetitions."""

from __future__ import annotations

import json
import logging
import time
from dataclasses import replace
from typing import Any

import pytest

from kijun.gateway.snapshot import Handling, Stop
from kijun.gateway.ways.people import number_of
from kijun.gateway.ways.recording import UNLAWFUL, VIOLATION
from kijun.governance.accounts.names import normalise_number
from kijun.ledger.model import Busy, Differs, Kind, Verdict, now_ms
from tests.gateway.town import OTHER_KEY, TOWN, Running, digest, policy, with_grant, with_purpose
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
        "番号": 123456789012,
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
    assert one.content["features"]["番号"] == 123456789012  # no My Number: its check digit is another
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


@pytest.mark.parametrize(
    ("features", "type"),
    [
        ({"個人番号": 123456789018}, "MY_NUMBER"),
        ({"世帯": [1, 123456789018.0]}, "MY_NUMBER"),
        ({"カード": 4111111111111111}, "CREDIT_CARD"),
        ({"口座番号": 1234567}, "BANK_ACCOUNT"),
        ({"生年月日": 19500101}, "BIRTH_DATE"),
    ],
)
def test_somebodys_number_is_hidden_as_a_number_too(
    gateway: Running, features: dict[str, Any], type: str
) -> None:
    post(gateway, DECISIONS, decision(features=features))
    [one] = gateway.ledger.entries
    assert type in one.findings
    assert one.verdict is Verdict.MASKED
    for value in features.values():
        figures = str(int(value[1] if isinstance(value, list) else value))
        assert figures not in str(one.content)
        assert figures in one.masked.values()


def test_a_my_number_as_id_decision_label_or_explanation(gateway: Running) -> None:
    number = 123456789018
    answer = post(gateway, DECISIONS, decision(number, explanation={"番号": [number]}, decision=number))
    post(gateway, OUTCOMES, {"id": number, "label": number})
    assert answer.json["receipts"][0]["id"] == number  # the sender's own
    made, became = gateway.ledger.entries
    assert made.interaction == became.interaction
    assert {VIOLATION, "MY_NUMBER"} <= set(made.findings)
    assert str(number) not in f"{made.content} {became.content}"


def test_counts_yen_and_scores_stay_numbers(gateway: Running) -> None:
    features = {
        "所得": 12_345_678,
        "人口": 3_776_000,
        "率": 0.123456789018,
        "負": -123456789018,
        "受付": 20260001,
    }
    post(gateway, DECISIONS, decision(20_261_130_093_000, features=features, score=123456789018))
    [one] = gateway.ledger.entries
    assert one.content["features"] == features
    assert (one.content["id"], one.content["score"]) == (20_261_130_093_000, 123456789018)
    assert one.verdict is Verdict.ALLOWED


def test_a_number_that_the_purpose_lets_pass_stays_one(gateway: Running) -> None:
    lenient = Handling({}, {"POSTAL_CODE": "allow"})
    gateway.publish(with_purpose(policy(), input=lenient))
    post(gateway, DECISIONS, decision(features={"郵便番号": 1000001, "個人番号": 123456789018}))
    [one] = gateway.ledger.entries
    assert one.content["features"] == {"郵便番号": 1000001, "個人番号": "⟦個人番号1⟧"}


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
    assert post(gateway, DECISIONS, {**same, "score": 0.84}).status == 409
    first, again = gateway.ledger.entries
    assert (first.id, first.fingerprint) == (again.id, again.fingerprint)


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


def test_nul_is_a_character(gateway: Running) -> None:
    body = '{"id":"a","at":%d,"subject":"s","features":{"x":"\\u0000山田太郎さん"},"score":null,"decision":"d","model":"m"}'
    assert post(gateway, DECISIONS, (body % now_ms()).encode()).status == 200
    assert "山田太郎" not in str(gateway.ledger.entries[0].content)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("decision", "\ud800"),
        ("model", "a\udfff"),
        ("subject", "\ud83d"),
        ("features", {"a": ["b", "\udc00"]}),
        ("features", {"\udc00x": 1}),
        ("explanation", {"a": [{"b": "\ud800"}]}),
    ],
)
def test_half_a_character_is_told_and_not_recorded_as_another(
    gateway: Running, field: str, value: Any
) -> None:
    answer = post(gateway, DECISIONS, json.dumps(decision(**{field: value})).encode())
    assert (answer.status, answer.json["error"]["code"]) == (400, "invalid_items")
    assert [one["field"] for one in answer.json["errors"]] == [field]
    assert not gateway.ledger.entries


def test_half_a_character_in_an_outcome(gateway: Running) -> None:
    body = b'{"id":"A-1","label":"\\ud800"}'
    assert post(gateway, OUTCOMES, body).json["errors"][0]["field"] == "label"
    whole = b'{"id":"A-1","label":"\\ud842\\udfb7"}'  # 𠮷
    assert post(gateway, OUTCOMES, whole).status == 200


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


def test_what_counts_is_whether_it_was_stopped_then(gateway: Running) -> None:
    now, hour = now_ms(), 3_600_000
    on = Stop("system", TOWN, "system", "点検中", since=now - hour)
    before = Stop("everything", TOWN, since=now - 5 * hour, until=now - 4 * hour)
    others = Stop("system", TOWN, "other", since=now - 3 * hour, until=now - 2 * hour)
    gateway.publish(replace(policy(), stops=(on,), lifted=(before, others)))
    told = {"before": now - 2 * hour, "lifted": now - 4 * hour - 1, "at its end": now - 4 * hour}
    assert post(gateway, DECISIONS, [decision(name, at=at) for name, at in told.items()]).status == 200
    assert [UNLAWFUL in one.findings for one in gateway.ledger.entries] == [False, True, False]
    assert gateway.ledger.entries[1].content["unlawful"] == "stopped"
    answer = post(gateway, DECISIONS, [decision("a", at=now - 2 * hour), decision("b", at=now - hour)])
    assert (answer.status, answer.json["error"]["code"]) == (403, "stopped")
    assert [UNLAWFUL in one.findings for one in gateway.ledger.entries[3:]] == [False, True]


def test_hours_are_those_of_then_also_under_a_stop(gateway: Running) -> None:
    stop = Stop("system", TOWN, "system", since=now_ms() - 1)
    gateway.publish(replace(with_purpose(policy(), hours=((0, 0, 1),)), stops=(stop,)))
    assert post(gateway, DECISIONS, decision(at=now_ms() - 86_400_000)).status == 200
    assert gateway.ledger.entries[0].content["unlawful"] == "not_allowed_now"


STAFF = {TOWN: {"3001": "12", "7": "20", "A-12": "21"}, "142000": {"3002": "30"}}


def test_an_application_names_the_person_in_charge(gateway: Running) -> None:
    gateway.publish(with_grant(policy(people=STAFF), person="", application="mimamori"))
    named = ["3001", "３００１", "a-12", "7", "12", "3002", "123456789018", "山田太郎さん", "7" * 30]
    post(gateway, DECISIONS, [decision(at, person=one) for at, one in enumerate(named)])
    found = [one.person for one in gateway.ledger.entries]
    # The id of the ledger is nobody's number here, another town's number is nobody's, and what is no number is nobody's name.
    assert found == ["12", "12", "21", "20", "?12", "?3002", "", "", ""]
    for hidden in ("山田", "123456789018"):
        assert hidden not in str([one.content for one in gateway.ledger.entries])


def test_whoever_is_named_the_receipt_is_the_same(gateway: Running) -> None:
    application = with_grant(policy(), person="", application="mimamori")
    everybody: list[dict[str, dict[str, str]]] = [{}, STAFF, {TOWN: {"3001": "99"}}]
    same = decision(1, person="3001")
    for people in everybody:
        gateway.publish(replace(application, people=people))
        assert post(gateway, DECISIONS, same).status == 200
    first, *again = gateway.ledger.entries
    assert [one.person for one in gateway.ledger.entries] == ["?3001", "12", "99"]
    assert all((one.id, one.fingerprint) == (first.id, first.fingerprint) for one in again)


def test_with_a_persons_key_it_is_their_own_number(gateway: Running) -> None:
    gateway.publish(policy(people={TOWN: {"3007": "7", "7": "20"}}))
    assert post(gateway, DECISIONS, decision(1, person="3007")).status == 200
    assert gateway.ledger.entries[0].person == "7"
    for number in ("7", "20", "9999", "山田太郎"):  # 7 is another's number
        answer = post(gateway, DECISIONS, decision(2, person=number))
        assert (answer.status, answer.json["errors"][0]["field"]) == (400, "person")


def test_a_receipt_for_the_id_that_was_asked_for_once_is_still_given(gateway: Running) -> None:
    gateway.publish(policy(people={TOWN: {"3007": "7"}}))
    assert post(gateway, DECISIONS, decision(1, person="7")).status == 200
    assert gateway.ledger.entries[0].person == "7"


def test_numbers_are_read_as_the_control_plane_writes_them() -> None:
    for text in ("００１２", " a−12 ", "３００１　", "Ab-9", "ｱ"):
        assert number_of(text) == normalise_number(text)


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
