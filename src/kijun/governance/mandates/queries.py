"""Facts about responsibilities, for pages and for whoever collects evidence (G.1 to G.4, P8.1.2)."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from dataclasses import dataclass

from django.db.models import Max
from django.utils import timezone

from kijun.governance.mandates.models import Body, Mandate, Meeting, Member, Plan, ResourceRequest
from kijun.governance.organisation.models import Municipality
from kijun.web.punctuation import listed


@dataclass(frozen=True, slots=True)
class PlanFact:
    """A plan in force that names AI (G.1). ``several_years``: it runs for more than a year."""

    id: int
    name: str
    kind: str
    starts_on: datetime.date
    ends_on: datetime.date
    several_years: bool


@dataclass(frozen=True, slots=True)
class BodyFact:
    """A body in force (G.2): how many members of each side, the chair, the last meeting up to the day."""

    id: int
    name: str
    executives: int
    ground: int
    experts: int
    residents: int
    chair: str
    last_meeting: datetime.date | None

    @property
    def is_mixed(self) -> bool:
        """An executive and somebody from the ground are members."""
        return self.executives > 0 and self.ground > 0


@dataclass(frozen=True, slots=True)
class DutyFact:
    """Who answers for a duty (G.3, G.4); ``person`` is active and the period covers the day."""

    id: int
    duty: str
    person: str
    post: str
    deputy: str
    may_stop: bool
    since: datetime.date
    until: datetime.date | None


@dataclass(frozen=True, slots=True)
class ResourcesFact:
    """Powers and resources (P8.1.2): mandates that state both, requests open and past 30 days."""

    mandates: int
    stated: int
    asked: int
    open: int
    late: int


def plans_in_force(municipality: Municipality, day: datetime.date | None = None) -> list[PlanFact]:
    """Plans that name AI and cover the day, the longest first."""
    day = day or timezone.localdate()
    rows = Plan.objects.of(municipality).filter(starts_on__lte=day, ends_on__gte=day).exclude(passage="")
    return [
        PlanFact(
            one.pk, one.name, one.kind, one.starts_on, one.ends_on, (one.ends_on - one.starts_on).days > 366
        )
        for one in rows.order_by("-ends_on", "pk")
    ]


def bodies_in_force(municipality: Municipality, day: datetime.date | None = None) -> list[BodyFact]:
    """Bodies that exist on the day, with their members of that day; three queries."""
    day = day or timezone.localdate()
    bodies = list(Body.objects.of(municipality).on(day).order_by("pk"))
    members: dict[int, list[Member]] = defaultdict(list)
    for member in Member.objects.filter(body__in=bodies).on(day).select_related("person"):
        if member.person is None or member.person.is_active:
            members[member.body_id].append(member)
    met = Meeting.objects.filter(body__in=bodies, held_on__lte=day).order_by().values("body")
    last = {row["body"]: row["last"] for row in met.annotate(last=Max("held_on"))}
    facts = []
    for body in bodies:
        sides = Counter(one.side for one in members[body.pk])
        facts.append(
            BodyFact(
                body.pk,
                body.name,
                executives=sides[Member.Side.EXECUTIVE],
                ground=sides[Member.Side.GROUND],
                experts=sides[Member.Side.EXPERT],
                residents=sides[Member.Side.RESIDENT],
                chair=listed(one for one in members[body.pk] if one.chair),
                last_meeting=last.get(body.pk),
            )
        )
    return facts


def duties(municipality: Municipality, day: datetime.date | None = None) -> dict[str, list[DutyFact]]:
    """Who answers for each duty on the day; a duty without anybody has an empty list."""
    found: dict[str, list[DutyFact]] = {duty: [] for duty in Mandate.Duty.values}
    rows = Mandate.objects.of(municipality).on(day or timezone.localdate())
    for one in rows.filter(person__is_active=True).select_related("person", "deputy").order_by("valid_from"):
        found[one.duty].append(
            DutyFact(
                one.pk,
                one.duty,
                one.person.name,
                one.post,
                one.deputy.name if one.deputy and one.deputy.is_active else "",
                one.may_stop,
                one.valid_from,
                one.valid_to,
            )
        )
    return found


def resources(municipality: Municipality, day: datetime.date | None = None) -> ResourcesFact:
    """Whether powers and resources are stated and requests are answered."""
    day = day or timezone.localdate()
    rows = list(Mandate.objects.of(municipality).on(day).values_list("powers", "resources"))
    asked = list(ResourceRequest.objects.of(municipality).values_list("answer", "asked_on"))
    waiting = [asked_on for answer, asked_on in asked if not answer]
    return ResourcesFact(
        mandates=len(rows),
        stated=sum(bool(powers.strip() and means.strip()) for powers, means in rows),
        asked=len(asked),
        open=len(waiting),
        late=sum(asked_on + ResourceRequest.ANSWER_WITHIN < day for asked_on in waiting),
    )
