"""Leading an incident: taking it up, measures, stopping the AI, going on or not, looking at it anew, who leads."""

from __future__ import annotations

import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kijun.governance.access import actions as access
from kijun.governance.access.models import Purpose, Stop
from kijun.governance.accounts.acting import allow
from kijun.governance.accounts.models import Person
from kijun.governance.audit.actions import changes, record
from kijun.governance.incidents.actions import _shared as shared
from kijun.governance.incidents.actions.opening import fill
from kijun.governance.incidents.models import (
    LINE,
    LONG,
    Course,
    Event,
    Incident,
    Residents,
    Severity,
    State,
    named,
)
from kijun.governance.inventory.models import AISystem
from kijun.web.given import at_most, said
from kijun.web.punctuation import labelled, listed
from kijun.web.versions import claim


def _begin(actor: Person, incident: Incident, seen_revision: int | None) -> None:
    allow(actor, "incidents.lead", incident)
    shared.still_open(incident)
    claim(incident, seen_revision)


@transaction.atomic
def take_up(actor: Person, incident: Incident, seen_revision: int | None = None) -> Incident:
    """対応を始める: somebody is on it; that alone is no measure."""
    allow(actor, "incidents.lead", incident)
    if incident.state != State.RECEIVED:
        raise shared.refuse(_("もう対応が始まっています。"), "state")
    claim(incident, seen_revision)
    incident.state = State.HANDLING
    incident.save(update_fields=["state"])
    shared.note(incident, actor, Event.Kind.STATE, _("対応を始めた"))
    record(incident.municipality.chain, actor, "incidents.taken_up", incident)
    return incident


@transaction.atomic
def measure(
    actor: Person,
    incident: Incident,
    text: str,
    at: datetime.datetime | None = None,
    seen_revision: int | None = None,
) -> Event:
    """A measure with its time; the earliest one is the time of the first action (P1.3.5)."""
    text = said(text, "text", LONG)
    when = timezone.now() if at is None else shared.was(at, "at")
    if when < incident.noticed_at.replace(second=0, microsecond=0):  # pages tell times to the minute
        raise ValidationError({"at": [_("気づいた日時より後の日時を入力してください。")]})
    _begin(actor, incident, seen_revision)
    changed = shared.acted(incident, when)
    if changed:
        incident.save(update_fields=changed)
    made = shared.note(incident, actor, Event.Kind.MEASURE, text, when)
    record(incident.municipality.chain, actor, "incidents.measured", incident, {"at": when.isoformat()})
    return made


@transaction.atomic
def stop_ai(
    actor: Person,
    incident: Incident,
    target: AISystem | Purpose | None,
    why: str,
    seen_revision: int | None = None,
) -> Stop:
    """Throw the stop switch of `access` (who may, is asked there once more) and note it as a measure and a decision."""
    if target is None or target not in targets(incident):
        raise ValidationError({"target": [_("止めるものを選んでください。")]})
    why = said(why, "why", 300)
    _begin(actor, incident, seen_revision)
    made = access.stop(actor, incident.municipality, target=target, why=why)
    now = timezone.now()
    changed = shared.acted(incident, now)
    incident.course, incident.course_why = Course.STOP, why
    incident.course_at, incident.course_by = now, actor
    incident.save(update_fields=[*changed, "course", "course_why", "course_at", "course_by"])
    shared.note(
        incident,
        actor,
        Event.Kind.STOPPED,
        _("「%(name)s」を止めた：%(why)s") % {"name": made.target_name, "why": why},
    )
    record(incident.municipality.chain, actor, "incidents.stopped", incident, {"stop": str(made.pk)})
    return made


def targets(incident: Incident) -> list[AISystem | Purpose]:
    """What may be stopped from its page: its system and its purpose."""
    return [one for one in (incident.system, incident.purpose) if one is not None]


@transaction.atomic
def decide_course(
    actor: Person, incident: Incident, course: str, why: str, seen_revision: int | None = None
) -> Incident:
    """Whether the AI goes on being used, and how, with the reason (P8.1.3). A decision to stop throws no switch by itself."""
    course = shared.chosen(course, Course, "course")
    why = said(why, "course_why", LINE)
    _begin(actor, incident, seen_revision)
    now = timezone.now()
    changed = shared.acted(incident, now) if course != Course.GO_ON else []
    incident.course, incident.course_why = course, why
    incident.course_at, incident.course_by = now, actor
    incident.save(update_fields=[*changed, "course", "course_why", "course_at", "course_by"])
    text = _("%(course)s：%(why)s") % {"course": Course(course).label, "why": why}
    shared.note(incident, actor, Event.Kind.COURSE, text)
    record(incident.municipality.chain, actor, "incidents.course_decided", incident, {"course": course})
    return incident


