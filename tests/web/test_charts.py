"""Drawings and their tables."""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from django.utils.safestring import SafeString
from hypothesis import given
from hypothesis import strategies as st

from kijun.web.charts import (
    COLOURS,
    PATTERNS,
    Cell,
    Chart,
    Pair,
    Series,
    line,
    matrix,
    paired_bars,
    stacked_bars,
)

SVG = "{http://www.w3.org/2000/svg}"
NASTY = "<script>alert('1')</script>&\"\x01\ud800"


def bars(**changes: Any) -> Chart:
    given: dict[str, Any] = {
        "title": "対策の実施状況",
        "description": "原則1は12件が実施済です。",
        "categories": ["原則1", "原則2"],
        "series": [Series("実施済", "blue-900", [12, 0]), Series("未実施", "yellow-300", [1234, 0])],
        "unit": "件",
    }
    return stacked_bars(**{**given, **changes})


def trend(**changes: Any) -> Chart:
    points = [("4月", 91.25), ("5月", None), ("6月", Decimal("88")), ("7月", 97)]
    given: dict[str, Any] = {
        "title": "正答率",
        "description": "上がっています。",
        "points": points,
        "unit": "%",
    }
    return line(**{**given, **changes})


def grid(**changes: Any) -> Chart:
    given: dict[str, Any] = {
        "title": "リスク",
        "description": "重大は1件です。",
        "x_labels": ["まれ", "しばしば"],
        "y_labels": ["重大", "軽い"],
        "cells": [[Cell(0, "high"), Cell(1, "critical")], [Cell(5, "low"), Cell("－", "none")]],
        "x_title": "起こりやすさ",
        "y_title": "被害",
        "unit": "件",
    }
    return matrix(**{**given, **changes})


def drawn(chart: Chart) -> ElementTree.Element:
    """The drawing, which must be well-formed XML, obey the CSP and be readable on a phone."""
    assert isinstance(chart.svg, SafeString)
    root = ElementTree.fromstring(str(chart.svg))  # noqa: S314  # our own drawing
    _left, _top, width, height = map(float, root.attrib["viewBox"].split())
    assert width == 340
    assert root.attrib["role"] == "img"
    names = root.attrib["aria-labelledby"].split()
    assert [element.attrib["id"] for element in root[:2]] == names
    assert [element.tag for element in root[:2]] == [SVG + "title", SVG + "desc"]
    ids = {element.attrib["id"] for element in root.iter() if "id" in element.attrib}
    for element in root.iter():
        assert element.tag not in {SVG + "style", SVG + "script", SVG + "image", SVG + "a"}
        assert not any(name == "style" or name.startswith("on") or "href" in name for name in element.attrib)
        for value in element.attrib.values():
            assert "nan" not in value
            assert "inf" not in value
            if found := re.fullmatch(r"url\(#(.+)\)", value):
                assert found[1] in ids
        if element.tag == SVG + "text":
            assert float(element.attrib["font-size"]) >= 12
            assert -1 <= float(element.attrib["x"]) <= width + 1
            assert 0 <= float(element.attrib["y"]) <= height
        if element.tag == SVG + "rect":
            assert float(element.attrib["x"]) + float(element.attrib["width"]) <= width + 0.1
    return root


def words(chart: Chart) -> list[str]:
    return [element.text or "" for element in drawn(chart).iter(SVG + "text")]


# --- the ordinary day -----------------------------------------------------------------------


def test_stacked_bars() -> None:
    chart = bars()
    assert words(chart) == ["実施済", "未実施", "原則1", "1,246件", "12", "1,234", "原則2", "0件"]
    assert chart.table_head == ["区分", "実施済", "未実施", "合計"]
    assert chart.table_rows == [["原則1", "12件", "1,234件", "1,246件"], ["原則2", "0件", "0件", "0件"]]


def test_one_series_needs_neither_legend_nor_total() -> None:
    chart = bars(series=[Series("利用", "green-800", [3, 2.5])], unit="")
    assert words(chart) == ["原則1", "3", "原則2", "2.5"]
    assert chart.table_head == ["区分", "利用"]
    assert chart.table_rows == [["原則1", "3"], ["原則2", "2.5"]]


def test_every_part_has_its_own_pattern() -> None:
    series = [Series(name, name, [1, 1]) for name in list(COLOURS)[:6]]
    root = drawn(bars(series=series))
    patterns = list(root.iter(SVG + "pattern"))
    assert len(patterns) == len(PATTERNS) - 1  # the first part is solid
    drawings = {
        (pattern.attrib.get("patternTransform"), ElementTree.tostring(pattern[0])) for pattern in patterns
    }
    assert len(drawings) == len(patterns)


