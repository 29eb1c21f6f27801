"""What an incident brings with it: the steps of the playbook in force, and who is told by when."""

from __future__ import annotations

import datetime

from kijun.governance.incidents import deadlines
from kijun.governance.incidents.models import Incident, Notice, Playbook, PlaybookStep, Step
from kijun.governance.organisation.models import Municipality


def playbook(municipality: Municipality) -> Playbook | None:
    """The version in force."""
    found: Playbook | None = (
        Playbook.objects.of(municipality)
        .filter(state=Playbook.State.ADOPTED)
        .select_related("municipality")
        .first()
    )
    return found


def _due(incident: Incident, step: PlaybookStep) -> datetime.datetime | None:
    return None if step.hours is None else incident.noticed_at + datetime.timedelta(hours=step.hours)


def steps(incident: Incident) -> list[Step]:
    """Steps that hold for the incident and are not on its list yet, unsaved. What is on the list stays as it is."""
    if incident.playbook is None:
        return []
    known = set(incident.steps.values_list("text", flat=True))
    return [
        Step(
            municipality=incident.municipality,
            incident=incident,
            order=one.order,
            text=one.text,
            who=one.who,
            due_at=_due(incident, one),
        )
        for one in incident.playbook.steps.filter(whom="")
        if one.holds_for(incident.harm_list, incident.severity) and one.text not in known
    ]


def notices(incident: Incident) -> list[Notice]:
    """Who is to be told and is not on the list yet, unsaved: by the playbook, and by law whatever it says; the earlier day counts."""
    known = set(incident.notices.values_list("whom", flat=True))
    by_law = {one.whom: deadlines.end_of(incident.noticed_at, one.days) for one in deadlines.duties(incident)}
    found: list[Notice] = []
    for step in () if incident.playbook is None else incident.playbook.steps.exclude(whom=""):
        if step.whom in known or not step.holds_for(incident.harm_list, incident.severity):
            continue
        due = min(
            (one for one in (_due(incident, step), by_law.get(step.whom)) if one is not None), default=None
        )
        found.append(_notice(incident, step.whom, due, step.who))
        by_law.pop(step.whom, None)
    found += [_notice(incident, whom, due) for whom, due in by_law.items() if whom not in known]
    return found


def _notice(incident: Incident, whom: str, due: datetime.datetime | None, who: str = "") -> Notice:
    return Notice(municipality=incident.municipality, incident=incident, whom=whom, due_at=due, who=who)
