"""Opening a cycle, and adding systems whose risk assessment came later."""

from __future__ import annotations

import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kijun.catalog import Control
from kijun.governance.accounts.models import Person
from kijun.governance.assessments import queries, rewording
from kijun.governance.assessments.models import Answer, Assessment, Assignment, Cycle
from kijun.governance.assessments.plans import CyclePlan, Planned, plan_cycle
from kijun.governance.audit.actions import record
from kijun.governance.evidence.models import ScopeKind
from kijun.governance.organisation.calendar import due_date
from kijun.governance.organisation.models import Municipality

DAYS_BEFORE = 5
"""Departments finish this many opening days before the assessment is due, so that it can be put together."""


@transaction.atomic
def open_cycle(
    actor: Person,
    municipality: Municipality,
    *,
    name: str,
    fiscal_year: int,
    starts_on: datetime.date,
    due_on: datetime.date,
) -> Cycle:
    """Make the cycle, an assessment for the organisation and one for each system that has a risk assessment."""
    if actor.municipality_id != municipality.pk or not actor.has_perm("assessments.manage"):
        raise PermissionDenied
    check_cycle(municipality, name=name, starts_on=starts_on, due_on=due_on)
    cycle = Cycle.objects.create(
        municipality=municipality, name=name, fiscal_year=fiscal_year, starts_on=starts_on, due_on=due_on
    )
    plan = plan_cycle(municipality)
    made = _make(cycle, plan, plan.planned)
    detail = {
        "due_on": str(due_on),
        "catalog": plan.catalog.version,
        "assessments": len(made),
        "waiting_for_risk_assessment": [one.name for one in plan.waiting],
    }
    record(municipality.chain, actor, "assessments.cycle_opened", cycle, detail)
    return cycle


def check_cycle(
    municipality: Municipality, *, name: str, starts_on: datetime.date, due_on: datetime.date
) -> None:
    """What a new cycle must be; the form asks it before the confirmation page."""
    if due_on <= starts_on:
        raise ValidationError({"due_on": _("提出期限は、開始日より後の日にしてください。")})
    if Cycle.objects.filter(municipality=municipality, name=name).exists():
        raise ValidationError({"name": _("同じ名称の自己点検があります。別の名称にしてください。")})


@transaction.atomic
def add_missing(actor: Person, cycle: Cycle) -> list[Assessment]:
    """Add the systems (and the organisation) that the cycle does not have yet; those made are returned."""
    cycle = Cycle.objects.select_for_update().select_related("municipality").get(pk=cycle.pk)
    if not actor.has_perm("assessments.manage", cycle):
        raise PermissionDenied
    if cycle.closed_at is not None:
        raise ValidationError(_("この自己点検は終わっています。新しい自己点検を始めてください。"))
    present = set(cycle.assessments.values_list("system_id", flat=True))
    plan = plan_cycle(cycle.municipality)
    made = _make(cycle, plan, [one for one in plan.planned if _system_id(one) not in present])
    if made:
        added = {"added": [str(one) for one in made]}
        record(cycle.municipality.chain, actor, "assessments.cycle_extended", cycle, added)
    return made


def _system_id(planned: Planned) -> int | None:
    return planned.system.pk if planned.system else None


def _make(cycle: Cycle, plan: CyclePlan, planned: list[Planned]) -> list[Assessment]:
    if not planned:
        return []
    municipality = cycle.municipality
    before = queries.latest_approved_of_all(municipality)
    due = max(cycle.starts_on, due_date(municipality, -DAYS_BEFORE, cycle.due_on))
    made = []
    for one in planned:
        kind = ScopeKind.SYSTEM if one.system else ScopeKind.ORGANISATION
        assessment = Assessment.objects.create(
            municipality=municipality,
            cycle=cycle,
            scope_kind=kind,
            system=one.system,
            catalog_version=plan.catalog.version,
            own_controls=plan.own,
            tier=one.tier,
            due_on=cycle.due_on,
        )
        last = before.get((kind, assessment.scope_id))
        Answer.objects.bulk_create(answers_for(assessment, one.controls, suggestions(last)))
        Assignment.objects.bulk_create(
            Assignment(
                municipality=municipality,
                assessment=assessment,
                role=role,
                department=department,
                due_on=due,
            )
            for role, _number, departments in one.asked
            for department in departments
        )
        made.append(assessment)
    return made


def answers_for(
    assessment: Assessment, controls: list[Control], previous: dict[str, dict[str, Any]]
) -> list[Answer]:
    """Open answers for the controls, each with the answer that was approved last as a suggestion."""
    return [
        Answer(
            municipality_id=assessment.municipality_id,
            assessment=assessment,
            control_id=control.id,
            role=str(control.role),
            principle=control.principle,
            previous=_suggested(control, previous.get(control.id)),
        )
        for control in controls
    ]


def _suggested(control: Control, last: dict[str, Any] | None) -> dict[str, Any] | None:
    if last is None:
        return None
    suggestion = {key: value for key, value in last.items() if key != "words"}
    return rewording.remember(suggestion, last["words"], control)


def suggestions(last: Assessment | None) -> dict[str, dict[str, Any]]:
    """前回の回答: what was approved last, by control id; ``words`` are how the question read then."""
    if last is None or not last.frozen:
        return {}
    return {
        one["id"]: {
            "status": one["status"],
            "reason": one["reason"],
            "planned_on": one["planned_on"],
            "answered_by": one["answered_by"],
            "source": last.frozen["cycle"],
            "words": one,
        }
        for one in last.frozen["controls"]
    }