def test_a_pattern_may_be_chosen() -> None:
    root = drawn(
        bars(series=[Series("a", "#0017C1", [1, 2], "dots"), Series("b", "red-800", [1, 2], pattern="solid")])
    )
    assert len(list(root.iter(SVG + "circle"))) == 1
    fills = Counter(element.attrib["fill"] for element in root.iter(SVG + "rect"))
    assert fills["#0017c1"] == fills["#ec0000"] == 3


def test_a_trend() -> None:
    chart = trend(limit=("基準", 95))
    assert chart.table_head == ["時点", "値", "基準"]
    assert chart.table_rows[:2] == [["4月", "91.25 %", "95 %"], ["5月", "－", "95 %"]]
    shown = words(chart)
    assert "%" in shown
    assert "基準 95 %" in shown
    assert {"97 %", "88 %"} <= set(shown)
    assert {"4月", "7月"} <= set(shown)
    root = drawn(chart)
    assert len(list(root.iter(SVG + "circle"))) == 3
    assert len(list(root.iter(SVG + "polyline"))) == 1  # broken at the gap


def test_a_trend_begins_at_zero_unless_that_flattens_it() -> None:
    assert "0" in words(trend(points=[("a", 3), ("b", 12)]))
    assert "0" not in words(trend(points=[("a", 97.1), ("b", 98.2)]))
    assert "0.00" in words(trend(points=[("a", 0), ("b", 0)]))
    assert {"-10.0", "0.0"} <= set(words(trend(points=[("a", -9), ("b", -2)])))


def test_many_points_are_not_crowded() -> None:
    points = [(f"2026年{month}月", month) for month in range(1, 61)]
    root = drawn(trend(points=points))
    assert not list(root.iter(SVG + "circle"))
    names = [element for element in root.iter(SVG + "text") if "年" in (element.text or "")]
    starts = sorted(float(element.attrib["x"]) for element in names)
    assert all(after - before > 60 for before, after in itertools.pairwise(starts))
    assert names[0].text == "2026年60月"


def test_a_trend_of_rates_shows_the_whole_range() -> None:
    points = [("令和7年度 自己点検", 83.1), ("令和8年度 自己点検", 91.6)]
    short, whole = trend(points=points), trend(points=points, span=(0, 100))
    levels = [text.text for text in drawn(whole).iter(f"{SVG}text")]
    assert {"0", "50", "100"} <= set(levels)
    assert "0" not in [text.text for text in drawn(short).iter(f"{SVG}text")]
    assert "令和7年度 自己点検" in levels  # two names have room


def test_pairs_of_bars() -> None:
    pairs = [
        Pair("1 人間中心", 50.0, 75.5),
        Pair("2 住民第一", 100.0, 100.0),
        Pair("3 安全・安心", 80.0, 60.0),
    ]
    chart = paired_bars("前回との比較", "上がりました。", pairs, ("前回", "今回"), "%", full=100)
    assert chart.table_head == ["区分", "前回", "今回", "差"]
    assert chart.table_rows == [
        ["1 人間中心", "50 %", "75.5 %", "+25.5"],
        ["2 住民第一", "100 %", "100 %", "±0"],
        ["3 安全・安心", "80 %", "60 %", "−20"],
    ]
    texts = [text.text for text in drawn(chart).iter(f"{SVG}text")]
    assert texts[:2] == ["前回", "今回"]
    assert "75.5 %" in texts


def test_a_pair_with_nothing_to_compare() -> None:
    chart = paired_bars("比較", "", [Pair("1", None, 5), Pair("2", 0, 0)], ("前", "後"), full=10)
    assert chart.table_rows == [["1", "－", "5", "－"], ["2", "0", "0", "±0"]]
    assert drawn(chart).find(f".//{SVG}line") is not None
    with pytest.raises(ValueError, match="negative"):
        paired_bars("比較", "", [Pair("1", -1, 5)], ("前", "後"), full=10)
    empty = paired_bars("比較", "", [], ("前", "後"), full=10)
    assert "まだ表示するデータがありません。" in empty.svg


def test_the_names_of_the_parts_stand_in_even_rows() -> None:
    names = ["実施済", "一部", "予定", "未実施", "該当なし", "未回答"]
    chart = stacked_bars("実施状況", "", ["1"], [Series(name, "blue-900", [1]) for name in names])
    places = {text.text: text.get("y") for text in drawn(chart).iter(f"{SVG}text")}
    assert sorted(Counter(places[name] for name in names).values()) == [3, 3]


def test_a_matrix() -> None:
    chart = grid()
    assert chart.table_head == ["被害 ＼ 起こりやすさ", "まれ", "しばしば"]
    assert chart.table_rows == [["重大", "高：0件", "極高：1件"], ["軽い", "低：5件", "－"]]
    assert {"重大", "1件", "極高", "↓ 被害", "起こりやすさ →", "－"} <= set(words(chart))


def test_words_of_ones_own_in_a_matrix() -> None:
    chart = grid(cells=[[Cell(1, "high", "要対策")] * 2] * 2, x_title="", y_title="", unit="")
    assert chart.table_head[0] == ""
    assert chart.table_rows[0] == ["重大", "要対策：1", "要対策：1"]
    assert words(chart).count("要対策") == 4


