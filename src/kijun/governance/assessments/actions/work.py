"""Giving work to departments."""

from __future__ import annotations

import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kijun.governance.accounts.models import Person
from kijun.governance.assessments.actions.answers import lock
from kijun.governance.assessments.models import Assessment, Assignment
from kijun.governance.assessments.permissions import answers_in
from kijun.governance.audit.actions import changes, record
from kijun.governance.organisation.models import Department
from kijun.web import dates


@transaction.atomic
def assign(
    actor: Person,
    assessment: Assessment,
    *,
    role: str,
    department: Department,
    due_on: datetime.date,
    person: Person | None = None,
) -> Assignment:
    """Ask a department to answer the controls of a role. A department has one assignment for a role."""
    assessment = _open(actor, assessment)
    if not assessment.answers.filter(role=role).exists():
        raise ValidationError({"role": _("この点検には、その役割の対策がありません。")})
    if assessment.assignments.filter(role=role, department=department).exists():
        raise ValidationError(
            {
                "department": _(
                    "この部署には、すでに割り当てています。期限や担当者は、一覧から変更してください。"
                )
            }
        )
    _check(assessment, role, department, due_on, person)
    made = Assignment.objects.create(
        municipality=assessment.municipality,
        assessment=assessment,
        role=role,
        department=department,
        due_on=due_on,
        person=person,
    )
    record(assessment.municipality.chain, actor, "assessments.assigned", assessment, _values(made))
    return made


@transaction.atomic
def change_assignment(
    actor: Person,
    assignment: Assignment,
    *,
    department: Department,
    due_on: datetime.date,
    person: Person | None,
    seen_revision: int | None,
) -> Assignment:
    """Give it to another department or person, or set another day. Another department has to finish it anew."""
    assessment = _open(actor, assignment.assessment)
    _check(assessment, assignment.role, department, due_on, person)
    others = assessment.assignments.filter(role=assignment.role, department=department)
    if others.exclude(pk=assignment.pk).exists():
        raise ValidationError({"department": _("この部署には、すでに割り当てています。")})
    assignment.claim(seen_revision)
    before = _values(assignment)
    if department.pk != assignment.department_id:
        _follow(assessment, assignment, department)
        assignment.finished_at = None
    assignment.department, assignment.due_on, assignment.person = department, due_on, person
    assignment.save()
    detail = changes(before, _values(assignment)) | {"role": assignment.role}
    record(assessment.municipality.chain, actor, "assessments.assignment_changed", assessment, detail)
    return assignment


def pass_on_assignment(actor: Person, assignment: Assignment, department: Department) -> None:
    """To the successor of a closed department; organisation checked that ``actor`` may and where to.

    Whoever answered stays if they may answer there, too.
    """
    assessment = lock(assignment.assessment)
    if not assessment.is_open:
        raise ValidationError(_("この点検はもう提出されているため、担当を変更できません。"), code="closed")
    if assessment.assignments.filter(role=assignment.role, department=department).exists():
        raise ValidationError(_("この部署には、すでに割り当てています。"))
    assignment.claim(None)
    before = _values(assignment)
    _follow(assessment, assignment, department)
    assignment.department, assignment.finished_at = department, None
    if assignment.person is not None and not answers_in(assignment.person, assignment.role, department):
        assignment.person = None
    assignment.save(update_fields=["department", "finished_at", "person"])
    detail = changes(before, _values(assignment)) | {"role": assignment.role}
    record(assessment.municipality.chain, actor, "assessments.assignment_changed", assessment, detail)


@transaction.atomic
def remove_assignment(actor: Person, assignment: Assignment) -> None:
    """Take work away from a department. What it answered stays; what it alone was asked goes to the others."""
    assessment = _open(actor, assignment.assessment)
    _follow(assessment, assignment, None)
    record(
        assessment.municipality.chain,
        actor,
        "assessments.assignment_removed",
        assessment,
        _values(assignment),
    )
    assignment.delete()


def _follow(assessment: Assessment, assignment: Assignment, department: Department | None) -> None:
    """Controls that the old department alone was asked follow the assignment."""
    asked = assessment.answers.filter(role=assignment.role, department=assignment.department)
    asked.update(department=department)


def _open(actor: Person, assessment: Assessment) -> Assessment:
    assessment = lock(assessment)
    if not actor.has_perm("assessments.manage", assessment):
        raise PermissionDenied
    if not assessment.is_open:
        raise ValidationError(_("この点検はもう提出されているため、担当を変更できません。"), code="closed")
    return assessment


def _check(
    assessment: Assessment, role: str, department: Department, due_on: datetime.date, person: Person | None
) -> None:
    if department.municipality_id != assessment.municipality_id:
        raise PermissionDenied
    if due_on > assessment.due_on:
        raise ValidationError(
            {
                "due_on": _("点検の提出期限（%(day)s）までの日にしてください。")
                % {"day": dates.format_date(assessment.due_on)}
            }
        )
    if person is None:
        return
    owns = assessment.system is not None and assessment.system.owner_id == person.pk
    if not (answers_in(person, role, department) or (owns and role == "provider")):
        raise ValidationError(
            {
                "person": _(
                    "%(name)sさんには、この役割の対策に答える権限がありません。部署と役割を確かめてください。"
                )
                % {"name": person.name}
            }
        )


def _values(assignment: Assignment) -> dict[str, object]:
    return {
        "role": assignment.role,
        "department": assignment.department.name,
        "person": assignment.person.name if assignment.person else "",
        "due_on": str(assignment.due_on),
    }
