"""A system of the town: registered by IT staff, provided by デジタル推進課, used by 介護保険課."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest

from kijun.governance.accounts.models import Person
from kijun.governance.inventory.models import AISystem, Dataset
from kijun.governance.organisation.models import Department
from tests.governance.inventory.made import complete_values, make_system


@pytest.fixture
def system(it_staff: Person, owner: Person, it_department: Department, care: Department) -> AISystem:
    return make_system(
        it_staff, owner=owner, provider_department=it_department, user_departments=[care], stage="plan"
    )


@pytest.fixture
def another(it_staff: Person) -> Callable[..., AISystem]:
    """``another(name=…, stage=…)``: one more registered system."""

    def make(**values: Any) -> AISystem:
        return make_system(it_staff, **values)

    return make


@pytest.fixture
def dataset(system: AISystem, owner: Person, care: Department) -> Dataset:
    row = Dataset.objects.create(
        municipality=system.municipality,
        number=1,
        name="介護保険の手引き",
        use="reference",
        owner=owner,
        owner_department=care,
        collected_from=datetime.date(2025, 4, 1),
        collected_where="介護保険課",
        collected_why="窓口の案内のため",
        data_kinds=["none"],
        accuracy_checked_on=datetime.date(2026, 4, 1),
        review_on=datetime.date(2099, 4, 1),
    )
    row.systems.add(system)
    return row


@pytest.fixture
def values(it_department: Department, care: Department, owner: Person) -> dict[str, Any]:
    """Everything that the guided form asks, answered."""
    return complete_values(provider_department=it_department, user_departments=[care], owner=owner)
