"""Times that others tell. A record's month decides when it is erased, so that a wrong clock must not decide it."""

from __future__ import annotations

import datetime
from typing import Final

from kijun.ledger.model import RETENTIONS, now_ms

AHEAD: Final = 300_000  # milliseconds that another clock may be ahead
_FIRST: Final = 946_684_800_000  # 2000-01-01
_YEAR: Final = 365 * 86_400_000


def believable(at: int, retention: str, now: int) -> bool:
    """Whether something may have been at a time (ms): not ahead of now, and not so long ago that it would be erased at once."""
    return oldest(retention, now) <= at <= now + AHEAD


def read(value: object) -> int | None:
    """Milliseconds since 1970 of a number of them, or of an ISO 8601 text with its offset from UTC; None for anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value if abs(value) < 1 << 53 else None
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        moment = datetime.datetime.fromisoformat(value)
    except ValueError:
        return None
    return None if moment.tzinfo is None else round(moment.timestamp() * 1000)


def latest() -> int:
    """The latest time (ms) that another clock may tell now."""
    return now_ms() + AHEAD


def oldest(retention: str, now: int) -> int:
    """The oldest time (ms) of which a record is kept for this retention."""
    years = RETENTIONS.get(retention)
    return _FIRST if years is None else max(_FIRST, now - years * _YEAR)
