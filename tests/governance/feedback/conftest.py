"""A ledger of the test's own, what people said in it, and what they think of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kijun.governance.accounts.models import Person
from kijun.governance.feedback import actions
from kijun.governance.feedback.answers import about
from kijun.governance.feedback.models import ImprovementRequest, Report
from tests.governance.interactions.conftest import home, purpose, record, say, system  # noqa: F401  fixtures

VALUES = {
    "vendor": "株式会社さくらAI",
    "contact": "窓口 help@example.co.jp",
    "title": "介護保険の負担割合を誤って答える件",
    "body": "負担割合を2割と答える。正しくは3割。",
    "measured": "試験質問50問のうち正答41",
    "meanwhile": "checked",
    "meanwhile_note": "",
}


@pytest.fixture
def report(say: Any) -> Callable[..., Report]:  # noqa: F811  the fixture
    """``report(person, kinds, text)``: a doubt about an answer that the person got."""

    def make(person: Person, *kinds: str, text: str = "3割のはずです。", interaction: str = "") -> Report:
        one = about(person, interaction or say(person))
        assert one is not None
        return actions.report(person, one, kinds or ("untrue",), text)

    return make


@pytest.fixture
def asked(report: Any, staff: Person, owner: Person) -> ImprovementRequest:
    """A request that 責任 次郎 has sent."""
    from django.utils import timezone

    one = report(staff)
    row = actions.save_request(owner, one.system, None, VALUES, reports=[one], nobody_named=True)
    return actions.ask(owner, row, on=timezone.localdate())
