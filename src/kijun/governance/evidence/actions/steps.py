"""The steps of a finding's improvement plan (改善計画)."""

from __future__ import annotations

import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from kijun.governance.accounts.models import Person
from kijun.governance.audit.actions import changes, record
from kijun.governance.evidence.actions.findings import State, allow, expect, lock
from kijun.governance.evidence.models import Finding, PlanStep


@transaction.atomic
def save_step(
    actor: Person,
    finding: Finding,
    *,
    step: PlanStep | None,
    what: str,
    person: Person | None,
    due_on: datetime.date | None,
    seen_revision: int | None = None,
) -> PlanStep:
    """Add a step or change one. The first step makes an open finding a planned one."""
    finding = lock(finding)
    allow(actor, "evidence.work_finding", finding)
    expect(finding, State.OPEN, State.PLANNED)
    if person is not None and person.municipality_id != finding.municipality_id:
        raise PermissionDenied
    before = _as_detail(step) if step else {}
    if step is None:
        last = finding.steps.aggregate(last=Max("order"))["last"]
        step = PlanStep(municipality=finding.municipality, finding=finding, order=(last or 0) + 1)
    else:
        step.claim(seen_revision)
    step.what, step.person, step.due_on = what, person, due_on
    step.save()
    if finding.state == State.OPEN:
        finding.claim(None)
        finding.state = State.PLANNED
        finding.save(update_fields=["state"])
    detail = changes(before, _as_detail(step))
    record(finding.municipality.chain, actor, "evidence.step_saved", finding, detail)
    return step


@transaction.atomic
def finish_step(
    actor: Person,
    step: PlanStep,
    *,
    done_on: datetime.date,
    result: str,
    seen_revision: int | None = None,
) -> PlanStep:
    """The step is done, on a day, with a result."""
    finding = lock(step.finding)
    allow(actor, "evidence.work_finding", finding)
    expect(finding, State.OPEN, State.PLANNED)
    if done_on > timezone.localdate():
        raise ValidationError({"done_on": _("実施日に先の日付は使えません。")})
    step.claim(seen_revision)
    step.done_on, step.result = done_on, result
    step.save(update_fields=["done_on", "result"])
    detail = {"what": step.what, "done_on": done_on.isoformat(), "result": result}
    record(finding.municipality.chain, actor, "evidence.step_finished", finding, detail)
    return step


@transaction.atomic
def remove_step(actor: Person, step: PlanStep) -> None:
    """Take a step that is not done out of the plan."""
    finding = lock(step.finding)
    allow(actor, "evidence.work_finding", finding)
    expect(finding, State.OPEN, State.PLANNED)
    if step.done_on is not None:
        raise ValidationError(_("実施した手順は削除できません。"))
    record(finding.municipality.chain, actor, "evidence.step_removed", finding, {"before": _as_detail(step)})
    step.delete()


@transaction.atomic
def give_step(actor: Person, step: PlanStep, old: Person, new: Person) -> None:
    """Hand a step over when its person moves (called by the transfer, which has checked the permission)."""
    finding = lock(step.finding)
    if step.person_id == old.pk and step.done_on is None:
        step.claim(None)
        step.person = new
        step.save(update_fields=["person"])
        detail = {"what": step.what} | changes({"person": old}, {"person": new})
        record(finding.municipality.chain, actor, "evidence.step_handed_over", finding, detail)


def _as_detail(step: PlanStep) -> dict[str, object]:
    return {
        "what": step.what,
        "person": step.person or "",
        "due_on": step.due_on.isoformat() if step.due_on else "",
    }
