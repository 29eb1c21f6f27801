"""Weights: sums and probabilities; a type without weights keeps its rule's own score."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kijun.inspection import DataType, Inspector
from kijun.inspection.weights import Weights, bundled_weights, sigmoid

WEIGHTS = Weights({"PHONE": {"b": -1.0, "label=PHONE": 3.0}})


def test_it_works() -> None:
    assert WEIGHTS.knows("PHONE")
    assert not WEIGHTS.knows("PERSON")
    assert WEIGHTS.margin("PHONE", ["b", "label=PHONE", "never seen"]) == 2.0
    assert WEIGHTS.score("PHONE", ["b"]) == pytest.approx(1 / (1 + math.e))
    assert WEIGHTS.score("PHONE", []) == 0.5


def test_a_type_that_is_not_known_is_an_error() -> None:
    with pytest.raises(KeyError):
        WEIGHTS.margin("PERSON", ["b"])


@given(st.floats(-1e6, 1e6))
def test_a_probability_lies_between_none_and_one(margin: float) -> None:
    assert 0.0 <= sigmoid(margin) <= 1.0
    assert sigmoid(margin) + sigmoid(-margin) == pytest.approx(1.0)


def test_those_that_come_with_the_package_are_read_once_and_name_types() -> None:
    bundled = bundled_weights()
    assert bundled is bundled_weights()
    known = [str(type_) for type_ in DataType if bundled.knows(type_)]
    assert {"PERSON", "ADDRESS", "PHONE", "EMAIL", "BIRTH_DATE", "AGE", "SENSITIVE", "POSTAL_CODE"} <= set(
        known
    )


def test_without_weights_the_rules_scores_count() -> None:
    found = Inspector(weights=Weights({})).inspect("携帯 090-1234-5678、個人番号 1234-5678-9018")
    assert {(one.type, one.score) for one in found.data} >= {("PHONE", 0.5), ("MY_NUMBER", 0.99)}


def test_weights_decide_whose_a_number_is() -> None:
    text = "0467-22-1234"
    sure, never = (
        Inspector(weights=Weights({"PHONE": {"b": weight}})).inspect(text) for weight in (2.0, -2.0)
    )
    assert [one.type for one in sure.data] == ["PHONE"]
    assert never.data == ()
