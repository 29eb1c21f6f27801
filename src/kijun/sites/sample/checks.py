"""The sample's rounds of self-assessment: last year's approved and closed, this year's half-way."""

from __future__ import annotations

from typing import Any

from kijun.governance.accounts.models import Person
from kijun.governance.approvals.models import Approval
from kijun.governance.assessments import actions, proving
from kijun.governance.assessments.models import Answer, AskedRole, Assessment, Cycle, Status
from kijun.governance.evidence.models import Item, Verdict
from kijun.governance.evidence.queries import current_items
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
        _answer(town, assessment, 1.0, _keys(made).get(assessment.system_id or 0), previous=True)
        _approve(town, assessment)
        actions.close(town.first("it_staff"), _fresh(assessment))


def current_round(town: Town, made: dict[str, AISystem]) -> None:
    """This year: one approved, two half-way, one just begun, the organisation's own in progress."""
    cycle = _open(town, "current")
    plans = {one["key"]: one["assessments"]["current"] for one in content()["systems"]}
    for assessment in cycle.assessments.order_by("pk"):
        key = _keys(made).get(assessment.system_id or 0)
        plan = plans[key] if key else "half"
        _answer(town, assessment, PARTS.get(plan, 1.0), key)
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


def _keys(made: dict[str, AISystem]) -> dict[int, str]:
    return {system.pk: key for key, system in made.items()}


def _answer(
    town: Town, assessment: Assessment, share: float, key: str | None, *, previous: bool = False
) -> None:
    """Answer a share of the controls of the system ``key`` (None: the organisation)."""
    rows = list(
        assessment.answers.select_related("assessment__municipality", "assessment__system", "department")
    )
    # What Kijun knows today says nothing about last year.
    unmet = frozenset[str]() if previous else _unmet(assessment)
    answering: dict[int | None, Person] = {}
    for number, answer in enumerate(rows):
        if int((number + 1) * share) == int(number * share):  # spread evenly over principles and roles
            continue
        given = _given(answer.control_id, key, unmet, previous)
        evidence = proving.evidence_of(assessment, answer.control_id)
        if given["status"] == Status.DONE and proving.contradicts(evidence):
            given = {"reason": content()["although_not_met"], **given}
        actions.answer(
            _who(town, answer, answering),
            answer,
            status=given["status"],
            reason=given.get("reason", ""),
            planned_on=ahead(given["planned_in_days"]) if "planned_in_days" in given else None,
            seen_revision=None,
            attestation=content()["attestation"] if given["status"] == Status.DONE else "",
        )


def _unmet(assessment: Assessment) -> frozenset[str]:
    """Controls of which the automatic evidence says that they are not met."""
    found = current_items(assessment.municipality, assessment.scope_kind, assessment.scope_id)
    return frozenset(
        control
        for control, items in found.items()
        if any(one.kind == Item.Kind.AUTOMATIC and one.verdict == Verdict.UNMET for one in items)
    )


def _given(control: str, key: str | None, unmet: frozenset[str], previous: bool) -> dict[str, Any]:
    if previous and control in content()["previous_worse"]:
        return {"status": Status.NOT_DONE, "reason": content()["previous_reason"]}
    answers = content()["answers"]
    given: dict[str, Any] | None = answers.get(key, {}).get(control) or answers["every"].get(control)
    if given is not None:
        return given
    if control in unmet:
        return {"status": Status.PARTLY, "reason": content()["unproven"]}
    return {"status": Status.DONE}


def _who(town: Town, answer: Answer, answering: dict[int | None, Person]) -> Person:
    """IT staff for P and G; for U the first member of staff who is asked, found once a department."""
    if answer.role != AskedRole.USER:
        return town.first("it_staff")
    place = answer.department_id
    if place not in answering:
        people = town.people.values()
        answering[place] = next(p for p in people if p.has_perm("assessments.answer", answer))
    return answering[place]


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
