"""Numbers of people among the fields that programs send: hidden by their check digit or by the name that they stand under."""

from __future__ import annotations

from typing import Any

import pytest

from kijun.gateway.snapshot import Handling
from tests.gateway.town import Running, policy, with_purpose
from tests.gateway.ways.sending import post
from tests.gateway.ways.test_decisions import DECISIONS, decision

LETS_PASS = Handling({}, {"PHONE": "allow"})


@pytest.mark.parametrize(
    "features",
    [
        {"電話番号": 9012345678},
        {"携帯電話": [1, 9012345678.0]},
        {"自宅TEL": 312345678},
        {"contact_phone": 451234567},
        {"連絡先": 9012345678},
    ],
)
def test_a_telephone_is_hidden_as_a_number_too(gateway: Running, features: dict[str, Any]) -> None:
    [value] = features.values()
    number = int(value[1] if isinstance(value, list) else value)
    post(gateway, DECISIONS, decision(features=features, explanation={"電話": {"自宅": [number]}}))
    [one] = gateway.ledger.entries
    assert "PHONE" in one.findings
    assert str(number) not in str(one.content)
    assert f"0{number}" in one.masked.values()


def test_other_numbers_of_nine_or_ten_figures_stay_numbers(gateway: Running) -> None:
    features = {
        "予算": 9012345678,
        "tel_ok": True,
        "電話の回数": 90,
        "hotel": 9012345678,
        "telemetry": 312345678,
    }
    post(gateway, DECISIONS, decision(features=features))
    [one] = gateway.ledger.entries
    assert one.content["features"] == features


def test_a_telephone_that_the_purpose_lets_pass_stays_a_number(gateway: Running) -> None:
    gateway.publish(with_purpose(policy(), input=LETS_PASS))
    post(gateway, DECISIONS, decision(features={"電話番号": 9012345678}))
    assert gateway.ledger.entries[0].content["features"] == {"電話番号": 9012345678}


@pytest.mark.parametrize("model", ["tel090-1234-5678", "n123456789018"])
def test_a_model_in_whose_name_something_is_found_stands_in_no_column(gateway: Running, model: str) -> None:
    post(gateway, DECISIONS, decision(model=model, subject=model))
    [one] = gateway.ledger.entries
    assert one.model == ""
    assert model not in str(one.content)


@pytest.mark.parametrize("model", ["mimamori-2", "us.anthropic.claude-3-5-sonnet-20241022-v2:0"])
def test_a_model_with_a_date_is_one(gateway: Running, model: str) -> None:
    post(gateway, DECISIONS, decision(model=model))
    [one] = gateway.ledger.entries
    assert (one.model, one.content["model"]) == (model, model)
