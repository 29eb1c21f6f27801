"""Incidents and preventions of people who move or leave."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from kijun.governance.accounts.acting import Actor
from kijun.governance.accounts.models import Person
from kijun.governance.audit.actions import changes, record
from kijun.governance.audit.refs import SYSTEM
from kijun.governance.incidents.actions import _shared as shared
from kijun.governance.incidents.models import OPEN, Event, Incident, Prevention


def led_by(people: Iterable[Person]) -> QuerySet[Incident]:
    """Open incidents that these people lead."""
    rows: QuerySet[Incident] = Incident.objects.filter(leader__in=list(people), state__in=OPEN)
    return rows.select_related("municipality", "system__owner", "leader")


def preventions_of(people: Iterable[Person]) -> QuerySet[Prevention]:
    """What these people are still to do."""
    rows: QuerySet[Prevention] = Prevention.objects.filter(
        person__in=list(people), done_on=None, incident__state__in=OPEN
    )
    return rows.select_related("municipality", "incident__municipality", "person")


@transaction.atomic
def _lead(actor: Actor, incident: Incident, person: Person | None, why: StrOrPromise) -> None:
    before = incident.leader
    incident.claim(None)
    incident.leader = person
    incident.leader_why = "" if person is None or person == incident.owner else str(why)
    incident.save(update_fields=["leader", "leader_why"])
    name = person.name if person is not None else _("IT担当者（責任者が空席のため）")
    shared.note(incident, actor, Event.Kind.LEADER, name)
    detail = changes({"leader": before}, {"leader": person})
    record(incident.municipality.chain, actor, "incidents.leader_set", incident, detail)


@transaction.atomic
def _give(actor: Actor, row: Prevention, person: Person | None) -> None:
    before = row.person
    row.claim(None)
    row.person = person
    row.save(update_fields=["person"])
    detail = {"what": row.what} | changes({"person": before}, {"person": person})
    record(row.municipality.chain, actor, "incidents.prevention_given", row.incident, detail)


def hand_over_incident(actor: Person, incident: Incident, old: Person, new: Person) -> None:
    """To the successor of a person who moves; accounts checked that ``actor`` may."""
    if incident.leader_id == old.pk:
        _lead(actor, incident, new, _("異動に伴う引継ぎ"))


def hand_over_prevention(actor: Person, row: Prevention, old: Person, new: Person) -> None:
    """As `hand_over_incident`."""
    if row.person_id == old.pk:
        _give(actor, row, new)


def end_of_departed(people: Iterable[Person]) -> int:
    """People left: the accountable owner leads, or IT staff; what was to be done goes to who leads."""
    gone = list(Person.objects.filter(pk__in=[one.pk for one in people], is_active=False))
    incidents, rows = list(led_by(gone)), list(preventions_of(gone))
    for one in incidents:
        _lead(SYSTEM, one, one.owner, "")
    for row in rows:
        incident = Incident.objects.select_related("leader").get(pk=row.incident_id)
        _give(SYSTEM, row, incident.leader)
    return len(incidents) + len(rows)
