"""Reading the register. What residents may see comes from :func:`published` and its neighbours only."""

from __future__ import annotations

import datetime
from collections import Counter
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.utils import timezone

from kijun.governance.accounts.models import Person
from kijun.governance.accounts.roles import Role
from kijun.governance.inventory.models import IN_USE, AISystem, Stage
from kijun.governance.inventory.queries import in_use, visible_systems
from kijun.governance.organisation.models import Municipality
from kijun.governance.register.models import Entry, Kind, Publication
from kijun.governance.risks.models import RiskAssessment


def in_force(municipality: Municipality) -> QuerySet[Publication]:
    """The newest decided version of each entry that was not withdrawn, of either kind."""
    newer = Publication.objects.filter(
        entry=OuterRef("entry"), version__gt=OuterRef("version"), withdrawn_at=None
    )
    rows: QuerySet[Publication] = Publication.objects.of(municipality)
    return rows.filter(~Exists(newer), withdrawn_at=None)


def published(municipality: Municipality) -> QuerySet[Publication]:
    """What residents read: one approved version of each public system, by the system's number."""
    return in_force(municipality).filter(kind=Kind.ENTRY).order_by("entry__system__number")


def published_entry(municipality: Municipality, number: int) -> Publication | None:
    """The version in force of system ``number``; None when it is unknown, not public or withdrawn."""
    return published(municipality).filter(entry__system__number=number).first()


def was_public(municipality: Municipality, number: int) -> bool:
    """Residents could read about the system once, and cannot any more (or never could: False)."""
    rows = Publication.objects.of(municipality).filter(entry__system__number=number, kind=Kind.ENTRY)
    return rows.exists()


def versions(publication: Publication) -> list[Publication]:
    """The versions of the same entry that residents may know of, the newest first."""
    rows = publication.entry.publications.filter(
        kind=Kind.ENTRY, version__lte=publication.version, withdrawn_at=None
    )
    return list(rows.order_by("-version"))


def not_public(municipality: Municipality) -> dict[str, int]:
    """How many systems are decided not to be public, by category of the reason; never a name."""
    rows = in_force(municipality).filter(kind=Kind.NOT_PUBLIC)
    return dict(Counter(one.content.get("category", "") for one in rows))


def first_publication(municipality: Municipality) -> datetime.datetime | None:
    """When residents could first read something that was not withdrawn since."""
    rows = Publication.objects.of(municipality).filter(withdrawn_at=None)
    found: datetime.datetime | None = (
        rows.order_by("published_at").values_list("published_at", flat=True).first()
    )
    return found


def last_change(municipality: Municipality) -> datetime.datetime | None:
    """When the public register last changed: a publication, or one that was withdrawn."""
    rows = Publication.objects.of(municipality)
    last = rows.order_by("-published_at").values_list("published_at", flat=True).first()
    gone = rows.exclude(withdrawn_at=None).order_by("-withdrawn_at").values_list("withdrawn_at", flat=True).first()  # fmt: skip
    return max((at for at in (last, gone) if at is not None), default=None)


def current(system: AISystem) -> Publication | None:
    """The version in force for a system, of either kind."""
    rows = Publication.objects.filter(entry__system=system, withdrawn_at=None)
    return rows.order_by("-version").first()


def with_register(rows: QuerySet[AISystem]) -> QuerySet[AISystem]:
    """Adds ``live_version``, ``live_kind``, ``live_at``, ``live_status``, ``entry_state`` and ``review_on`` for lists."""
    live = Publication.objects.filter(entry__system=OuterRef("pk"), withdrawn_at=None).order_by("-version")
    entry = Entry.objects.filter(system=OuterRef("pk"))
    return rows.annotate(
        live_version=Subquery(live.values("version")[:1]),
        live_kind=Subquery(live.values("kind")[:1]),
        live_at=Subquery(live.values("published_at")[:1]),
        live_status=Subquery(
            live.annotate(status=KeyTextTransform("status", "content__fields")).values("status")[:1]
        ),
        entry_state=Subquery(entry.values("state")[:1]),
        review_on=Subquery(entry.values("next_review_on")[:1]),
    )


def for_list(person: Person) -> QuerySet[AISystem]:
    """The registered systems that the person sees, with entry, versions and risk: a constant number of queries."""
    live = Publication.objects.filter(withdrawn_at=None).order_by("-version")
    risks = RiskAssessment.objects.filter(state=RiskAssessment.State.CURRENT)
    rows = with_register(visible_systems(person).filter(registered_at__isnull=False))
    return rows.select_related("register_entry", "provider_department", "municipality").prefetch_related(
        Prefetch("register_entry__publications", live, to_attr="live_ones"),
        Prefetch("risk_assessments", risks, to_attr="current_risks"),
    )


def undecided(municipality: Municipality) -> QuerySet[AISystem]:
    """Systems in use of which residents are told nothing: neither published nor decided not to be (P7.2.1)."""
    decided = Publication.objects.filter(entry__system=OuterRef("pk"), withdrawn_at=None)
    return in_use(municipality).filter(~Exists(decided))


def still_told_as_used(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Of :func:`with_register`: retired systems of which residents still read as if they were used."""
    rows = rows.filter(stage=Stage.RETIRED, live_kind__isnull=False)
    return rows.exclude(live_kind=Kind.ENTRY, live_status=Stage.RETIRED)


RETURNED, RETIRED, UNDECIDED, REVIEW = "returned", "retired", "undecided", "review"


def waiting_for(person: Person) -> list[tuple[AISystem, str]]:
    """What the register asks of this person, one thing a system: (system with :func:`with_register`, kind). One query.

    IT staff are asked for every system, owners for theirs. What has been put forward waits for others; what was
    returned waits for the owner and, through approvals, for whoever drafted it.
    """
    rows: QuerySet[AISystem] = AISystem.objects.of(person.municipality).filter(registered_at__isnull=False)
    if Role.IT_STAFF not in person.roles_today():
        rows = rows.filter(owner=person)
    entry = Entry.objects.filter(system=OuterRef("pk"))
    sent = KeyTextTransform("status", KeyTransform("fields", "approval__frozen"))
    rows = with_register(rows).annotate(
        drafter=Subquery(entry.values("approval__drafted_by")[:1]),
        sent_status=Subquery(entry.annotate(sent=sent).values("sent")[:1]),
    )
    rows = rows.order_by("number")
    undecided = Q(stage__in=IN_USE, live_kind=None)
    on_its_way = Q(entry_state=Entry.State.SUBMITTED)
    retired = Q(stage=Stage.RETIRED) & (Q(live_kind__isnull=False) | on_its_way)
    rows = rows.filter(
        undecided | retired | Q(entry_state=Entry.State.RETURNED) | Q(review_on__lt=timezone.localdate())
    )
    found = [(system, _asked(system, person)) for system in rows]
    return [(system, kind) for system, kind in found if kind]


def _asked(system: Any, person: Person) -> str:
    if system.entry_state == Entry.State.SUBMITTED:
        before_the_end = system.sent_status not in {
            None,
            Stage.RETIRED,
        }  # it would say once more that it is used
        return RETIRED if system.stage == Stage.RETIRED and before_the_end else ""
    if system.entry_state == Entry.State.RETURNED and person.pk in {system.owner_id, system.drafter}:
        return "" if system.drafter == person.pk else RETURNED
    if system.stage == Stage.RETIRED:
        over = system.live_kind is None or system.live_status == Stage.RETIRED
        return "" if over else RETIRED
    if system.live_kind is None:
        return UNDECIDED if system.stage in IN_USE else ""
    return REVIEW if system.review_on and system.review_on < timezone.localdate() else ""
