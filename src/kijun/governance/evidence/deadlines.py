"""Until when a finding is mended: opening days by the size of the risk; and how long an attestation holds."""

from __future__ import annotations

import datetime

from django.utils import timezone

from kijun.catalog import Frequency, Tier
from kijun.governance.evidence import controls, scopes
from kijun.governance.evidence.controls import Book
from kijun.governance.evidence.models import ScopeKind
from kijun.governance.organisation.calendar import due_date
from kijun.governance.organisation.models import Municipality

DAYS = 20
DAYS_CRITICAL = 10
_HOLDS = {Frequency.MONTHLY: 31, Frequency.QUARTERLY: 92, Frequency.HALF_YEARLY: 183}
YEAR = 365


def days_for(control_id: str, tier: str = "", book: Book | None = None) -> int:
    """Opening days to mend a finding: 10 for a critical system, or a control that only such systems need; else 20."""
    found = (book or controls.of(None)).control(control_id)
    only_critical = found is not None and found.tiers == (Tier.CRITICAL,)
    return DAYS_CRITICAL if tier == Tier.CRITICAL or only_critical else DAYS


def due(
    municipality: Municipality,
    control_id: str,
    scope_kind: str,
    scope_id: int,
    start: datetime.date | None = None,
) -> datetime.date:
    """The day until which a finding raised on ``start`` (default: today) is to be mended."""
    tier = scopes.tiers(municipality).get(scope_id, "") if scope_kind == ScopeKind.SYSTEM else ""
    return due_date(
        municipality, days_for(control_id, tier, controls.of(municipality)), start or timezone.localdate()
    )


def holds_until(control_id: str, start: datetime.date, book: Book | None = None) -> datetime.date:
    """How long an attestation made on ``start`` holds at most by the control's frequency; a year where it names none."""
    found = (book or controls.of(None)).control(control_id)
    days = _HOLDS.get(found.frequency, YEAR) if found else YEAR
    return start + datetime.timedelta(days=days)
