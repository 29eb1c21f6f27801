"""Reading reviews and labels. No writing here."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from kijun.governance.accounts.models import Person
from kijun.governance.accounts.roles import Role
from kijun.governance.interactions.reach import EVERYTHING
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Municipality
from kijun.governance.reviews.models import Destination, Label, LabelRules, Review, Taking
from kijun.governance.risks.queries import current_assessment

State = Review.State
TONES = {
    State.CONFIRMED: "success",
    State.REJECTED: "neutral",
    State.SUBMITTED: "progress",
    State.RETURNED: "warning",
    State.APPROVED: "success",
}
UNUSED_DAYS = 30
"""Days for which an approved text that nobody took out waits on its drafter's home page."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with an answer: words, tone and the page. ``key`` is ``none`` where nobody confirmed it."""

    key: str
    label: StrOrPromise
    tone: str
    url: str = ""


NOT_YET = Standing("none", _("未確認"), "neutral")


def reviews(municipality: Municipality) -> QuerySet[Review]:
    """With what lists and pages show, in a constant number of queries."""
    rows: QuerySet[Review] = Review.objects.of(municipality)
    return rows.select_related(
        "municipality", "person", "department", "system", "purpose", "official", "approval"
    )


def mine(person: Person) -> QuerySet[Review]:
    """The person's own, those that count."""
    return reviews(person.municipality).filter(person=person, superseded_at=None)


def visible(person: Person) -> QuerySet[Review]:
    """One's own; all for those who read everything; else those of the systems one answers for and the departments one approves for."""
    rows = reviews(person.municipality)
    if person.roles_today() & EVERYTHING:
        return rows
    seen = Q(person=person) | Q(system__owner=person)
    for grant in person.grants_today():
        if grant.role == Role.APPROVER:
            if grant.department is None:
                return rows
            seen |= Q(department__path__startswith=grant.department.path)
    return rows.filter(seen)


def of_answer(person: Person, interaction: str) -> Review | None:
    """What this person decided about an answer."""
    return mine(person).filter(interaction=interaction).first()


def states(person: Person, interactions: Iterable[str]) -> dict[str, Standing]:
    """How it stands with each of these answers for this person; one query."""
    wanted = list(dict.fromkeys(map(str, interactions)))
    found = dict.fromkeys(wanted, NOT_YET)
    rows = Review.objects.filter(
        municipality=person.municipality_id, person=person, superseded_at=None, interaction__in=wanted
    )
    for one in rows.only("pk", "interaction", "state", "destination"):
        found[one.interaction] = standing(one)
    return found


def standing(review: Review) -> Standing:
    """確認済, 決裁中, 承認済, 公開可 …"""
    state = State(review.state)
    label: StrOrPromise = state.label
    if state == State.APPROVED and review.destination == Destination.OUTSIDE:
        label = _("公開可")
    return Standing(str(state), label, TONES[state], review.get_absolute_url())


def tier_of(system: AISystem | None) -> str:
    """The risk tier in force; empty without one."""
    found = None if system is None else current_assessment(system)
    return "" if found is None else str(found.tier)


def unused(person: Person, now: datetime.datetime | None = None) -> QuerySet[Review]:
    """Approved texts of this person that nobody has taken out yet, of the last thirty days."""
    since = (now or timezone.now()) - datetime.timedelta(days=UNUSED_DAYS)
    taken = Taking.objects.filter(review=OuterRef("pk"))
    rows = mine(person).filter(state=State.APPROVED, approval__decided_at__gte=since)
    return rows.filter(~Exists(taken))


def labels(municipality: Municipality) -> QuerySet[Label]:
    rows: QuerySet[Label] = Label.objects.of(municipality)
    return rows.select_related(
        "municipality",
        "review__person",
        "review__department",
        "review__system",
        "decided_by",
        "made_by",
        "withdrawn_by",
    )


def visible_labels(person: Person) -> QuerySet[Label]:
    """Labels of the reviews that the person sees, and those they made."""
    seen = visible(person).values("pk")
    return labels(person.municipality).filter(Q(review__in=seen) | Q(made_by=person))


def label_rules(municipality: Municipality) -> LabelRules:
    """What the municipality's labels tell; an unsaved row of defaults where nobody said."""
    return LabelRules.objects.of(municipality).first() or LabelRules(municipality=municipality)
