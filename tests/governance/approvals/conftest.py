"""A kind of subject to decide on (departments stand for whatever upper apps put forward), and what it was told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kijun.governance.accounts.models import Person
from kijun.governance.accounts.roles import Role
from kijun.governance.approvals import actions, subjects
from kijun.governance.approvals.models import Approval, Step
from kijun.governance.organisation.models import Department
from tests.conftest import make_person

KIND = "organisation.department"


@pytest.fixture
def told() -> list[tuple[str, str, int]]:
    """What the subject's app was told: (effect, name of the row, approval)."""
    return []


@pytest.fixture(autouse=True)
def kind(told: list[tuple[str, str, int]]) -> Iterator[str]:
    def tell(effect: str) -> Callable[[Any, Approval, Person], None]:
        return lambda row, approval, actor: told.append((effect, row.name, approval.pk))

    before = subjects._subjects.get(KIND)
    subjects.register(
        subjects.Subject(
            kind=KIND,
            label="部署",
            load=lambda town, pk: Department.objects.get(municipality_id=town, pk=pk),
            freeze=lambda row: {
                "name": row.name,
                "_labels": {"extra": {"ja": "補足", "en": "Extra"}},
                "extra": [{"code": row.code, "ok": True}],
            },
            url=lambda row: "/staff/",
            department=lambda row: row,
            may_submit=lambda person, row: Role.AUDITOR not in person.roles_today(),
            approved=tell("approved"),
            returned=tell("returned"),
            withdrawn=tell("withdrawn"),
        )
    )
    yield KIND
    if before is None:
        subjects._subjects.pop(KIND)


@pytest.fixture
def approval(staff: Person, approver: Person, executive: Person, care: Department) -> Approval:
    """介護保険課's staff put something forward on the default route."""
    return actions.submit(staff, KIND, care, title="介護AIの利用について", comment="年度の点検です")


@pytest.fixture
def chief(care: Department) -> Person:
    """An approver of the department above 介護保険課."""
    assert care.parent is not None
    return make_person(
        care.municipality, "0020", "部長 一葉", care.parent, Role.APPROVER, kana="ブチョウ イチヨウ"
    )


def step_of(approval: Approval, order: int) -> Step:
    found: Step = approval.steps.get(order=order)
    return found
