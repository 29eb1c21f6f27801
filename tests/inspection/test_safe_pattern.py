"""Patterns that cannot hang: what is accepted is fast on the worst texts, what is not is refused with what to do."""

from __future__ import annotations

import re
import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kijun.inspection import RuleError
from kijun.inspection.own import WORK
from kijun.inspection.rule import bundled
from kijun.inspection.safe_pattern import LIMIT, compile_safely


def test_it_works() -> None:
    assert compile_safely("職員番号:? {0,2}([0-9]{6})").search("職員番号: 123456")
    assert compile_safely("a", re.IGNORECASE).match("A")


@pytest.mark.parametrize(
    "pattern",
    [
        "a+",
        "a*b",
        "(?:a{0,20}){0,20}",
        "(?:a|a){0,21}",
        ".{0,200}.{0,200}",
        "(a)\\1",
        "(a)?(?(1)b|c)",
        "a{0,500}",
        "(?=a{0,30000})b",
        "(?:ab?){1,}+",
        "(?>a{0,100}){0,300}(?>(?:b|b){0,14})",
        "a{0,300}(?>(?:a|a){0,13}b)",
        "(?:a{0,50}){0,1000}+",
    ],
)
def test_what_could_take_long_is_refused(pattern: str) -> None:
    with pytest.raises(RuleError) as caught:
        compile_safely(pattern)
    assert caught.value.message.ja
    assert "upper bound" in caught.value.message.en


@pytest.mark.parametrize(
    "pattern", ["(", "a{2,1}", "[z-a]", "(?<=a{1,2})b", "a{99999999999}", "(" * 5000, "[[a]"]
)
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(RuleError):
        compile_safely(pattern)


def test_atomic_groups_are_one_way_and_work_all_the_same() -> None:
    pattern = "(?>(?:aa|a){0,10}b)"
    assert compile_safely(pattern)
    with pytest.raises(RuleError):
        compile_safely(pattern, work=500)


ATOMS = st.sampled_from(["a", "b", ".", "[ab]", "[^b]", r"\w", r"\d", "あ", "(?=a)", "(?!b)", "^", "$"])
BOUNDS = st.tuples(st.integers(0, 3), st.integers(0, 40)).map(lambda pair: f"{{{pair[0]},{sum(pair)}}}")


def larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.lists(inner, min_size=1, max_size=4).map("".join),
        st.tuples(inner, inner).map(lambda two: f"(?:{two[0]}|{two[1]})"),
        st.tuples(inner, BOUNDS, st.sampled_from(["", "?", "+"])).map(lambda x: f"(?:{x[0]}){x[1]}{x[2]}"),
        inner.map(lambda one: f"(?>{one})"),
        inner.map(lambda one: f"(?={one})"),
        inner.map(lambda one: f"({one})"),
    )


PATTERNS = st.recursive(ATOMS, larger, max_leaves=12)
HOSTILE = ("a" * 2_000, "ab" * 1_000, "あ" * 2_000, "a" * 40 + "b" + "a" * 1_959, "0" * 2_000)


@settings(max_examples=150, deadline=None)
@given(PATTERNS)
def test_any_own_pattern_that_is_accepted_is_fast_on_hostile_texts(pattern: str) -> None:
    try:
        compiled = compile_safely(pattern + "c", work=WORK)
    except RuleError:
        return
    for text in HOSTILE:
        start = time.process_time()
        for _ in compiled.finditer(text):
            pass
        assert time.process_time() - start < 0.0005 * len(text), pattern  # 0.5 ms a character, at worst


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=30))
def test_any_text_is_a_pattern_or_refused(pattern: str) -> None:
    with suppress(RuleError):
        compile_safely(pattern)


def patterns_of_the_package() -> list[tuple[str, str]]:
    return [
        (rule.id, rule.settings[name])
        for rule in bundled().rules
        for name in ("pattern", "left", "right")
        if rule.settings.get(name)
    ]


@pytest.mark.parametrize(("id", "pattern"), patterns_of_the_package(), ids=lambda value: value[:40])
def test_the_patterns_of_the_package_are_fast_on_hostile_texts(id: str, pattern: str) -> None:
    compiled = compile_safely(pattern)
    letters = sorted({char for char in pattern if char.isalnum()})[:60]
    for unit in ("a", "1", "あ", "1-", "-", "AKIA", "sk-a", "eyJ.", *letters):
        text = (unit * 1_000)[:1_000]
        start = time.process_time()
        for _ in compiled.finditer(text):
            pass
        assert time.process_time() - start < 1, unit


def test_the_limit_is_a_number_of_ways() -> None:
    assert compile_safely(".{0,99}a.{0,99}")  # 100 × 100
    assert 100 * 100 < LIMIT < 200 * 200
