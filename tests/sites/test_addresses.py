"""Addresses that no row can have, forms' addresses opened as pages, and the way back after signing in."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from kijun.governance.accounts.models import Person

ClientOf = Callable[[Person], Client]


@pytest.mark.parametrize("number", [2**63, 10**300])
def test_a_number_too_large_to_be_a_key(client_of: ClientOf, it_staff: Person, number: int) -> None:
    response = client_of(it_staff).get(f"/staff/assessments/systems/{number}/")

    assert response.status_code == 404
    assert "ページが見つかりません" in response.content.decode()


def test_an_address_that_takes_a_form_alone(client_of: ClientOf, it_staff: Person) -> None:
    response = client_of(it_staff).get(reverse("evidence:collect"))

    assert response.status_code == 405
    assert response["Allow"] == "POST"
    page = response.content.decode()
    assert "このページは、直接には開けません" in page
    assert f'href="{reverse("home")}"' in page


def next_of(client: Client, referer: str) -> str:
    response = client.post(reverse("evidence:collect"), headers={"referer": referer})
    assert response.status_code == 302
    return parse_qs(urlsplit(response["Location"]).query)["next"][0]


def test_signing_in_again_leads_back_to_the_page_of_the_form(client: Client, db: None) -> None:
    assert next_of(client, "http://testserver/staff/evidence/?page=2") == "/staff/evidence/?page=2"


@pytest.mark.parametrize("referer", ["", "https://elsewhere.example/", "http://testserver.example/x", "//x/"])
def test_nobody_else_names_the_way_back(client: Client, db: None, referer: str) -> None:
    assert next_of(client, referer) == reverse("evidence:collect")
