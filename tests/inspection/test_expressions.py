"""Harmful expression: a model small enough to know by heart reads, rules' words agree, what is taken back is no promise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kijun.inspection import Inspector, Kind
from kijun.inspection.expressions import Expressions
from kijun.inspection.rule import Rule, bundled
from tests.inspection.scenes import scene
from tests.inspection.small_models import MODELS, proposed

INSPECTOR = Inspector()
EXPRESSIONS = [rule for rule in bundled().rules if rule.kind is Kind.EXPRESSION]


def expressions(text: str, rules: list[Rule] = EXPRESSIONS) -> list[tuple[str, str, str]]:
    return proposed(Expressions(rules, MODELS), text)


def test_expressions_have_a_kind_and_discrimination_a_target() -> None:
    assert expressions("罵る甲") == [("abuse", "expression-model", "罵る甲")]
    [found] = Expressions(EXPRESSIONS, MODELS)(scene("罵る乙、郷のこと"))
    assert (found.type, found.target) == ("discrimination", "region")
    [found] = Expressions(EXPRESSIONS, MODELS)(scene("罵る甲、郷のこと"))
    assert found.target == ""
    assert expressions("褒める甲") == []


def test_words_of_a_rule_of_the_same_kind_name_the_rule() -> None:
    assert expressions("罵る甲、無能") == [("abuse", "expression-abuse", "罵る甲、無能")]
    assert expressions("罵る乙、無能")[0][1] == "expression-model"


def test_without_models_or_rules_nothing_is_proposed() -> None:
    assert proposed(Expressions(EXPRESSIONS, None), "罵る甲") == []
    assert expressions("罵る甲", []) == []


@given(st.text())
def test_any_text_may_be_read(text: str) -> None:
    seen = scene(text)
    for one in Expressions(EXPRESSIONS, MODELS)(seen):
        assert 0 <= one.start <= one.end <= len(seen.text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("申請すれば必ず許可されるとは言えません", False),
        ("血圧が必ず下がるわけではありません", False),
        ("We cannot guarantee that your application is approved.", False),
        ("絶対に治るとは限りません。必ず治ります", True),
        ("この薬なら必ず治ります", True),
        ("I guarantee that your application will be approved.", True),
    ],
)
def test_a_certainty_that_is_taken_back_promises_nothing(text: str, found: bool) -> None:
    assert ("overclaim" in {one.type for one in INSPECTOR.inspect(text).expressions}) == found
