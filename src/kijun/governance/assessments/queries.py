"""Reading self-assessments: who sees what, how far they are, what they say. No writing here.

Every function asks the database a constant number of times, however many systems or controls there are.
"""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from kijun.governance.accounts.models import Person
from kijun.governance.assessments.comparison import Comparison, Given, Key, compare
from kijun.governance.assessments.models import (
    OPEN_STATES,
    SETTLED_STATES,
    Answer,
    Assessment,
    Assignment,
    Cycle,
)
from kijun.governance.assessments.tallies import Results, Summary, Tally, from_summary, statuses_in
from kijun.governance.evidence.models import ScopeKind
from kijun.governance.inventory.queries import (
    departments_near,
    reads_everything,
    visible_systems,
)
from kijun.governance.organisation.models import Municipality

Answers = Mapping[Key, Given]
LIGHT = ("frozen",)
"""Large fields that lists never need."""


def assessments(municipality: Municipality) -> QuerySet[Assessment]:
    """All of a municipality, without the frozen copies."""
    rows = Assessment.objects.filter(municipality=municipality).defer(*LIGHT)
    return rows.select_related("cycle", "system", "municipality")


def visible_assessments(person: Person) -> QuerySet[Assessment]:
    """Those that the person may see.

    All for who reads the whole inventory; else those of systems the person sees, and those in which a
    department near the person, or the person, has work.
    """
    rows = assessments(person.municipality)
    if reads_everything(person):
        return rows
    work = Assignment.objects.filter(
        Q(department__in=departments_near(person)) | Q(person=person), assessment=OuterRef("pk")
    )
    return rows.filter(Q(system__in=visible_systems(person)) | Q(Exists(work)))


# --- how far ---------------------------------------------------------------------------------


def live_results(ids: Iterable[int]) -> dict[int, Results]:
    """The answers as they stand now, by assessment."""
    found: dict[int, Results] = defaultdict(Results)
    rows = (
        Answer.objects.filter(assessment__in=list(ids))
        .order_by()
        .values_list("assessment_id", "principle", "role", "status")
        .annotate(number=Count("pk"))
    )
    for assessment_id, principle, role, status, number in rows:
        found[assessment_id].add(principle, role, status, number)
    return found


def results_of(rows: Iterable[Assessment]) -> dict[int, Results]:
    """Results of several assessments: of the frozen copy where one was approved, else as they stand."""
    rows = list(rows)
    live = live_results(one.pk for one in rows if not one.is_settled)
    return {
        one.pk: from_summary(one.summary) if one.is_settled else live.get(one.pk, Results()) for one in rows
    }


def results(assessment: Assessment) -> Results:
    """Counts of statuses by principle and role. See :class:`~.tallies.Results`."""
    return results_of([assessment])[assessment.pk]


def progress(rows: Iterable[Assessment]) -> dict[int, Tally]:
    """How many controls are answered, by assessment."""
    return {pk: one.total for pk, one in results_of(rows).items()}


@dataclass(frozen=True, slots=True)
class Work:
    """An assignment with how far its answers are."""

    assignment: Assignment
    tally: Tally

    @property
    def ready(self) -> bool:
        return self.tally.complete


def works(rows: Iterable[Assignment]) -> list[Work]:
    """Assignments with the tally of what their department is asked. Assessments must be loaded with them."""
    rows = list(rows)
    counts: dict[tuple[int, str, int | None], Tally] = defaultdict(Tally)
    answers = (
        Answer.objects.filter(assessment__in={one.assessment_id for one in rows})
        .order_by()
        .values_list("assessment_id", "role", "department_id", "status")
        .annotate(number=Count("pk"))
    )
    for assessment_id, role, department_id, status, number in answers:
        counts[assessment_id, role, department_id].add(status, number)
    found = []
    for one in rows:
        tally = Tally()
        tally.merge(counts[one.assessment_id, one.role, None])
        tally.merge(counts[one.assessment_id, one.role, one.department_id])
        found.append(Work(one, tally))
    return found


def open_work(person: Person) -> list[Assignment]:
    """Unfinished assignments that wait for the person: named for them, or for a department of theirs by role."""
    rows = _unfinished(person).defer("assessment__frozen")
    return _waiting(
        person, rows.select_related("assessment__cycle", "assessment__system", "department", "person")
    )


def open_work_count(person: Person) -> int:
    """How many there are, read as lightly as a menu needs it."""
    rows = _unfinished(person).select_related("department", "person")
    return len(_waiting(person, rows.only("role", "department__path", "person__is_active")))


def _unfinished(person: Person) -> QuerySet[Assignment]:
    return Assignment.objects.filter(
        municipality=person.municipality, finished_at=None, assessment__state__in=OPEN_STATES
    )


def _waiting(person: Person, rows: QuerySet[Assignment]) -> list[Assignment]:
    """Those of the person. Work of somebody who has left is everybody's in the department, as if nobody were named."""
    from kijun.governance.assessments.permissions import answers_in

    return [
        one
        for one in rows
        if one.person_id == person.pk
        or (
            (one.person is None or not one.person.is_active)
            and person.works_in(one.department)
            and answers_in(person, one.role, one.department)
        )
    ]


def returned_to(person: Person) -> QuerySet[Assessment]:
    """Assessments that were sent back and that the person may submit again."""
    rows = assessments(person.municipality).filter(state=Assessment.State.CHANGES_REQUESTED)
    if person.has_perm("assessments.manage"):
        return rows
    return rows.filter(system__owner=person)


