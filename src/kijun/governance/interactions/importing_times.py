"""Moments as products and people write them: ISO 8601, 令和8年11月23日 14時05分, 2026/11/23 午後2:05, seconds since 1970, Excel's own."""

from __future__ import annotations

import datetime
import re
import unicodedata
from typing import Any, Final

from django.utils.translation import gettext as _

from kijun.ledger.model import JAPAN
from kijun.web.dates import DateError, parse_date

_TIME: Final = re.compile(
    r"(?P<half>午前|午後|AM|PM)?\s*(?P<hour>[0-9]{1,2})(?::|時)(?P<minute>[0-9]{1,2})?(?:(?::|分)(?P<second>[0-9]{1,2})?(?:\.[0-9]+)?)?秒?"
    r"\s*(?P<late>AM|PM)?\Z",
    re.IGNORECASE,
)
_EPOCH: Final = re.compile(r"[0-9]{10}(?:\.[0-9]+)?|[0-9]{13}")
_ENGLISH: Final = re.compile(r"(?P<month>[0-9]{1,2})/(?P<day>[0-9]{1,2})/(?P<year>[0-9]{4})\Z")


def parse_moment(value: Any, *, utc: bool = False) -> datetime.datetime:
    """The moment; without a zone it is Japan's time, or UTC with ``utc``. Raises ValueError with words for people."""
    zone = datetime.UTC if utc else JAPAN
    if isinstance(value, datetime.datetime):
        return value if value.tzinfo else value.replace(tzinfo=zone)
    if isinstance(value, datetime.date):
        return datetime.datetime.combine(value, datetime.time(), zone)
    text = unicodedata.normalize("NFKC", "" if value is None else str(value)).strip()[:100]
    if not text:
        raise ValueError(_("日時が空です。"))
    if len(text) > 40:
        raise _unreadable(text)
    if _EPOCH.fullmatch(text):
        seconds = float(text) / (1000 if len(text) == 13 else 1)
        return datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    try:
        found = datetime.datetime.fromisoformat(_iso(text))
    except ValueError:
        return _written(text, zone)
    return found if found.tzinfo else found.replace(tzinfo=zone)


def _iso(text: str) -> str:
    """More than six decimals of a second, as .NET writes them, are cut."""
    return re.sub(r"(\.[0-9]{6})[0-9]+", r"\1", text)


def _written(text: str, zone: datetime.tzinfo) -> datetime.datetime:
    time, rest = datetime.time(), text
    found = _TIME.search(text)
    if found:
        rest = text[: found.start()].strip(" ,T")
        time = _time(found, text)
    english = _ENGLISH.match(rest)
    try:
        day = (
            datetime.date(*(int(english[name]) for name in ("year", "month", "day")))
            if english
            else parse_date(rest)
        )
    except (DateError, ValueError) as error:
        raise _unreadable(text) from error
    return datetime.datetime.combine(day, time, zone)


def _time(found: re.Match[str], text: str) -> datetime.time:
    hour = int(found["hour"])
    half = (found["half"] or found["late"] or "").upper()
    if half in ("午後", "PM") and hour < 12:
        hour += 12
    elif half in ("午前", "AM") and hour == 12:
        hour = 0
    try:
        return datetime.time(hour, int(found["minute"] or 0), int(found["second"] or 0))
    except ValueError as error:
        raise _unreadable(text) from error


def _unreadable(text: str) -> ValueError:
    return ValueError(
        _("「%(text)s」を日時として読み取れません。例：2026/11/23 14:05、令和8年11月23日 14時5分")
        % {"text": text[:40]}
    )
