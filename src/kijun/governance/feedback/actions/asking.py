"""A vendor is asked to mend: written, sent, answered, tried again. Kijun sends nothing itself: what was sent is recorded."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts.acting import allow
from kijun.governance.accounts.models import Person
from kijun.governance.audit.actions import changes, record
from kijun.governance.feedback.actions._shared import VENDOR_REPLY, due, refuse
from kijun.governance.feedback.models import LINE, LONG, ImprovementRequest, Report
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.numbering import next_number
from kijun.web.given import at_most, past, said
from kijun.web.versions import claim

State = ImprovementRequest.State
FIELDS = ("vendor", "contact", "title", "body", "measured", "meanwhile", "meanwhile_note")


@transaction.atomic
def save_request(
    actor: Person,
    system: AISystem,
    known: ImprovementRequest | None,
    values: Mapping[str, Any],
    *,
    reports: Iterable[Report] = (),
    nobody_named: bool = False,
    seen_revision: int | None = None,
) -> ImprovementRequest:
    """Write a request, or change it before it is sent. ``nobody_named``: the person saw to it that nobody can be told from it."""
    row = known or ImprovementRequest(municipality=system.municipality, system=system, made_by=actor)
    allow(actor, "feedback.ask", row)
    if row.state != State.DRAFT:
        raise refuse(_("送った要望の内容は変えられません。"), "state")
    before = {name: getattr(row, name) for name in FIELDS}
    for name, value in _checked(values).items():
        setattr(row, name, value)
    row.nobody_named_by = actor if nobody_named else None
    if known is None:
        row.number = next_number(ImprovementRequest, system.municipality)
        row.save(force_insert=True)
        record(row.municipality.chain, actor, "feedback.request_made", row, {"system": str(system)})
    else:
        claim(row, seen_revision)
        row.save()
        detail = changes(before, {name: getattr(row, name) for name in FIELDS})
        record(row.municipality.chain, actor, "feedback.request_changed", row, detail)
    for one in reports:
        attach(actor, row, one)
    return row


def _checked(values: Mapping[str, Any]) -> dict[str, str]:
    if values.get("meanwhile") not in ImprovementRequest.Meanwhile.values:
        raise ValidationError({"meanwhile": [_("直るまでの使い方を選んでください。")]})
    return {
        "vendor": said(values.get("vendor", ""), "vendor", 120),
        "contact": at_most(values.get("contact", ""), "contact", 200),
        "title": said(values.get("title", ""), "title", 120),
        "body": said(values.get("body", ""), "body", LONG),
        "measured": at_most(values.get("measured", ""), "measured", LONG),
        "meanwhile": values["meanwhile"],
        "meanwhile_note": at_most(values.get("meanwhile_note", ""), "meanwhile_note", LINE),
    }


@transaction.atomic
def attach(actor: Person, row: ImprovementRequest, report: Report) -> Report:
    """A report joins a request: several of the same kind are asked about once."""
    allow(actor, "feedback.ask", row)
    if report.system_id != row.system_id or report.municipality_id != row.municipality_id:
        raise refuse(_("同じAIシステムの報告だけをまとめられます。"), "system")
    if not row.is_open:
        raise refuse(_("終わった要望には、報告を足せません。"), "state")
    if report.state == Report.State.WITHDRAWN or (report.request_id or row.pk) != row.pk:
        raise refuse(_("この報告は取り下げられたか、別の要望に入っています。"), "taken")
    claim(report, None)
    report.request = row
    report.save(update_fields=["request"])
    record(row.municipality.chain, actor, "feedback.request_joined", row, {"report": report.code})
    return report


@transaction.atomic
def detach(actor: Person, report: Report) -> None:
    """A report leaves a request that was not sent yet."""
    row = report.request
    if row is None:
        return
    allow(actor, "feedback.ask", row)
    if row.state != State.DRAFT:
        raise refuse(_("送った要望からは、報告を外せません。"), "state")
    claim(report, None)
    report.request = None
    report.save(update_fields=["request"])
    record(row.municipality.chain, actor, "feedback.request_left", row, {"report": report.code})


@transaction.atomic
def ask(
    actor: Person,
    row: ImprovementRequest,
    *,
    on: datetime.date | None,
    due_on: datetime.date | None = None,
    seen_revision: int | None = None,
) -> ImprovementRequest:
    """It was sent to the vendor on that day."""
    allow(actor, "feedback.ask", row)
    if row.state != State.DRAFT:
        raise refuse(_("この要望は、もう送っています。"), "state")
    if row.nobody_named_by is None:
        raise refuse(_("事例に個人が分かる情報がないことを確かめてから送ります。"), "named")
    on = past(on, "asked_on")
    if due_on is not None and due_on < on:
        raise ValidationError({"due_on": [_("期限は、送った日よりあとにしてください。")]})
    claim(row, seen_revision)
    row.state, row.asked_on, row.asked_by = State.ASKED, on, actor
    row.due_on = due_on or due(row.municipality, VENDOR_REPLY)
    row.times += 1
    row.save()
    detail = {"asked_on": on, "due_on": row.due_on, "reports": [one.code for one in row.reports.all()]}
    record(row.municipality.chain, actor, "feedback.request_asked", row, detail)
    return row


@transaction.atomic
def record_reply(
    actor: Person,
    row: ImprovementRequest,
    *,
    reply: str,
    text: str,
    on: datetime.date | None,
    due_on: datetime.date | None = None,
    seen_revision: int | None = None,
) -> ImprovementRequest:
    """What the vendor said: mended, will be by a day, or not."""
    allow(actor, "feedback.ask", row)
    if row.state not in (State.ASKED, State.ANSWERED):
        raise refuse(_("送った要望だけに、回答を記録できます。"), "state")
    if reply not in ImprovementRequest.Reply.values:
        raise ValidationError({"reply": [_("事業者の判断を選んでください。")]})
    on, text = past(on, "answered_on"), said(text, "answer", LONG)
    if row.asked_on is not None and on < row.asked_on:
        raise ValidationError({"answered_on": [_("回答の日は、送った日よりあとにしてください。")]})
    if reply == ImprovementRequest.Reply.PLANNED and (due_on is None or due_on < timezone.localdate()):
        raise ValidationError({"due_on": [_("直すと約束された日を、今日以後で入力してください。")]})
    claim(row, seen_revision)
    row.reply, row.answer, row.answered_on = reply, text, on
    row.due_on = due_on or due(row.municipality, VENDOR_REPLY)
    refused = reply == ImprovementRequest.Reply.REFUSED
    row.state = State.REFUSED if refused else State.ANSWERED
    row.save()
    detail = {"reply": reply, "answered_on": on}
    record(row.municipality.chain, actor, "feedback.request_answered", row, detail)
    return row


@transaction.atomic
def verify(
    actor: Person,
    row: ImprovementRequest,
    *,
    mended: bool,
    text: str,
    on: datetime.date | None,
    seen_revision: int | None = None,
) -> ImprovementRequest:
    """Tried again with the same cases: mended, or asked once more."""
    allow(actor, "feedback.ask", row)
    if row.state != State.ANSWERED:
        raise refuse(_("回答のあった要望だけを確かめられます。"), "state")
    on, text = past(on, "verified_on"), said(text, "verification", LONG)
    claim(row, seen_revision)
    row.verification, row.verified_on, row.verified_by = text, on, actor
    row.state = State.VERIFIED if mended else State.ASKED
    if not mended:
        row.times, row.asked_on, row.asked_by = row.times + 1, on, actor
        row.due_on = due(row.municipality, VENDOR_REPLY)
    row.save()
    verb = "feedback.request_verified" if mended else "feedback.request_asked_again"
    record(row.municipality.chain, actor, verb, row, {"verified_on": on})
    return row