# --- what was approved -----------------------------------------------------------------------


def settled(municipality: Municipality) -> QuerySet[Assessment]:
    """Approved and closed ones, the newest first."""
    return assessments(municipality).filter(state__in=SETTLED_STATES).order_by("-approved_at", "-pk")


def latest_approved(municipality: Municipality, scope_kind: str, scope_id: int) -> Assessment | None:
    """The assessment of this scope that was approved last."""
    return _of_scope(settled(municipality), scope_kind, scope_id).first()


def latest_approved_of_all(municipality: Municipality) -> dict[tuple[str, int], Assessment]:
    """The one approved last for every scope, by (scope kind, scope id)."""
    found: dict[tuple[str, int], Assessment] = {}
    for one in settled(municipality):
        found.setdefault((one.scope_kind, one.scope_id), one)
    return found


def current(municipality: Municipality, scope_kind: str, scope_id: int) -> Assessment | None:
    """The assessment of the newest cycle, whatever its state unless it was dropped."""
    rows = assessments(municipality).exclude(state=Assessment.State.DROPPED)
    rows = rows.order_by("-cycle__starts_on", "-cycle_id", "-pk")
    return _of_scope(rows, scope_kind, scope_id).first()


def _of_scope(rows: QuerySet[Assessment], kind: str, scope_id: int) -> QuerySet[Assessment]:
    rows = rows.filter(scope_kind=kind)
    return rows.filter(system_id=scope_id) if kind == ScopeKind.SYSTEM else rows


# --- how it went before ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Point:
    """One cycle in a trend: what was approved in it, or how far it is."""

    cycle: str
    tally: Tally


@dataclass(frozen=True, slots=True)
class Course:
    """Cycle by cycle, the oldest first; and the last two of them like for like ("" and None for the first cycle)."""

    points: list[Point]
    earlier: str = ""
    comparison: Comparison | None = None


def course(rows: Sequence[Assessment], answers: Answers, scope_kind: str | None = None) -> Course:
    """How the given assessments of one cycle compare with what was approved in earlier cycles.

    ``answers`` are theirs (:func:`given_answers`). ``scope_kind`` None takes every scope of the municipality (the whole
    town); else the scope of the one that is given. One query.
    """
    if not rows:
        return Course([])
    cycle, town = rows[0].cycle, rows[0].municipality_id
    settled_ones = Assessment.objects.filter(municipality=town, state__in=SETTLED_STATES)
    past: QuerySet[Assessment] = settled_ones.exclude(cycle=cycle).filter(
        cycle__starts_on__lte=cycle.starts_on
    )
    if scope_kind is not None:
        past = _of_scope(past, scope_kind, rows[0].scope_id)
    rounds: dict[tuple[datetime.date, int, str], list[tuple[str, int, Summary | None]]] = {}
    fields = ("cycle__starts_on", "cycle_id", "cycle__name", "scope_kind", "system_id", "summary")
    for starts_on, pk, name, kind, system_id, summary in past.order_by().values_list(*fields):
        if (starts_on, pk) < (cycle.starts_on, cycle.pk):
            rounds.setdefault((starts_on, pk, name), []).append((kind, system_id or town, summary))
    points = []
    for (_starts_on, _pk, name), kept in sorted(rounds.items()):
        tally = Tally()
        for _kind, _scope_id, summary in kept:
            tally.merge(from_summary(summary).total)
        points.append(Point(name, tally))
    points.append(Point(cycle.name, Tally(Counter(one.status for one in answers.values()))))
    if not rounds:
        return Course(points)
    last = max(rounds)
    before = (pair for one in rounds[last] for pair in _kept(*one))
    return Course(points, last[2], compare(before, answers))


def given_answers(rows: Iterable[Assessment]) -> dict[Key, Given]:
    """Every control of several assessments: of the frozen copy where one was approved, else as it stands. One query."""
    found: dict[Key, Given] = {}
    open_ones: dict[int, tuple[str, int]] = {}
    for one in rows:
        if one.is_settled:
            found.update(_kept(one.scope_kind, one.scope_id, one.summary))
        else:
            open_ones[one.pk] = (one.scope_kind, one.scope_id)
    if open_ones:
        answers = Answer.objects.filter(assessment__in=open_ones).order_by()
        for pk, control_id, principle, role, status in answers.values_list(
            "assessment_id", "control_id", "principle", "role", "status"
        ):
            found[(*open_ones[pk], control_id)] = Given(principle, role, status)
    return found


def _kept(kind: str, scope_id: int, summary: Summary | None) -> Iterator[tuple[Key, Given]]:
    """The answers of an approved assessment."""
    for control_id, principle, role, status in statuses_in(summary):
        yield (kind, scope_id, control_id), Given(principle, role, status)


# --- cycles ----------------------------------------------------------------------------------


def newest_cycle(municipality: Municipality) -> Cycle | None:
    return Cycle.objects.filter(municipality=municipality).first()


def inherited_answers(assessment: Assessment) -> tuple[Assessment | None, dict[str, Answer]]:
    """The organisation's assessment of the same cycle, and its answers by control id, for a system to show."""
    if assessment.system_id is None:
        return None, {}
    source = (
        assessments(assessment.municipality)
        .filter(cycle=assessment.cycle_id, scope_kind=ScopeKind.ORGANISATION)
        .first()
    )
    if source is None:
        return None, {}
    return source, {one.control_id: one for one in source.answers.select_related("answered_by")}
