"""Dates: what people type, what the office shows, and on which days it is open."""

from __future__ import annotations

import contextlib
import datetime
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kijun.web import dates
from kijun.web.dates import DateError, parse_date

days = st.dates(min_value=dates.FIRST_DAY)
near = st.dates(min_value=date(1990, 1, 1), max_value=date(2060, 12, 31))
THE_DAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    "text",
    [
        "令和8年11月23日",
        "R8.11.23",
        "r8/11/23",
        "2026/11/23",
        "2026-11-23",
        "2026.11.23",
        "2026年11月23日",
        "20261123",
        "Ｒ８．１１．２３",
        "２０２６／１１／２３",
        "２０２６年１１月２３日",
        "２０２６１１２３",
        "令和八年十一月二十三日",
        "令和〇八年一一月二三日",
        "二〇二六年十一月二十三日",
        "二千二十六年十一月二十三日",
        "令和 8年 11月 23日",
        "　令和８年１１月２３日　",
        "令和8年11月23日（月）",
        "令和8年11月23日(月曜日)",
        "令和8年11月23日月曜日",
        "令8.11.23",
        "R8-11-23",
        "2026ー11ー23",
        "2026－11－23",
        "2026。11。23",
        "令和８・１１・２３",
        "㋿8年11月23日",
        "2026-11-23 00:00:00",
        "2026/11/23 0:00",
        "2026-11-23T00:00:00",
    ],
)
def test_what_people_type(text: str) -> None:
    assert parse_date(text) == THE_DAY


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("令和元年5月1日", date(2019, 5, 1)),
        ("令和1年5月1日", date(2019, 5, 1)),
        ("R元.5.1", date(2019, 5, 1)),
        ("平成31年4月30日", date(2019, 4, 30)),
        ("平成元年1月8日", date(1989, 1, 8)),
        ("昭和64年1月7日", date(1989, 1, 7)),
        ("昭和元年12月25日", date(1926, 12, 25)),
        ("大正15年12月24日", date(1926, 12, 24)),
        ("大正元年七月三十日", date(1912, 7, 30)),
        ("明治45年7月29日", date(1912, 7, 29)),
        ("明治六年一月一日", date(1873, 1, 1)),
        ("S22.5.3", date(1947, 5, 3)),
        ("令和10年2月29日", date(2028, 2, 29)),
        ("9999-12-31", date(9999, 12, 31)),
    ],
)
def test_eras(text: str, expected: date) -> None:
    assert parse_date(text) == expected


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("2026年2月30日", "2026年2月30日という日付はありません"),
        ("令和8年2月29日", "令和8年2月29日という日付はありません"),
        ("昭和64年2月1日", "昭和は昭和64年1月7日までです。平成元年2月1日ではありませんか。"),
        ("平成31年5月1日", "令和元年5月1日ではありませんか。"),
        ("令和元年4月30日", "令和は令和元年5月1日からです。平成31年4月30日ではありませんか。"),
        ("明治45年7月30日", "大正元年7月30日ではありませんか。"),
        ("大正15年12月25日", "昭和元年12月25日ではありませんか。"),
        ("明治5年12月2日", "明治は6年"),
        ("1872/12/31", "1873年より前"),
        ("令和0年5月1日", "ありません"),
        ("2026/13/1", "ありません"),
        ("20261323", "ありません"),
        ("26/11/23", "西暦は4桁で"),
        ("8年11月23日", "西暦は4桁で"),
        ("令和8年11月23日（火）", "月曜日です"),
        ("令和7999年1月1日", "ありません"),
        ("", "日付を入力してください"),
        ("　", "日付を入力してください"),
    ],
)
def test_impossible_dates_say_why(text: str, part: str) -> None:
    with pytest.raises(DateError) as refused:
        parse_date(text)
    assert part in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "11月23日",
        "令和8年11月",
        "2026/11-23",
        "2026 11 23",
        "元年5月1日",
        "慶応3年1月1日",
        "R8.11.23.1",
        "2026-11-23 10:30",
        "46349",
        "２０２６年１１月２３",
        "令和八年十十月二日",
        "٢٠٢٦/١١/٢٣",
        "not a date",
        "9" * 5000,
        "令和" + "九" * 90 + "年1月1日",
        "%(text)s",
        "100%",
    ],
)
def test_what_is_no_date(text: str) -> None:
    with pytest.raises(DateError) as refused:
        parse_date(text)
    assert len(str(refused.value)) < 300


@given(days)
def test_every_day_comes_back(day: date) -> None:
    era = dates.format_wareki(day)
    assert parse_date(era) == day
    assert parse_date(dates.format_short(day)) == day
    assert parse_date(f"{day:%Y%m%d}".zfill(8)) == day
    assert parse_date(era.translate(str.maketrans("0123456789", "０１２３４５６７８９"))) == day


