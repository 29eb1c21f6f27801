"""What the rest of Kijun hears: the menu, the home page, search, belongings, a system's page."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from kijun.governance.accounts import belongings, waiting
from kijun.governance.accounts.models import Person
from kijun.governance.approvals.actions import return_
from kijun.governance.approvals.models import Route
from kijun.governance.assessments import actions, panels
from kijun.governance.assessments.models import AskedRole, Assessment
from kijun.governance.audit.models import Entry
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation import actions as organisation
from kijun.governance.organisation import succession
from kijun.governance.organisation.models import Department
from tests.governance.assessments.made import fill, make_system

ClientOf = Callable[[Person], Client]


def titles(person: Person) -> list[str]:
    return [str(task.title) for task in waiting.tasks(person) if "点検" in str(task.kind)]


def test_work_waits_for_the_department_and_by_role(
    assessment: Assessment,
    whole: Assessment,
    staff: Person,
    it_staff: Person,
    neighbour: Person,
    auditor: Person,
) -> None:
    assert len(titles(staff)) == 2  # U of the system and of the organisation
    assert len(titles(it_staff)) == 3  # P of both, G
    assert titles(neighbour) == []
    assert titles(auditor) == []
    task = next(one for one in waiting.tasks(staff) if "点検" in str(one.kind))
    assert task.due is not None


def test_a_named_person_has_the_work_alone(
    assessment: Assessment, staff: Person, approver: Person, it_staff: Person, care: Department
) -> None:
    work = assessment.assignments.get(role=AskedRole.USER)
    actions.change_assignment(
        it_staff, work, department=care, due_on=work.due_on, person=staff, seen_revision=0
    )
    assert len(titles(staff)) == 2
    assert len(titles(approver)) == 1


def test_a_returned_assessment_waits_for_those_who_submit(
    assessment: Assessment, owner: Person, it_staff: Person, executive: Person, one_step_route: Route
) -> None:
    fill(assessment, it_staff)
    return_(executive, actions.submit(it_staff, assessment).steps.get(), comment="直してください")
    assert any("差し戻された点検" in str(task.kind) for task in waiting.tasks(owner))


def test_the_menu_counts(client_of: ClientOf, staff: Person, assessment: Assessment) -> None:
    text = client_of(staff).get("/staff/assessments/").content.decode()
    assert "自己点検" in text
    assert "対策一覧" in text
    assert '<span class="count">2' in text


def test_search(client_of: ClientOf, staff: Person, neighbour: Person, assessment: Assessment) -> None:
    name = assessment.system.name if assessment.system else ""
    assert (
        f"/staff/assessments/{assessment.pk}/"
        in client_of(staff).get("/staff/search/", {"q": name}).content.decode()
    )
    hidden = client_of(neighbour).get("/staff/search/", {"q": name}).content.decode()
    assert f"/staff/assessments/{assessment.pk}/" not in hidden
    assert (
        "/catalog/controls/P6.1.1/" in client_of(staff).get("/staff/search/", {"q": "脅威"}).content.decode()
    )
    number = assessment.system.number if assessment.system else 0
    for words in (f"AI-{number:03d}", f"ａｉ－{number:03d}", f"{name}　自己点検"):
        found = client_of(staff).get("/staff/search/", {"q": words}).content.decode()
        assert f"/staff/assessments/{assessment.pk}/" in found, words
    found = client_of(staff).get("/staff/search/", {"q": "Ｐ６.１.１　脅威"}).content.decode()
    assert "/catalog/controls/P6.1.1/" in found


def test_who_moves_leaves_no_work_behind(
    assessment: Assessment, staff: Person, approver: Person, it_staff: Person, care: Department
) -> None:
    work = assessment.assignments.get(role=AskedRole.USER)
    actions.change_assignment(
        it_staff, work, department=care, due_on=work.due_on, person=staff, seen_revision=0
    )
    found = [one for one in belongings.belongings(staff) if one.thing_kind == "assessments.assignment"]
    assert [one.thing_id for one in found] == [str(work.pk)]
    belongings.hand_over(
        "assessments.assignment", found[0].role_key, found[0].thing_id, staff, approver, it_staff
    )
    work.refresh_from_db()
    assert work.person == approver
    assert Entry.objects.filter(action="assessments.handed_over").exists()


def test_a_systems_page_shows_its_assessments(
    client_of: ClientOf, it_staff: Person, assessment: Assessment, settle: Callable[..., Assessment]
) -> None:
    client = client_of(it_staff)
    path = f"/staff/systems/{assessment.system_id}/assessments/"
    assert "2026年度 自己点検" in client.get(path).content.decode()
    settle(assessment)
    text = client.get(path).content.decode()
    assert "対策の実施率" in text
    assert "100 %" in text


def test_a_system_that_waits_says_so(client_of: ClientOf, it_staff: Person, town: object) -> None:
    system: AISystem = make_system(town, 7, tier="")  # type: ignore[arg-type]  # the fixture
    text = client_of(it_staff).get(f"/staff/systems/{system.pk}/assessments/").content.decode()
    assert "リスク評価が済むと" in text


def test_overdue_work_is_marked(client_of: ClientOf, it_staff: Person, assessment: Assessment) -> None:
    assessment.assignments.update(due_on=timezone.localdate() - datetime.timedelta(days=1))
    text = client_of(it_staff).get(f"/staff/assessments/cycles/{assessment.cycle_id}/").content.decode()
    assert "期限超過" in text


def test_an_open_assessment_remains_of_a_retired_system(
    assessment: Assessment, system: AISystem, settle: Callable[..., Assessment]
) -> None:
    (one,) = panels.remaining(system)
    assert assessment.cycle.name in str(one.label)
    settle(assessment)
    assert not list(panels.remaining(system))


def test_a_closed_departments_work_goes_to_its_successor(
    assessment: Assessment,
    staff: Person,
    it_staff: Person,
    administrator: Person,
    care: Department,
    tax: Department,
) -> None:
    """Who may not answer there is no longer named; a department that answers already takes no second one."""
    work = assessment.assignments.get(role=AskedRole.USER)
    actions.change_assignment(
        it_staff, work, department=care, due_on=work.due_on, person=staff, seen_revision=0
    )
    Department.objects.filter(pk=care.pk).update(closed_on=timezone.localdate() + datetime.timedelta(days=30))
    care.refresh_from_db()
    care.successors.add(tax)
    key = f"assessments.assignment:{work.pk}"
    assert key in {one.key for one in succession.left(care)}
    organisation.hand_on(administrator, care, {key: tax})
    work.refresh_from_db()
    assert (work.department, work.person, work.finished_at) == (tax, None, None)
    assert key not in {one.key for one in succession.left(care)}
    second = actions.assign(it_staff, assessment, role=AskedRole.USER, department=care, due_on=work.due_on)
    with pytest.raises(ValidationError, match="すでに割り当て"):
        organisation.hand_on(administrator, care, {f"assessments.assignment:{second.pk}": tax})
