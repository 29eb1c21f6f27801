"""draft → in progress → submitted → changes requested / approved → closed."""

from __future__ import annotations

import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from kijun.governance.accounts.models import Person
from kijun.governance.approvals import actions as approvals
from kijun.governance.approvals.models import Approval
from kijun.governance.assessments import catalogue
from kijun.governance.assessments.actions.answers import lock
from kijun.governance.assessments.actions.dropping import end_if_done
from kijun.governance.assessments.models import GAPS, Assessment, Assignment, Status
from kijun.governance.assessments.readiness import missing
from kijun.governance.audit.actions import record
from kijun.governance.audit.refs import SYSTEM
from kijun.governance.evidence import actions as evidence_actions
from kijun.governance.evidence import controls, deadlines
from kijun.governance.evidence import scopes as evidence_scopes
from kijun.governance.evidence.models import Finding, ScopeKind
from kijun.governance.organisation.calendar import closing_days
from kijun.governance.organisation.models import Department
from kijun.web import dates
from kijun.web.punctuation import bracketed

SUBJECT = "assessments.assessment"


@transaction.atomic
def finish(actor: Person, assignment: Assignment, *, seen_revision: int | None) -> Assignment:
    """The department has answered all that it is asked."""
    assessment = lock(assignment.assessment)
    assignment.assessment = assessment
    if not (
        actor.has_perm("assessments.finish", assignment) or actor.has_perm("assessments.manage", assessment)
    ):
        raise PermissionDenied
    _must_be_open(assessment)
    asked = Q(department=None) | Q(department=assignment.department)
    left = assessment.answers.filter(asked, role=assignment.role, status="").count()
    if left:
        raise ValidationError(
            _("まだ答えていない対策が%(n)s件あります。すべて答えてから完了にしてください。") % {"n": left}
        )
    assignment.claim(seen_revision)
    assignment.finished_at = timezone.now()
    assignment.save(update_fields=["finished_at"])
    _note(actor, "assessments.work_finished", assessment, assignment)
    return assignment


@transaction.atomic
def reopen(actor: Person, assignment: Assignment, *, seen_revision: int | None) -> Assignment:
    """Ask the department to look at its answers again."""
    assessment = lock(assignment.assessment)
    if not actor.has_perm("assessments.manage", assessment):
        raise PermissionDenied
    _must_be_open(assessment)
    assignment.claim(seen_revision)
    assignment.finished_at = None
    assignment.save(update_fields=["finished_at"])
    _note(actor, "assessments.work_reopened", assessment, assignment)
    return assignment


def _note(actor: Person, action: str, assessment: Assessment, assignment: Assignment) -> None:
    detail = {"role": assignment.role, "department": assignment.department.name}
    record(assessment.municipality.chain, actor, action, assessment, detail)


def _must_be_open(assessment: Assessment) -> None:
    if not assessment.is_open:
        raise ValidationError(_("この点検はもう提出されています。"), code="closed")


@transaction.atomic
def submit(
    actor: Person, assessment: Assessment, *, comment: str = "", seen_revision: int | None = None
) -> Approval:
    """Put it forward: everything is answered and every department has finished. See :mod:`..freezing`."""
    assessment = lock(assessment)
    if not actor.has_perm("assessments.submit", assessment):
        raise PermissionDenied
    _must_be_open(assessment)
    open_points = missing(assessment)
    if open_points:
        raise ValidationError([str(one.message) for one in open_points], code="missing")
    assessment.claim(seen_revision)
    titles = {"title": _titled(assessment, "ja"), "title_en": _titled(assessment, "en")}
    approval = approvals.submit(actor, SUBJECT, assessment, **titles, comment=comment)
    assessment.state = Assessment.State.SUBMITTED
    assessment.submitted_at = timezone.now()
    assessment.approval = approval
    assessment.save(update_fields=["state", "submitted_at", "approval"])
    record(
        assessment.municipality.chain, actor, "assessments.submitted", assessment, {"digest": approval.digest}
    )
    return approval


def returned(assessment: Assessment, approval: Approval, actor: Person) -> None:
    """Effect of 差戻し: it can be answered again. Runs inside the approval's transaction."""
    _back(assessment, Assessment.State.CHANGES_REQUESTED, actor, "assessments.returned")


def withdrawn(assessment: Assessment, approval: Approval, actor: Person) -> None:
    """Effect of 引戻し."""
    _back(assessment, Assessment.State.IN_PROGRESS, actor, "assessments.withdrawn")


def _back(assessment: Assessment, state: str, actor: Person, action: str) -> None:
    assessment = lock(assessment)
    assessment.claim(None)
    assessment.state, assessment.submitted_at = state, None
    assessment.save(update_fields=["state", "submitted_at"])
    record(assessment.municipality.chain, actor, action, assessment)


