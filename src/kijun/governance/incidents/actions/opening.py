"""An incident is reported: by hand, or out of a report on an answer."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kijun.governance.access.models import Purpose
from kijun.governance.accounts.acting import allow
from kijun.governance.accounts.models import Person
from kijun.governance.audit.actions import record
from kijun.governance.feedback.models import Doubt, Report
from kijun.governance.incidents import checklist
from kijun.governance.incidents.actions import _shared as shared
from kijun.governance.incidents.actions.holding import hold_tied
from kijun.governance.incidents.models import (
    LINE,
    LONG,
    Event,
    Harm,
    Incident,
    Notice,
    Residents,
    Severity,
    Source,
    Step,
    Tied,
)
from kijun.governance.interactions.searching import LONGEST_ID
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Department
from kijun.governance.organisation.numbering import next_number
from kijun.web.given import at_most, said
from kijun.web.punctuation import listed

HARM_OF: Final = {
    Doubt.UNTRUE: Harm.WRONG,
    Doubt.OUTDATED: Harm.WRONG,
    Doubt.REGION: Harm.WRONG,
    Doubt.UNFAIR: Harm.RIGHTS,
    Doubt.UNSUITABLE: Harm.MIND,
}
"""What a doubt about an answer points to, until the leader looks at it; any other is `Harm.OTHER`."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of an incident. ``interaction`` is an id that the caller has seen the reporter may open."""

    title: str
    what: str
    harms: Sequence[str]
    severity: str
    residents: str
    noticed_at: datetime.datetime | None
    began_at: datetime.datetime | None = None
    system: AISystem | None = None
    purpose: Purpose | None = None
    department: Department | None = None
    affected: str = ""
    affected_count: int | None = None
    source: str = Source.STAFF
    interaction: str = ""
    report: Report | None = field(default=None, repr=False)


@transaction.atomic
def open_incident(actor: Person, told: Told) -> Incident:
    """Report an incident: it gets its leader, its checklist and its deadlines at once."""
    allow(actor, "incidents.report", None)
    incident = _checked(actor, told)
    town = incident.municipality
    incident.number = next_number(Incident, town)
    incident.leader = incident.owner
    incident.playbook = checklist.playbook(town)
    incident.save(force_insert=True)
    shared.note(incident, actor, Event.Kind.REPORTED, incident.what, incident.reported_at)
    fill(incident)
    detail = {
        "severity": incident.severity,
        "harms": [str(one) for one in incident.harm_list],
        "system": str(incident.system or ""),
        "leader": incident.leader or "",
    }
    record(town.chain, actor, "incidents.opened", incident, detail)
    if told.interaction:
        Tied.objects.create(municipality=town, incident=incident, interaction=told.interaction)
        hold_tied(actor, incident)
    return incident


def _checked(actor: Person, told: Told) -> Incident:
    town, now = actor.municipality, timezone.now()
    for thing in (told.system, told.purpose, told.department, told.report):
        if thing is not None and thing.municipality_id != town.pk:
            raise PermissionDenied
    noticed = shared.was(told.noticed_at, "noticed_at")
    began = None if told.began_at is None else shared.was(told.began_at, "began_at")
    if began is not None and began > noticed:
        raise ValidationError({"began_at": [_("気づいた日時より前の日時を入力してください。")]})
    if len(told.interaction) > LONGEST_ID:
        raise PermissionDenied
    report = told.report
    return Incident(
        municipality=town,
        title=said(told.title, "title", 120),
        what=said(told.what, "what", LONG),
        harms=shared.harms(list(told.harms)),
        severity=shared.chosen(told.severity, Severity, "severity"),
        was_serious=told.severity == Severity.SERIOUS,
        residents=shared.chosen(told.residents, Residents, "residents"),
        affected=at_most(told.affected, "affected", LINE),
        affected_count=told.affected_count,
        source=shared.chosen(told.source, Source, "source"),
        report=report,
        system=told.system,
        purpose=told.purpose,
        department=told.department or (None if report is not None else actor.department),
        began_at=began,
        noticed_at=noticed,
        reported_at=now if report is None else report.reported_at,
        opened_at=now,
        reporter=actor,
    )


def fill(incident: Incident) -> None:
    """The steps and notices that it brings with it and that are not there yet."""
    Step.objects.bulk_create(checklist.steps(incident))
    Notice.objects.bulk_create(checklist.notices(incident))


def open_from_report(actor: Person, report: Report, why: str) -> Incident:
    """What `feedback.escalations` hands over: the report stays attached, its interaction is kept. ``actor`` may answer the report."""
    kinds = report.kind_list
    found = list(dict.fromkeys(HARM_OF.get(one, Harm.OTHER).value for one in kinds))
    words = listed(Doubt(one).label for one in kinds)
    return open_incident(
        actor,
        Told(
            title=_("%(code)s：%(kinds)s") % {"code": report.code, "kinds": words[:100]},
            what="\n".join(one for one in (why, report.text) if one)[:LONG],
            harms=found or [Harm.OTHER],
            severity=Severity.MEDIUM,
            residents=Residents.UNKNOWN,
            noticed_at=report.reported_at,
            system=report.system,
            purpose=report.purpose,
            department=report.department,
            affected=report.people,
            source=Source.FEEDBACK,
            interaction=report.interaction,
            report=report,
        ),
    )
