"""Rules as data: how they are read, and that those of the package keep to the form."""

from __future__ import annotations

from typing import Any

import pytest

from kijun.inspection import Kind, Rule, RuleError
from kijun.inspection.rule import RuleSet, bundled, unmarked

ROW = {"id": "a", "type": "PERSON", "by": "names"}


def test_it_works() -> None:
    rule = Rule.read({**ROW, "why": {"ja": "氏名です。", "en": "a name"}, "reach": 3, "refs": ["LLM02:2025"]})
    assert (rule.id, rule.version, rule.kind, rule.type) == ("a", 1, Kind.DATA, "PERSON")
    assert rule.why.in_("ja") == "氏名です。"
    assert rule.settings == {"reach": 3}
    assert rule.refs == ("LLM02:2025",)


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"id": "a"},
        {"id": "a", "type": "PERSON"},
        {**ROW, "type": "abuse"},
        {**ROW, "kind": "thing"},
        {**ROW, "score": 0},
        {**ROW, "score": 1.1},
        {**ROW, "score": "sure"},
        {**ROW, "version": "new"},
        {**ROW, "why": "text"},
        {**ROW, "examples": ["text"]},
    ],
)
def test_a_rule_that_is_none_is_refused(row: dict[str, Any]) -> None:
    with pytest.raises(RuleError) as caught:
        Rule.read(row)
    assert caught.value.message.ja
    assert caught.value.message.en


def test_sets_keep_ids_apart() -> None:
    rule = Rule.read(ROW)
    rules = RuleSet("1", ()).with_([rule])
    assert rules["a"] is rule
    assert rules.by("names") == (rule,)
    assert rules.without(["a"]).rules == ()
    with pytest.raises(RuleError):
        rules.with_([rule])
    with pytest.raises(KeyError):
        rules["b"]


def test_marks_of_examples() -> None:
    assert unmarked("電話は{{090}}です") == ("電話は090です", [("", 3, 6)])
    assert unmarked("{{a}}と{{PHONE|b}}") == ("aとb", [("", 0, 1), ("PHONE", 2, 3)])
    assert unmarked("{{a\nb}}") == ("a\nb", [("", 0, 3)])
    assert unmarked("なし") == ("なし", [])


@pytest.mark.parametrize("rule", bundled().rules, ids=lambda rule: rule.id)
def test_each_rule_of_the_package_says_why_and_proves_itself(rule: Rule) -> None:
    assert rule.id == rule.id.lower()
    assert rule.version >= 1
    assert rule.why.ja.endswith("。")
    assert rule.why.en.endswith(".")
    assert rule.match
    assert rule.no_match
    if rule.kind is Kind.ATTACK:
        assert any(ref.startswith("LLM") for ref in rule.refs)
        assert any(ref.startswith("AML.") for ref in rule.refs)
    if rule.kind is Kind.DATA:
        assert all(unmarked(example)[1] for example in rule.match), "the place is not marked"
