"""Things that tests of self-assessment make, past the actions where only the state counts."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils import timezone

from kijun.catalog import load, required
from kijun.governance.accounts.models import Person
from kijun.governance.assessments import actions
from kijun.governance.assessments.models import Answer, Assessment, Cycle, Status
from kijun.governance.evidence.models import Item, Verdict
from kijun.governance.inventory.models import AISystem, Stage
from kijun.governance.organisation.models import Department, Municipality
from kijun.governance.risks.models import RiskAssessment


def make_system(
    town: Municipality,
    number: int,
    *,
    provider: Department | None = None,
    users: tuple[Department, ...] = (),
    owner: Person | None = None,
    tier: str = "low",
) -> AISystem:
    system = AISystem.objects.create(
        municipality=town,
        number=number,
        name=f"システム{number}",
        provider_department=provider,
        owner=owner,
        stage=Stage.OPERATION,
        registered_at=timezone.now(),
    )
    system.user_departments.set(users)
    if tier:
        make_risk(system, tier)
    return system


def make_risk(system: AISystem, tier: str) -> RiskAssessment:
    catalog = load()
    return RiskAssessment.objects.create(
        municipality=system.municipality,
        system=system,
        number=1,
        state=RiskAssessment.State.CURRENT,
        catalog_version=catalog.version,
        computed_tier=tier,
        tier=tier,
        controls=[one.id for one in required(catalog, tier)],
    )


def prove(assessment: Assessment, *control_ids: str, verdict: str = Verdict.MET) -> None:
    """Evidence in force for these controls (all of the assessment when none is named)."""
    ids = control_ids or tuple(assessment.answers.values_list("control_id", flat=True))
    Item.objects.bulk_create(
        Item(
            municipality_id=assessment.municipality_id,
            scope_kind=assessment.scope_kind,
            scope_id=assessment.scope_id,
            control_id=one,
            kind=Item.Kind.AUTOMATIC,
            collector="tests.prove",
            title="自動の証跡",
            value="12件",
            verdict=verdict,
            as_of=timezone.now(),
        )
        for one in ids
    )


def open_cycle(actor: Person, town: Municipality, name: str = "2026年度 自己点検") -> Cycle:
    today = timezone.localdate()
    return actions.open_cycle(
        actor,
        town,
        name=name,
        fiscal_year=today.year,
        starts_on=today,
        due_on=today + datetime.timedelta(days=60),
    )


def fill(assessment: Assessment, by: Person, *, gaps: int = 0) -> None:
    """Every answer given (the first ``gaps`` as 一部) and every department finished, without the actions."""
    answers = list(assessment.answers.order_by("pk"))
    for place, one in enumerate(answers):
        one.status = Status.PARTLY if place < gaps else Status.DONE
        one.reason = "半分の部署で実施" if place < gaps else ""
        one.answered_by, one.answered_at = by, timezone.now()
    Answer.objects.bulk_update(answers, ["status", "reason", "answered_by", "answered_at"])
    assessment.assignments.update(finished_at=timezone.now())
    Assessment.objects.filter(pk=assessment.pk).update(state=Assessment.State.IN_PROGRESS)
    assessment.refresh_from_db()


def save_url(answer: Answer) -> str:
    return f"/staff/assessments/{answer.assessment_id}/controls/{answer.control_id}/save/"


def answer_data(answer: Answer, **more: Any) -> dict[str, Any]:
    return {"status": "not_done", "reason": "担当が決まっていない", "revision": answer.revision, **more}
