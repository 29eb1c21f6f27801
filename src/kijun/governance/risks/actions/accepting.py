"""Accepting what risk remains (G.17): the one decision about a completed assessment that comes later."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts.acting import Actor, allow, person_of
from kijun.governance.audit.actions import record
from kijun.governance.risks.models import RiskAssessment


@transaction.atomic
def accept_residual(
    actor: Actor, assessment: RiskAssessment, note: str, seen_revision: int | None = None
) -> RiskAssessment:
    """An executive accepts the risk that remains, with benefit and conditions in ``note``.

    It holds until the next assessment takes this one's place.
    """
    allow(actor, "risks.accept", assessment)
    if assessment.state != RiskAssessment.State.CURRENT:
        raise ValidationError(_("有効な評価の残るリスクだけを受け入れられます。"))
    if assessment.accepted_at is not None:
        raise ValidationError(_("この評価の残るリスクは、すでに受け入れられています。"))
    if not note.strip():
        raise ValidationError({"note": [_("受け入れる理由と条件を入力してください。")]})
    assessment.claim(seen_revision)
    assessment.accepted_by, assessment.accepted_at = person_of(actor), timezone.now()
    assessment.acceptance_note = note.strip()
    assessment.save(update_fields=["accepted_by", "accepted_at", "acceptance_note"])
    detail = {"system": assessment.system.code, "tier": assessment.tier, "note": note.strip()}
    record(assessment.municipality.chain, actor, "risks.accepted", assessment, detail)
    return assessment
