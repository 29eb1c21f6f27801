"""Pages of records say what is true: of what was not sent, of hidden characters, of short times, of holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import translation

from kijun.governance.accounts.models import Person
from kijun.governance.interactions import actions, ledger, sending
from kijun.governance.interactions.names import Names
from kijun.governance.interactions.searching import Interaction
from kijun.ledger.holding import holds_of
from kijun.ledger.model import Verdict
from tests.governance.interactions.made import exchange
from tests.governance.interactions.test_records import page, reader

ClientOf = Callable[[Person], Client]
TURNED = "支払先を\u202e変える"


def test_what_was_stopped_was_not_let_through(
    client_of: ClientOf, auditor: Person, staff: Person, say: Any
) -> None:
    stopped = say(staff, "氏名：山田太郎　の個人番号は 1234 5678 9018 です", verdict=Verdict.BLOCKED)
    sent = say(staff, "氏名：山田太郎　の通知を直して")
    client = reader(client_of, auditor)
    text = page(client, f"/staff/records/one/{stopped}/")
    assert "送る場合は、伏せて通す（送っていません）" in text
    assert '<td data-label="扱い">伏せて通す</td>' in page(client, f"/staff/records/one/{sent}/")


def test_characters_that_turn_the_text_are_shown(
    client_of: ClientOf, auditor: Person, staff: Person, say: Any
) -> None:
    id = say(staff, TURNED, "はい\u200b。")
    client = reader(client_of, auditor)
    for address in ("/staff/records/", f"/staff/records/one/{id}/"):
        text = page(client, address)
        assert '<span class="invisible">⟨U+202E⟩</span>' in text
        assert "\u202e" not in text


def test_they_are_refused_in_reasons(client_of: ClientOf, auditor: Person, staff: Person, say: Any) -> None:
    id = say(staff)
    with pytest.raises(ValidationError, match=r"U\+202E"):
        actions.put_hold(auditor, id, TURNED)
    answer = client_of(auditor).post("/staff/records/reason/", {"reason": TURNED})
    assert answer.status_code == 422
    assert "目に見えない文字（U+202E）" in answer.content.decode()
    actions.put_hold(auditor, id, "一行\n二行")


def test_a_hold_that_is_sent_twice_is_one(
    client_of: ClientOf, auditor: Person, executive: Person, staff: Person, say: Any
) -> None:
    id = say(staff)
    client, sent = reader(client_of, auditor), {"reason": "苦情12号"}
    client.post(f"/staff/records/one/{id}/hold/", sent)
    answer = client.post(f"/staff/records/one/{id}/hold/", sent, follow=True)
    assert "同じ理由で、すでに保全しています。" in answer.content.decode()
    actions.put_hold(auditor, id, "苦情13号")
    actions.put_hold(executive, id, "苦情12号")
    with ledger.reading() as book:
        found = holds_of(book, auditor.municipality.code, id)
    assert len(found) == 3
    for one in found:
        actions.release_hold(auditor, one.id, "終わった")
    actions.put_hold(auditor, id, "苦情12号")
    with ledger.reading() as book:
        assert len(holds_of(book, auditor.municipality.code, id)) == 4


def test_a_released_hold_tells_why_and_leads_to_its_record(
    client_of: ClientOf, auditor: Person, staff: Person, say: Any
) -> None:
    id = say(staff)
    actions.release_hold(auditor, actions.put_hold(auditor, id, "調査").id, "調査が終わったため")
    text = page(client_of(auditor), "/staff/records/holds/")
    assert '<td data-label="解除した理由">調査が終わったため</td>' in text
    assert f'href="/staff/records/one/{id}/"' in text


def test_times_to_the_second_and_short_ones_in_milliseconds(
    client_of: ClientOf, auditor: Person, staff: Person, record: Any
) -> None:
    asked, answered = exchange(staff, "質問", "はい", at=1_790_000_007_000)
    record([asked, replace(answered, duration_ms=42)])
    client = reader(client_of, auditor)
    text = page(client, f"/staff/records/one/{asked.interaction}/")
    assert "42ミリ秒" in text
    assert ":27</time>の入出力" in text  # 2026-09-21 22:13:27
    assert ":27</time>" in page(client, "/staff/records/")


def test_where_it_was_sent_in_english(staff: Person) -> None:
    asked, answered = exchange(staff, "質問", "はい")
    tries = [{"upstream": "1", "how": "refused", "status": 500}]
    told = replace(answered, content={"texts": [], "attempts": tries})
    one = Interaction("x", [asked, told])  # type: ignore[list-item]  # as they were handed over
    with translation.override("en"):
        assert sending.told(one, Names({("upstream", "1"): "Town LLM"})) == ["Town LLM: refused (500)"]


def test_how_many_there_are(client_of: ClientOf, auditor: Person, staff: Person, say: Any) -> None:
    say(staff, "一"), say(staff, "二")
    assert '<p class="list-count">2件' in page(reader(client_of, auditor), "/staff/records/")


@pytest.mark.parametrize(
    "way",
    [
        "/staff/records/../../evil",
        "/staff/records/%2e%2e/evil",
        "/staff/records/..\\evil",
        "//evil/staff/records/",
    ],
)
def test_the_reason_leads_back_to_records_only(client_of: ClientOf, auditor: Person, way: str) -> None:
    client = client_of(auditor)
    answer = client.post("/staff/records/reason/", {"reason": "調査", "next": way})
    assert answer["Location"] == "/staff/records/"
    back = "/staff/records/?text=../x"
    assert client.post("/staff/records/reason/", {"reason": "調査", "next": back})["Location"] == back
