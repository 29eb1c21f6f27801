"""The risk assessment changes while an assessment is under way: the profile grows or shrinks, and nothing is lost silently."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kijun.catalog import load, required
from kijun.governance.accounts.models import Person
from kijun.governance.approvals.models import Route
from kijun.governance.assessments import actions
from kijun.governance.assessments.models import Answer, Assessment, Status
from kijun.governance.assessments.readiness import missing
from kijun.governance.assessments.tiering import plan_tier
from kijun.governance.audit.models import Entry
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation import dependents
from kijun.governance.risks.models import RiskAssessment
from kijun.web.versions import Stale
from tests.governance.assessments.made import fill, make_risk

ClientOf = Callable[[Person], Client]


def reassess(system: AISystem, tier: str) -> None:
    RiskAssessment.objects.filter(system=system).delete()
    make_risk(system, tier)


def ids(tier: str) -> set[str]:
    return {one.id for one in required(load(), tier, "system")}


def asked(assessment: Assessment) -> set[str]:
    return set(assessment.answers.values_list("control_id", flat=True))


def test_it_works(system: AISystem, assessment: Assessment, whole: Assessment, it_staff: Person) -> None:
    assert plan_tier(assessment) is None
    fill(assessment, it_staff)
    reassess(system, "critical")

    plan = plan_tier(assessment)
    assert plan is not None
    assert (plan.before, plan.now) == ("low", "critical")
    assert {one.id for one in plan.added} == ids("critical") - ids("low")
    assert any("リスク評価が変わった" in str(one.message) for one in missing(assessment))

    actions.follow_tier(it_staff, assessment)
    assessment.refresh_from_db()
    assert asked(assessment) == ids("critical")
    assert assessment.tier == "critical"
    kept = assessment.answers.filter(control_id__in=ids("low") & ids("critical"))
    assert {one.status for one in kept} == {Status.DONE}
    assert assessment.answers.filter(status="").count() == len(plan.added)
    assert not assessment.assignments.exclude(finished_at=None).exists()  # their work grew
    assert plan_tier(assessment) is None
    grown = plan_tier(whole)
    assert grown is not None
    assert grown.now == "critical"


def test_it_shrinks_and_the_trail_keeps_the_words(
    system: AISystem, assessment: Assessment, it_staff: Person
) -> None:
    reassess(system, "critical")
    actions.follow_tier(it_staff, assessment)
    gone = assessment.answers.filter(control_id__in=ids("critical") - ids("low")).first()
    assert gone is not None
    Answer.objects.filter(pk=gone.pk).update(status=Status.PARTLY, reason="半分の課で実施")
    reassess(system, "low")

    plan = plan_tier(assessment)
    assert plan is not None
    assert [one.control_id for one in plan.lost] == [gone.control_id]
    actions.follow_tier(it_staff, assessment)

    assert asked(assessment) == ids("low")
    dropped = Entry.objects.filter(action="assessments.tier_followed").latest("seq").detail["dropped"]
    assert {"control": gone.control_id, "status": "partly", "reason": "半分の課で実施"} in dropped


def test_what_was_submitted_stays_as_it_is(
    system: AISystem, assessment: Assessment, it_staff: Person, one_step_route: Route
) -> None:
    fill(assessment, it_staff)
    actions.submit(it_staff, assessment)
    reassess(system, "critical")
    assessment.refresh_from_db()
    assert plan_tier(assessment) is None
    with pytest.raises(ValidationError):
        actions.follow_tier(it_staff, assessment)


def test_answers_of_last_time_are_suggested_for_what_is_added(
    system: AISystem, assessment: Assessment, it_staff: Person, settle: Callable[..., Assessment]
) -> None:
    from tests.governance.assessments.made import open_cycle

    reassess(system, "critical")
    actions.follow_tier(it_staff, assessment)
    settle(assessment)
    reassess(system, "low")
    later = open_cycle(it_staff, system.municipality, "次の年").assessments.get(system=system)
    reassess(system, "critical")
    actions.follow_tier(it_staff, later)
    added = later.answers.filter(control_id__in=ids("critical") - ids("low"))
    assert {one.previous["status"] for one in added} == {"done"}


def test_who_and_when(
    system: AISystem, assessment: Assessment, it_staff: Person, staff: Person, outsider: Person
) -> None:
    with pytest.raises(ValidationError):
        actions.follow_tier(it_staff, assessment)  # nothing has changed
    reassess(system, "critical")
    for person in (staff, outsider):
        with pytest.raises(PermissionDenied):
            actions.follow_tier(person, assessment)
    with pytest.raises(Stale):
        actions.follow_tier(it_staff, assessment, seen_revision=assessment.revision + 5)


def test_the_page(
    client_of: ClientOf,
    it_staff: Person,
    staff: Person,
    outsider: Person,
    system: AISystem,
    assessment: Assessment,
) -> None:
    client, address = client_of(it_staff), reverse("assessments:tier", args=[assessment.pk])
    assert "変わる対策はありません" in client.get(address).content.decode()
    reassess(system, "critical")
    page = client.get(reverse("assessments:assessment", args=[assessment.pk])).content.decode()
    assert "リスク評価が変わりました" in page
    assert address in page
    theirs = client_of(staff).get(reverse("assessments:assessment", args=[assessment.pk])).content.decode()
    assert "IT担当者が対策を合わせるまで" in theirs
    assert client_of(staff).get(address).status_code == 403
    assert client_of(outsider).get(address).status_code == 404
    shown = client.get(address).content.decode()
    assert "加わる対策" in shown
    assert client.post(address, {"revision": "99"}).status_code == 302  # stale: nothing happens
    assert asked(assessment) == ids("low")
    assessment.refresh_from_db()
    assert client.post(address, {"revision": str(assessment.revision)}).status_code == 302
    assert asked(assessment) == ids("critical")


def test_a_department_with_open_work_or_findings_is_not_closed_at_once(
    assessment: Assessment, it_staff: Person, settle: Callable[..., Assessment]
) -> None:
    department = assessment.assignments.get(role="user").department
    today = timezone.localdate()
    assert any(str(assessment) in one for one in dependents.dependents(department, today))
    assert not dependents.dependents(department, today + datetime.timedelta(days=1))  # it can still be moved
    settle(assessment, gaps=len(ids("low")))
    left = dependents.work([department])[department.pk]
    assert not any(str(assessment) in one for one in left)
    assert any(one.startswith("F-") for one in left)
