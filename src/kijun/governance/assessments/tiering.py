"""What an assessment under way would ask if it followed its risk assessment as that stands now. No writing here."""

from __future__ import annotations

from dataclasses import dataclass

from kijun.catalog import Control, Tier
from kijun.governance.assessments import catalogue, plans
from kijun.governance.assessments.models import Answer, Assessment
from kijun.governance.inventory.queries import registered


@dataclass(frozen=True, slots=True)
class TierPlan:
    """What following the risk assessment would change: ``added`` are asked from now on, ``dropped`` no longer."""

    before: str
    now: str
    added: list[Control]
    dropped: list[Answer]

    @property
    def lost(self) -> list[Answer]:
        """Those that were answered already; the trail keeps their words."""
        return [one for one in self.dropped if one.status]


def plan_tier(assessment: Assessment) -> TierPlan | None:
    """None while the assessment asks what its risk demands. Four queries at most."""
    if not assessment.is_open:
        return None
    demanded = _demanded(assessment)
    if demanded is None:
        return None
    tier, controls, binding = demanded
    if tier == assessment.tier and not binding:
        return None
    wanted = {one.id: one for one in controls}
    given = {one.control_id: one for one in assessment.answers.all()}
    added = [one for id, one in wanted.items() if id not in given]
    dropped = [one for id, one in given.items() if id not in wanted]
    if tier == assessment.tier and not added and not dropped:
        return None
    return TierPlan(assessment.tier, tier, added, dropped)


def _demanded(assessment: Assessment) -> tuple[str, list[Control], bool] | None:
    """Tier, controls, and whether the very controls were chosen for the version that the assessment pins."""
    catalog, town = catalogue.pinned(assessment), assessment.municipality
    risks = plans.current_risks(town)
    if assessment.system_id is None:
        systems = registered(town).values_list("pk", flat=True)
        highest = max((Tier(risks[pk].tier) for pk in systems if pk in risks), default=Tier.LOW)
        return str(highest), catalogue.organisation_controls(catalog, highest), False
    risk = risks.get(assessment.system_id)
    if risk is None:
        return None
    controls = catalogue.system_controls(catalog, risk.tier, risk.controls, risk.catalog_version)
    return risk.tier, controls, risk.catalog_version == assessment.catalog_version