FACTS = (
    "title",
    "harms",
    "severity",
    "residents",
    "affected",
    "affected_count",
    "system",
    "purpose",
    "began_at",
    "noticed_at",
)


@transaction.atomic
def reassess(
    actor: Person, incident: Incident, values: dict[str, Any], seen_revision: int | None = None
) -> Incident:
    """What is known now: harm, severity, who is affected, system. Further steps and deadlines follow; none is taken back."""
    new = _checked(incident, values)
    _begin(actor, incident, seen_revision)
    before = {name: getattr(incident, name) for name in FACTS}
    if before == new:
        return incident
    for name, value in new.items():
        setattr(incident, name, value)
    incident.was_serious = incident.was_serious or incident.severity == Severity.SERIOUS
    if incident.leader is None and incident.owner is not None:  # the system was not known before
        incident.leader = incident.owner
    incident.save()
    fill(incident)
    shared.note(incident, actor, Event.Kind.CHANGED, _named(before, new))
    detail = changes(_listed(before), _listed(new))
    record(incident.municipality.chain, actor, "incidents.changed", incident, detail)
    return incident


def _listed(facts: dict[str, Any]) -> dict[str, Any]:
    """Kinds of harm one by one, for the trail to name."""
    return facts | {"harms": [one for one in facts["harms"].split(",") if one]}


def _checked(incident: Incident, values: dict[str, Any]) -> dict[str, Any]:
    noticed = shared.was(values.get("noticed_at"), "noticed_at")
    began = values.get("began_at")
    began = None if began is None else shared.was(began, "began_at")
    if began is not None and began > noticed:
        raise ValidationError({"began_at": [_("気づいた日時より前の日時を入力してください。")]})
    for name in ("system", "purpose"):
        thing = values.get(name)
        if thing is not None and thing.municipality_id != incident.municipality_id:
            raise ValidationError({name: [_("選んでください。")]})
    return {
        "title": said(values["title"], "title", 120),
        "harms": shared.harms(list(values["harms"])),
        "severity": shared.chosen(values["severity"], Severity, "severity"),
        "residents": shared.chosen(values["residents"], Residents, "residents"),
        "affected": at_most(values["affected"], "affected", LINE),
        "affected_count": values.get("affected_count"),
        "system": values.get("system"),
        "purpose": values.get("purpose"),
        "began_at": began,
        "noticed_at": noticed,
    }


def _named(before: dict[str, Any], new: dict[str, Any]) -> str:
    """Which facts were changed; the trail has from what to what."""
    names = [named(Incident, name) for name in FACTS if before[name] != new[name]]
    return _("見直した：%(what)s") % {"what": listed(names)}


@transaction.atomic
def set_leader(
    actor: Person, incident: Incident, person: Person | None, why: str, seen_revision: int | None = None
) -> Incident:
    """Who leads. Anybody but the accountable owner needs a reason (P8.1.3); None leaves it to IT staff where the post is vacant."""
    owner = incident.owner
    if person is not None and (person.municipality_id != incident.municipality_id or not person.is_active):
        raise ValidationError({"leader": [_("有効な職員から選んでください。")]})
    why = at_most(why, "leader_why", LINE)
    if person is None and owner is not None:
        raise ValidationError({"leader": [_("指揮をとる人を選んでください。")]})
    is_owner = person is not None and person == owner
    if person is not None and not is_owner and not why:
        raise ValidationError({"leader_why": [_("責任者以外が指揮をとる理由を書いてください。")]})
    _begin(actor, incident, seen_revision)
    before = incident.leader
    incident.leader, incident.leader_why = person, "" if is_owner else why
    incident.save(update_fields=["leader", "leader_why"])
    name = person.name if person is not None else _("IT担当者（責任者が空席のため）")
    told = labelled(name, incident.leader_why) if incident.leader_why else name
    shared.note(incident, actor, Event.Kind.LEADER, told)
    detail = changes({"leader": before}, {"leader": person}) | {"reason": incident.leader_why}
    record(incident.municipality.chain, actor, "incidents.leader_set", incident, detail)
    return incident
