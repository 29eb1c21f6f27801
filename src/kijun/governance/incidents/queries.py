"""Reading incidents, playbooks, drills and lessons. No writing here."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django_stubs_ext import StrOrPromise

from kijun.governance.accounts.models import Person
from kijun.governance.accounts.roles import Role
from kijun.governance.incidents.models import (
    OPEN,
    Drill,
    Harm,
    Incident,
    Lesson,
    Notice,
    Playbook,
    Prevention,
    Severity,
    State,
    Step,
)
from kijun.governance.interactions.reach import EVERYTHING
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Municipality
from kijun.web.search import shown_number

TONES: Final = {
    State.RECEIVED: "warning",
    State.HANDLING: "progress",
    State.CONTAINED: "progress",
    State.CLOSED: "success",
    State.WITHDRAWN: "neutral",
}
SEVERITY_TONES: Final = {Severity.MINOR: "neutral", Severity.MEDIUM: "warning", Severity.SERIOUS: "danger"}
PLAYBOOK_TONES: Final = {
    Playbook.State.DRAFT: "neutral",
    Playbook.State.PROPOSED: "warning",
    Playbook.State.ADOPTED: "success",
    Playbook.State.FORMER: "neutral",
}
FRESH: Final = 60
"""Days for which a lesson waits on the home page of who has not read it."""
YEAR: Final = 365
"""Days within which a drill is to be held again."""


def incidents(municipality: Municipality) -> QuerySet[Incident]:
    """With what lists and pages show, in a constant number of queries."""
    rows: QuerySet[Incident] = Incident.objects.of(municipality)
    return rows.select_related(
        "municipality", "system__owner", "purpose", "department", "reporter", "leader", "report", "course_by",
        "closed_by", "playbook", "lesson",
    ).annotate(shown_code=shown_number("IN-", 3))  # fmt: skip


def visible(person: Person) -> QuerySet[Incident]:
    """All for those who read everything; else those that the person reported, leads, owns the system of, or prevents anew."""
    rows = incidents(person.municipality)
    if person.roles_today() & EVERYTHING:
        return rows
    given = Prevention.objects.filter(person=person).values("incident")
    return rows.filter(
        Q(reporter=person)
        | Q(report__reporter=person)
        | Q(leader=person)
        | Q(system__owner=person)
        | Q(pk__in=given)
    )


def led(person: Person) -> QuerySet[Incident]:
    """Open incidents that this person leads; for IT staff also those that nobody leads."""
    rows = incidents(person.municipality).filter(state__in=OPEN)
    wanted = Q(leader=person)
    if Role.IT_STAFF in person.roles_today():
        wanted |= Q(leader=None)
    return rows.filter(wanted)


def of_harm(rows: QuerySet[Incident], kind: str) -> QuerySet[Incident]:
    return rows.filter(harms__contains=f",{kind},")


def late(rows: QuerySet[Incident]) -> QuerySet[Incident]:
    """Open incidents with a step or a notice past its time."""
    now = timezone.now()
    steps = Step.objects.filter(done_at=None, due_at__lt=now).values("incident")
    notices = Notice.objects.filter(done_at=None, due_at__lt=now).values("incident")
    return rows.filter(Q(pk__in=steps) | Q(pk__in=notices), state__in=OPEN)


def of_interaction(municipality: Municipality, interaction: str) -> QuerySet[Incident]:
    """Incidents that an interaction is tied to."""
    return incidents(municipality).filter(tied__interaction=interaction)


def harms_of(thing: Any) -> list[StrOrPromise]:
    return [one.label for one in thing.harm_list]


def next_due(incidents_: Iterable[Incident]) -> dict[int, datetime.datetime]:
    """Incident → the earliest time by which a step or a notice is due; two queries."""
    keys = [one.pk for one in incidents_]
    found: dict[int, datetime.datetime] = {}
    for model in (Step, Notice):
        rows = model.objects.filter(incident__in=keys, done_at=None, due_at__isnull=False)
        for pk, due in rows.values_list("incident", "due_at"):
            found[pk] = min(due, found.get(pk, due))
    return found


def preventions(person: Person) -> QuerySet[Prevention]:
    """What this person is to do so that it does not happen again."""
    rows: QuerySet[Prevention] = Prevention.objects.of(person.municipality)
    rows = rows.filter(done_on=None, incident__state__in=OPEN).select_related("incident")
    wanted = Q(person=person)
    if Role.IT_STAFF in person.roles_today():
        wanted |= Q(person=None)
    return rows.filter(wanted)


# --- lessons --------------------------------------------------------------------------------


def lessons(municipality: Municipality) -> QuerySet[Lesson]:
    """Published lessons, with how many people have read each."""
    rows: QuerySet[Lesson] = Lesson.objects.of(municipality).filter(published_at__isnull=False)
    return rows.select_related("municipality", "incident__system").annotate(
        read=Count("readings", filter=Q(readings__person__is_active=True), distinct=True)
    )


def unread(person: Person) -> QuerySet[Lesson]:
    """Lessons of the last weeks that the person has not read and did not write."""
    since = timezone.now() - datetime.timedelta(days=FRESH)
    rows: QuerySet[Lesson] = Lesson.objects.of(person.municipality).filter(published_at__gte=since)
    return rows.exclude(readings__person=person).exclude(written_by=person)


def staff_count(municipality: Municipality) -> int:
    """People who could read a lesson."""
    return Person.objects.of(municipality).filter(is_active=True).count()


def share(read: int, people: int) -> float | None:
    return None if not people else 100 * read / people


# --- preparation ----------------------------------------------------------------------------


def drills(municipality: Municipality) -> QuerySet[Drill]:
    rows: QuerySet[Drill] = Drill.objects.of(municipality)
    return rows.select_related("municipality", "system", "playbook", "made_by")


def next_drill(municipality: Municipality) -> datetime.date | None:
    """When the next drill is due: as the last one says, at the latest a year after it; None where none was held."""
    last = drills(municipality).first()
    if last is None:
        return None
    yearly: datetime.date = last.held_on + datetime.timedelta(days=YEAR)
    return min(last.next_on, yearly) if last.next_on is not None else yearly


def to_review(municipality: Municipality, version: Playbook) -> list[str]:
    """Codes of drills and closed incidents after which the playbook was not looked at again."""
    since = version.last_review
    if since is None:
        return []
    held = drills(municipality).filter(held_on__gt=since)
    closed = Incident.objects.of(municipality).filter(state=State.CLOSED, closed_at__date__gt=since)
    return [one.code for one in held] + [one.code for one in closed.only("number")]


def reportable_systems(person: Person) -> QuerySet[AISystem]:
    """Systems that a person can name in a report."""
    from kijun.governance.inventory.queries import visible_systems

    return visible_systems(person).filter(registered_at__isnull=False).order_by("number")


@dataclass(frozen=True, slots=True)
class Figures:
    """The line of figures over a list; times in hours."""

    open: int
    serious: int
    late: int
    first_action: float | None


def figures(rows: QuerySet[Incident]) -> Figures:
    """Of these incidents; three queries."""
    counted = rows.order_by().aggregate(
        open=Count("pk", filter=Q(state__in=OPEN)),
        serious=Count("pk", filter=Q(state__in=OPEN, severity=Severity.SERIOUS)),
    )
    since = timezone.now() - datetime.timedelta(days=YEAR)
    found = rows.filter(reported_at__gte=since, first_action_at__isnull=False)
    hours = [one.until_action.total_seconds() / 3600 for one in found if one.until_action is not None]
    return Figures(counted["open"], counted["serious"], late(rows).count(), median(hours) if hours else None)


HARM_CHOICES: Final = [(one.value, one.label) for one in Harm]
