"""Dates as a Japanese office writes them: 和暦 and 西暦, fiscal years, days on which the office is open.

Era boundaries: 大正 from 1912-07-30, 昭和 from 1926-12-25, 平成 from 1989-01-08, 令和 from 2019-05-01; the
first day belongs to the new era. Dates before 1873-01-01 (明治6年1月1日) are refused, for the calendar was
another one until then (明治5年太政官布告第337号).
"""

from __future__ import annotations

import datetime
import functools
import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kijun.web.refusals import Refusal

FIRST_DAY: Final = datetime.date(1873, 1, 1)
_DAY: Final = datetime.timedelta(days=1)


class DateError(Refusal):
    """The text is no date, or a date that does not exist."""


@dataclass(frozen=True, slots=True)
class Era:
    """An era: ``first`` is its first day; year 1 is the year of that day, or 1868 for 明治."""

    name: str
    letter: str
    first: datetime.date
    year_zero: int


ERAS: Final = (
    Era("令和", "R", datetime.date(2019, 5, 1), 2018),
    Era("平成", "H", datetime.date(1989, 1, 8), 1988),
    Era("昭和", "S", datetime.date(1926, 12, 25), 1925),
    Era("大正", "T", datetime.date(1912, 7, 30), 1911),
    Era("明治", "M", FIRST_DAY, 1867),
)
_BY_NAME: Final = {word: era for era in ERAS for word in (era.name, era.name[0], era.letter)}
_KANJI: Final = {character: value for value, character in enumerate("〇一二三四五六七八九")} | {"零": 0}
_NUMBER: Final = r"[0-9〇零一二三四五六七八九十百千]+"
_ERA: Final = r"(?P<era>令和|平成|昭和|大正|明治|令|平|昭|大|明|[RHSTM])?"
_TAIL: Final = r"(?:\((?P<weekday>[月火水木金土日])(?:曜日?)?\)|(?P<weekday2>[月火水木金土日])曜日?)?"
_YEAR: Final = rf"(?P<year>元|{_NUMBER})"
_MONTH: Final = rf"(?P<month>{_NUMBER})"
_DATE: Final = rf"(?P<day>{_NUMBER})"
_PATTERNS: Final = (
    re.compile(rf"{_ERA}{_YEAR}年{_MONTH}月{_DATE}日{_TAIL}"),
    re.compile(rf"{_ERA}{_YEAR}(?P<mark>[-./・]){_MONTH}(?P=mark){_DATE}{_TAIL}"),
    re.compile(r"(?P<era>)(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})(?P<weekday>)(?P<weekday2>)"),
)
_MARKS: Final = str.maketrans(dict.fromkeys("‐‑‒–—―−ー－", "-") | {"。": ".", "〔": "(", "〕": ")"})
_DIGIT: Final = "([一二三四五六七八九]?)"
_UNITS: Final = re.compile("".join(f"(?:{_DIGIT}{unit})?" for unit in "千百十") + _DIGIT)
_WEEKDAYS: Final = "月火水木金土日"


def parse_date(text: str) -> datetime.date:
    """The date that ``text`` writes in 和暦 or 西暦; raises :class:`DateError`.

    Understood: 令和8年11月23日, R8.11.23, 2026/11/23, 2026-11-23, 2026年11月23日, 20261123; full-width digits
    and letters, kanji numerals, 元年, a day of the week behind the date (it must fit).
    """
    if len(text) > 100:
        raise _unreadable(text[:20] + "…")
    plain = unicodedata.normalize("NFKC", text).translate(_MARKS).strip()
    plain = re.sub(r"(?<=[0-9])[T ]0?0:00(:00)?$", "", plain)
    plain = re.sub(r"(?<![0-9])\s+|\s+(?![0-9])", "", plain).upper()
    match = next((fits for pattern in _PATTERNS if (fits := pattern.fullmatch(plain))), None)
    if match is None:
        raise _unreadable(text.strip())
    era = _BY_NAME.get(match["era"] or "")
    year = 1 if match["year"] == "元" else _number(match["year"], text)
    month, day = _number(match["month"], text), _number(match["day"], text)
    if match["year"] == "元" and era is None:
        raise _unreadable(text.strip())
    found = _western(year, month, day, text.strip()) if era is None else _japanese(era, year, month, day)
    weekday = match["weekday"] or match["weekday2"]
    if weekday and _WEEKDAYS[found.weekday()] != weekday:
        raise DateError(
            _("%(date)sは%(right)s曜日です。日付か曜日を確かめてください。"),
            date=_written(found),
            right=_WEEKDAYS[found.weekday()],
        )
    return found


