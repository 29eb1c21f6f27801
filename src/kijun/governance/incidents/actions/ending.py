"""Under control, cause, prevention, closed; or taken back."""

from __future__ import annotations

import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts.acting import allow
from kijun.governance.accounts.models import Person
from kijun.governance.audit.actions import record
from kijun.governance.incidents import readiness
from kijun.governance.incidents.actions import _shared as shared
from kijun.governance.incidents.actions.holding import keep_tied, release_tied
from kijun.governance.incidents.models import LINE, LONG, Event, Incident, Prevention, State
from kijun.web.given import at_most, past, said
from kijun.web.versions import claim


@transaction.atomic
def contain(actor: Person, incident: Incident, text: str, seen_revision: int | None = None) -> Incident:
    """収束: the harm goes no further. A measure has to be on record, or the decision that none was needed."""
    allow(actor, "incidents.lead", incident)
    if incident.state != State.HANDLING:
        raise shared.refuse(_("対応中のインシデントだけが、収束にできます。"), "state")
    if not incident.course:
        raise shared.refuse(_("使うのを止めるか続けるかの判断を記録してから、収束にします。"), "course")
    text = said(text, "text", LONG)
    claim(incident, seen_revision)
    incident.state, incident.contained_at = State.CONTAINED, timezone.now()
    incident.save(update_fields=["state", "contained_at"])
    shared.note(incident, actor, Event.Kind.STATE, _("収束：%(text)s") % {"text": text})
    record(incident.municipality.chain, actor, "incidents.contained", incident)
    return incident


@transaction.atomic
def resume(actor: Person, incident: Incident, text: str, seen_revision: int | None = None) -> Incident:
    """It was not over: back to being handled."""
    allow(actor, "incidents.lead", incident)
    if incident.state != State.CONTAINED:
        raise shared.refuse(_("収束したインシデントだけが、対応中に戻せます。"), "state")
    text = said(text, "text", LONG)
    claim(incident, seen_revision)
    incident.state, incident.contained_at = State.HANDLING, None
    incident.save(update_fields=["state", "contained_at"])
    shared.note(incident, actor, Event.Kind.STATE, _("対応中に戻した：%(text)s") % {"text": text})
    record(incident.municipality.chain, actor, "incidents.resumed", incident)
    return incident


@transaction.atomic
def explain(
    actor: Person,
    incident: Incident,
    *,
    cause: str,
    redress: str = "",
    no_prevention_why: str = "",
    no_lesson_why: str = "",
    seen_revision: int | None = None,
) -> Incident:
    """The cause, what was done for residents, and why nothing is prevented or told where that is so."""
    allow(actor, "incidents.lead", incident)
    shared.still_open(incident)
    values = {
        "cause": said(cause, "cause", LONG),
        "redress": at_most(redress, "redress", LONG),
        "no_prevention_why": at_most(no_prevention_why, "no_prevention_why", LINE),
        "no_lesson_why": at_most(no_lesson_why, "no_lesson_why", LINE),
    }
    claim(incident, seen_revision)
    for name, value in values.items():
        setattr(incident, name, value)
    incident.save(update_fields=list(values))
    shared.note(incident, actor, Event.Kind.CHANGED, _("原因と手当てを記録した"))
    record(incident.municipality.chain, actor, "incidents.explained", incident)
    return incident


@transaction.atomic
def add_prevention(
    actor: Person, incident: Incident, *, what: str, person: Person | None, due_on: datetime.date | None
) -> Prevention:
    """What keeps it from happening again, by whom, until when."""
    allow(actor, "incidents.lead", incident)
    shared.hold(incident)
    what = said(what, "what", LINE)
    if person is None or person.municipality_id != incident.municipality_id or not person.is_active:
        raise ValidationError({"person": [_("有効な職員から選んでください。")]})
    if due_on is None or due_on < timezone.localdate():
        raise ValidationError({"due_on": [_("今日から先の日付を入力してください。")]})
    made: Prevention = Prevention.objects.create(
        municipality=incident.municipality, incident=incident, what=what, person=person, due_on=due_on
    )
    detail = {"what": what, "person": person, "due_on": due_on.isoformat()}
    record(incident.municipality.chain, actor, "incidents.prevention_added", incident, detail)
    return made


@transaction.atomic
def finish_prevention(
    actor: Person,
    row: Prevention,
    *,
    result: str,
    on: datetime.date | None,
    seen_revision: int | None = None,
) -> Prevention:
    """It was done: by whoever it was given to, or by who leads."""
    incident = row.incident
    if actor.municipality_id != row.municipality_id:
        raise PermissionDenied
    if row.person_id != actor.pk:
        allow(actor, "incidents.lead", incident)
    shared.hold(incident)
    if row.done_on is not None:
        raise shared.refuse(_("この再発防止は、もう済んでいます。"), "state")
    result = said(result, "result", LINE)
    day = past(on, "done_on")
    claim(row, seen_revision)
    row.done_on, row.result = day, result
    row.save(update_fields=["done_on", "result"])
    shared.note(incident, actor, Event.Kind.MEASURE, _("再発防止：%(what)s") % {"what": row.what})
    record(incident.municipality.chain, actor, "incidents.prevention_done", incident, {"what": row.what})
    return row


@transaction.atomic
def close(
    actor: Person,
    incident: Incident,
    note: str,
    *,
    keep_holds: bool = False,
    seen_revision: int | None = None,
) -> Incident:
    """完了: decided by an executive who did not lead, where it is serious. Nothing is left open. ``keep_holds``: its records stay on hold."""
    allow(actor, "incidents.close", incident)
    if incident.state != State.CONTAINED:
        raise shared.refuse(_("収束してから完了にします。"), "state")
    note = said(note, "closing_note", LONG)
    claim(incident, seen_revision)
    left = readiness.left(
        Incident.objects.get(pk=incident.pk)
    )  # claimed: nothing is added to it from here on
    if left:
        raise ValidationError([str(one) for one in left])
    incident.state, incident.closed_at = State.CLOSED, timezone.now()
    incident.closed_by, incident.closing_note = actor, note
    incident.save(update_fields=["state", "closed_at", "closed_by", "closing_note"])
    shared.note(incident, actor, Event.Kind.STATE, _("完了：%(text)s") % {"text": note})
    record(incident.municipality.chain, actor, "incidents.closed", incident, {"holds_kept": keep_holds})
    if keep_holds:
        keep_tied(incident)
    else:
        release_tied(actor, incident)
    return incident


@transaction.atomic
def withdraw(actor: Person, incident: Incident, why: str, seen_revision: int | None = None) -> Incident:
    """取下げ: by the reporter before anybody has taken it up, else by who may close it; always with a reason."""
    allow(actor, "incidents.withdraw", incident)
    shared.still_open(incident)
    why = said(why, "why", LINE)
    claim(incident, seen_revision)
    incident.state, incident.withdrawn_why, incident.closed_at = State.WITHDRAWN, why, timezone.now()
    incident.save(update_fields=["state", "withdrawn_why", "closed_at"])
    shared.note(incident, actor, Event.Kind.STATE, _("取下げ：%(text)s") % {"text": why})
    record(incident.municipality.chain, actor, "incidents.withdrawn", incident, {"reason": why})
    release_tied(actor, incident)
    return incident
