"""The preview of an import."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kijun.web.excel import CellError, ReadRow, SheetColumn, read_table
from kijun.web.imports import Change, ImportPlan, PlanError, PlanItem, Value, dump, load, outdated, plan

EXISTING: Mapping[str, Mapping[str, Value]] = {
    "001": {"name": "山田", "since": date(2026, 4, 1), "hours": Decimal("7.50"), "note": None},
    "002": {"name": "佐藤", "since": None, "hours": 8, "note": ""},
    "003": {"name": "鈴木", "since": None, "hours": None, "note": "x"},
}
COLUMNS = ["number", "name", "since", "hours", "note"]


def row(place: int, errors: list[CellError] | None = None, /, **values: Any) -> ReadRow:
    return ReadRow(place, values, errors or [])


def test_the_ordinary_day() -> None:
    made = plan(
        [
            row(2, number="001", name="山田", since=date(2026, 4, 1), hours=Decimal("7.5"), note=None),
            row(3, number="002", name="佐藤", since=date(2026, 5, 1), hours=Decimal(8), note=None),
            row(4, number="004", name="高橋", since=None, hours=None, note=None),
            row(5, [CellError("hours", "数値ではありません")], number="005", name="田中"),
        ],
        EXISTING,
        "number",
        COLUMNS,
    )
    assert made.items == [
        PlanItem(2, "001", "same"),
        PlanItem(3, "002", "change", [Change("since", None, date(2026, 5, 1))]),
        PlanItem(4, "004", "add", [Change("name", None, "高橋")]),
        PlanItem(5, "005", "error", [], [CellError("hours", "数値ではありません")]),
        PlanItem(None, "003", "missing"),
    ]
    assert made.counts == {"add": 1, "change": 1, "same": 1, "error": 1, "missing": 1}
    assert not made.ok
    assert [item.key for item in made.of("add", "change")] == ["002", "004"]
    assert load(dump(made)) == made


def test_from_a_real_file() -> None:
    columns = [
        SheetColumn("number", "番号", required=True),
        SheetColumn("name", "氏名"),
        SheetColumn("note", "備考"),
    ]
    result = read_table("番号,氏名\r\n001,山本\r\n003,\r\n".encode(), "x.csv", columns)
    made = plan(result.rows, EXISTING, "number", result.columns)
    assert made.items[0].changes == [Change("name", "山田", "山本")]
    assert made.items[1].changes == [Change("name", "鈴木", None)]  # note is not in the file and stays
    assert made.of("missing") == [PlanItem(None, "002", "missing")]
    assert made.ok


def test_the_same_key_twice_is_an_error_on_each_row() -> None:
    made = plan([row(2, number="001", name="a"), row(7, number="001", name="a")], EXISTING, "number", COLUMNS)
    assert [item.action for item in made.items[:2]] == ["error", "error"]
    assert "「001」が7行目にもあります" in made.items[0].errors[0].message
    assert "「001」が2行目にもあります" in made.items[1].errors[0].message
    assert "001" not in [item.key for item in made.of("missing")]


def test_many_rows_with_one_key_are_not_all_listed() -> None:
    made = plan([row(number, number="9") for number in range(2, 40)], {}, "number", COLUMNS)
    assert "12…行目" in made.items[0].errors[0].message


def test_rows_without_a_key() -> None:
    made = plan(
        [row(2, number=None), row(3), row(4, [CellError("number", "必須です")])], {}, "number", COLUMNS
    )
    assert [len(item.errors) for item in made.items] == [1, 1, 1]
    assert "見分けるため" in made.items[0].errors[0].message
    assert made.items[2].errors[0].message == "必須です"


def test_a_row_with_an_error_does_not_make_its_thing_missing() -> None:
    made = plan([row(2, [CellError("name", "?")], number="001")], EXISTING, "number", COLUMNS)
    assert [item.key for item in made.of("missing")] == ["002", "003"]


def test_true_is_not_one() -> None:
    made = plan([row(2, number="1", flag="1")], {"1": {"flag": True}}, "number", ["number", "flag"])
    assert made.items[0].action == "change"
    assert outdated(ImportPlan([PlanItem(2, "1", "change", [Change("flag", 1, 2)])]), {"1": {"flag": True}})


def test_nothing_happened_since() -> None:
    made = plan(
        [row(2, number="001", name="山本"), row(3, number="009", name="a")], EXISTING, "number", COLUMNS
    )
    assert outdated(load(dump(made)), EXISTING) == []


@pytest.mark.parametrize(
    ("now", "stale"),
    [
        ({**EXISTING, "001": {"name": "山川"}}, ["001"]),  # changed by somebody else
        ({**EXISTING, "001": {**EXISTING["001"], "hours": 1}}, []),  # another column
        ({key: EXISTING[key] for key in ("002", "003")}, ["001"]),  # removed
        ({**EXISTING, "009": {}}, ["009"]),  # added by somebody else
        ({key: EXISTING[key] for key in ("001", "002")}, ["003"]),
    ],
)
def test_what_happened_since(now: Mapping[str, Mapping[str, Value]], stale: list[str]) -> None:
    made = plan(
        [row(2, number="001", name="山本"), row(3, number="009", name="a")], EXISTING, "number", COLUMNS
    )
    assert [item.key for item in outdated(made, now)] == stale


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        "x",
        '{"version":2,"items":[]}',
        '{"version":1,"items":[{}]}',
        '{"version":1,"items":{"a":1}}',
        '{"version":1,"items":[{"row":"2","key":"a","action":"add","changes":[],"errors":[]}]}',
        '{"version":1,"items":[{"row":true,"key":"a","action":"add","changes":[],"errors":[]}]}',
        '{"version":1,"items":[{"row":2,"key":"a","action":"drop","changes":[],"errors":[]}]}',
        '{"version":1,"items":[{"row":2,"key":"a","action":["add"],"changes":[],"errors":[]}]}',
        '{"version":1,"items":[{"row":2,"key":"a","action":"add","changes":[["a",{"date":"2026-02-30"},1]],"errors":[]}]}',
        '{"version":1,"items":[{"row":2,"key":"a","action":"add","changes":[["a",{"decimal":"x"},1]],"errors":[]}]}',
        '{"version":1,"items":[{"row":2,"key":"a","action":"add","changes":[["a",{"os":"x"},1]],"errors":[]}]}',
        '{"version":1,"items":[{"row":2,"key":"a","action":"add","changes":[["a",1.5,1]],"errors":[]}]}',
        '{"version":1,"items":[{"row":2,"key":"a","action":"add","changes":[["a"]],"errors":[]}]}',
        "[" * 100_000,
    ],
)
def test_what_is_no_plan(text: str) -> None:
    with pytest.raises(PlanError, match="もう一度選んでください"):
        load(text)


@pytest.mark.parametrize("value", [datetime.datetime(2026, 1, 1), 1.5, b"x"])
def test_values_that_a_plan_cannot_keep(value: Any) -> None:
    with pytest.raises(TypeError):
        dump(ImportPlan([PlanItem(2, "a", "add", [Change("x", None, value)])]))


cell_values = (
    st.text(max_size=20)
    | st.dates()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.integers()
    | st.booleans()
    | st.none()
)
items = st.builds(
    PlanItem,
    st.integers(1) | st.none(),
    st.text(max_size=10),
    st.sampled_from(["add", "change", "same", "error", "missing"]),
    st.lists(st.builds(Change, st.text(max_size=5), cell_values, cell_values), max_size=3),
    st.lists(st.builds(CellError, st.text(max_size=5), st.text(max_size=20)), max_size=2),
)


@given(st.lists(items, max_size=5))
def test_any_plan_is_kept(found: list[PlanItem]) -> None:
    made = ImportPlan(found)
    again = load(dump(made))
    assert again == made
    assert json.loads(dump(again)) == json.loads(dump(made))


tables = st.dictionaries(
    st.text(min_size=1, max_size=3), st.fixed_dictionaries({"a": cell_values, "b": cell_values}), max_size=6
)


@given(tables, tables)
def test_carrying_out_a_plan_gives_the_file(
    before: dict[str, dict[str, Any]], after: dict[str, dict[str, Any]]
) -> None:
    made = plan(
        [row(number, key=name, **values) for number, (name, values) in enumerate(after.items(), 2)],
        before,
        "key",
        ["key", "a", "b"],
    )
    assert outdated(made, before) == []
    result = {name: dict(values) for name, values in before.items()}
    for item in made.items:
        if item.action == "missing":
            del result[item.key]
        for change in item.changes:
            result.setdefault(item.key, {})[change.column] = change.after
        if item.action == "add":
            result.setdefault(item.key, {})
    assert set(result) == set(after)
    for name, values in after.items():
        for column in "ab":
            assert (result[name].get(column) or None) == (values[column] or None) or result[name].get(
                column
            ) == values[column]
    again = plan(
        [row(number, key=name, **values) for number, (name, values) in enumerate(after.items(), 2)],
        result,
        "key",
        ["a", "b"],
    )
    assert all(item.action == "same" for item in again.items)