def _unreadable(text: str) -> DateError:
    if not text:
        return DateError(_("日付を入力してください。例：令和8年11月23日、R8.11.23、2026/11/23"))
    return DateError(
        _(
            "「%(text)s」を日付として読み取れません。"
            "令和8年11月23日、R8.11.23、2026/11/23 のように入力してください。"
        ),
        text=text,
    )


def _number(digits: str, text: str) -> int:
    """Digits, kanji by place (二〇二六) or kanji with units (二千二十六)."""
    if digits.isdecimal():
        return int(digits)
    if all(character in _KANJI for character in digits):
        return int("".join(str(_KANJI[character]) for character in digits))
    match = _UNITS.fullmatch(digits)
    if match is None:
        raise _unreadable(text.strip())
    units = zip((1000, 100, 10, 1), match.groups(), strict=True)
    return sum(unit * (_KANJI[part] if part else int(unit > 1)) for unit, part in units if part is not None)


def _western(year: int, month: int, day: int, text: str) -> datetime.date:
    if year < 1000:
        raise DateError(
            _(
                "「%(text)s」は年が分かりません。西暦は4桁で、和暦は元号を付けて入力してください。"
                "例：2026/11/23、R8.11.23"
            ),
            text=text,
        )
    found = _exists(year, month, day, f"{year}年{month}月{day}日")
    if found < FIRST_DAY:
        raise DateError(
            _("%(year)s年より前の日付は入力できません。年を確かめてください。"), year=FIRST_DAY.year
        )
    return found


def _japanese(era: Era, year: int, month: int, day: int) -> datetime.date:
    written = f"{era.name}{'元' if year == 1 else year}年{month}月{day}日"
    found = _exists(era.year_zero + year if year else 0, month, day, written)
    position = ERAS.index(era)
    last = ERAS[position - 1].first - _DAY if position else datetime.date.max
    if found < FIRST_DAY:
        raise DateError(_("明治は6年（1873年）1月1日からの日付を入力できます。年を確かめてください。"))
    if era.first <= found <= last:
        return found
    if found < era.first:
        message = _("%(written)sはありません。%(era)sは%(edge)sからです。%(right)sではありませんか。")
        edge = era.first
    else:
        message = _("%(written)sはありません。%(era)sは%(edge)sまでです。%(right)sではありませんか。")
        edge = last
    raise DateError(message, written=written, era=era.name, edge=_edge(era, edge), right=format_wareki(found))


def _exists(year: int, month: int, day: int, written: str) -> datetime.date:
    try:
        return datetime.date(year, month, day)
    except (ValueError, OverflowError):
        raise DateError(
            _("%(written)sという日付はありません。年月日を確かめてください。"), written=written
        ) from None


def _era_of(day: datetime.date) -> Era | None:
    return next((era for era in ERAS if day >= era.first), None)


def _year_in(era: Era, year: int) -> str:
    number = year - era.year_zero
    return f"{era.name}{'元' if number == 1 else number}年"


def _edge(era: Era, day: datetime.date) -> str:
    return f"{_year_in(era, day.year)}{day.month}月{day.day}日"


