"""A ledger in a folder of the test's own, a system, a purpose, and what people said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kijun.governance.access import actions as access
from kijun.governance.access.models import Purpose
from kijun.governance.accounts.models import Person
from kijun.governance.interactions import ledger
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Department
from kijun.ledger.model import Entry, Receipt
from tests.governance.access.made import purpose_values
from tests.governance.interactions.made import exchange
from tests.governance.inventory.made import make_system


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> Iterator[Path]:
    """The data folder of the test."""
    settings.HOME = tmp_path / "home"
    settings.HOME.mkdir()
    yield settings.HOME
    ledger.close()


@pytest.fixture
def system(it_staff: Person, owner: Person, it_department: Department, care: Department) -> AISystem:
    """責任 次郎's system, in use."""
    return make_system(
        it_staff, owner=owner, provider_department=it_department, user_departments=[care], stage="pilot"
    )


@pytest.fixture
def purpose(it_staff: Person, owner: Person) -> Purpose:
    return access.save_purpose(it_staff, it_staff.municipality, None, purpose_values(owner))


@pytest.fixture
def record() -> Callable[..., list[Receipt]]:
    """``record(entries)``: into the ledger, signed."""

    def put(entries: list[Entry]) -> list[Receipt]:
        with ledger.appending() as to:
            receipts = to.append(entries)
            to.checkpoint()
        return receipts

    return put


@pytest.fixture
def earlier_night(home: Path) -> None:
    """A night in which nothing was due: the next one believes the date."""
    from kijun.ledger.maintenance import maintain

    with ledger.reading() as book, ledger.appending() as to:
        assert not maintain(book, to.append, erase=True).waits


@pytest.fixture
def say(record: Any, system: AISystem, purpose: Purpose) -> Callable[..., str]:
    """``say(person, question, answer)``: an interaction; gives its id."""

    def put(person: Person, question: str = "広報の案を考えて", answer: str = "案です。", **how: Any) -> str:
        entries = exchange(person, question, answer, system=system, purpose=purpose, **how)
        record(entries)
        return entries[0].interaction

    return put
