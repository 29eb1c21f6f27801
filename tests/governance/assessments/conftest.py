"""A town with systems that have a risk assessment, and a cycle over them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kijun.governance.accounts.models import Person
from kijun.governance.accounts.roles import Role
from kijun.governance.approvals.actions import approve
from kijun.governance.approvals.models import Approval, Route, RouteStep, StepKind
from kijun.governance.assessments import actions
from kijun.governance.assessments.models import Answer, AskedRole, Assessment, Cycle
from kijun.governance.evidence.models import ScopeKind
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Department, Municipality
from tests.governance.assessments.made import fill, make_system, open_cycle


@pytest.fixture
def system(town: Municipality, it_department: Department, care: Department, owner: Person) -> AISystem:
    return make_system(town, 1, provider=it_department, users=(care,), owner=owner)


@pytest.fixture
def cycle(town: Municipality, system: AISystem, it_staff: Person) -> Cycle:
    return open_cycle(it_staff, town)


@pytest.fixture
def assessment(cycle: Cycle, system: AISystem) -> Assessment:
    """The system's."""
    return cycle.assessments.get(system=system)


@pytest.fixture
def whole(cycle: Cycle) -> Assessment:
    """The organisation's."""
    return cycle.assessments.get(scope_kind=ScopeKind.ORGANISATION)


@pytest.fixture
def user_answer(assessment: Assessment) -> Answer:
    return assessment.answers.filter(role=AskedRole.USER).order_by("pk")[0]


@pytest.fixture
def provider_answer(assessment: Assessment) -> Answer:
    return assessment.answers.filter(role=AskedRole.PROVIDER).order_by("pk")[0]


@pytest.fixture
def one_step_route(town: Municipality, executive: Person) -> Route:
    """決裁 by the executive alone."""
    route = Route.objects.create(municipality=town, name="標準")
    RouteStep.objects.create(
        municipality=town, route=route, order=1, kind=StepKind.DECIDE, role=Role.EXECUTIVE
    )
    return route


@pytest.fixture
def decide(one_step_route: Route, executive: Person) -> Callable[[Approval], Approval]:
    def act(approval: Approval) -> Approval:
        return approve(executive, approval.steps.get())

    return act


@pytest.fixture
def settle(it_staff: Person, decide: Callable[[Approval], Approval]) -> Callable[..., Assessment]:
    """Fill, submit and approve an assessment."""

    def act(assessment: Assessment, *, gaps: int = 0) -> Assessment:
        fill(assessment, it_staff, gaps=gaps)
        decide(actions.submit(it_staff, assessment))
        assessment.refresh_from_db()
        return assessment

    return act
