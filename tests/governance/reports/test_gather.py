"""What a report says comes from the rows, and from the frozen copy once an assessment is settled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import translation

from kijun.governance.accounts.models import Person
from kijun.governance.accounts.roles import Role
from kijun.governance.approvals.actions import approve
from kijun.governance.approvals.models import Route, RouteStep, StepKind
from kijun.governance.assessments import actions
from kijun.governance.assessments.models import Assessment, Cycle, Status
from kijun.governance.evidence.actions import raise_finding
from kijun.governance.evidence.models import Item, ScopeKind
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Department, Municipality
from kijun.governance.reports import gather
from kijun.governance.reports.contents import ControlLine, Report
from tests.governance.assessments.made import fill, make_system, open_cycle, prove

Queries = Callable[..., Any]


@pytest.fixture
def system(town: Municipality, it_department: Department, care: Department, owner: Person) -> AISystem:
    return make_system(town, 1, provider=it_department, users=(care,), owner=owner)


@pytest.fixture
def cycle(town: Municipality, system: AISystem, it_staff: Person) -> Cycle:
    return open_cycle(it_staff, town)


@pytest.fixture
def settled(cycle: Cycle, system: AISystem, it_staff: Person, executive: Person) -> Assessment:
    """The system's assessment, answered with one 一部, proven and approved."""
    route = Route.objects.create(municipality=cycle.municipality, name="標準")
    RouteStep.objects.create(
        municipality=cycle.municipality, route=route, order=1, kind=StepKind.DECIDE, role=Role.EXECUTIVE
    )
    found = cycle.assessments.get(system=system)
    prove(found)
    fill(found, it_staff, gaps=1)
    approve(executive, actions.submit(it_staff, found).steps.get())
    found.refresh_from_db()
    assert found.is_settled
    return found


def own(report: Report) -> list[ControlLine]:
    return [one for one in report.controls if not one.inherited]


def test_it_works(system: AISystem, settled: Assessment, it_staff: Person) -> None:
    report = gather.of_system(system, it_staff)

    assert report.municipality == "千代田区"
    assert report.scope.endswith(system.name)
    assert report.cycle == settled.cycle.name
    assert report.state == "承認済"
    assert "市長 五月" in report.approved
    assert len(own(report)) == settled.answers.count()
    assert sum(one.status == "partly" for one in own(report)) == 1
    assert {one.evidence[0].value for one in own(report)} == {"12件"}
    assert report.made_by == it_staff.name


def test_settled_is_told_from_its_frozen_copy(
    system: AISystem, settled: Assessment, it_staff: Person
) -> None:
    before = gather.of_system(system, it_staff)

    settled.answers.update(status=Status.NOT_DONE, reason="あとから書き換えた")
    Item.objects.update(value="あとから書き換えた", verdict="unmet")
    after = gather.of_system(system, it_staff)

    assert own(after) == own(before)
    assert after.by_principle == before.by_principle
    assert after.by_role == before.by_role
    assert "あとから" not in repr(own(after))


def test_an_open_one_is_told_as_it_stands(system: AISystem, cycle: Cycle, it_staff: Person) -> None:
    fill(cycle.assessments.get(system=system), it_staff, gaps=2)

    report = gather.of_system(system, it_staff)

    assert sum(one.status == "partly" for one in own(report)) == 2
    assert not report.approved
    assert any("承認前" in note for note in report.notes)


def test_inherited_answers_are_marked(system: AISystem, cycle: Cycle, it_staff: Person) -> None:
    report = gather.of_system(system, it_staff)
    assert any(one.inherited for one in report.controls)


def test_nothing_assessed_yet(town: Municipality, system: AISystem, it_staff: Person) -> None:
    report = gather.of_system(system, it_staff)
    assert report.controls == ()
    assert any("まだ始まっていません" in note for note in report.notes)
    whole = gather.of_organisation(town, it_staff)
    assert [one.name for one in whole.systems] == [system.name]
    assert whole.cycle == ""


def test_an_earlier_cycle_knows_nothing_of_the_later(
    town: Municipality, system: AISystem, settled: Assessment, it_staff: Person
) -> None:
    later = open_cycle(it_staff, town, "次の点検")

    earlier = gather.of_system(system, it_staff, settled.cycle)
    newest = gather.of_system(system, it_staff, later)

    assert earlier.cycle == settled.cycle.name
    assert [one.label for one in newest.trend] == [settled.cycle.name, later.name]
    whole = gather.of_organisation(town, it_staff, settled.cycle)
    assert whole.cycle == settled.cycle.name


def test_english(town: Municipality, system: AISystem, settled: Assessment, it_staff: Person) -> None:
    with translation.override("en"):
        report = gather.of_system(system, it_staff)
    assert report.language == "en"
    assert report.state == "Approved"
    assert all(one.status_label.isascii() for one in own(report))
    assert all(one.title.isascii() or "’" in one.title or "–" in one.title for one in own(report))


def test_another_town_is_not_counted(
    town: Municipality, system: AISystem, cycle: Cycle, it_staff: Person, outsider: Person
) -> None:
    department = outsider.department
    make_system(outsider.municipality, 1, provider=department, owner=outsider)
    theirs = open_cycle(outsider, outsider.municipality, "他市の点検")

    report = gather.of_organisation(town, it_staff)

    assert [one.name for one in report.systems] == [system.name]
    assert theirs.name not in repr(report)


@pytest.mark.parametrize("lang", ["ja", "en"])
@pytest.mark.parametrize("number", [3, 30])
def test_queries_do_not_grow(
    number: int,
    lang: str,
    town: Municipality,
    it_department: Department,
    care: Department,
    owner: Person,
    it_staff: Person,
    django_assert_max_num_queries: Queries,
) -> None:
    for one in range(number):
        system = make_system(town, one + 1, provider=it_department, users=(care,), owner=owner)
        raise_finding(
            None,
            town,
            control_id="P6.1.2",
            scope_kind=ScopeKind.SYSTEM,
            scope_id=system.pk,
            title="不足",
            cause="gap",
            owner=owner,
            department=care,
        )
    cycle = open_cycle(it_staff, town)
    prove(cycle.assessments.get(scope_kind=ScopeKind.ORGANISATION))
    with translation.override(lang), django_assert_max_num_queries(25):
        report = gather.of_organisation(town, it_staff)
    assert len(report.systems) == len(report.findings) == number


def test_english_names_where_there_are_some(
    town: Municipality, system: AISystem, cycle: Cycle, it_staff: Person
) -> None:
    town.name_en, system.name_en = "Chiyoda City", "Minutes assistant"
    town.save(update_fields=["name_en"])
    system.save(update_fields=["name_en"])
    found = cycle.assessments.get(system=system)
    prove(found)
    Item.objects.update(title_en="Evidence by itself", value_en="12 cases")

    with translation.override("en"):
        report = gather.of_system(AISystem.objects.get(pk=system.pk), it_staff)

    assert report.title == "Report on an AI system: Minutes assistant"
    assert report.scope.endswith("Minutes assistant")
    assert any("Chiyoda City" in note for note in report.notes)
    assert "千代田区" not in repr(report.notes)
    line = own(report)[0].evidence[0]
    assert (line.title, line.value) == ("Evidence by itself", "12 cases")
