"""The machine: 起案 → 審査・合議 → 決裁, and the ways around it."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from kijun.governance.accounts.models import Person, RoleGrant
from kijun.governance.accounts.roles import Role
from kijun.governance.approvals import actions, integrity
from kijun.governance.approvals.models import Approval, Route, Step, StepKind
from kijun.governance.approvals.routes import StepData
from kijun.governance.audit.models import Entry
from kijun.governance.organisation.models import Department
from tests.conftest import make_person
from tests.governance.approvals.conftest import KIND, step_of


def test_it_works(approval: Approval, approver: Person, executive: Person, told: list[Any]) -> None:
    actions.approve(approver, step_of(approval, 1), comment="確認しました")
    approval.refresh_from_db()
    assert approval.state == Approval.State.SUBMITTED
    assert told == []
    actions.approve(executive, step_of(approval, 2))
    approval.refresh_from_db()
    assert (approval.state, approval.decided_by) == (Approval.State.APPROVED, executive)
    assert told == [("approved", "介護保険課", approval.pk)]
    assert list(Entry.objects.filter(thing_kind="approvals.approval").values_list("action", flat=True)) == [
        "approvals.submitted",
        "approvals.step_approved",
        "approvals.step_approved",
        "approvals.approved",
    ]


def test_a_frozen_copy_is_kept(approval: Approval, care: Department) -> None:
    assert approval.frozen["name"] == "介護保険課"
    assert approval.digest == integrity.digest(approval.frozen)
    Department.objects.filter(pk=care.pk).update(name="改名課")
    approval.refresh_from_db()
    assert approval.frozen["name"] == "介護保険課"


def test_a_changed_copy_cannot_be_approved(approval: Approval, approver: Person) -> None:
    Approval.objects.filter(pk=approval.pk).update(frozen={"name": "別の内容"})
    with pytest.raises(ValidationError, match="写しの内容が変わって"):
        actions.approve(approver, step_of(approval, 1))
    assert step_of(approval, 1).outcome == Step.Outcome.WAITING


def test_who_may_not_submit(auditor: Person, outsider: Person, care: Department, approver: Person) -> None:
    for person in (auditor, outsider):
        with pytest.raises(PermissionDenied):
            actions.submit(person, KIND, care, title="件名")


def test_it_is_on_its_way_only_once(approval: Approval, staff: Person, care: Department) -> None:
    with pytest.raises(ValidationError, match="すでに提出"):
        actions.submit(staff, KIND, care, title="もう一度")


def test_a_step_that_nobody_can_do_stops_it_at_once(
    staff: Person, care: Department, executive: Person
) -> None:
    with pytest.raises(ValidationError, match="「審査」を行える人（上長"):
        actions.submit(staff, KIND, care, title="件名")


def test_the_drafter_never_decides(
    care: Department, approver: Person, executive: Person, chief: Person
) -> None:
    approval = actions.submit(approver, KIND, care, title="自分の件")
    with pytest.raises(ValidationError, match="自分が起案した"):
        actions.approve(approver, step_of(approval, 1))
    with pytest.raises(ValidationError, match="自分が起案した"):
        actions.approve(approver, step_of(approval, 1), deputy=True)
    actions.approve(chief, step_of(approval, 1))


def test_only_whose_turn_it_is(
    approval: Approval,
    neighbour: Person,
    executive: Person,
    staff: Person,
    outsider: Person,
    it_staff: Person,
) -> None:
    with pytest.raises(ValidationError, match="前の手順"):
        actions.approve(executive, step_of(approval, 2))
    for person in (neighbour, outsider, it_staff, executive):
        with pytest.raises(PermissionDenied):
            actions.approve(person, step_of(approval, 1))
    with pytest.raises(PermissionDenied):
        actions.approve(neighbour, step_of(approval, 1), deputy=True)


def test_a_role_that_ended_yesterday_decides_nothing(approval: Approval, approver: Person) -> None:
    grant = RoleGrant.objects.get(person=approver)
    grant.valid_to = grant.valid_from
    grant.save()
    approver.forget_cached()
    with pytest.raises(PermissionDenied):
        actions.approve(approver, step_of(approval, 1))


def test_the_second_is_told_who_was_first(approval: Approval, approver: Person, chief: Person) -> None:
    step = step_of(approval, 1)  # both opened the page
    actions.approve(approver, step)
    with pytest.raises(ValidationError, match="上長 四郎さんが .* に「承認」"):
        actions.approve(chief, step)
    with pytest.raises(ValidationError, match="上長 四郎さん"):
        actions.return_(approver, step, comment="やはり")
    assert Entry.objects.filter(action="approvals.step_approved").count() == 1


def test_return_needs_a_reason(approval: Approval, approver: Person, told: list[Any]) -> None:
    with pytest.raises(ValidationError) as error:
        actions.return_(approver, step_of(approval, 1), comment="　")
    assert "comment" in error.value.message_dict
    actions.return_(approver, step_of(approval, 1), comment="目的を書き足してください")
    approval.refresh_from_db()
    assert approval.state == Approval.State.RETURNED
    assert told == [("returned", "介護保険課", approval.pk)]
    assert step_of(approval, 1).comment == "目的を書き足してください"


def test_after_a_return_it_can_be_put_forward_again(
    approval: Approval, approver: Person, staff: Person, care: Department
) -> None:
    actions.return_(approver, step_of(approval, 1), comment="直してください")
    again = actions.submit(staff, KIND, care, title="直したもの")
    assert again.pk != approval.pk
    with pytest.raises(ValidationError):
        actions.approve(approver, step_of(approval, 1))


def test_withdraw_only_while_nothing_is_decided(
    approval: Approval, approver: Person, staff: Person, care: Department, told: list[Any]
) -> None:
    with pytest.raises(PermissionDenied):
        actions.withdraw(approver, approval)
    actions.withdraw(staff, approval)
    assert told == [("withdrawn", "介護保険課", approval.pk)]
    with pytest.raises(ValidationError, match="引戻し"):
        actions.withdraw(staff, approval)
    again = actions.submit(staff, KIND, care, title="もう一度")
    actions.approve(approver, step_of(again, 1))
    with pytest.raises(ValidationError, match="審査が始まっている"):
        actions.withdraw(staff, again)


def test_deciding_alone_skips_the_rest(
    administrator: Person,
    staff: Person,
    approver: Person,
    executive: Person,
    care: Department,
    told: list[Any],
) -> None:
    actions.save_route(
        administrator,
        care.municipality,
        route=None,
        name="課長専決",
        subject_kind=KIND,
        department=care,
        steps=[
            StepData(StepKind.REVIEW, Role.APPROVER, may_decide_alone=True, order=1),
            StepData(StepKind.DECIDE, Role.EXECUTIVE, order=2),
        ],
        seen_revision=None,
    )
    approval = actions.submit(staff, KIND, care, title="軽易な件")
    actions.approve(approver, step_of(approval, 1), alone=True)
    approval.refresh_from_db()
    assert approval.state == Approval.State.APPROVED
    assert step_of(approval, 1).mode == Step.Mode.ALONE
    assert step_of(approval, 2).outcome == Step.Outcome.SKIPPED
    assert told == [("approved", "介護保険課", approval.pk)]


def test_nobody_decides_alone_where_the_route_does_not_say_so(approval: Approval, approver: Person) -> None:
    with pytest.raises(ValidationError, match="専決できません"):
        actions.approve(approver, step_of(approval, 1), alone=True)


def test_a_deputy_decides_and_the_absent_one_reads_later(
    approval: Approval, chief: Person, approver: Person, neighbour: Person
) -> None:
    actions.approve(chief, step_of(approval, 1), deputy=True)
    step = step_of(approval, 1)
    assert (step.mode, step.acted_by) == (Step.Mode.DEPUTY, chief)
    for person in (neighbour, chief):
        with pytest.raises(PermissionDenied):
            actions.view_later(person, step)
    actions.view_later(approver, step)
    actions.view_later(approver, step)  # twice is once
    step = step_of(approval, 1)
    assert step.viewed_later_by == approver
    assert Entry.objects.filter(action="approvals.viewed_later").count() == 1


def test_a_named_person_has_a_deputy_too(
    administrator: Person, staff: Person, approver: Person, executive: Person, care: Department, chief: Person
) -> None:
    actions.save_route(
        administrator,
        care.municipality,
        route=None,
        name="部長が決める",
        subject_kind="",
        department=care,
        steps=[StepData(StepKind.DECIDE, person=chief, order=1)],
        seen_revision=None,
    )
    approval = actions.submit(staff, KIND, care, title="件名")
    step = step_of(approval, 1)
    with pytest.raises(PermissionDenied):
        actions.approve(approver, step)
    with pytest.raises(PermissionDenied):
        actions.approve(chief, step, deputy=True)
    actions.approve(approver, step, deputy=True)
    approval.refresh_from_db()
    assert approval.state == Approval.State.APPROVED


def test_any_executive_stands_in_for_an_executive(
    approval: Approval, approver: Person, tax: Department
) -> None:
    vice = make_person(tax.municipality, "0030", "副市長 九重", tax)
    RoleGrant.objects.create(
        municipality=tax.municipality,
        person=vice,
        role=Role.EXECUTIVE,
        department=tax,
        valid_from="2024-04-01",
    )
    actions.approve(approver, step_of(approval, 1))
    with pytest.raises(PermissionDenied):
        actions.approve(vice, step_of(approval, 2))
    actions.approve(vice, step_of(approval, 2), deputy=True)


def test_consultations_side_by_side(
    administrator: Person, staff: Person, approver: Person, chief: Person, executive: Person, care: Department
) -> None:
    actions.save_route(
        administrator,
        care.municipality,
        route=None,
        name="合議あり",
        subject_kind=KIND,
        department=None,
        steps=[
            StepData(StepKind.CONSULT, person=approver, order=1),
            StepData(StepKind.CONSULT, person=chief, order=1),
            StepData(StepKind.DECIDE, Role.EXECUTIVE, order=2),
        ],
        seen_revision=None,
    )
    approval = actions.submit(staff, KIND, care, title="件名")
    second, first = approval.steps.get(person=chief), approval.steps.get(person=approver)
    actions.approve(chief, second)
    with pytest.raises(ValidationError, match="前の手順"):
        actions.approve(executive, step_of(approval, 2))
    actions.approve(approver, first)
    actions.approve(executive, step_of(approval, 2))


def test_the_subject_is_gone(
    approval: Approval, approver: Person, executive: Person, care: Department
) -> None:
    Approval.objects.filter(pk=approval.pk).update(subject_id="999999")
    actions.approve(approver, step_of(approval, 1))
    with pytest.raises(ValidationError, match="対象がなくなって"):
        actions.approve(executive, step_of(approval, 2))
    assert step_of(approval, 2).outcome == Step.Outcome.WAITING  # the whole act was undone
    actions.return_(executive, step_of(approval, 2), comment="対象がありません")


def test_the_default_route_is_made_once(care: Department) -> None:
    first = actions.ensure_default_route(care.municipality)
    assert actions.ensure_default_route(care.municipality) == first
    assert Route.objects.count() == 1
    assert [(step.kind, step.role) for step in first.steps.all()] == [
        (StepKind.REVIEW, Role.APPROVER),
        (StepKind.DECIDE, Role.EXECUTIVE),
    ]
