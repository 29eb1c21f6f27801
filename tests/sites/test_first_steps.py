"""A new town's first steps stand on the home page of who can do them, and leave it when they are done."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from kijun.governance.accounts.models import Person
from kijun.governance.assessments.models import Cycle
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Municipality
from kijun.sites import first_steps


def titles(person: Person) -> list[str]:
    return [str(task.title) for task in first_steps.tasks(person)]


def test_it_works(client_of: Any, administrator: Person) -> None:
    assert titles(administrator) == [
        "部署を登録する",
        "職員を登録する",
        "AIシステムを登録する人に、IT担当者の役割を付ける",
    ]
    page = client_of(administrator).get(reverse("home")).content.decode()
    assert reverse("organisation:departments") in page
    assert "あなたを待っていることはありません" not in page


def test_each_leaves_when_it_is_done(administrator: Person, tax: Any, it_staff: Person) -> None:
    assert titles(administrator) == []
    assert titles(it_staff) == ["最初のAIシステムを登録する"]


def test_after_the_first_system_comes_the_first_round(
    town: Municipality, administrator: Person, it_staff: Person, it_department: Any
) -> None:
    AISystem.objects.create(municipality=town, number=1, name="議事録", provider_department=it_department)
    assert titles(administrator) == []
    assert titles(it_staff) == ["最初の自己点検を始める"]
    Cycle.objects.create(
        municipality=town, name="令和8年度", fiscal_year=2026, starts_on="2026-04-01", due_on="2026-12-28"
    )
    assert titles(it_staff) == []


def test_nobody_else_is_asked(staff: Person, executive: Person, auditor: Person, outsider: Person) -> None:
    assert [titles(person) for person in (staff, executive, auditor)] == [[], [], []]
