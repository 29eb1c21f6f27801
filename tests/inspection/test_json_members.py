"""The members of a JSON object as they were written."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kijun.inspection.json_members import MOST_TOKENS, NoJson, NoObject, TooManyTokens, members

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


def test_it_works() -> None:
    assert members(' {"a" : 1e2,"b":[ 1, {"a":2}],"a":1.0} ') == {"a": "1.0", "b": '[ 1, {"a":2}]'}
    assert members("{}") == {}


@given(st.dictionaries(st.text(), VALUES), st.sampled_from([None, 1]), st.booleans())
def test_the_same_as_json(value: dict[str, Any], indent: int | None, ascii: bool) -> None:
    found = members(json.dumps(value, indent=indent, ensure_ascii=ascii))
    assert {name: json.loads(one) for name, one in found.items()} == value


@given(st.text(alphabet='{}[],:"\\\\1e.- ntru', max_size=20))
def test_refuses_what_json_refuses(text: str) -> None:
    try:
        row: object = json.loads(text)
    except ValueError:
        with pytest.raises(ValueError, match=r"."):
            members(text)
        return
    if isinstance(row, dict):
        assert {name: json.loads(one) for name, one in members(text).items()} == row
    else:
        with pytest.raises(NoObject):
            members(text)


@pytest.mark.parametrize("one", ["[", '{"a":', "[1,", '"a"', "9", " ", '"\\'])
def test_its_time_grows_with_the_text(one: str) -> None:
    started = time.perf_counter()
    with pytest.raises(ValueError, match=r"."):
        members('{"id":' + one * 200_000)
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ('{"id":5,"text":"a\tb"}', {"id": "5"}),
        ('{"id": {"a":[1,2]} , "text', {"id": '{"a":[1,2]}'}),
        ('{"id":[7,"x":', {}),
        ('{"id":7', {}),
        ('{"id":7x', {}),
        ('{"text":"a","id":7 oops', {"text": '"a"'}),
        ('{"id":7} x', {"id": "7"}),
        ("nothing", {}),
    ],
)
def test_the_members_before_a_fault_are_told(text: str, before: dict[str, str]) -> None:
    with pytest.raises(NoJson) as caught:
        members(text)
    assert caught.value.before == before
    assert text not in str(caught.value)


def test_what_has_too_many_values_is_refused_early() -> None:
    started = time.perf_counter()
    with pytest.raises(TooManyTokens) as caught:
        members('{"id":7,"other":' + "[" * 12_000_000)
    assert caught.value.before == {"id": "7"}
    assert time.perf_counter() - started < 3
    half = MOST_TOKENS // 2 - 10
    assert members('{"id":' + "[" * half + "]" * half + "}")["id"] == "[" * half + "]" * half