def approved(assessment: Assessment, approval: Approval, actor: Person) -> None:
    """Effect of 決裁: keep the frozen copy, and raise a finding for every gap in it."""
    assessment = lock(assessment)
    assessment.claim(None)
    assessment.frozen, assessment.summary = approval.frozen, approval.frozen["summary"]
    assessment.state, assessment.approved_at = Assessment.State.APPROVED, timezone.now()
    assessment.save(update_fields=["frozen", "summary", "state", "approved_at"])
    raised = _raise_findings(assessment, actor)
    detail = {"digest": approval.digest, "findings": [one.number for one in raised]}
    record(assessment.municipality.chain, actor, "assessments.approved", assessment, detail)


def _raise_findings(assessment: Assessment, actor: Person) -> list[Finding]:
    """One for every gap in the frozen copy; what was decided on counts, not what the rows say by now.

    A gap that is known already keeps its finding: it is opened again where it was taken for mended. What was approved as
    done mends the findings of earlier rounds; a person confirms.
    """
    town = assessment.municipality
    closed, book = closing_days(town), controls.worded(catalogue.pinned(assessment))
    asked = assessment.assignments.select_related("department").order_by("-pk")
    departments = {one.role: one.department for one in asked}
    named = {one.pk: one for one in Department.objects.of(town)}
    owner = _answers_for(assessment)
    raised = []
    for one in assessment.frozen["controls"]:
        if one["status"] not in GAPS:
            continue
        finding = evidence_actions.raise_finding(
            actor,
            town,
            control_id=one["id"],
            scope_kind=ScopeKind(assessment.scope_kind),
            scope_id=assessment.scope_id,
            title=_gap_title(one, "ja"),
            title_en=_gap_title(one, "en"),
            description=one["reason"],
            cause=Finding.Cause.GAP,
            owner=owner,
            department=named.get(one["department_id"]) or departments.get(one["role"]),
            due_on=_due(one, assessment.tier, closed, book),
            source=assessment,
        )
        if finding.state == Finding.State.DONE:
            reason = _("%(name)sでも不足とされました。%(reason)s") % {
                "name": assessment,
                "reason": one["reason"],
            }
            finding = evidence_actions.reopen(SYSTEM, finding, reason=reason)
        raised.append(finding)
    _mend_findings(assessment)
    return raised


def _titled(assessment: Assessment, lang: str) -> str:
    with translation.override(lang):
        scope = assessment.system.shown_name if assessment.system else _("組織全体")
        return _("自己点検 %(name)s") % {"name": bracketed(scope, assessment.cycle)}


def _gap_title(control: dict[str, Any], lang: str) -> str:
    with translation.override(lang):
        return bracketed(control["title"][lang], Status(control["status"]).label)


def _answers_for(assessment: Assessment) -> Person | None:
    """Who gets the findings: the owner of the system; for the organisation who answers for the risks of AI (G.4)."""
    if assessment.system is not None:
        return assessment.system.owner
    facts = evidence_scopes.source(ScopeKind.ORGANISATION).all(assessment.municipality)
    return next((one.owner for one in facts), None)


def _mend_findings(assessment: Assessment) -> None:
    fine = {Status.DONE, Status.NOT_APPLICABLE}
    ids = [one["id"] for one in assessment.frozen["controls"] if one["status"] in fine]
    rows = Finding.objects.filter(
        municipality=assessment.municipality,
        scope_kind=assessment.scope_kind,
        scope_id=assessment.scope_id,
        cause=Finding.Cause.GAP,
        state__in=[Finding.State.OPEN, Finding.State.PLANNED],
        control_id__in=ids,
    )
    for finding in rows:
        note = _("%(name)sで、不足がないと承認されました。") % {"name": assessment}
        evidence_actions.advance(SYSTEM, finding, note=note)


def _due(
    control: dict[str, Any], tier: str, closed: set[datetime.date], book: controls.Book
) -> datetime.date:
    """The day that the department planned, unless it has passed while the approval waited; else so many opening days."""
    today = timezone.localdate()
    planned = datetime.date.fromisoformat(control["planned_on"]) if control["planned_on"] else None
    if planned is not None and planned >= today:
        return planned
    return dates.add_business_days(today, deadlines.days_for(control["id"], tier, book), closed)


@transaction.atomic
def close(actor: Person, assessment: Assessment, *, seen_revision: int | None = None) -> Assessment:
    """完了: nothing more is done with it. The cycle ends with its last assessment."""
    assessment = lock(assessment)
    if not actor.has_perm("assessments.manage", assessment):
        raise PermissionDenied
    if assessment.state != Assessment.State.APPROVED:
        raise ValidationError(_("承認された点検だけを完了にできます。"), code="state")
    assessment.claim(seen_revision)
    assessment.state, assessment.closed_at = Assessment.State.CLOSED, timezone.now()
    assessment.save(update_fields=["state", "closed_at"])
    record(assessment.municipality.chain, actor, "assessments.closed", assessment)
    end_if_done(actor, assessment.cycle)
    return assessment
