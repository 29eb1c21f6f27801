"""What the actions share."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts.models import Person
from kijun.governance.audit.refs import Ref
from kijun.governance.risks.models import RiskAssessment

Actor = Person | Ref


def allow(actor: Actor, permission: str, thing: Model | None) -> None:
    """Raise PermissionDenied unless the person may; a command or a job (a Ref) always may."""
    if isinstance(actor, Person) and not actor.has_perm(permission, thing):
        raise PermissionDenied


def person_of(actor: Actor) -> Person | None:
    return actor if isinstance(actor, Person) else None


def drafts_only(assessment: RiskAssessment) -> None:
    if not assessment.is_draft:
        raise ValidationError(
            _("完了した評価は変更できません。内容を見直すときは、新しい評価を始めてください。")
        )
