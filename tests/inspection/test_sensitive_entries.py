"""Entries of English forms: the value is what counts, and the label says nothing of anybody."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kijun.inspection import Inspector

INSPECTOR = Inspector()


def found_in(text: str) -> list[str]:
    return [one.of(text) for one in INSPECTOR.inspect(text) if one.type == "SENSITIVE"]


def test_it_works() -> None:
    assert found_in("Name: Nadia Farouk\nDisability: deaf (grade 2)") == ["deaf (grade 2)"]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Religion: Hindu", ["Hindu"]),
        ("Ｒｅｌｉｇｉｏｎ：Hindu", ["Hindu"]),
        ("Religion | Hindu", ["Hindu"]),
        ('{"religion": "Hindu", "room": 3}', ["Hindu"]),
        ("Allergies (food): shrimp, crab", ["shrimp, crab"]),
        ("Medical history: type 1 diabetes, asthma", ["type 1 diabetes, asthma"]),
        ("Name: John Miller, Religion: Jewish, DOB: 1980-02-01", ["Jewish"]),
        ("Name: Tomas Lindqvist\nMedical condition: epilepsy", ["epilepsy"]),
        ("Name: Maria Silva\nCondition: new\nImpairment: left leg", ["left leg"]),
        ("Criminal record: theft (2019)", ["theft (2019)"]),
    ],
)
def test_the_value_is_what_counts(text: str, values: list[str]) -> None:
    assert found_in(text) == values


@pytest.mark.parametrize(
    "text",
    [
        "Disability: none",
        "Name: Maria Silva\nDisability: No",
        "Allergies: N/A",
        "Religion: [ ]",
        "Disability: Yes / No",
        "Allergies:\nReligion:",
        "Disability Services: open 9-5",
        "Disability: 12 people",
        "Name: Maria Silva\nDisability: see the guide",
        "Faith: the basis of hope",
        "Religion: freedom of religion is guaranteed by article 20",
    ],
)
def test_what_says_nothing_of_anybody(text: str) -> None:
    assert found_in(text) == []


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet='Religion:Dsabty |,"()Hindu\n', max_size=80))
def test_whatever_stands_there_no_value_is_empty(text: str) -> None:
    assert all(value.strip() for value in found_in(text))
