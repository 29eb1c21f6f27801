"""Networks and hours as people write them."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from kijun.governance.access import limits


def test_networks_are_ranges() -> None:
    assert limits.networks("10.12.0.0/16\n 192.168.1.20\n２００１:db8::/32、10.12.0.0/16") == [
        "10.12.0.0/16",
        "192.168.1.20/32",
        "2001:db8::/32",
    ]


def test_an_address_within_a_range_means_the_range() -> None:
    assert limits.networks("10.12.3.4/16") == ["10.12.0.0/16"]


@pytest.mark.parametrize("line", ["10.12.0.0/99", "庁内", "10.12", "example.jp"])
def test_what_is_no_network_is_named(line: str) -> None:
    with pytest.raises(ValidationError) as refused:
        limits.networks(f"10.0.0.0/8\n{line}")
    assert line in refused.value.messages[0]


def test_hours_in_japanese_and_english() -> None:
    japanese, english = limits.hours("月-金 8:30-17:15"), limits.hours("mon-fri 08:30-17:15")
    assert japanese == english == [(day, 510, 1035) for day in range(5)]


def test_hours_of_full_width_over_the_weekend_and_to_midnight() -> None:
    assert limits.hours("土〜月　９：００～２４：００") == [(0, 540, 1440), (5, 540, 1440), (6, 540, 1440)]


WEEKEND, WEEKDAYS = [5, 6], [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("土日", WEEKEND),
        ("土曜日日曜日", WEEKEND),
        ("土曜日曜", WEEKEND),
        ("土・日", WEEKEND),
        ("土･日曜日", WEEKEND),
        ("土曜と日曜", WEEKEND),
        ("土、日", WEEKEND),
        ("土 日", WEEKEND),
        ("週末", WEEKEND),
        ("Sat, Sun", WEEKEND),
        ("sat and sun", WEEKEND),
        ("Saturdays and Sundays", WEEKEND),
        ("日曜日", [6]),
        ("日", [6]),
        ("月日", [0, 6]),
        ("月〜金", WEEKDAYS),
        ("月～金曜", WEEKDAYS),
        ("月曜日～金曜日", WEEKDAYS),
        ("月曜から金曜まで", WEEKDAYS),
        ("月ー金", WEEKDAYS),
        ("月火水木金", WEEKDAYS),
        ("平日", WEEKDAYS),
        ("平日：", WEEKDAYS),
        ("Monday–Friday", WEEKDAYS),
        ("mon to fri", WEEKDAYS),
        ("weekdays", WEEKDAYS),
        ("月水金", [0, 2, 4]),
        ("月・水・金曜日", [0, 2, 4]),
        ("月-水・金", [0, 1, 2, 4]),
        ("平日と土", [0, 1, 2, 3, 4, 5]),
        ("Tuesday Wednesday Thursday", [1, 2, 3]),
        ("土〜月", [0, 5, 6]),
        ("毎日", list(range(7))),
        ("全日", list(range(7))),
        ("every day", list(range(7))),
    ],
)
def test_days_as_clerks_write_them(words: str, days: list[int]) -> None:
    assert limits.hours(f"{words} 9:00-12:00") == [(day, 540, 720) for day in days]


@pytest.mark.parametrize("line", ["土日9:00-12:00", "土日 9時〜12時", "土日 9時00分から12時まで"])
def test_times_as_clerks_write_them(line: str) -> None:
    assert limits.hours(line) == [(5, 540, 720), (6, 540, 720)]


def test_several_times_behind_the_same_days() -> None:
    assert limits.hours("月 8:30-12:00、13時-17時半 土日 9:00-10:00") == [
        (0, 510, 720),
        (0, 780, 1050),
        (5, 540, 600),
        (6, 540, 600),
    ]


@pytest.mark.parametrize("words", ["土日祝", "土・日・祝日", "祝日"])
def test_holidays_are_refused_in_words_of_their_own(words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        limits.hours(f"{words} 9:00-12:00")
    assert "祝日は指定できません" in refused.value.messages[0]


@pytest.mark.parametrize(
    "line",
    [
        "月-金",
        "9:00-12:00",
        "土日以外 9:00-12:00",
        "土曜日曜日曜日曜 x 9:00-12:00",
        "第1月 9:00-12:00",
        "月曜曜 9:00-12:00",
        "月 9:00-12:00 火",
        "月 9:00-12:001",
        "月 9:00-12:00-13:00",
        "sunshine 9:00-12:00",
        "saturn 9:00-12:00",
        "17:00-9:00",
        "月 17:15-8:30",
        "月 25:00-26:00",
        "月 8:60-9:00",
        "foo 8:00-9:00",
        "月-x 8:00-9:00",
    ],
)
def test_what_are_no_hours(line: str) -> None:
    with pytest.raises(ValidationError):
        limits.hours(line)


@pytest.mark.parametrize(
    "text",
    [
        "月-金 8:30-17:15",
        "月-金 8:30-12:00\n月-金 13:00-17:15\n日 0:00-24:00",
        "月 9:00-10:00\n水-木 9:00-10:00",
    ],
)
def test_hours_are_shown_as_they_are_read(text: str) -> None:
    made = limits.hours(text)
    shown = "\n".join(limits.shown_hours([list(one) for one in made]))
    assert limits.hours(shown) == made


@pytest.mark.parametrize(
    "value", ["x", [[0, 1]], [[7, 0, 10]], [[0, 10, 10]], [[0, 0, 1441]], [[True, 0, 10]], [1]]
)
def test_json_that_holds_no_hours(value: object) -> None:
    assert not limits.check_hours(value)
