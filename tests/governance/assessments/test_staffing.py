"""What nobody can do is told before a cycle starts and while work is handed out, with where it is mended."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from kijun.governance.accounts.models import Person, RoleGrant
from kijun.governance.accounts.roles import Role
from kijun.governance.approvals.models import Route, RouteStep, StepKind
from kijun.governance.assessments import plans
from kijun.governance.assessments.models import Assessment
from kijun.governance.assessments.staffing import Job, Obstacle, obstacles
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Department, Municipality
from kijun.web import dates
from tests.conftest import make_department, make_person
from tests.governance.assessments.made import make_system, open_cycle

ClientOf = Callable[[Person], Client]


def told(town: Municipality) -> list[Obstacle]:
    return obstacles(town, [Job.planned(one) for one in plans.plan_cycle(town).planned])


def texts(town: Municipality) -> str:
    return "\n".join(one.message for one in told(town))


@pytest.fixture
def boss(town: Municipality, it_department: Department) -> Person:
    """審査 of the IT department."""
    return make_person(town, "0011", "審査 九", it_department, Role.APPROVER, kana="シンサ キュウ")


@pytest.fixture
def ready(system: AISystem, it_staff: Person, staff: Person, boss: Person, executive: Person) -> AISystem:
    """Everybody is there."""
    return system


def test_nothing_is_said_where_everybody_is_there(ready: AISystem, town: Municipality) -> None:
    assert told(town) == []


def test_a_department_without_a_reviewer(
    client_of: ClientOf, it_staff: Person, ready: AISystem, town: Municipality, boss: Person
) -> None:
    RoleGrant.objects.filter(person=boss, role=Role.APPROVER).delete()
    (one,) = told(town)
    assert one.message == "デジタル推進課の決裁の「審査」を行える、上長（承認者）がいません。"
    assert one.names == ["組織全体", "AI-001 システム1"]
    assert ready.provider_department is not None
    department = ready.provider_department
    assert one.url == reverse("accounts:people") + f"?department={department.path.replace('/', '%2F')}"
    listed = client_of(it_staff).get(one.url).content.decode()
    assert "責任 次郎" in listed
    assert "介護 三郎" not in listed


def test_a_role_that_has_ended_or_a_person_who_has_left(
    ready: AISystem, town: Municipality, executive: Person, boss: Person
) -> None:
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    RoleGrant.objects.filter(person=boss).update(valid_to=yesterday)
    Person.objects.filter(pk=executive.pk).update(is_active=False)
    found = texts(town)
    assert "「審査」" in found
    assert "「決裁」" in found


def test_nobody_answers(ready: AISystem, town: Municipality, staff: Person) -> None:
    RoleGrant.objects.filter(person=staff).delete()
    assert texts(town) == "介護保険課に、「AI利用者（職員）」の対策に答えられる人がいません。"


def test_no_department_is_asked(ready: AISystem, town: Municipality) -> None:
    ready.user_departments.clear()
    urls = {one.url for one in told(town) if "部署が決まっていません" in one.message}
    assert reverse("inventory:step", args=[ready.pk, "people"]) in urls


def test_a_named_person_of_a_route_who_has_left(
    ready: AISystem, town: Municipality, executive: Person, neighbour: Person
) -> None:
    route = Route.objects.create(municipality=town, name="標準")
    RouteStep.objects.create(municipality=town, route=route, order=1, kind=StepKind.DECIDE, person=neighbour)
    assert told(town) == []
    Person.objects.filter(pk=neighbour.pk).update(is_active=False)
    (one,) = told(town)
    assert "税務 七海" in one.message
    assert one.url == reverse("approvals:route", args=[route.pk])


def test_the_only_approver_is_the_one_who_answers(
    ready: AISystem, town: Municipality, care: Department, boss: Person, staff: Person
) -> None:
    """The section that uses it has one person, who also reviews for the department that provides it."""
    RoleGrant.objects.filter(person__in=[boss, staff]).delete()
    alone = make_person(town, "0012", "兼務 十", care, Role.STAFF, kana="ケンム ジュウ")
    assert ready.provider_department is not None
    RoleGrant.objects.create(
        municipality=town,
        person=alone,
        role=Role.APPROVER,
        department=ready.provider_department,
        valid_from=datetime.date(2024, 4, 1),
    )
    found = texts(town)
    assert "「審査」を行えるのは兼務 十さんだけ" in found
    make_person(town, "0013", "同僚 一", care, Role.STAFF, kana="ドウリョウ ハジメ")
    assert told(town) == []


def test_who_submits_is_the_only_one_who_decides(
    ready: AISystem, town: Municipality, it_staff: Person, executive: Person, owner: Person
) -> None:
    RoleGrant.objects.filter(person=executive).update(person=it_staff)
    AISystem.objects.filter(pk=ready.pk).update(owner=None)
    assert "自分が提出したものは決裁できません" in texts(town)
    AISystem.objects.filter(pk=ready.pk).update(owner=owner)  # may submit the system's, and it_staff decides
    (one,) = [each for each in told(town) if "自分が提出した" in each.message]
    assert one.names == ["組織全体"]


def test_it_stands_on_the_pages(
    client_of: ClientOf, it_staff: Person, system: AISystem, staff: Person, town: Municipality
) -> None:
    browser = client_of(it_staff)
    today = timezone.localdate()
    data = {
        "name": "はじめて",
        "fiscal_year": dates.fiscal_year(today),
        "starts_on": dates.format_wareki(today),
        "due_on": dates.format_wareki(today + datetime.timedelta(days=60)),
    }
    confirm = browser.post(reverse("assessments:new_cycle"), data).content.decode()
    assert "だれにもできない仕事が2件あります" in confirm
    assert "組織全体、AI-001 システム1" in confirm
    cycle = open_cycle(it_staff, town)
    for url in (
        reverse("assessments:cycle", args=[cycle.pk]),
        reverse("assessments:work", args=[cycle.assessments.get(system=system).pk]),
    ):
        assert "「審査」を行える、上長" in browser.get(url).content.decode()
        assert "だれにもできない仕事" not in client_of(staff).get(url).content.decode()
        english = browser.get(url, headers={"accept-language": "en"}).content.decode()
        assert "2 things nobody can do" in english


def test_another_town_helps_nobody(
    ready: AISystem, town: Municipality, boss: Person, outsider: Person
) -> None:
    RoleGrant.objects.filter(person=boss).delete()
    assert len(told(town)) == 1


def test_queries_do_not_grow(ready: AISystem, town: Municipality, care: Department, owner: Person) -> None:
    def asked() -> int:
        jobs = [Job.planned(one) for one in plans.plan_cycle(town).planned]
        with CaptureQueriesContext(connection) as queries:
            obstacles(town, jobs)
        return len(queries)

    few = asked()
    for number in range(2, 7):
        lonely = make_department(town, f"8{number}", f"第{number}課")
        make_system(town, number, provider=lonely, users=(care, lonely), owner=owner)
    assert asked() == few


def test_finished_work_is_not_looked_at(
    ready: AISystem, town: Municipality, it_staff: Person, staff: Person
) -> None:
    assessment: Assessment = open_cycle(it_staff, town).assessments.get(system=ready)
    RoleGrant.objects.filter(person=staff).delete()
    rows = list(assessment.assignments.select_related("department", "person"))
    assert obstacles(town, [Job.under_way(assessment, ["user"], rows)])
    for one in rows:
        one.finished_at = timezone.now()
    assert not obstacles(town, [Job.under_way(assessment, ["user"], rows)])
