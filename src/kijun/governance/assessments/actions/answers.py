"""Answering one control, and asking one department for it."""

from __future__ import annotations

import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kijun.governance.accounts.models import Person
from kijun.governance.assessments import proving
from kijun.governance.assessments.models import Answer, Assessment, Status
from kijun.governance.audit.actions import changes, record
from kijun.governance.organisation.models import Department

NEEDS_REASON = (Status.PARTLY, Status.PLANNED, Status.NOT_DONE, Status.NOT_APPLICABLE)
ATTESTATION = 10
"""An attestation says what is done in at least this many characters."""


@transaction.atomic
def answer(
    actor: Person,
    answer: Answer,
    *,
    status: str,
    reason: str = "",
    planned_on: datetime.date | None = None,
    seen_revision: int | None,
    attestation: str = "",
) -> Answer:
    """Save one answer. Raises ValidationError by field, and Stale when somebody saved it first.

    実施済 that no current evidence supports needs ``attestation``, which becomes an evidence item.
    """
    assessment = lock(answer.assessment)
    answer = _fresh(answer, assessment)
    if not assessment.is_open:
        raise ValidationError(_("この点検はもう提出されているため、回答を変更できません。"), code="closed")
    if not actor.has_perm("assessments.answer", answer):
        raise PermissionDenied
    reason, attestation = reason.strip(), attestation.strip()
    check_answer(status=status, reason=reason, planned_on=planned_on)
    evidence = proving.evidence_of(assessment, answer.control_id)
    if status == Status.DONE and proving.contradicts(evidence) and not reason:
        raise ValidationError({"reason": needs_explanation()})
    attests = status == Status.DONE and not proving.supports(evidence)
    if attests and len(attestation) < ATTESTATION:
        raise ValidationError({"attestation": needs_attestation()})
    answer.claim(seen_revision)
    before = _values(answer)
    answer.status, answer.reason = status, reason
    answer.planned_on = planned_on if status == Status.PLANNED else None
    answer.answered_by, answer.answered_at = actor, timezone.now()
    answer.carried_from = ""
    answer.save()
    if attests:
        proving.attest(actor, assessment, answer.control_id, attestation)
    if assessment.state == Assessment.State.DRAFT:
        assessment.claim(None)
        assessment.state = Assessment.State.IN_PROGRESS
        assessment.save(update_fields=["state"])
    detail = changes(before, _values(answer)) | {"assessment": assessment.pk}
    record(assessment.municipality.chain, actor, "assessments.answered", answer, detail)
    return answer


def check_answer(*, status: str, reason: str, planned_on: datetime.date | None) -> None:
    """What an answer must hold, whoever gives it (form or Excel)."""
    errors: dict[str, str] = {}
    if status not in Status.values:
        errors["status"] = _("実施状況を選んでください。")
    elif status in NEEDS_REASON and not reason:
        errors["reason"] = {
            Status.PARTLY: _("何ができていて、何が残っているかを入力してください。"),
            Status.PLANNED: _("いつまでに何をするかを入力してください。"),
            Status.NOT_DONE: _("実施していない理由を入力してください。"),
            Status.NOT_APPLICABLE: _("該当しない理由を入力してください。"),
        }[Status(status)]
    if status == Status.PLANNED:
        if planned_on is None:
            errors["planned_on"] = _("実施する予定の日を入力してください。")
        elif planned_on < timezone.localdate():
            errors["planned_on"] = _("実施予定日は、今日以降の日にしてください。")
    if errors:
        raise ValidationError(errors)


def needs_attestation() -> str:
    return _(
        "「実施済」を裏付ける証跡がまだありません。だれが、いつから、何をしているかを%(n)s字以上で書いてください（申告として証跡に残ります）。"
    ) % {"n": ATTESTATION}


def needs_explanation() -> str:
    return _(
        "自動で集めた証跡は「満たしていない」としています。それでも「実施済」とする理由を入力してください。"
    )


@transaction.atomic
def ask_department(
    actor: Person, answer: Answer, department: Department | None, *, seen_revision: int | None
) -> Answer:
    """Ask one department alone for this control; None: any department to which its role is assigned."""
    assessment = lock(answer.assessment)
    answer = _fresh(answer, assessment)
    if not actor.has_perm("assessments.manage", assessment):
        raise PermissionDenied
    if not assessment.is_open:
        raise ValidationError(_("この点検はもう提出されているため、担当を変更できません。"), code="closed")
    if department is not None:
        assigned = assessment.assignments.filter(role=answer.role, department=department)
        if not assigned.exists():
            raise ValidationError(
                {
                    "department": _(
                        "先に、この部署に担当を割り当ててください。割り当てのない部署は選べません。"
                    )
                }
            )
    answer.claim(seen_revision)
    before = {"department": answer.department.name if answer.department else ""}
    answer.department = department
    answer.save(update_fields=["department"])
    detail = changes(before, {"department": department.name if department else ""})
    record(assessment.municipality.chain, actor, "assessments.answer_reassigned", answer, detail)
    return answer


def lock(assessment: Assessment) -> Assessment:
    """The assessment as it is now, held until the transaction ends: nobody submits while somebody answers."""
    rows = Assessment.objects.select_for_update(of=("self",)).select_related(
        "municipality", "cycle", "system", "own_controls"
    )
    found: Assessment = rows.get(pk=assessment.pk)
    return found


def _fresh(answer: Answer, assessment: Assessment) -> Answer:
    found: Answer = Answer.objects.select_related("department").get(pk=answer.pk)
    found.assessment = assessment
    return found


def _values(answer: Answer) -> dict[str, object]:
    return {"status": answer.status, "reason": answer.reason, "planned_on": answer.planned_on}
