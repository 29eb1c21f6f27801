"""A service, a model, a purpose and a grant of the town; what is published goes into a folder of the test's own."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from kijun.gateway import snapshot
from kijun.governance.access import actions
from kijun.governance.access.models import Grant, Model, Purpose, Upstream
from kijun.governance.accounts.models import Person
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Department
from tests.governance.access.made import purpose_values
from tests.governance.inventory.made import make_system

TODAY = timezone.localdate()


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> Path:
    """The data folder of the test."""
    settings.HOME = tmp_path / "home"
    settings.HOME.mkdir()
    return Path(settings.HOME)


@pytest.fixture
def system(it_staff: Person, owner: Person, it_department: Department, care: Department) -> AISystem:
    """A system in its pilot that may hold personal information."""
    return make_system(
        it_staff, owner=owner, provider_department=it_department, user_departments=[care], stage="pilot"
    )


@pytest.fixture
def upstream(it_staff: Person) -> Upstream:
    """A service of which nobody has made sure yet that it does not train."""
    return actions.save_upstream(
        it_staff,
        it_staff.municipality,
        None,
        {"name": "庁内のvLLM", "kind": "openai", "base_url": "http://10.0.0.5:8000/v1"},
    )


@pytest.fixture
def checked(it_staff: Person, upstream: Upstream) -> Upstream:
    """The same service, checked."""
    return actions.record_opt_out(it_staff, upstream, on=TODAY, proof="利用規約第8条と管理画面の設定")


@pytest.fixture
def model(it_staff: Person, upstream: Upstream, system: AISystem) -> Model:
    return actions.save_model(
        it_staff,
        it_staff.municipality,
        None,
        name="assistant",
        system=system,
        routes=[actions.Way(upstream, "gemma-3-27b")],
    )


@pytest.fixture
def purpose(it_staff: Person, owner: Person) -> Purpose:
    """Without personal information."""
    return actions.save_purpose(it_staff, it_staff.municipality, None, purpose_values(owner))


@pytest.fixture
def personal(it_staff: Person, owner: Person) -> Purpose:
    """With personal information, on a basis in law."""
    values = purpose_values(
        owner, name="相談記録の要約", data_classes=["internal", "personal"], legal_basis="介護保険法第27条"
    )
    return actions.save_purpose(it_staff, it_staff.municipality, None, values)


@pytest.fixture
def grant(it_staff: Person, staff: Person, system: AISystem, purpose: Purpose) -> Grant:
    """介護 三郎 may use the system for drafts; there is no key."""
    return actions.create_grant(
        it_staff,
        it_staff.municipality,
        system=system,
        purpose=purpose,
        person=staff,
        expires_on=TODAY + datetime.timedelta(days=100),
        with_key=False,
    ).grant


@pytest.fixture
def application(it_staff: Person, owner: Person, system: AISystem, purpose: Purpose) -> actions.Made:
    """Open WebUI, with its key; 責任 次郎 keeps it."""
    return actions.create_grant(
        it_staff,
        it_staff.municipality,
        system=system,
        purpose=purpose,
        application="Open WebUI",
        responsible=owner,
        expires_on=TODAY + datetime.timedelta(days=100),
    )


@pytest.fixture
def published(home: Path) -> Callable[[], snapshot.Snapshot]:
    """What the gateway reads now; the test publishes by itself, for its transaction never commits."""

    def read() -> snapshot.Snapshot:
        from kijun.governance.access.publishing import publish_now

        publish_now("test")
        return snapshot.read(home)

    return read
