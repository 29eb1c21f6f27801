"""開庁日: deadlines of a municipality."""

from __future__ import annotations

import datetime

from kijun.governance.organisation.models import ClosingDay, Municipality
from kijun.web import dates


def due_date(municipality: Municipality, days: int, start: datetime.date) -> datetime.date:
    """The day that is ``days`` opening days after ``start`` (which does not count)."""
    return dates.add_business_days(start, days, closing_days(municipality))


def closing_days(municipality: Municipality) -> set[datetime.date]:
    """The days on which this town hall alone is closed, besides weekends, holidays and the turn of the year."""
    return set(ClosingDay.objects.of(municipality).values_list("day", flat=True))
