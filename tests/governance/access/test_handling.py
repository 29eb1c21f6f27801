"""The bounds of the matrix: which class of data lets what through."""

from __future__ import annotations

from typing import Any

import pytest

from kijun.gateway.handling import action_for
from kijun.gateway.snapshot import Action, Group
from kijun.governance.access import handling
from kijun.governance.access.handling import INPUT, OUTPUT


def groups(**given: str) -> dict[str, Any]:
    return {"groups": given, "types": {}}


def types(**given: str) -> dict[str, Any]:
    return {"groups": {}, "types": given}


@pytest.mark.parametrize("direction", [INPUT, OUTPUT])
def test_the_default_keeps_the_bounds_of_every_purpose(direction: str) -> None:
    assert handling.problems(direction, handling.default(direction), []) == []


@pytest.mark.parametrize(
    ("value", "classes"),
    [
        (groups(personal="allow"), ["personal"]),
        (groups(sensitive="allow"), ["sensitive"]),
        (groups(confidential="allow"), ["confidential"]),
        (groups(numbers="allow"), ["my_number"]),
        (types(BANK_ACCOUNT="allow"), ["personal"]),
        (types(BANK_ACCOUNT="confirm"), []),
        (groups(personal="confirm"), []),
        (groups(attack="allow"), []),
    ],
)
def test_what_a_class_lets_through(value: dict[str, Any], classes: list[str]) -> None:
    assert handling.problems(INPUT, value, classes) == []


@pytest.mark.parametrize(
    ("direction", "value", "classes"),
    [
        (INPUT, groups(personal="allow"), ["public", "internal", "confidential"]),
        (INPUT, groups(sensitive="allow"), ["personal"]),
        (INPUT, groups(confidential="allow"), ["personal"]),
        (INPUT, groups(numbers="allow"), ["personal", "sensitive"]),
        (INPUT, groups(numbers="confirm"), ["personal", "sensitive"]),
        (INPUT, types(MY_NUMBER="confirm"), ["personal"]),
        (INPUT, types(MY_NUMBER="allow"), ["personal"]),
        (INPUT, types(BANK_ACCOUNT="allow"), ["internal"]),
        (INPUT, types(PERSON="allow"), ["internal"]),
        (INPUT, groups(secrets="allow"), ["personal", "my_number"]),
        (INPUT, types(SECRET="allow"), ["confidential"]),
        (OUTPUT, groups(secrets="allow"), ["personal"]),
        (OUTPUT, groups(numbers="allow"), ["personal"]),
        (OUTPUT, groups(personal="confirm"), ["personal"]),
        (INPUT, groups(strange="mask"), []),
        (INPUT, groups(personal="shrug"), []),
        (INPUT, types(STRANGE="mask"), []),
        (INPUT, {"groups": [], "types": {}}, []),
        (INPUT, {"other": {}}, []),
        (INPUT, "mask", []),
    ],
)
def test_what_is_refused(direction: str, value: Any, classes: list[str]) -> None:
    assert len(handling.problems(direction, value, classes)) == 1


def test_an_exception_that_says_what_its_group_says_is_none() -> None:
    made = handling.tidy(
        INPUT, {"groups": {"personal": "block"}, "types": {"PERSON": "block", "AGE": "mask"}}
    )
    assert made["types"] == {"AGE": "mask"}
    assert set(made["groups"]) == {str(group) for group in Group}


def test_the_gateway_reads_what_was_chosen() -> None:
    made = handling.as_handling(
        handling.tidy(INPUT, {"groups": {"personal": "block"}, "types": {"AGE": "mask"}})
    )
    assert action_for("AGE", made, handling.DEFAULTS[INPUT]) is Action.MASK
    assert action_for("PERSON", made, handling.DEFAULTS[INPUT]) is Action.BLOCK
    assert action_for("MY_NUMBER", made, handling.DEFAULTS[INPUT]) is Action.BLOCK


def test_every_group_and_type_has_words() -> None:
    assert set(handling.GROUP_LABELS) == set(handling.GROUP_HINTS) == set(Group)
    assert all(handling.type_label(one) != one for one in handling.TYPES)
