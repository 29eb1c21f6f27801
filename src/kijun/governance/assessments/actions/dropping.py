"""Ending without an approval: one assessment (its system was retired, say), or a whole cycle with what is still open.

What was answered stays, and is never counted as approved.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kijun.governance.accounts.models import Person
from kijun.governance.assessments.actions.answers import lock
from kijun.governance.assessments.models import DONE_WITH, OPEN_STATES, Assessment, Cycle
from kijun.governance.audit.actions import record
from kijun.web.punctuation import listed

State = Assessment.State
MOST = 300


@transaction.atomic
def drop(
    actor: Person, assessment: Assessment, *, reason: str, seen_revision: int | None = None
) -> Assessment:
    """取りやめる: it will not be finished, for a reason. What was submitted is withdrawn or decided first."""
    assessment = lock(assessment)
    _may(actor, assessment)
    if not assessment.is_open:
        raise ValidationError(
            _("提出された点検は取りやめられません。引き戻すか、決裁を終えてください。"), code="state"
        )
    reason = _reason(reason)
    assessment.claim(seen_revision)
    _drop(actor, assessment, reason)
    end_if_done(actor, assessment.cycle)
    return assessment


@transaction.atomic
def resume(actor: Person, assessment: Assessment, *, seen_revision: int | None = None) -> Assessment:
    """再開する: a dropped one goes on, as long as its cycle has not ended."""
    assessment = lock(assessment)
    _may(actor, assessment)
    if assessment.state != State.DROPPED or assessment.cycle.closed_at is not None:
        raise ValidationError(_("この点検は再開できません。"), code="state")
    assessment.claim(seen_revision)
    assessment.state, assessment.dropped_reason, assessment.closed_at = State.IN_PROGRESS, "", None
    assessment.save(update_fields=["state", "dropped_reason", "closed_at"])
    record(assessment.municipality.chain, actor, "assessments.resumed", assessment)
    return assessment


@dataclass(frozen=True, slots=True)
class Ending:
    """What ending a cycle would do: ``close`` the approved, ``drop`` the open; ``waiting`` ones are decided first."""

    close: list[Assessment]
    drop: list[Assessment]
    waiting: list[Assessment]


def plan_ending(cycle: Cycle) -> Ending:
    rows = list(cycle.assessments.select_related("system", "cycle", "municipality").defer("frozen"))
    return Ending(
        [one for one in rows if one.state == State.APPROVED],
        [one for one in rows if one.state in OPEN_STATES],
        [one for one in rows if one.state == State.SUBMITTED],
    )


@transaction.atomic
def end_cycle(actor: Person, cycle: Cycle, *, reason: str = "", seen_revision: int | None = None) -> Cycle:
    """終える: close what was approved and drop the rest, for a reason; refused while something waits for a decision."""
    cycle = Cycle.objects.select_for_update().select_related("municipality").get(pk=cycle.pk)
    if actor.municipality_id != cycle.municipality_id or not actor.has_perm("assessments.manage", cycle):
        raise PermissionDenied
    if cycle.closed_at is not None:
        raise ValidationError(_("この自己点検は、もう終わっています。"), code="state")
    plan = plan_ending(cycle)
    if plan.waiting:
        names = listed(str(one.system or _("組織全体")) for one in plan.waiting[:5])
        raise ValidationError(
            _("決裁を待っている点検があります（%(names)s）。先に決裁を終えるか、引き戻してください。")
            % {"names": names}
        )
    reason = _reason(reason) if plan.drop else ""
    cycle.claim(seen_revision)
    for one in plan.drop:
        one.claim(None)
        _drop(actor, one, reason)
    for one in plan.close:
        one.claim(None)
        one.state, one.closed_at = State.CLOSED, timezone.now()
        one.save(update_fields=["state", "closed_at"])
        record(cycle.municipality.chain, actor, "assessments.closed", one)
    return end_if_done(actor, cycle)


def end_if_done(actor: Person, cycle: Cycle) -> Cycle:
    """The cycle ends with its last assessment. Called inside the transaction that ended one."""
    open_ones = cycle.assessments.exclude(state__in=[State.CLOSED, State.DROPPED])
    if cycle.closed_at is None and not open_ones.exists():
        cycle.claim(None)
        cycle.closed_at = timezone.now()
        cycle.save(update_fields=["closed_at"])
        record(cycle.municipality.chain, actor, "assessments.cycle_closed", cycle)
    return cycle


def _may(actor: Person, assessment: Assessment) -> None:
    if actor.municipality_id != assessment.municipality_id or not actor.has_perm(
        "assessments.manage", assessment
    ):
        raise PermissionDenied


def _reason(text: str) -> str:
    if not text.strip():
        raise ValidationError({"reason": _("取りやめる理由を入力してください。")})
    return text.strip()[:MOST]


def _drop(actor: Person, assessment: Assessment, reason: str) -> None:
    assert assessment.state not in DONE_WITH
    assessment.state, assessment.dropped_reason = State.DROPPED, reason
    assessment.closed_at = timezone.now()
    assessment.save(update_fields=["state", "dropped_reason", "closed_at"])
    record(assessment.municipality.chain, actor, "assessments.dropped", assessment, {"reason": reason})
