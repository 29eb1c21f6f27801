"""A care-prevention AI with a risk assessment, an entry that is complete, and one that is published."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from kijun.governance.accounts.models import Person
from kijun.governance.accounts.roles import Role
from kijun.governance.approvals import actions as approvals
from kijun.governance.approvals import eligibility
from kijun.governance.approvals.models import Approval, Step
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Department, Municipality
from kijun.governance.register import actions
from kijun.governance.register.fields import spec
from kijun.governance.register.models import Entry, Publication
from kijun.governance.risks.models import RiskAssessment
from tests.conftest import make_person


def make_system(
    town: Municipality,
    number: int,
    name: str,
    department: Department,
    owner: Person | None = None,
    **more: Any,
) -> AISystem:
    values: dict[str, Any] = {
        "summary": f"{name}の概要です。二つ目の文です。",
        "name_en": f"System {number}",
        "field": "福祉",
        "functions": ["prediction"],
        "data_kinds": ["personal"],
        "stage": "pilot",
        "network": "lgwan",
        "vendor_name": "みらい健康株式会社",
        "contract_yen": 8_800_000,
        "training": "off_confirmed",
        "started_on": datetime.date(2026, 4, 1),
    }
    system = AISystem.objects.create(
        municipality=town,
        number=number,
        name=name,
        provider_department=department,
        owner=owner,
        registered_at=timezone.now(),
        **(values | more),
    )
    RiskAssessment.objects.create(
        municipality=town,
        system=system,
        number=1,
        state="current",
        catalog_version="2026.11.0",
        public_authority="supports",
        tier="medium",
        axes={"users": 1, "work": 2, "information": 3, "judgement": 1},
        assessed_on=datetime.date(2026, 9, 1),
    )
    return system


def full_texts() -> dict[str, Any]:
    """A text in each language for every typed field."""
    texts: dict[str, Any] = {}
    for one in spec().fields:
        if not one.typed:
            continue
        if one.translated:
            texts[one.key] = {
                "ja": f"{one.label.ja}の文。",
                "en": f"Text of {one.key}.",
                "ja-easy": f"説明《せつめい》 {one.key}",
            }
        elif one.kind == "number":
            texts[one.key] = 12
        elif one.kind == "date":
            days = 200 if one.key == "next_review_on" else -30
            texts[one.key] = timezone.localdate() + datetime.timedelta(days=days)
        elif one.kind == "list":
            texts[one.key] = ["ISMAP"]
        else:
            texts[one.key] = "welfare" if one.kind == "code" else "条例第1条"
    return texts


@pytest.fixture
def system(town: Municipality, it_department: Department, owner: Person) -> AISystem:
    return make_system(town, 1, "介護予防の早期発見", it_department, owner)


@pytest.fixture
def head(town: Municipality, it_department: Department) -> Person:
    """Reviews what the IT department puts forward."""
    return make_person(town, "0100", "室長 百", it_department, Role.APPROVER, kana="シツチョウ モモ")


@pytest.fixture
def entry(it_staff: Person, system: AISystem, head: Person, executive: Person) -> Entry:
    """Complete, not submitted."""
    found = actions.start_entry(it_staff, system)
    return actions.save_entry(it_staff, found, full_texts(), found.revision)


Decide = Callable[[Approval], Approval]


@pytest.fixture
def decide(executive: Person, head: Person) -> Decide:
    """Takes an approval through every step of its route."""

    def run(approval: Approval) -> Approval:
        for step in approval.steps.order_by("order"):
            step.refresh_from_db()
            if step.outcome != Step.Outcome.WAITING:
                continue
            person = next(one for one in (head, executive) if eligibility.owns(one, step))
            approval = approvals.approve(person, step)
        return approval

    return run


@pytest.fixture
def publication(it_staff: Person, entry: Entry, decide: Decide) -> Publication:
    approval = actions.submit(it_staff, entry, document_number="デ戦第120号")
    decide(approval)
    entry.refresh_from_db()
    return entry.publications.get()
