"""Use outside of office hours: at night, at the weekend, on days on which the office is closed."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Final

from kijun.governance.organisation.calendar import closing_days
from kijun.governance.organisation.models import Municipality
from kijun.ledger.model import JAPAN, Kind, Record
from kijun.web.dates import is_business_day

OFFICE_HOURS: Final = (8, 18)
"""Hours of an opening day that are no night work: from 8:00 to 18:00, for figures are counted by the hour."""
OUT: Final = "out"
"""What a search asks for."""
ASKED: Final = (Kind.INPUT, Kind.DECISION)


def out_of_hours(municipality: Municipality) -> Callable[[datetime.date, int], bool]:
    """``told(day, hour)``: whether the office was closed then."""
    closed = closing_days(municipality)
    known: dict[datetime.date, bool] = {}
    begin, end = OFFICE_HOURS

    def told(day: datetime.date, hour: int) -> bool:
        if day not in known:
            known[day] = is_business_day(day, closed)
        return not (known[day] and begin <= hour < end)

    return told


def asked_out_of_hours(municipality: Municipality) -> Callable[[Record], bool]:
    """Whether an entry is a question, asked then."""
    told = out_of_hours(municipality)

    def asked(record: Record) -> bool:
        at = datetime.datetime.fromtimestamp(record.at / 1000, JAPAN)
        return record.kind in ASKED and told(at.date(), at.hour)

    return asked
