"""The sample's rounds of self-assessment: last year's approved and closed, this year's half-way."""

from __future__ import annotations

from typing import Any

from kijun.governance.accounts.models import Person
from kijun.governance.approvals.models import Approval
from kijun.governance.assessments import actions, proving
from kijun.governance.assessments.models import Answer, AskedRole, Assessment, Cycle, Status
from kijun.governance.inventory.models import AISystem
from kijun.sites.sample.approving import approve_all
from kijun.sites.sample.content import ago, ahead, content
from kijun.sites.sample.town import Town

PARTS = {"half": 0.5, "started": 0.12}
"""How much of an unfinished assessment is answered."""


def previous_round(town: Town, made: dict[str, AISystem]) -> None:
    """Last year: everything that was in use was assessed, approved and closed."""
    cycle = _open(town, "previous")
    for assessment in cycle.assessments.order_by("pk"):
        _answer(town, assessment, 1.0, worse=frozenset(content()["previous_worse"]))
        _approve(town, assessment)
        actions.close(town.first("it_staff"), _fresh(assessment))


def current_round(town: Town, made: dict[str, AISystem]) -> None:
    """This year: one approved, two half-way, one just begun, the organisation's own in progress."""
    cycle = _open(town, "current")
    plans = {made[one["key"]].pk: one["assessments"]["current"] for one in content()["systems"]}
    for assessment in cycle.assessments.order_by("pk"):
        plan = plans.get(assessment.system_id or 0, "half")
        _answer(town, assessment, PARTS.get(plan, 1.0))
        if plan == "approved":
            _approve(town, assessment)


def _open(town: Town, key: str) -> Cycle:
    wanted = content()["cycles"][key]
    due = ahead(wanted["due_in_days"]) if "due_in_days" in wanted else ago(wanted["due_days_ago"])
    return actions.open_cycle(
        town.first("it_staff"),
        town.municipality,
        name=wanted["name"],
        fiscal_year=wanted["fiscal_year"],
        starts_on=ago(wanted["start_days_ago"]),
        due_on=due,
    )


def _answer(town: Town, assessment: Assessment, share: float, worse: frozenset[str] = frozenset()) -> None:
    rows = list(
        assessment.answers.select_related("assessment__municipality", "assessment__system", "department")
    )
    for number, answer in enumerate(rows):
        if int((number + 1) * share) == int(number * share):  # spread evenly over principles and roles
            continue
        given = _given(answer.control_id, worse)
        evidence = proving.evidence_of(assessment, answer.control_id)
        if given["status"] == Status.DONE and proving.contradicts(evidence):
            given = {"reason": content()["although_not_met"], **given}
        actions.answer(
            _who(town, answer),
            answer,
            status=given["status"],
            reason=given.get("reason", ""),
            planned_on=ahead(given["planned_in_days"]) if "planned_in_days" in given else None,
            seen_revision=None,
            attestation=content()["attestation"] if given["status"] == Status.DONE else "",
        )


def _given(control: str, worse: frozenset[str]) -> dict[str, Any]:
    if control in worse:
        return {"status": Status.NOT_DONE, "reason": content()["previous_reason"]}
    given: dict[str, Any] = content()["answers"].get(control, {"status": Status.DONE})
    return given


def _who(town: Town, answer: Answer) -> Person:
    """IT staff for P and G; for U the first member of staff who is asked."""
    if answer.role != AskedRole.USER:
        return town.first("it_staff")
    return next(p for p in town.people.values() if p.has_perm("assessments.answer", answer))


def _fresh(assessment: Assessment) -> Assessment:
    found: Assessment = Assessment.objects.select_related("cycle", "system", "municipality").get(
        pk=assessment.pk
    )
    return found


def _approve(town: Town, assessment: Assessment) -> None:
    actor = town.first("it_staff")
    for assignment in assessment.assignments.select_related("assessment__municipality", "department"):
        actions.finish(actor, assignment, seen_revision=None)
    approval: Approval = actions.submit(actor, _fresh(assessment), comment="全項目を確認しました（見本）。")
    approve_all(approval)