def _written(day: datetime.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def format_wareki(day: datetime.date) -> str:
    """令和8年11月23日; before 1873 (no era is kept for it here) 1868年10月23日."""
    era = _era_of(day)
    return _edge(era, day) if era else _written(day)


def format_input(day: datetime.date) -> str:
    """As it stands in a field to be changed: 令和8年11月23日 in Japanese, 2026/11/23 in English. Both are read back."""
    if (get_language() or "ja").startswith("en"):
        return f"{day.year:04}/{day.month:02}/{day.day:02}"
    return format_wareki(day)


def format_date(day: datetime.date, lang: str | None = None) -> str:
    """2026年11月23日（令和8年） in Japanese, 23 November 2026 in English; ``lang`` defaults to the page's."""
    if (lang or get_language() or "ja").startswith("en"):
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
    era = _era_of(day)
    return _written(day) + (f"（{_year_in(era, day.year)}）" if era else "")


def format_short(day: datetime.date) -> str:
    """2026-11-23, for tables and files."""
    return f"{day.year:04}-{day.month:02}-{day.day:02}"


_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def fiscal_year(day: datetime.date) -> int:
    """The year in which the day's fiscal year began (April to March)."""
    return day.year if day.month >= 4 else day.year - 1


def fiscal_year_days(year: int) -> tuple[datetime.date, datetime.date]:
    """First and last day of a fiscal year."""
    return datetime.date(year, 4, 1), datetime.date(year + 1, 3, 31)


def fiscal_year_label(year: int, lang: str | None = None) -> str:
    """2026年度（令和8年度） in Japanese, FY2026 in English.

    The era is that of 31 December, so that fiscal 2019 is 令和元年度, as the government calls it
    (元号を改める政令の施行に伴う会計年度の名称, 2019-04-02).
    """
    if (lang or get_language() or "ja").startswith("en"):
        return f"FY{year}"
    era = _era_of(datetime.date(year, 12, 31))
    return f"{year}年度" + (f"（{_year_in(era, year)}度）" if era else "")


@functools.lru_cache(maxsize=64)
def _holidays(year: int) -> frozenset[datetime.date]:
    import jpholiday  # late: only pages that count days need it

    if year >= datetime.MAXYEAR:  # it counts on past the last day of the year
        return frozenset()
    return frozenset(day for day, _name in jpholiday.year_holidays(year))


def is_business_day(day: datetime.date, closed: Collection[datetime.date] = ()) -> bool:
    """Whether the office is open: no weekend, holiday, 29 December to 3 January, or local closing day."""
    if day.weekday() >= 5 or (day.month, day.day) in _NEW_YEAR or day in closed:
        return False
    return day not in _holidays(day.year)


_NEW_YEAR: Final = frozenset({(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)})


def add_business_days(
    start: datetime.date, count: int, closed: Collection[datetime.date] = ()
) -> datetime.date:
    """The ``count``-th open day after ``start``, which is not counted (民法140条); before it when negative.

    With 0: ``start`` when the office is open on it, the next open day otherwise.
    """
    closed = frozenset(closed)
    step = _DAY if count >= 0 else -_DAY
    day, left = start, abs(count)
    try:
        while left:
            day += step
            left -= is_business_day(day, closed)
        while not is_business_day(day, closed):
            day += step
    except OverflowError:
        raise DateError(_("期限が計算できる範囲を超えています。日数を確かめてください。")) from None
    return day


def business_days_between(
    start: datetime.date, end: datetime.date, closed: Collection[datetime.date] = ()
) -> int:
    """How many open days lie after ``start`` up to and with ``end``; negative when ``end`` comes first.

    For an open day ``end`` it is the ``count`` that leads :func:`add_business_days` there from ``start``.
    """
    closed = frozenset(closed)
    if end < start:
        span = (end + _DAY * passed for passed in range((start - end).days))
        return -sum(is_business_day(day, closed) for day in span)
    span = (start + _DAY * passed for passed in range(1, (end - start).days + 1))
    return sum(is_business_day(day, closed) for day in span)
