import datetime

import pytest
from django.template import engines
from django.utils import timezone, translation

from kijun.governance.organisation.models import Municipality
from kijun.web.templatetags import kit


def render(text: str, **context: object) -> str:
    return engines["django"].from_string(text).render(context)


def test_dates_in_both_languages() -> None:
    day = datetime.date(2026, 11, 23)

    assert ">2026年11月23日（令和8年）<" in render("{{ day|day }}", day=day)
    with translation.override("en"):
        assert ">23 November 2026<" in render("{{ day|day }}", day=day)
    assert ">2026/11/23<" in render("{{ day|short_day }}", day=day)


@pytest.mark.parametrize("name", ["day", "short_day", "moment"])
def test_nothing_is_shown_for_no_date(name: str) -> None:
    assert render("{{ day|" + name + " }}", day=None) == ""


def test_a_name_in_english_where_there_is_one() -> None:
    town = Municipality(name="みちしるべ市", name_en="Michishirube City")

    assert render("{{ town|named }}", town=town) == "みちしるべ市"
    with translation.override("en"):
        assert render("{{ town|named }}", town=town) == "Michishirube City"
        assert render("{{ town|named }}", town=Municipality(name="横浜市")) == "横浜市"


def test_a_tag_is_escaped() -> None:
    assert "&lt;b&gt;" in render('{% tag label "danger" %}', label="<b>")


def test_a_share_in_per_cent() -> None:
    assert render("{{ value|rate }}", value=0.125) == "12.5\u00a0%"
    assert render("{{ value|rate }}", value=None) == "–"


@pytest.mark.parametrize(
    ("days", "ja", "en"),
    [
        (-25, "25日超過", "25 days overdue"),
        (-1, "1日超過", "1 day overdue"),
        (0, "今日まで", "Due today"),
        (1, "あと1日", "1 day left"),
        (7, "あと7日", "7 days left"),
        (8, "", ""),
    ],
)
def test_a_due_date_says_in_words_how_near_it_is(days: int, ja: str, en: str) -> None:
    date = timezone.localdate() + datetime.timedelta(days=days)

    shown = render("{% due date %}", date=date)
    assert f"{date:%Y/%m/%d}" in shown
    assert ja in shown
    assert ("tag" in shown) == (days <= 7)
    assert ("tag-danger" in shown) == (days < 0)
    with translation.override("en"):
        assert en in render("{% due date %}", date=date)


def test_no_due_date_shows_nothing() -> None:
    assert render("{% due date %}", date=None) == ""


def test_a_way_back_of_one_step_is_none() -> None:
    assert render("{% breadcrumb here %}", here="自己点検").strip() == ""
    assert "自己点検" in render('{% breadcrumb "ホーム" "/staff/" here %}', here="自己点検")


@pytest.mark.parametrize(
    ("hours", "shown"),
    [
        (0.2, "12<small>分</small>"),
        (3.5, "3.5<small>時間</small>"),
        (96.0, "4.0<small>日</small>"),
        (None, "—"),
    ],
)
def test_how_long_it_took(hours: float | None, shown: str) -> None:
    assert kit.took(hours) == shown


def test_in_english_a_unit_stands_apart() -> None:
    with translation.override("en"):
        assert kit.took(3.5) == "3.5<small> hours</small>"


def test_japanese_on_an_english_page_is_marked() -> None:
    with translation.override("en"):
        assert kit.in_japanese("文書<1>") == '<span lang="ja">文書&lt;1&gt;</span>'
        assert kit.in_japanese("ﾃｽﾄ").startswith("<span")
        assert kit.in_japanese("𠮷").startswith("<span")
        for value in ("Drafting", 5, None, ""):
            assert kit.in_japanese(value) == value
    for language in ("ja", "ja-easy"):
        with translation.override(language):
            assert kit.in_japanese("文書") == "文書"
