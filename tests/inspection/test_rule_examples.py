"""Each rule's own examples: what must match is found exactly at its mark, what must not is not found as that type."""

from __future__ import annotations

import pytest

from kijun.inspection import Inspector, Kind, Rule
from kijun.inspection.rule import bundled, unmarked

INSPECTOR = Inspector()
MATCH = [(rule, example) for rule in bundled().rules for example in rule.match]
NO_MATCH = [(rule, example) for rule in bundled().rules for example in rule.no_match]


def name(value: object) -> str:
    return value.id if isinstance(value, Rule) else str(value)[:40]


@pytest.mark.parametrize(("rule", "example"), MATCH, ids=name)
def test_what_must_match_is_found(rule: Rule, example: str) -> None:
    text, marks = unmarked(example)
    found = INSPECTOR.inspect(text)
    if rule.by.endswith("-model"):  # reads the whole text; which of the types it says is a second question
        assert any(one.kind is rule.kind for one in found)
        return
    if rule.kind is not Kind.DATA:
        assert rule.type in {one.type for one in found}
        return
    there = {(one.type, one.start, one.end) for one in found}
    for type, start, end in marks:
        assert (type or rule.type, start, end) in there, [(one.type, one.of(text)) for one in found]


@pytest.mark.parametrize(("rule", "example"), NO_MATCH, ids=name)
def test_what_must_not_match_is_not_found(rule: Rule, example: str) -> None:
    text, _ = unmarked(example)
    wrong = [
        (one.type, one.of(text))
        for one in INSPECTOR.inspect(text)
        if (one.type == rule.type if rule.kind is Kind.DATA else one.kind is rule.kind)
    ]
    assert wrong == []
