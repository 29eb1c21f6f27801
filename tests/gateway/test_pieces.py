"""JSON is read as lines and stays JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kijun.gateway.inspecting import standard
from kijun.gateway.lines import MOST_LEAVES, Lines, TooManyParts
from kijun.gateway.pieces import JsonText, Native, Nested, Source, json_or_plain
from kijun.inspection import Inspection, Placeholders, mask

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


def masked(value: Any, **more: Any) -> Any:
    lines, table = Lines(value, **more), Placeholders()
    lines.rewrite(standard().inspect(lines.text), lambda one: mask(one, table))
    return lines.value


def test_values_numbers_and_keys_are_hidden_where_they_stand() -> None:
    given = {
        "氏名": "山田太郎",
        "個人番号": 123456789018,
        "連絡": [{"電話": "090-1234-5678"}],
        "件数": 12,
        "可": True,
    }
    assert masked(given) == {
        "氏名": "⟦氏名1⟧",
        "個人番号": "⟦個人番号1⟧",
        "連絡": [{"電話": "⟦電話番号1⟧"}],
        "件数": 12,
        "可": True,
    }
    assert masked({"090-1234-5678": "自宅の電話番号です"}) == {"⟦電話番号1⟧": "自宅の電話番号です"}


def test_a_schema_keeps_its_names() -> None:
    schema = {
        "name": "yamada_taro",
        "description": "担当は山田太郎さんです。",
        "parameters": {
            "properties": {"name": {"type": "string", "enum": ["090-1234-5678"]}},
            "required": ["name"],
        },
    }
    found = masked(schema, schema=True)
    assert found["name"] == "yamada_taro"
    assert found["description"] == "担当は⟦氏名1⟧さんです。"
    assert found["parameters"]["properties"]["name"]["enum"] == ["⟦電話番号1⟧"]
    assert found["parameters"]["required"] == ["name"]


@given(JSON)
def test_what_holds_nothing_is_left_as_it_is(value: Any) -> None:
    before = json.dumps(value)
    lines = Lines(value)
    assert not lines.rewrite(Inspection(lines.text, ()), lambda one: one.text)
    assert json.dumps(lines.value) == before


@given(JSON)
def test_whatever_is_found_json_stays_json(value: Any) -> None:
    holder = {"text": json.dumps({"a": value, "b": "山田太郎さんの携帯は090-1234-5678"})}
    piece = json_or_plain(holder, "text", "x", Source.ASSISTANT)
    assert isinstance(piece, JsonText)
    table = Placeholders()
    piece.rewrite(standard().inspect(piece.text), lambda one: mask(one, table))
    assert "山田太郎" not in json.loads(holder["text"])["b"]


def test_places_between_values_touch_nothing() -> None:
    holder = {"tools": [{"function": {"name": "f", "description": "説明"}}]}
    piece = Native(holder, "tools", "tools", Source.OPERATOR, schema=True)
    start = piece.text.index("説明")
    assert piece.touches(start, start + 1)
    assert not piece.touches(0, start)


def test_nested_parts_are_rendered_beside_themselves() -> None:
    holder = {"annotations": [{"title": "山田太郎さんの頁"}]}
    piece, table = Nested(holder, "annotations", "x"), Placeholders()
    made = piece.render(standard().inspect(piece.text), lambda one: mask(one, table))
    assert made == [{"title": "⟦氏名1⟧さんの頁"}]
    assert holder["annotations"][0]["title"] == "山田太郎さんの頁"


def test_there_is_an_end_to_it() -> None:
    with pytest.raises(TooManyParts):
        Lines(list(range(MOST_LEAVES + 1)))