@given(days)
def test_kanji_numerals(day: date) -> None:
    def kanji(number: int) -> str:
        tens, ones = divmod(number, 10)
        return (
            ("" if tens < 2 else "〇一二三四五六七八九"[tens])
            + ("十" if tens else "")
            + "〇一二三四五六七八九"[ones].strip("〇")
        )

    year = "".join("〇一二三四五六七八九"[int(digit)] for digit in str(day.year))
    assert parse_date(f"{year}年{kanji(day.month)}月{kanji(day.day)}日") == day


@given(st.text(max_size=150))
def test_any_text_is_a_date_or_refused(text: str) -> None:
    with contextlib.suppress(DateError):
        assert isinstance(parse_date(text), date)


def test_how_dates_are_shown() -> None:
    assert dates.format_wareki(THE_DAY) == "令和8年11月23日"
    assert dates.format_wareki(date(2019, 5, 1)) == "令和元年5月1日"
    assert dates.format_wareki(date(1868, 10, 23)) == "1868年10月23日"
    assert dates.format_date(THE_DAY, "ja") == "2026年11月23日（令和8年）"
    assert dates.format_date(THE_DAY, "ja-easy") == "2026年11月23日（令和8年）"
    assert dates.format_date(THE_DAY, "en") == "23 November 2026"
    assert dates.format_date(date(1850, 1, 2), "ja") == "1850年1月2日"
    assert dates.format_short(date(987, 1, 2)) == "0987-01-02"


def test_shown_in_the_language_of_the_page() -> None:
    from django.utils import translation

    with translation.override("en"):
        assert dates.format_date(THE_DAY) == "23 November 2026"
        assert dates.fiscal_year_label(2026) == "FY2026"
    with translation.override("ja"):
        assert dates.format_date(THE_DAY) == "2026年11月23日（令和8年）"


def test_fiscal_years() -> None:
    assert dates.fiscal_year(date(2026, 3, 31)) == 2025
    assert dates.fiscal_year(date(2026, 4, 1)) == 2026
    assert dates.fiscal_year_days(2026) == (date(2026, 4, 1), date(2027, 3, 31))
    assert dates.fiscal_year_label(2026, "ja") == "2026年度（令和8年度）"
    assert dates.fiscal_year_label(2019, "ja") == "2019年度（令和元年度）"
    assert dates.fiscal_year_label(1988, "ja") == "1988年度（昭和63年度）"
    assert dates.fiscal_year_label(2026, "en") == "FY2026"


@given(st.dates(max_value=date(9998, 12, 31)))
def test_a_day_lies_in_its_fiscal_year(day: date) -> None:
    if day >= date(1, 4, 1):
        first, last = dates.fiscal_year_days(dates.fiscal_year(day))
        assert first <= day <= last


@pytest.mark.parametrize(
    ("day", "is_open"),
    [
        (date(2026, 11, 20), True),
        (date(2026, 11, 21), False),  # Saturday
        (date(2026, 11, 23), False),  # 勤労感謝の日
        (date(2026, 9, 22), False),  # 国民の休日 between two holidays
        (date(2026, 5, 6), False),  # 振替休日
        (date(2026, 12, 28), True),
        (date(2026, 12, 29), False),
        (date(2027, 1, 1), False),
        (date(2029, 1, 3), False),  # Wednesday, no public holiday
        (date(2027, 1, 4), True),
    ],
)
def test_open_days(day: date, is_open: bool) -> None:
    assert dates.is_business_day(day) is is_open


def test_local_closing_days() -> None:
    anniversary = date(2026, 11, 20)
    assert not dates.is_business_day(anniversary, [anniversary])
    assert dates.add_business_days(date(2026, 11, 19), 1) == anniversary
    assert dates.add_business_days(date(2026, 11, 19), 1, [anniversary]) == date(2026, 11, 24)
    assert dates.business_days_between(date(2026, 11, 19), date(2026, 11, 24), {anniversary}) == 1


def test_deadlines() -> None:
    assert dates.add_business_days(date(2026, 12, 28), 1) == date(2027, 1, 4)
    assert dates.add_business_days(date(2027, 1, 4), -1) == date(2026, 12, 28)
    assert dates.add_business_days(date(2026, 11, 21), 0) == date(2026, 11, 24)
    assert dates.add_business_days(date(2026, 11, 24), 0) == date(2026, 11, 24)
    assert dates.business_days_between(date(2026, 12, 28), date(2027, 1, 4)) == 1
    assert dates.business_days_between(date(2027, 1, 4), date(2026, 12, 28)) == -1
    assert dates.business_days_between(THE_DAY, THE_DAY) == 0


@pytest.mark.parametrize(("start", "count"), [(date.max, 1), (date.min, -1), (date(9999, 12, 30), 5)])
def test_a_deadline_beyond_the_calendar_is_refused(start: date, count: int) -> None:
    with pytest.raises(DateError):
        dates.add_business_days(start, count)


@given(near, st.integers(-80, 80), st.sets(near, max_size=5))
def test_adding_and_counting_agree(start: date, count: int, closed: set[date]) -> None:
    end = dates.add_business_days(start, count, closed)
    assert dates.is_business_day(end, closed)
    if count:
        assert dates.business_days_between(start, end, closed) == count
    else:
        assert start <= end <= start + datetime.timedelta(days=20)
