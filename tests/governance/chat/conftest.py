"""A gateway that serves, before an upstream that does as it is told, with a real ledger: the chat as it is."""

from __future__ import annotations

import asyncio
import datetime
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from kijun.governance.access import actions as access
from kijun.governance.access import publishing
from kijun.governance.access.models import Grant, Purpose
from kijun.governance.accounts.models import Person
from kijun.governance.interactions import ledger
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Department
from kijun.ledger.model import Entry, Limits, Receipt
from tests.gateway.town import SECRET, serving
from tests.gateway.upstream import Upstream, says
from tests.governance.access.made import purpose_values
from tests.governance.inventory.made import make_system


class RealLedger:
    """The test's own ledger, for the gateway's event loop."""

    _one = threading.Lock()

    async def append(self, entries: Sequence[Entry], limits: Limits | None = None) -> list[Receipt]:
        return await asyncio.to_thread(self._append, entries, limits)

    def _append(self, entries: Sequence[Entry], limits: Limits | None) -> list[Receipt]:
        with self._one, ledger.appending() as to:
            return to.append(entries, limits)

    async def tell(self) -> dict[str, Any]:
        return {"writes": True}

    async def close(self) -> None:
        """Nothing is held."""


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> Iterator[Path]:
    """The data folder of the test, with the secret that web and gateway share."""
    settings.HOME = tmp_path / "home"
    settings.HOME.mkdir()
    settings.SECRET_KEY = SECRET
    yield settings.HOME
    ledger.close()


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    """It repeats what it was asked."""
    made = Upstream(says(lambda call: f"承りました：{call.said}"))
    yield made
    made.close()


@pytest.fixture
def system(it_staff: Person, owner: Person, it_department: Department, care: Department) -> AISystem:
    return make_system(
        it_staff, owner=owner, provider_department=it_department, user_departments=[care], stage="pilot"
    )


@pytest.fixture
def purpose(it_staff: Person, owner: Person) -> Purpose:
    """A light one: nothing is asked beside the question."""
    return access.save_purpose(it_staff, it_staff.municipality, None, purpose_values(owner, review="light"))


@pytest.fixture
def grant_to(
    it_staff: Person, system: AISystem, purpose: Purpose, upstream: Upstream
) -> Callable[..., Grant]:
    """``grant_to(person)``: what opens the system's model for a person."""
    town = it_staff.municipality
    service = access.save_upstream(
        it_staff, town, None, {"name": "試験", "kind": "openai", "base_url": upstream.url}, key="k"
    )
    access.record_opt_out(it_staff, service, on=timezone.localdate(), proof="契約書第12条")
    access.save_model(it_staff, town, None, name="model", system=system, routes=[access.Way(service, "m")])

    def give(person: Person, to: Purpose | None = None) -> Grant:
        until = timezone.localdate() + datetime.timedelta(days=90)
        made = access.create_grant(
            it_staff,
            town,
            with_key=False,
            person=person,
            system=system,
            purpose=to or purpose,
            expires_on=until,
        )
        publishing.publish_now("a test")
        return made.grant

    return give


@pytest.fixture
def grant(staff: Person, grant_to: Callable[..., Grant]) -> Grant:
    return grant_to(staff)


@pytest.fixture
def gateway(home: Path, grant: Grant) -> Iterator[Any]:
    """It serves what the grant opens, and pages find it."""
    with serving(home, None, RealLedger()) as running:
        (home / "gateway").mkdir(exist_ok=True)
        (home / "gateway" / "address").write_text(f"{running.url}\n", encoding="ascii")
        yield running
