"""What is serious goes to executives, or to the app of incidents once there is one."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts.acting import allow
from kijun.governance.accounts.models import Person
from kijun.governance.audit.actions import record
from kijun.governance.feedback import escalations
from kijun.governance.feedback.actions._shared import refuse
from kijun.governance.feedback.models import LONG, Escalation, Report
from kijun.web.given import said
from kijun.web.versions import claim


@transaction.atomic
def escalate(actor: Person, report: Report, why: str, seen_revision: int | None = None) -> Escalation:
    """Raise a report. Two at once raise it once: the second is told so."""
    allow(actor, "feedback.answer", report)
    why = said(why, "why", LONG)
    if report.state == Report.State.WITHDRAWN:
        raise refuse(_("取り下げられた報告です。"), "state")
    if Escalation.objects.filter(report=report).exists():
        raise refuse(_("この報告は、もう上げられています。"), "raised")
    claim(report, seen_revision)
    made: Escalation = Escalation.objects.create(
        municipality=report.municipality, report=report, why=why, raised_by=actor
    )
    made.elsewhere = escalations.taken(actor, report, why)
    if made.elsewhere:
        made.state, made.settled_at = Escalation.State.SETTLED, timezone.now()
        made.save(update_fields=["elsewhere", "state", "settled_at"])
    record(report.municipality.chain, actor, "feedback.escalated", report, {"reason": why})
    return made


@transaction.atomic
def settle(actor: Person, row: Escalation, decision: str, seen_revision: int | None = None) -> Escalation:
    """An executive decides what is done."""
    allow(actor, "feedback.settle", row)
    if row.state != Escalation.State.OPEN:
        raise refuse(_("この件は、もう判断されています。"), "state")
    decision = said(decision, "decision", LONG)
    claim(row, seen_revision)
    row.state, row.decision = Escalation.State.SETTLED, decision
    row.settled_by, row.settled_at = actor, timezone.now()
    row.save()
    record(row.municipality.chain, actor, "feedback.settled", row.report, {"decision": decision})
    return row
