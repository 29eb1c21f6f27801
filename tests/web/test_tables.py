"""A list over municipalities stands for every list."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.template import engines
from django.test import RequestFactory

from kijun.governance.organisation.models import Municipality
from kijun.web.excel import SheetColumn
from kijun.web.tables import Column, Filter, Table

TABLE = Table(
    name="towns",
    caption="団体",
    columns=[
        Column("name", "名称", lambda t: t.name, sort=("name",), link=lambda t: f"/{t.code}"),
        Column("population", "人口", lambda t: t.population, sort=("-population",), kind="number"),
    ],
    search=("name", "kana"),
    filters=[
        Filter(
            "sample", "見本", lambda r: [("1", "見本だけ")], lambda rows, value: rows.filter(is_sample=True)
        )
    ],
    default=("code",),
    empty="まだありません。",
    per_page=3,
    sheet=[SheetColumn("name", "名称")],
    sheet_row=lambda t: {"name": t.name},
)


@pytest.fixture
def rows(db: None) -> Any:
    for i, name in enumerate(["あ市", "い市", "う<script>町", "え町", "お村"]):
        Municipality.objects.create(code=f"00000{i}", name=name, population=i * 10, is_sample=name == "え町")
    return Municipality.objects.all()


def names(shown: Any) -> list[str]:
    return [row[0].value for row in shown.rows]


def ask(**query: str) -> Any:
    return RequestFactory().get("/list", query)


def test_it_shows_a_page(rows: Any) -> None:
    shown = TABLE.show(ask(), rows)

    assert names(shown) == ["あ市", "い市", "う<script>町"]
    assert shown.total == 5
    assert "page=2" in shown.next_url


def test_search_filter_and_order(rows: Any) -> None:
    assert names(TABLE.show(ask(q="町"), rows)) == ["う<script>町", "え町"]
    assert names(TABLE.show(ask(q="え　町"), rows)) == ["え町"]
    assert names(TABLE.show(ask(sample="1"), rows)) == ["え町"]
    assert names(TABLE.show(ask(sort="population"), rows))[0] == "お村"
    assert names(TABLE.show(ask(sort="-population"), rows))[0] == "あ市"


@pytest.mark.parametrize("typed", ["AI室", "ＡＩ室", "ｷｬﾌﾟﾃﾝ", "きゃぷてん", "キャプテン　ａｉ"])
def test_search_takes_every_spelling(rows: Any, typed: str) -> None:
    Municipality.objects.create(code="000006", name="ＡＩ室町", kana="キャプテン")
    Municipality.objects.create(code="000007", name="AI室町", kana="キャプテン")

    assert names(TABLE.show(ask(q=typed), rows)) == ["ＡＩ室町", "AI室町"]


@pytest.mark.parametrize(
    "query", [{"page": "99"}, {"page": "x"}, {"sort": "password"}, {"sample": "'; --"}, {"q": "%"}]
)
def test_an_address_that_somebody_made_up_does_no_harm(rows: Any, query: dict[str, str]) -> None:
    TABLE.show(ask(**query), rows)


def test_headers_say_how_they_sort(rows: Any) -> None:
    header = TABLE.show(ask(sort="name"), rows).headers[0]

    assert header.direction == "ascending"
    assert header.url == "?sort=-name"


def test_what_people_typed_is_escaped(rows: Any) -> None:
    request = ask()
    template = engines["django"].from_string("{% listing shown %}")

    html = template.render({"shown": TABLE.show(request, rows)}, request)

    assert "う&lt;script&gt;町" in html
    assert "<script>" not in html


def test_an_empty_list_says_why(db: None) -> None:
    request = ask()
    template = engines["django"].from_string("{% listing shown %}")
    none = Municipality.objects.none()

    assert "まだありません。" in template.render({"shown": TABLE.show(request, none)}, request)
    narrowed = ask(q="x")
    assert "条件に合うものはありません" in template.render({"shown": TABLE.show(narrowed, none)}, narrowed)


def test_excel_holds_every_page(rows: Any) -> None:
    import io

    from openpyxl import load_workbook

    request = ask(format="xlsx", q="市")
    assert TABLE.wants_excel(request)

    sheet = load_workbook(io.BytesIO(TABLE.as_excel(request, rows, "団体.xlsx").content)).active
    assert [row[0].value for row in sheet] == ["名称", "あ市", "い市"]


def test_queries_do_not_grow_with_rows(rows: Any, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):
        TABLE.show(ask(), rows)


def drawn(request: Any, rows: Any) -> BeautifulSoup:
    template = engines["django"].from_string("{% listing shown %}")
    return BeautifulSoup(template.render({"shown": TABLE.show(request, rows)}, request), "html.parser")


def test_a_list_without_anything_in_it_has_nothing_to_search(db: None) -> None:
    none = Municipality.objects.none()

    assert drawn(ask(), none).select_one("form, .list-count") is None
    assert drawn(ask(q="x"), none).select_one("form input[name=q]"), "the words can still be changed"


def test_filters_fold_unless_they_are_in_use(rows: Any) -> None:
    """On a phone; a wide screen shows them all the same."""
    assert drawn(ask(), rows).select_one("details.filters:not([open]) select[name=sample]")
    assert drawn(ask(sample="1"), rows).select_one("details.filters[open] select[name=sample]")


def test_figures_stand_under_their_heading(rows: Any) -> None:
    heads = drawn(ask(), rows).select("th")

    assert ["number" in (head.get("class") or []) for head in heads] == [False, True]


def test_a_filter_that_the_list_does_not_have_is_told(rows: Any) -> None:
    shown = TABLE.show(ask(sample="x"), rows)
    assert shown.unknown == ["見本"]
    assert shown.total == 5
    assert TABLE.show(ask(sample="1"), rows).unknown == []
