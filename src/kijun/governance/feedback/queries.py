"""Reading opinions, reports and requests. No writing here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils import timezone
from django_stubs_ext import StrOrPromise

from kijun.governance.accounts.models import Person
from kijun.governance.accounts.roles import Role
from kijun.governance.feedback.models import Doubt, Escalation, ImprovementRequest, Opinion, Report
from kijun.governance.interactions.reach import EVERYTHING
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Municipality

State = Report.State
TONES = {
    State.RECEIVED: "warning",
    State.ACKNOWLEDGED: "progress",
    State.ANSWERED: "success",
    State.CLOSED: "neutral",
    State.WITHDRAWN: "neutral",
}
REQUEST_TONES = {
    ImprovementRequest.State.DRAFT: "neutral",
    ImprovementRequest.State.ASKED: "progress",
    ImprovementRequest.State.ANSWERED: "warning",
    ImprovementRequest.State.VERIFIED: "success",
    ImprovementRequest.State.REFUSED: "danger",
}
OPEN = (State.RECEIVED, State.ACKNOWLEDGED)


@dataclass(frozen=True, slots=True)
class Given:
    """What a person said of an answer: ``verdict`` "" for nothing, and their last report on it."""

    interaction: str
    verdict: str = ""
    report: Report | None = None

    @property
    def kinds(self) -> list[StrOrPromise]:
        return [] if self.report is None else [one.label for one in self.report.kind_list]

    @property
    def has_new_answer(self) -> bool:
        return self.report is not None and self.report.answered_at is not None and self.report.read_at is None


def given(person: Person, interactions: Iterable[str]) -> dict[str, Given]:
    """What the person said of each of these answers; two queries."""
    wanted = list(dict.fromkeys(map(str, interactions)))
    rows = {"municipality": person.municipality_id, "interaction__in": wanted}
    verdicts = dict(Opinion.objects.filter(person=person, **rows).values_list("interaction", "verdict"))
    reports = Report.objects.filter(reporter=person, **rows).exclude(state=State.WITHDRAWN)
    last = {one.interaction: one for one in reports.order_by("number")}
    return {one: Given(one, verdicts.get(one, ""), last.get(one)) for one in wanted}


def received(person: Person, interaction: str) -> Report | None:
    """The person's report on an answer that nobody has taken up; none for a report on a system as a whole."""
    if not interaction:
        return None
    rows = Report.objects.of(person.municipality).filter(interaction=interaction)
    found: Report | None = rows.filter(reporter=person, state=State.RECEIVED).first()
    return found


def reports(municipality: Municipality) -> QuerySet[Report]:
    """With what lists and pages show, in a constant number of queries."""
    rows: QuerySet[Report] = Report.objects.of(municipality)
    return rows.select_related(
        "municipality", "system__owner", "purpose", "department", "reporter", "handler", "answered_by",
        "request", "escalation",
    )  # fmt: skip


def mine(person: Person) -> QuerySet[Report]:
    """What the person reported."""
    return reports(person.municipality).filter(reporter=person)


def visible(person: Person) -> QuerySet[Report]:
    """All for those who read everything; else those of the systems that the person answers for, and those given to them."""
    rows = reports(person.municipality)
    if person.roles_today() & EVERYTHING:
        return rows
    return rows.filter(Q(handler=person) | Q(system__owner=person))


def to_answer(person: Person) -> QuerySet[Report]:
    """Reports that wait for this person: their own to answer; for IT staff also those that nobody else has."""
    rows = reports(person.municipality).filter(state__in=OPEN)
    wanted = Q(handler=person)
    if Role.IT_STAFF in person.roles_today():
        wanted |= Q(handler=None)
    return rows.filter(wanted)


def overdue(rows: QuerySet[Report]) -> QuerySet[Report]:
    return rows.filter(state__in=OPEN, due_on__lt=timezone.localdate())


def of_kind(rows: QuerySet[Report], kind: str) -> QuerySet[Report]:
    return rows.filter(kinds__contains=f",{kind},")


def requests(municipality: Municipality) -> QuerySet[ImprovementRequest]:
    rows: QuerySet[ImprovementRequest] = ImprovementRequest.objects.of(municipality)
    return rows.select_related(
        "municipality", "system__owner", "made_by", "nobody_named_by", "asked_by", "verified_by"
    )


def visible_requests(person: Person) -> QuerySet[ImprovementRequest]:
    """All for those who read everything; else those about the systems that the person answers for."""
    rows = requests(person.municipality)
    return rows if person.roles_today() & EVERYTHING else rows.filter(system__owner=person)


def joinable(request: ImprovementRequest) -> QuerySet[Report]:
    """Reports on the same system that no request has taken up."""
    rows = reports(request.municipality).filter(system=request.system_id, request=None)
    return rows.exclude(state__in=(State.WITHDRAWN, State.CLOSED))


def waiting_escalations(person: Person) -> QuerySet[Escalation]:
    """What an executive is to decide."""
    rows: QuerySet[Escalation] = Escalation.objects.of(person.municipality)
    return rows.filter(state=Escalation.State.OPEN).select_related("report__system")


def reportable_systems(person: Person) -> QuerySet[AISystem]:
    """Systems that the person sees and can say something of."""
    from kijun.governance.inventory.queries import visible_systems

    return visible_systems(person).filter(registered_at__isnull=False)


def kinds_of(report: Report) -> list[StrOrPromise]:
    return [Doubt(one).label for one in report.kind_list]
