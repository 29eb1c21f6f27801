"""Which action a purpose takes for a type."""

from __future__ import annotations

import pytest

from kijun.gateway.handling import DEFAULT_INPUT, DEFAULT_OUTPUT, action_for, group_of, strictest
from kijun.gateway.snapshot import Action, Group, Handling
from kijun.inspection import Attack, DataType, Expression


@pytest.mark.parametrize("type", [*DataType, *Attack, *Expression])
def test_every_type_has_a_group_and_both_directions_an_action(type: str) -> None:
    group = group_of(type)
    assert DEFAULT_INPUT[group] in Action
    assert DEFAULT_OUTPUT[group] in Action


def test_a_type_wins_over_its_group_and_the_group_over_the_default() -> None:
    handling = Handling({"personal": "confirm"}, {"PHONE": "allow"})
    assert action_for("PHONE", handling, DEFAULT_INPUT) is Action.ALLOW
    assert action_for("PERSON", handling, DEFAULT_INPUT) is Action.CONFIRM
    assert action_for("MY_NUMBER", handling, DEFAULT_INPUT) is Action.BLOCK


def test_a_type_of_tomorrow_counts_as_personal() -> None:
    assert group_of("SOMETHING_NEW") is Group.PERSONAL


def test_the_strictest_wins() -> None:
    assert strictest([Action.MASK, Action.BLOCK, Action.ALLOW]) is Action.BLOCK
    assert strictest([]) is Action.ALLOW
