"""Who reads English meets the English names of systems and departments on every page of assessments, evidence and reports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse

from kijun.governance.accounts.models import Person
from kijun.governance.accounts.roles import Role
from kijun.governance.approvals.actions import approve
from kijun.governance.approvals.models import Route, RouteStep, StepKind
from kijun.governance.assessments import actions
from kijun.governance.assessments.models import Assessment
from kijun.governance.evidence.models import Finding, Item, ScopeKind
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Department, Municipality
from tests.governance.assessments.made import fill, make_system, open_cycle, prove
from tests.governance.reports.test_pdf import text_of

ClientOf = Callable[[Person], Client]
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def system(town: Municipality, it_department: Department, care: Department, owner: Person) -> AISystem:
    made = make_system(town, 1, provider=it_department, users=(care,), owner=owner)
    AISystem.objects.filter(pk=made.pk).update(name_en="Minutes")
    Department.objects.filter(pk=it_department.pk).update(name_en="Digital Office")
    Department.objects.filter(pk=care.pk).update(name_en="Care Section")
    made.refresh_from_db()
    return made


@pytest.fixture
def assessment(
    town: Municipality, system: AISystem, it_staff: Person, executive: Person, it_department: Department
) -> Assessment:
    """Approved, with a finding."""
    route = Route.objects.create(municipality=town, name="標準")
    RouteStep.objects.create(
        municipality=town, route=route, order=1, kind=StepKind.DECIDE, role=Role.EXECUTIVE
    )
    made = open_cycle(it_staff, town).assessments.get(system=system)
    prove(made)
    fill(made, it_staff, gaps=2)
    approve(executive, actions.submit(it_staff, made).steps.get())
    open_cycle(it_staff, town, "2027年度 自己点検")
    made.refresh_from_db()
    return made


def pages(town: Municipality, approved: Assessment) -> list[str]:
    now = Assessment.objects.get(system=approved.system, state=Assessment.State.DRAFT)
    finding, item = Finding.objects.first(), Item.objects.first()
    work = now.assignments.first()
    assert finding is not None
    assert item is not None
    assert work is not None
    of: list[tuple[str, list[Any]]] = [
        ("assessments:cycles", []),
        ("assessments:cycle", [now.cycle_id]),
        ("assessments:end_cycle", [now.cycle_id]),
        ("assessments:system", [approved.system_id]),
        ("assessments:assessment", [now.pk]),
        ("assessments:principle", [now.pk, "1"]),
        ("assessments:control", [now.pk, now.answers.order_by("pk")[0].control_id]),
        ("assessments:work", [now.pk]),
        ("assessments:edit_work", [work.pk]),
        ("assessments:submit", [now.pk]),
        ("assessments:results", [approved.pk]),
        ("assessments:catalog_control", [finding.control_id]),
        ("evidence:items", []),
        ("evidence:item", [item.pk]),
        ("evidence:choose", []),
        ("evidence:findings", []),
        ("evidence:finding", [finding.pk]),
        ("evidence:plan", [finding.pk]),
        ("evidence:raise", []),
        ("reports:index", []),
        ("reports:organisation", []),
        ("reports:system", [approved.system_id]),
        ("reports:system_controls", [approved.system_id, "1"]),
    ]
    chosen = f"?chosen={finding.pk}.{finding.revision}"
    return [reverse(name, args=args) for name, args in of] + [reverse("evidence:reassign") + chosen]


def read(browser: Client, url: str) -> str:
    """What the page says, without the history, which keeps what was written when it was written."""
    response = browser.get(url, headers=ENGLISH)
    assert response.status_code == 200, url
    soup = BeautifulSoup(response.content, "html.parser")
    for part in soup.select(".history"):
        part.decompose()
    return soup.get_text(" ")


def test_no_page_shows_the_japanese_names(
    client_of: ClientOf, it_staff: Person, town: Municipality, system: AISystem, assessment: Assessment
) -> None:
    browser = client_of(it_staff)
    met = ""
    for url in pages(town, assessment):
        text = read(browser, url)
        for name in (system.name, "介護保険課", "デジタル推進課"):
            assert name not in text, f"{url}: {text[max(0, text.find(name) - 80) : text.find(name) + 40]}"
        met += text
    for name in ("Minutes", "Care Section", "Digital Office"):
        assert name in met


def test_the_tasks_on_the_home_page(client_of: ClientOf, staff: Person, assessment: Assessment) -> None:
    assert "Minutes" in read(client_of(staff), "/staff/")


def test_the_report_as_a_file(client_of: ClientOf, it_staff: Person, assessment: Assessment) -> None:
    url = reverse("reports:system_file", args=[assessment.system_id, "pdf"])
    text = text_of(client_of(it_staff).get(url, headers=ENGLISH).content).replace("\u200b", "")
    assert "Care Section" in text
    assert "介護保険課" not in text


def test_the_frozen_copy_keeps_both(assessment: Assessment, system: AISystem) -> None:
    scope = assessment.frozen["scope"]
    assert (scope["name"], scope["name_en"]) == (system.name, "Minutes")
    assert assessment.scope_kind == ScopeKind.SYSTEM
