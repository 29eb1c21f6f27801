"""The way to the first call: shown to who goes it, until it is gone."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.urls import reverse

from kijun.governance.access import start
from kijun.governance.access.models import Grant, Model
from kijun.governance.accounts.models import Person
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Municipality

PAGES = ("upstreams", "models", "purposes", "grants")


def states(town: Municipality) -> list[str]:
    return [state for _label, _url, state in start.steps(town)]


def test_it_works(town: Municipality, other_town: Municipality, model: Model) -> None:
    assert states(town) == ["done", "done", "done", "todo", "todo"]
    assert states(other_town) == ["todo"] * 5
    AISystem.objects.update(stage="plan")
    assert states(town) == ["done", "todo", "done", "todo", "todo"]


def test_it_goes_once_all_is_done(town: Municipality, model: Model, grant: Grant) -> None:
    assert states(town) == []


def test_who_sees_it(client_of: Any, it_staff: Person, auditor: Person) -> None:
    for name in PAGES:
        address = reverse(f"access:{name}")
        assert "AIを使い始めるまで" in client_of(it_staff).get(address).content.decode()
        assert "AIを使い始めるまで" not in client_of(auditor).get(address).content.decode()


def test_each_step_leads_to_its_page(client_of: Any, it_staff: Person) -> None:
    client: Client = client_of(it_staff)
    for _label, url, _state in start.steps(it_staff.municipality):
        assert client.get(url).status_code == 200
