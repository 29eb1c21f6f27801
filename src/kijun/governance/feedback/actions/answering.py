"""A report is taken up, answered, closed, or taken back."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts.acting import allow
from kijun.governance.accounts.models import Person
from kijun.governance.audit.actions import record
from kijun.governance.feedback.actions._shared import refuse
from kijun.governance.feedback.models import LONG, Doubt, Escalation, Report
from kijun.web.given import said
from kijun.web.versions import claim

State = Report.State


@transaction.atomic
def acknowledge(actor: Person, report: Report, seen_revision: int | None = None) -> Report:
    """It has been read and is being looked into."""
    allow(actor, "feedback.answer", report)
    if report.state != State.RECEIVED:
        raise refuse(_("この報告は、もう受け付けられています。"), "state")
    claim(report, seen_revision)
    report.state, report.acknowledged_at = State.ACKNOWLEDGED, timezone.now()
    report.save(update_fields=["state", "acknowledged_at"])
    record(report.municipality.chain, actor, "feedback.acknowledged", report)
    return report


@transaction.atomic
def answer(
    actor: Person, report: Report, *, finding: str, text: str, seen_revision: int | None = None
) -> Report:
    """What was found, for the reporter to read. A doubt of drift or unfairness needs what was measured, or why nothing was."""
    allow(actor, "feedback.answer", report)
    if not report.is_open and report.state != State.ANSWERED:
        raise refuse(_("この報告には、もう回答できません。"), "state")
    if finding not in Report.Finding.values:
        raise ValidationError({"finding": [_("調べた結果を選んでください。")]})
    text = said(text, "answer", LONG)
    if len(text) < 10 and {Doubt.DRIFT, Doubt.UNFAIR} & set(report.kind_list):
        raise ValidationError({"answer": [_("測り直した・調べた結果か、そうしない理由を書いてください。")]})
    again = report.state == State.ANSWERED
    claim(report, seen_revision)
    report.finding, report.answer, report.state = finding, text, State.ANSWERED
    report.answered_by, report.read_at = actor, None
    report.acknowledged_at = report.acknowledged_at or timezone.now()
    report.answered_at = report.answered_at or timezone.now()
    report.save()
    verb = "feedback.answer_changed" if again else "feedback.answered"
    record(report.municipality.chain, actor, verb, report, {"finding": finding})
    return report


@transaction.atomic
def close(actor: Person, report: Report, seen_revision: int | None = None) -> Report:
    """Nothing is left to do: answered, the vendor's part done, executives have decided."""
    allow(actor, "feedback.answer", report)
    if report.state != State.ANSWERED:
        raise refuse(_("回答してから完了にします。"), "state")
    if report.request is not None and report.request.is_open:
        raise refuse(_("事業者への改善要望が終わってから完了にします。"), "request")
    if Escalation.objects.filter(report=report, state=Escalation.State.OPEN).exists():
        raise refuse(_("首長・CDOの判断が済んでから完了にします。"), "escalation")
    claim(report, seen_revision)
    report.state, report.closed_at = State.CLOSED, timezone.now()
    report.save(update_fields=["state", "closed_at"])
    record(report.municipality.chain, actor, "feedback.closed", report)
    return report


@transaction.atomic
def withdraw(actor: Person, report: Report, seen_revision: int | None = None) -> Report:
    """The reporter takes it back, as long as nobody has taken it up."""
    if report.reporter_id != actor.pk:
        raise PermissionDenied
    if report.state != State.RECEIVED:
        raise refuse(_("受け付けられた報告は、取り下げられません。回答を待ってください。"), "state")
    claim(report, seen_revision)
    report.state, report.closed_at = State.WITHDRAWN, timezone.now()
    report.save(update_fields=["state", "closed_at"])
    from kijun.governance.feedback.actions.giving import NOBODY

    who = NOBODY if report.anonymous else actor
    record(report.municipality.chain, who, "feedback.withdrawn", report)
    return report


def mark_read(actor: Person, report: Report) -> bool:
    """The reporter has opened the answer: it waits on their home page no longer."""
    if report.reporter_id != actor.pk or report.answered_at is None or report.read_at is not None:
        return False
    now = timezone.now()
    return bool(Report.objects.filter(pk=report.pk, read_at=None).update(read_at=now))
