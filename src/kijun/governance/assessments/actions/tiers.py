"""An assessment under way follows the risk assessment of its system when that changes: the profile grows or shrinks."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kijun.governance.accounts.models import Person
from kijun.governance.assessments import queries
from kijun.governance.assessments.actions.answers import lock
from kijun.governance.assessments.actions.cycles import answers_for, suggestions
from kijun.governance.assessments.models import Answer, Assessment
from kijun.governance.assessments.tiering import TierPlan, plan_tier
from kijun.governance.audit.actions import record


@transaction.atomic
def follow_tier(actor: Person, assessment: Assessment, *, seen_revision: int | None = None) -> TierPlan:
    """Ask what the risk demands now. Departments whose work grew finish it anew; dropped answers stand in the trail."""
    assessment = lock(assessment)
    if not actor.has_perm("assessments.manage", assessment):
        raise PermissionDenied
    if not assessment.is_open:
        raise ValidationError(_("提出された点検の対策は、変えられません。"), code="closed")
    plan = plan_tier(assessment)
    if plan is None:
        raise ValidationError(_("リスク区分に合わせて変わる対策はありません。"), code="same")
    assessment.claim(seen_revision)
    last = queries.latest_approved(assessment.municipality, assessment.scope_kind, assessment.scope_id)
    Answer.objects.bulk_create(answers_for(assessment, plan.added, suggestions(last)))
    for one in plan.dropped:
        one.delete()
    roles = {str(control.role) for control in plan.added}
    assessment.assignments.filter(role__in=roles).update(finished_at=None)
    assessment.tier = plan.now
    assessment.save(update_fields=["tier"])
    detail = {
        "before": {"tier": plan.before},
        "after": {"tier": plan.now},
        "added": [one.id for one in plan.added],
        "dropped": [
            {"control": one.control_id, "status": one.status, "reason": one.reason} for one in plan.dropped
        ],
    }
    record(assessment.municipality.chain, actor, "assessments.tier_followed", assessment, detail)
    return plan
