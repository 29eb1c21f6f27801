"""Deciding what the sample puts forward."""

from __future__ import annotations

from kijun.governance.accounts.models import Person
from kijun.governance.approvals import actions as approvals
from kijun.governance.approvals import eligibility
from kijun.governance.approvals.models import Approval, Step


def approve_all(approval: Approval) -> None:
    """Every step by somebody whose turn it is, as the route has it."""
    while approval.state == Approval.State.SUBMITTED:
        approve_next(approval)


def approve_next(approval: Approval) -> None:
    """The step whose turn it is, by the first person who may."""
    step = Step.objects.filter(approval=approval, outcome=Step.Outcome.WAITING).order_by("order").first()
    assert step is not None
    step.approval = approval
    people = Person.objects.of(approval.municipality).order_by("staff_number")
    actor = next(p for p in people if p.pk != approval.drafted_by_id and eligibility.owns(p, step))
    approvals.approve(actor, step, comment="内容を確認しました（見本）。")
    approval.refresh_from_db()
