"""What the actions share."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kijun.governance.risks.models import RiskAssessment


def drafts_only(assessment: RiskAssessment) -> None:
    if not assessment.is_draft:
        raise ValidationError(
            _("完了した評価は変更できません。内容を見直すときは、新しい評価を始めてください。")
        )
