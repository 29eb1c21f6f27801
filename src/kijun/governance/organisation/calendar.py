"""開庁日: deadlines of a municipality."""

from __future__ import annotations

import datetime

from kijun.governance.organisation.models import ClosingDay, Municipality
from kijun.web import dates


def due_date(municipality: Municipality, days: int, start: datetime.date) -> datetime.date:
    """The day that is ``days`` opening days after ``start`` (which does not count)."""
    closed = set(ClosingDay.objects.of(municipality).values_list("day", flat=True))
    return dates.add_business_days(start, days, closed)
