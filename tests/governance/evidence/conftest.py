"""A collector whose answer a test sets, two scopes of systems, and items to work with."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.utils import timezone

from kijun.governance.accounts.models import Person
from kijun.governance.evidence import proofs, scopes
from kijun.governance.evidence.actions import add_item
from kijun.governance.evidence.models import Item, ScopeKind, Verdict
from kijun.governance.evidence.proofs import Proof, Scope, line, proves
from kijun.governance.mandates.models import Mandate
from kijun.governance.organisation.models import Municipality

CONTROL = "P6.1.3"


@dataclass
class Sensor:
    """What the test's collector says: ``verdict`` None is nothing to say, ``breaks`` raises."""

    verdict: Verdict | None = Verdict.MET
    value: int = 3
    expires_on: datetime.date | None = None
    breaks: bool = False
    asked: list[Scope] = field(default_factory=list)


@pytest.fixture
def sensor() -> Iterator[Sensor]:
    """The only collector, for P6.1.3 of the organisation."""
    state = Sensor()
    proofs.collectors()
    before = dict(proofs._collectors)
    proofs._collectors.clear()

    @proves(CONTROL, page="evidence:items")
    def sensor_of_the_test(scope: Scope) -> Proof | None:
        state.asked.append(scope)
        if state.breaks:
            raise RuntimeError("no answer")
        if state.verdict is None:
            return None
        return Proof(
            "確認の件数",
            line("%(n)s件", n=state.value),
            state.verdict,
            "/staff/evidence/",
            timezone.now(),
            state.expires_on,
            {"n": state.value},
        )

    yield state
    proofs._collectors.clear()
    proofs._collectors.update(before)


@pytest.fixture(autouse=True)
def only_the_organisation() -> Iterator[None]:
    """The registry without the systems of upper apps, so that this app is tested alone."""
    before = dict(scopes._sources)
    for kind in list(scopes._sources):
        if kind != ScopeKind.ORGANISATION:
            del scopes._sources[kind]
    yield
    scopes._sources.clear()
    scopes._sources.update(before)


@pytest.fixture
def organisation(town: Municipality) -> Scope:
    return Scope.organisation(town)


@pytest.fixture
def risk_officer(owner: Person) -> Person:
    """Who answers for the risks of AI: gets the organisation's findings."""
    Mandate.objects.create(
        municipality=owner.municipality,
        duty=Mandate.Duty.RISK,
        person=owner,
        scope="全庁",
        valid_from=datetime.date(2024, 4, 1),
    )
    return owner


def make_item(person: Person, **changes: Any) -> Item:
    values: dict[str, Any] = {
        "kind": Item.Kind.LINK,
        "title": "利用要綱",
        "note": "第5条",
        "verdict": Verdict.MET,
        "url": "https://www.example.lg.jp/ai/",
        "effective_on": timezone.localdate(),
        "expires_on": None,
    } | changes
    control = values.pop("control", CONTROL)
    return add_item(person, Scope.organisation(person.municipality), [control], **values)[0]
