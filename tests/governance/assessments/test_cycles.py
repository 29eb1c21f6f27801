"""Opening a cycle: what is made, for whom, and what is added later."""

from __future__ import annotations

import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from kijun.catalog import load, required
from kijun.governance.accounts.models import Person
from kijun.governance.assessments import actions
from kijun.governance.assessments.models import AskedRole, Assessment, Cycle
from kijun.governance.audit.models import Entry
from kijun.governance.evidence.models import ScopeKind
from kijun.governance.inventory.models import AISystem, Stage
from kijun.governance.organisation.models import Department, Municipality
from tests.governance.assessments.made import make_risk, make_system, open_cycle


def test_a_cycle_asks_the_organisation_and_every_system(
    town: Municipality, cycle: Cycle, assessment: Assessment, whole: Assessment, system: AISystem
) -> None:
    assert cycle.assessments.count() == 2
    asked = set(assessment.answers.values_list("control_id", flat=True))
    assert asked == {one.id for one in required(load(), "low", "system")}
    asked = set(whole.answers.values_list("control_id", flat=True))
    assert asked == {one.id for one in required(load(), "low", "organisation")}
    assert assessment.catalog_version == load().version
    assert Entry.objects.get(action="assessments.cycle_opened").detail["assessments"] == 2


def test_the_right_departments_are_asked(
    assessment: Assessment, whole: Assessment, it_department: Department, care: Department
) -> None:
    by_role = {(one.role, one.department) for one in assessment.assignments.all()}
    assert by_role == {(AskedRole.PROVIDER, it_department), (AskedRole.USER, care)}
    by_role = {(one.role, one.department) for one in whole.assignments.all()}
    assert by_role == {
        (AskedRole.PROVIDER, it_department),
        (AskedRole.USER, care),
        (AskedRole.ORGANISATION, it_department),
    }
    for one in assessment.assignments.all():
        assert assessment.cycle.starts_on <= one.due_on < assessment.due_on


def test_the_organisation_follows_the_highest_tier(
    town: Municipality, system: AISystem, it_staff: Person, it_department: Department
) -> None:
    make_system(town, 2, provider=it_department, tier="high")
    whole = open_cycle(it_staff, town).assessments.get(scope_kind=ScopeKind.ORGANISATION)
    assert whole.tier == "high"
    assert whole.answers.count() == len(required(load(), "high", "organisation"))


def test_retired_and_unassessed_systems_and_drafts_wait(
    town: Municipality, system: AISystem, it_staff: Person
) -> None:
    waiting = make_system(town, 2, tier="")
    retired = make_system(town, 3)
    AISystem.objects.filter(pk=retired.pk).update(stage=Stage.RETIRED)
    draft = make_system(town, 4)
    AISystem.objects.filter(pk=draft.pk).update(registered_at=None)
    cycle = open_cycle(it_staff, town)
    assert set(cycle.assessments.values_list("system", flat=True)) == {None, system.pk}
    detail = Entry.objects.get(action="assessments.cycle_opened").detail
    assert detail["waiting_for_risk_assessment"] == [waiting.name]


def test_a_system_is_added_when_its_risk_assessment_is_done(
    town: Municipality, cycle: Cycle, it_staff: Person
) -> None:
    assert actions.add_missing(it_staff, cycle) == []
    late = make_system(town, 2, tier="")
    make_risk(late, "medium")
    made = actions.add_missing(it_staff, cycle)
    assert [one.system for one in made] == [late]
    assert actions.add_missing(it_staff, cycle) == []


def test_a_town_without_systems_can_still_begin(town: Municipality, it_staff: Person) -> None:
    cycle = open_cycle(it_staff, town)
    whole = cycle.assessments.get()
    assert whole.tier == "low"
    assert not whole.assignments.filter(role=AskedRole.USER).exists()


def test_bad_days_and_names_are_refused(town: Municipality, cycle: Cycle, it_staff: Person) -> None:
    today = timezone.localdate()
    with pytest.raises(ValidationError) as error:
        actions.open_cycle(it_staff, town, name="x", fiscal_year=2026, starts_on=today, due_on=today)
    assert "due_on" in error.value.message_dict
    with pytest.raises(ValidationError) as error:
        open_cycle(it_staff, town, cycle.name)
    assert "name" in error.value.message_dict


def test_only_it_staff_of_this_town_may(
    town: Municipality, cycle: Cycle, staff: Person, auditor: Person, outsider: Person
) -> None:
    for person in (staff, auditor, outsider):
        with pytest.raises(PermissionDenied):
            open_cycle(person, town, "別")
        with pytest.raises(PermissionDenied):
            actions.add_missing(person, cycle)


def test_a_closed_cycle_takes_nothing_more(cycle: Cycle, it_staff: Person) -> None:
    Cycle.objects.filter(pk=cycle.pk).update(closed_at=timezone.now())
    with pytest.raises(ValidationError):
        actions.add_missing(it_staff, cycle)


def test_the_departments_have_days_even_in_a_short_cycle(town: Municipality, it_staff: Person) -> None:
    today = timezone.localdate()
    cycle = actions.open_cycle(
        it_staff,
        town,
        name="短い",
        fiscal_year=2026,
        starts_on=today,
        due_on=today + datetime.timedelta(days=1),
    )
    for one in cycle.assessments.get().assignments.all():
        assert one.due_on >= today
