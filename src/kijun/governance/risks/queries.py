"""Reading assessments: the one in force, its profile, what is due."""

from __future__ import annotations

import datetime

from django.db.models import Case, DateField, IntegerField, OuterRef, QuerySet, Subquery, Value, When
from django.utils import timezone

from kijun.catalog import Tier as CatalogTier
from kijun.governance.inventory import queries as inventory
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Municipality
from kijun.governance.risks import facts
from kijun.governance.risks.models import RiskAssessment, Tier

CURRENT = RiskAssessment.State.CURRENT


def current_assessment(system: AISystem) -> RiskAssessment | None:
    """The completed assessment in force; it may be past its review date (see :func:`is_due`)."""
    rows = RiskAssessment.objects.filter(system=system, state=CURRENT)
    return rows.select_related("assessed_by", "overruled_by", "accepted_by").first()


def draft(system: AISystem) -> RiskAssessment | None:
    return RiskAssessment.objects.filter(system=system, state=RiskAssessment.State.DRAFT).first()


def is_due(assessment: RiskAssessment, day: datetime.date | None = None) -> bool:
    """Past the day on which it should have been made anew."""
    day = day or timezone.localdate()
    return assessment.next_review_on is not None and assessment.next_review_on < day


def outdated(assessment: RiskAssessment) -> list[str]:
    """Fields of the inventory that changed since the assessment was completed; a change asks for a new one."""
    return facts.changed(assessment.facts, facts.registered(assessment.system))


def is_valid(assessment: RiskAssessment, day: datetime.date | None = None) -> bool:
    """Not past its review, and the system is still the one that was assessed."""
    return not is_due(assessment, day) and not outdated(assessment)


def outdated_systems(rows: QuerySet[AISystem], *, or_due: bool = False) -> list[int]:
    """Primary keys of the systems that changed since their assessment in force; one query.

    With ``or_due``, also of those whose assessment is past its review.
    """
    current = RiskAssessment.objects.filter(system=OuterRef("pk"), state=CURRENT)
    found = (
        rows.order_by()
        .annotate(
            kept=Subquery(current.values("facts")[:1]),
            review=Subquery(current.values("next_review_on")[:1], output_field=DateField()),
        )
        .values("pk", "kept", "review", *facts.BASIS)
    )
    today = timezone.localdate()
    return [
        row["pk"]
        for row in found
        if row["kept"]
        and (facts.changed(row["kept"], row) or (or_due and row["review"] and row["review"] < today))
    ]


def profile(system: AISystem) -> tuple[str, list[str], str] | None:
    """(tier, control ids, catalogue version) of the assessment in force; None without one."""
    found = current_assessment(system)
    return (found.tier, list(found.controls), found.catalog_version) if found else None


def highest_tier(municipality: Municipality) -> str:
    """The highest tier among the registered systems that are not retired; low where none is assessed."""
    tiers = RiskAssessment.objects.filter(
        municipality=municipality, state=CURRENT, system__in=inventory.registered(municipality)
    ).values_list("tier", flat=True)
    return str(max((CatalogTier(tier) for tier in tiers), key=lambda one: one.rank, default=CatalogTier.LOW))


def tiers(municipality: Municipality) -> dict[int, str]:
    """The tier in force of every system that has one, by the system's primary key; one query."""
    rows = RiskAssessment.objects.filter(municipality=municipality, state=CURRENT)
    return dict(rows.values_list("system_id", "tier"))


def with_tier(rows: QuerySet[AISystem]) -> QuerySet[AISystem]:
    """Adds ``risk_tier``, ``risk_rank`` (0 without an assessment), ``risk_overruled``, ``risk_review_on``, …

    One query, whatever the number of rows.
    """
    current = RiskAssessment.objects.filter(system=OuterRef("pk"), state=CURRENT)
    drafts = RiskAssessment.objects.filter(system=OuterRef("pk"), state=RiskAssessment.State.DRAFT)
    rows = rows.annotate(
        risk_tier=Subquery(current.values("tier")[:1]),
        risk_computed=Subquery(current.values("computed_tier")[:1]),
        risk_overruled=Subquery(current.values("overruled_tier")[:1]),
        risk_reason=Subquery(current.values("overrule_reason")[:1]),
        risk_assessed_on=Subquery(current.values("assessed_on")[:1], output_field=DateField()),
        risk_review_on=Subquery(current.values("next_review_on")[:1], output_field=DateField()),
        risk_accepted_at=Subquery(current.values("accepted_at")[:1]),
        risk_facts=Subquery(current.values("facts")[:1]),
        risk_draft=Subquery(drafts.values("pk")[:1]),
    )
    ranks = [When(risk_tier=tier, then=Value(rank)) for rank, tier in enumerate(Tier.values, 1)]
    return rows.annotate(risk_rank=Case(*ranks, default=Value(0), output_field=IntegerField()))


def tier_counts(rows: QuerySet[AISystem]) -> dict[str, int]:
    """How many systems have each tier; "" counts those without an assessment."""
    found: dict[str, int] = dict.fromkeys((*Tier.values, ""), 0)
    for system in with_tier(rows.order_by()).only("pk"):
        found[getattr(system, "risk_tier", None) or ""] += 1
    return found
