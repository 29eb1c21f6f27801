"""The tier that risks know shortens the time for findings."""

from __future__ import annotations

from django.utils import timezone

from kijun.governance.accounts.models import Person
from kijun.governance.evidence import deadlines
from kijun.governance.evidence.models import ScopeKind
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.calendar import due_date
from kijun.governance.risks.models import RiskAssessment


def test_a_critical_system_is_mended_sooner(it_staff: Person) -> None:
    town = it_staff.municipality
    system = AISystem.objects.create(municipality=town, number=1, name="x", registered_at=timezone.now())
    RiskAssessment.objects.create(
        municipality=town, system=system, number=1, state="current", catalog_version="x", tier="critical"
    )
    today = timezone.localdate()

    assert deadlines.due(town, "P1.1.1", ScopeKind.SYSTEM, system.pk) == due_date(town, 10, today)
    assert deadlines.due(town, "P1.1.1", ScopeKind.ORGANISATION, town.pk) == due_date(town, 20, today)
