"""Reading the register. What residents may see comes from :func:`published` and its neighbours only."""

from __future__ import annotations

import datetime
from collections import Counter

from django.db.models import Exists, OuterRef, Prefetch, QuerySet, Subquery
from django.utils import timezone

from kijun.governance.accounts.models import Person
from kijun.governance.inventory.models import AISystem
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
    """Adds ``live_version``, ``live_kind``, ``live_at``, ``entry_state`` and ``review_on`` for lists."""
    live = Publication.objects.filter(entry__system=OuterRef("pk"), withdrawn_at=None).order_by("-version")
    entry = Entry.objects.filter(system=OuterRef("pk"))
    return rows.annotate(
        live_version=Subquery(live.values("version")[:1]),
        live_kind=Subquery(live.values("kind")[:1]),
        live_at=Subquery(live.values("published_at")[:1]),
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


def overdue_reviews(municipality: Municipality) -> QuerySet[Entry]:
    """Entries in force whose review date has passed."""
    live = Publication.objects.filter(entry=OuterRef("pk"), withdrawn_at=None)
    rows: QuerySet[Entry] = Entry.objects.of(municipality)
    return rows.filter(Exists(live), next_review_on__lt=timezone.localdate()).select_related("system")
