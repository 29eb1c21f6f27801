"""A system of the town, and a way to assess it in one line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kijun.governance.accounts.models import Person
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Department
from kijun.governance.risks.models import RiskAssessment
from tests.governance.inventory.made import make_system
from tests.governance.risks.made import assess


@pytest.fixture
def system(it_staff: Person, owner: Person, it_department: Department, care: Department) -> AISystem:
    return make_system(
        it_staff, owner=owner, provider_department=it_department, user_departments=[care], stage="plan"
    )


@pytest.fixture
def assessed(it_staff: Person, system: AISystem) -> Callable[..., RiskAssessment]:
    """``assessed(harm=…, likelihood=…, authority=…)``: the system with a completed assessment."""

    def make(**values: Any) -> RiskAssessment:
        return assess(it_staff, system, **values)

    return make
