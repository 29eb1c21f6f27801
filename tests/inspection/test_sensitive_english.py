"""What English sentences say of somebody's health, record, creed and origin, and what they say of people at large."""

from __future__ import annotations

import pytest

from kijun.inspection import Inspector

INSPECTOR = Inspector()


def phrases(text: str) -> list[str]:
    return [one.of(text) for one in INSPECTOR.inspect(text).data if one.type == "SENSITIVE"]


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("Fatima's son has type 1 diabetes and needs support.", "type 1 diabetes"),
        ("My husband has Parkinson's disease.", "Parkinson's disease"),
        ("Our neighbour is an alcoholic, the family says.", "alcoholic"),
        ("My son is autistic; the bell is too loud for him.", "autistic"),
        ("She is on dialysis three times a week.", "on dialysis"),
        ("Tom's father was convicted of fraud in 2019.", "convicted of fraud"),
        ("The mother fled because of domestic violence.", "domestic violence"),
        ("We are Muslim, so please no pork.", "Muslim"),
        ("I had a stroke in January.", "stroke"),
        ("The applicant, John Carter, is HIV positive.", "HIV positive"),
        ("My mother is deaf and needs an interpreter.", "deaf"),
        ("She has a severe peanut allergy.", "peanut allergy"),
        ("Hannah arrives on Nov 30. She is diabetic and needs a fridge.", "diabetic"),
        ("My brother is asthmatic.", "asthmatic"),
        ("I'm colour-blind, can you send it without red text?", "colour-blind"),
    ],
)
def test_a_sentence_says_it_of_somebody(text: str, phrase: str) -> None:
    assert any(phrase in one for one in phrases(text))


@pytest.mark.parametrize(
    "text",
    [
        "The shop sells diabetic food.",
        "The 2027 budget for dementia care rose by 3 percent.",
        "Diabetes is a common disease in Japan.",
        "People with asthma should avoid smoke.",
        "Is there a parking permit for people who are deaf?",
        "Blind spots at the crossing were reported.",
        "The museum shows Christian art.",
        "She works at the Cancer Center as a nurse.",
        "My son's school has a wheelchair ramp.",
        "Mr. Sato gave a talk on depression at work.",
        "I have no allergies.",
        "My husband does not have diabetes.",
        "What should I do if my mother gets dementia?",
        "The new hospital wing treats kidney disease.",
        "She is positive about the new plan.",
    ],
)
def test_a_sentence_that_says_it_of_nobody(text: str) -> None:
    assert phrases(text) == []