# --- what is odd ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "chart",
    [
        bars(categories=[], series=[Series("a", "white", [])]),
        bars(series=[]),
        trend(points=[]),
        trend(points=[("a", None)]),
        grid(x_labels=[], cells=[[], []]),
        grid(y_labels=[], cells=[]),
    ],
)
def test_nothing_to_draw_says_so(chart: Chart) -> None:
    assert words(chart) == ["まだ表示するデータがありません。"]


def test_markup_stays_text() -> None:
    charts = [
        bars(title=NASTY, description=NASTY, categories=[NASTY, NASTY], unit=NASTY),
        bars(series=[Series(NASTY, "white", [1, 2]), Series("b", "white", [1, 2])]),
        trend(title=NASTY, points=[(NASTY, 1), (NASTY, 2)], unit=NASTY, limit=(NASTY, 2), value_label=NASTY),
        grid(x_labels=[NASTY] * 2, y_labels=[NASTY] * 2, cells=[[Cell(NASTY, "low", NASTY)] * 2] * 2, x_title=NASTY, y_title=NASTY, unit=NASTY),
    ]  # fmt: skip
    for chart in charts:
        drawn(chart)
        assert "<script" not in chart.svg
        assert BeautifulSoup(chart.svg, "html.parser").find("script") is None


def test_safe_text_is_not_escaped_twice_and_titles_are_kept() -> None:
    root = drawn(bars(title="A & B"))
    assert root[0].text == "A & B"


def test_ids_are_unique_on_a_page() -> None:
    ids = re.findall(r' id="([^"]+)"', "".join(chart.svg for chart in (bars(), bars(), trend(), grid())))
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    "make",
    [
        lambda: bars(series=[Series("a", "blue-900", [1])]),
        lambda: bars(series=[Series("a", "blue-900", [1, -1])]),
        lambda: bars(series=[Series("a", "blue-900", [1, math.nan])]),
        lambda: bars(series=[Series("a", "purple", [1, 2])]),
        lambda: bars(series=[Series("a", "#123456", [1, 2])]),
        lambda: bars(series=[Series("a", "white", [1, 2], "waves")]),  # type: ignore[arg-type]
        lambda: trend(points=[("a", math.inf)]),
        lambda: trend(limit=("a", math.nan)),
        lambda: grid(cells=[[Cell(1)]]),
        lambda: grid(cells=[[Cell(1)] * 2]),
    ],
)
def test_what_cannot_be_drawn(make: Any) -> None:
    with pytest.raises(ValueError):
        make()


def test_long_names_fit() -> None:
    name = "とても長い名前の対策とその説明" * 6
    chart = bars(categories=[name, "Responsible use of artificial intelligence in municipal services"], series=[Series(name, "white", [1, 2]), Series(name, "white", [1, 2])])  # fmt: skip
    assert any(text.endswith("…") for text in words(chart))
    assert chart.table_rows[0][0] == name
    drawn(trend(points=[(name, 1), (name, 2)]))
    drawn(grid(x_labels=[name] * 2, y_labels=[name] * 2))


def test_many_narrow_parts_drop_the_smallest_figures() -> None:
    series = [Series(f"{place}", "white", [10_000 + place, 1]) for place in range(20)]
    shown = words(bars(series=series))
    assert "10,019" in shown
    assert "10,000" not in shown


amounts = st.integers(0, 10**12) | st.floats(0, 1e12, allow_subnormal=False) | st.decimals(0, 10**9, places=3)


@given(st.integers(1, 8), st.integers(1, 5), st.data())
def test_any_bars(parts: int, categories: int, data: st.DataObject) -> None:
    values = st.lists(amounts, min_size=categories, max_size=categories)
    series = [Series(f"S{place}", list(COLOURS)[place], data.draw(values)) for place in range(parts)]
    chart = bars(categories=[f"C{place}" for place in range(categories)], series=series)
    drawn(chart)
    assert all(len(row) == len(chart.table_head) for row in chart.table_rows)


levels = st.integers(-(10**12), 10**12) | st.floats(-1e12, 1e12, allow_subnormal=False) | st.none()


@given(
    st.lists(st.tuples(st.text(max_size=12), levels), max_size=30),
    st.none() | st.tuples(st.just("L"), st.integers(-1000, 1000)),
)
def test_any_trend(points: list[tuple[str, Any]], limit: Any) -> None:
    chart = trend(points=points, limit=limit)
    drawn(chart)
    assert len(chart.table_rows) == len(points)


@given(st.text(max_size=60))
def test_any_words(text: str) -> None:
    drawn(bars(categories=[text, text], unit=text))
    drawn(grid(x_labels=[text] * 2, y_labels=[text] * 2, cells=[[Cell(text)] * 2] * 2))
