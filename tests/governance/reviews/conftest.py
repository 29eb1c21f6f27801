"""A ledger of the test's own, what people said in it, and confirmations of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kijun.governance.accounts.models import Person
from kijun.governance.approvals import actions as approvals
from kijun.governance.approvals.models import Approval, Step
from kijun.governance.reviews import actions, answers, remarks, sources
from kijun.governance.reviews.models import Review
from tests.governance.interactions.conftest import home, purpose, record, say, system  # noqa: F401  fixtures
from tests.governance.reviews.made import confirmation


@pytest.fixture(autouse=True)
def no_finders(monkeypatch: pytest.MonkeyPatch) -> None:
    """What other apps register is theirs to test."""
    monkeypatch.setattr(sources, "_finders", [])
    monkeypatch.setattr(remarks, "_finders", [])


@pytest.fixture
def confirm(say: Any) -> Callable[..., Review]:  # noqa: F811  the fixture
    """``confirm(person, level=…, …)``: an answer that the person has confirmed."""

    def make(person: Person, interaction: str = "", level: str = "normal", **changes: Any) -> Review:
        answer = answers.own(person, interaction or say(person))
        assert answer is not None
        return actions.confirm(person, answer, confirmation(answer, level, **changes))

    return make


@pytest.fixture
def submitted(confirm: Any, staff: Person, approver: Person) -> Review:
    """介護 三郎's text for residents, on its way to 上長 四郎."""
    review: Review = confirm(
        staff, destination="outside", title="節電のお知らせ", text="案です。直しました。"
    )
    actions.submit(staff, review)
    return Review.objects.get(pk=review.pk)


@pytest.fixture
def approved(submitted: Review, approver: Person) -> Review:
    """The same, decided."""
    decide(submitted, approver)
    return Review.objects.get(pk=submitted.pk)


def step_of(review: Review) -> Step:
    """The step whose turn it is."""
    step: Step = Step.objects.filter(approval=review.approval, outcome=Step.Outcome.WAITING).order_by(
        "order"
    )[0]
    return step


def decide(review: Review, person: Person, **how: Any) -> Approval:
    """As the person does on the page: the material first, then the decision."""
    answer = answers.answer_of(person.municipality, review.interaction, masked=True)
    actions.open_material(person, review, answer, "決裁のため")
    return approvals.approve(person, step_of(review), comment="確かめた。", **how)
