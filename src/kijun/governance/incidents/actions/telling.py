"""Steps of the checklist, and who is told: done, or declared unneeded with the reason."""

from __future__ import annotations

import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts.acting import allow
from kijun.governance.accounts.models import Person
from kijun.governance.audit.actions import record
from kijun.governance.incidents.actions import _shared as shared
from kijun.governance.incidents.models import LINE, LONG, Event, Incident, Notice, Step, Whom
from kijun.web.given import at_most, said
from kijun.web.versions import claim


@transaction.atomic
def finish_step(
    actor: Person,
    step: Step,
    *,
    note: str = "",
    unneeded: bool = False,
    seen_revision: int | None = None,
) -> Step:
    """A step is done; or it is not needed, and why."""
    incident = step.incident
    allow(actor, "incidents.lead", incident)
    shared.hold(incident)
    if not step.is_open:
        raise shared.refuse(_("この手順は、もう済んでいます。"), "state")
    note = said(note, "note", LINE) if unneeded else at_most(note, "note", LINE)
    claim(step, seen_revision)
    now = timezone.now()
    step.done_at, step.done_by, step.unneeded, step.note = now, actor, unneeded, note
    step.save(update_fields=["done_at", "done_by", "unneeded", "note"])
    if not unneeded:
        changed = shared.acted(incident, now)
        if changed:
            incident.claim(None)
            incident.save(update_fields=changed)
    words = _("不要とした：%(text)s") if unneeded else _("済み：%(text)s")
    text = words % {"text": step.text}
    shared.note(incident, actor, Event.Kind.STEP, f"{text}\n{note}" if note else text)
    verb = "incidents.step_unneeded" if unneeded else "incidents.step_done"
    record(incident.municipality.chain, actor, verb, incident, {"step": step.text})
    return step


@transaction.atomic
def save_notice(
    actor: Person,
    incident: Incident,
    notice: Notice | None,
    *,
    whom: str,
    who: str = "",
    how: str = "",
    text: str = "",
    due_at: datetime.datetime | None = None,
    seen_revision: int | None = None,
) -> Notice:
    """Somebody who is to be told, or other words for it. Nothing is sent."""
    allow(actor, "incidents.lead", incident)
    shared.hold(incident)
    if notice is not None and not notice.is_open:
        raise shared.refuse(_("この連絡は、もう済んでいます。"), "state")
    whom = shared.chosen(whom, Whom, "whom")
    if due_at is not None and abs(due_at - incident.noticed_at) > datetime.timedelta(days=3660):
        raise ValidationError({"due_at": [_("日時を確かめてください。")]})
    values = {
        "whom": whom,
        "who": at_most(who, "who", 120),
        "how": at_most(how, "how", 120),
        "text": at_most(text, "text", LONG),
        "due_at": due_at,
    }
    if notice is None:
        row: Notice = Notice.objects.create(municipality=incident.municipality, incident=incident, **values)
    else:
        claim(notice, seen_revision)
        for name, value in values.items():
            setattr(notice, name, value)
        notice.save(update_fields=list(values))
        row = notice
    detail = {"whom": whom, "due_at": "" if due_at is None else due_at.isoformat()}
    record(incident.municipality.chain, actor, "incidents.notice_saved", incident, detail)
    return row


@transaction.atomic
def finish_notice(
    actor: Person,
    notice: Notice,
    *,
    note: str = "",
    unneeded: bool = False,
    at: datetime.datetime | None = None,
    seen_revision: int | None = None,
) -> Notice:
    """They were told, when and how; or it is not owed, and why."""
    incident = notice.incident
    allow(actor, "incidents.lead", incident)
    shared.hold(incident)
    if not notice.is_open:
        raise shared.refuse(_("この連絡は、もう済んでいます。"), "state")
    note = said(note, "note", LINE)
    when = timezone.now() if at is None else shared.was(at, "at")
    claim(notice, seen_revision)
    notice.done_at, notice.done_by, notice.unneeded, notice.note = when, actor, unneeded, note
    notice.save(update_fields=["done_at", "done_by", "unneeded", "note"])
    label = Whom(notice.whom).label
    words = _("%(whom)sへの連絡を不要とした：%(note)s") if unneeded else _("%(whom)sに連絡した：%(note)s")
    shared.note(incident, actor, Event.Kind.TOLD, words % {"whom": label, "note": note}, when)
    verb = "incidents.notice_unneeded" if unneeded else "incidents.told"
    record(incident.municipality.chain, actor, verb, incident, {"whom": notice.whom})
    return notice
