"""Spans and events of one call: the list and the record show the entry that says something, figures count the call once."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kijun.governance.accounts.models import Person
from kijun.governance.interactions import figures
from kijun.governance.interactions.searching import Asked, interaction, own_query, search
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Department, Municipality
from kijun.ledger.model import JAPAN, Entry, Kind, Verdict, new_id
from tests.governance.interactions.made import exchange

ClientOf = Callable[[Person], Client]
NOTHING = {"ja": "この記録の送り手は、入出力の内容を送っていません。", "en": "no contents"}
AT = int(datetime.datetime(2026, 10, 1, 10, 30, tzinfo=JAPAN).timestamp() * 1000)


def told(person: Person, question: str, answer: str, call: str, **how: Any) -> list[Entry]:
    """What one report tells of a call; nothing of what was said where ``question`` is empty."""
    how = {"source": "otlp", "at": AT, **how}
    made = [replace(one, interaction=call) for one in exchange(person, question or "x", answer or "y", **how)]
    if question:
        return made
    silent = {"without_content": NOTHING, "provider": "openai"}
    return [
        replace(made[0], content={"request": {"messages": []}, **silent}, verdict=Verdict.NONE),
        replace(made[1], content={"texts": [], **silent}, verdict=Verdict.NONE),
    ]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_entry_that_says_something_is_shown(
    record: Any, staff: Person, town: Municipality, order: tuple[int, ...]
) -> None:
    call = new_id()
    reports = [
        told(staff, "", "", call),
        told(staff, "転入届の期限は", "14日以内です", call),
        told(staff, "転入届の期限は", "14日以内です", call),
    ]
    for at in order:
        record(reports[at])
    [one] = search(own_query(town.code, Asked(), str(staff.pk))).interactions
    assert one.question is not None
    assert one.answer is not None
    assert "転入届" in str(one.question.content)
    assert "14日以内" in str(one.answer.content)
    assert (len(one.silent), len(one.repeated)) == (2, 2)
    assert one.is_whole


def test_of_messages_told_one_by_one_the_persons_last_is_what_was_asked(
    record: Any, staff: Person, town: Municipality
) -> None:
    call = new_id()
    for role, text in (
        ("system", "案内係です"),
        ("user", "一つ目"),
        ("assistant", "はい"),
        ("user", "二つ目"),
    ):
        asked = told(staff, text, "", call)[0]
        record([replace(asked, content={"request": {"messages": [{"role": role, "content": text}]}})])
    record([told(staff, "x", "答え", call)[1]])
    one = interaction(town.code, call)
    assert one is not None
    assert one.question is not None
    assert "二つ目" in str(one.question.content)
    assert one.repeated == []


def test_a_call_without_contents_says_so(record: Any, staff: Person, town: Municipality) -> None:
    call = new_id()
    record(told(staff, "", "", call))
    one = interaction(town.code, call)
    assert one is not None
    assert (one.silent, one.repeated) == ([], [])
    assert one.question is not None
    assert "without_content" in (one.question.content or {})


def test_the_pages_show_what_was_said(client_of: ClientOf, record: Any, staff: Person) -> None:
    call = new_id()
    for question in ("", "転入届の期限は", "転入届の期限は"):
        record(told(staff, question, "14日以内です", call))
    client = client_of(staff)
    text = client.get(reverse("interactions:mine")).content.decode()
    assert "転入届の期限は" in text
    assert NOTHING["ja"] not in text
    text = client.get(reverse("interactions:record", args=[call])).content.decode()
    assert text.count("別の報告にあります。") == 2
    assert text.count("文章は、伏せた値のほかは前の枠と同じです。") == 2


def test_a_call_is_used_once_whatever_is_told_of_it(
    record: Any, staff: Person, system: AISystem, town: Municipality, care: Department
) -> None:
    night, day = AT, 86_400_000
    for number in range(3):
        call = new_id()
        record(told(staff, "", "", call, system=system, at=night + number * day))
        # the event comes at the end of the call: here on the next day, for the last
        late = night + number * day + (day // 2 if number == 2 else 1000)
        for _ in range(2):
            record(
                told(
                    staff,
                    "携帯は090-1234-5678です",
                    "承りました",
                    call,
                    system=system,
                    at=late + day // 8 * (number == 2),
                )
            )
    record(exchange(staff, "庁内から", "はい", system=system, at=night))
    one = figures.by_department(town, "2026-10")[str(care.pk)]
    assert one["interactions"] == 4
    assert one["by_person"] == {str(staff.pk): 4}
    assert one["systems"] == {str(system.pk): 4}
    assert one["verdicts"]["masked"] in (2, 3)  # the last one's event came the day after
    assert one["findings"]["PHONE"] == 3
    assert sum(one["days"].values()) == 4


def test_failures_count_once_too(
    record: Any, staff: Person, system: AISystem, town: Municipality, care: Department
) -> None:
    call = new_id()
    for _ in range(2):
        given, made = told(staff, "質問", "途中", call, system=system)
        record([given, replace(made, verdict=Verdict.FAILED)])
    assert given.kind is Kind.INPUT
    assert figures.by_department(town, "2026-10")[str(care.pk)]["failed"] == 1
