"""What a new cycle will make, worked out before anything is made."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from django.utils import timezone

from kijun.catalog import Catalog, Control, Tier
from kijun.governance.accounts.models import Posting, RoleGrant
from kijun.governance.accounts.roles import Role
from kijun.governance.assessments import catalogue
from kijun.governance.assessments.models import AskedRole, OwnControls
from kijun.governance.inventory.models import AISystem
from kijun.governance.inventory.queries import registered
from kijun.governance.organisation.models import Department, Municipality
from kijun.governance.risks.models import RiskAssessment


@dataclass(slots=True)
class Planned:
    """One assessment to be made; ``system`` None is the organisation. ``departments`` by role."""

    system: AISystem | None
    tier: str
    controls: list[Control]
    departments: dict[str, list[Department]] = field(default_factory=dict)

    def number(self, role: str) -> int:
        return sum(control.role == role for control in self.controls)

    @property
    def asked(self) -> list[tuple[AskedRole, int, list[Department]]]:
        """Role, number of controls, departments: for each role that has controls."""
        return [
            (role, self.number(role), self.departments.get(role, []))
            for role in AskedRole
            if self.number(role)
        ]


@dataclass(slots=True)
class CyclePlan:
    """All assessments of a cycle, and the systems that wait for their risk assessment."""

    catalog: Catalog
    own: OwnControls | None
    planned: list[Planned]
    waiting: list[AISystem]

    @property
    def controls(self) -> int:
        return sum(len(one.controls) for one in self.planned)


def current_risks(municipality: Municipality) -> dict[int, RiskAssessment]:
    """The current risk assessment of every system that has one, one query."""
    rows = RiskAssessment.objects.filter(municipality=municipality, state=RiskAssessment.State.CURRENT)
    return {one.system_id: one for one in rows.only("system_id", "tier", "controls", "catalog_version")}


def waiting_systems(municipality: Municipality) -> list[AISystem]:
    """リスク評価待ち: registered systems in use without a current risk assessment."""
    known = current_risks(municipality)
    return [one for one in registered(municipality) if one.pk not in known]


def it_department(municipality: Municipality) -> Department | None:
    """Where most people with the role of IT staff have their main post; None when nobody has the role."""
    grants = RoleGrant.objects.on(timezone.localdate()).filter(municipality=municipality, role=Role.IT_STAFF)
    posts = (
        Posting.objects.on(timezone.localdate())
        .filter(person__in=grants.values("person"), person__is_active=True, concurrent=False)
        .select_related("department")
        .order_by("department__order", "department__code")
    )
    departments: list[Department] = [post.department for post in posts]
    if not departments:
        return None
    most, _number = Counter(one.pk for one in departments).most_common(1)[0]
    return next(one for one in departments if one.pk == most)


def plan_cycle(municipality: Municipality) -> CyclePlan:
    """The organisation (at the highest tier among its systems) and each system with a risk assessment."""
    own = catalogue.newest_own(municipality)
    catalog = catalogue.catalog_with(None, own)
    risks = current_risks(municipality)
    rows = registered(municipality).select_related("provider_department", "owner")
    systems = list(rows.prefetch_related("user_departments"))
    office = it_department(municipality)
    tiers = [Tier(risks[one.pk].tier) for one in systems if one.pk in risks]
    highest = max(tiers, default=Tier.LOW)
    organisation = Planned(
        None, str(highest), catalogue.organisation_controls(catalog, highest), _town(systems, office)
    )
    planned = [organisation]
    for system in systems:
        risk = risks.get(system.pk)
        if risk is not None:
            controls = catalogue.system_controls(catalog, risk.tier, risk.controls, risk.catalog_version)
            planned.append(Planned(system, risk.tier, controls, _default(system, office)))
    return CyclePlan(catalog, own, planned, [one for one in systems if one.pk not in risks])


def _town(systems: list[AISystem], office: Department | None) -> dict[str, list[Department]]:
    users = {one.pk: one for system in systems for one in system.user_departments.all()}
    offices = [office] if office else []
    return {
        AskedRole.PROVIDER: offices,
        AskedRole.USER: sorted(users.values(), key=lambda one: one.path),
        AskedRole.ORGANISATION: offices,
    }


def _default(system: AISystem, office: Department | None) -> dict[str, list[Department]]:
    provider = system.provider_department or office
    return {
        AskedRole.PROVIDER: [provider] if provider else [],
        AskedRole.USER: sorted(system.user_departments.all(), key=lambda one: one.path),
    }
