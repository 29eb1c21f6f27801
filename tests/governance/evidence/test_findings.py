"""Findings: raised once, planned, done, confirmed by somebody else, reopened."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from kijun.governance.accounts.models import Person, RoleGrant
from kijun.governance.evidence import deadlines, scopes
from kijun.governance.evidence.actions import (
    advance,
    close_finding,
    finish_step,
    plan,
    raise_finding,
    remove_step,
    reopen,
    save_step,
)
from kijun.governance.evidence.models import Finding, PlanStep
from kijun.governance.organisation.calendar import due_date
from kijun.governance.organisation.models import Department, Municipality
from kijun.web.versions import Stale

State = Finding.State


def make_finding(town: Municipality, actor: Person | None = None, **changes: Any) -> Finding:
    values: dict[str, Any] = {
        "control_id": "P6.1.2",
        "scope_kind": "organisation",
        "scope_id": town.pk,
        "title": "利用許可の棚卸しがない",
        "cause": Finding.Cause.GAP,
        "owner": None,
        "department": None,
    } | changes
    return raise_finding(actor, town, **values)


@pytest.fixture
def finding(town: Municipality, staff: Person, care: Department) -> Finding:
    return make_finding(town, owner=staff, department=care)


def test_it_works(finding: Finding, staff: Person, approver: Person) -> None:
    assert (finding.number, finding.code, finding.state) == (1, "F-0001", State.OPEN)
    step = save_step(staff, finding, step=None, what="一覧を作る", person=staff, due_on=None)
    finding.refresh_from_db()
    assert finding.state == State.PLANNED
    finish_step(staff, step, done_on=timezone.localdate(), result="作った")
    advance(staff, finding, note="棚卸しをした")
    close_finding(approver, finding, note="一覧を見た")
    finding.refresh_from_db()
    assert (finding.state, finding.done_by, finding.closed_by) == (State.CLOSED, staff, approver)


def test_the_open_one_is_given_again(finding: Finding, town: Municipality) -> None:
    assert make_finding(town) == finding
    assert make_finding(town, cause=Finding.Cause.LAPSE) != finding
    assert make_finding(town, control_id="P6.1.3") != finding
    assert Finding.objects.count() == 3


def test_a_closed_one_does_not_stand_in_the_way(finding: Finding, town: Municipality) -> None:
    Finding.objects.update(state=State.CLOSED)
    assert make_finding(town).number == 2


def test_numbers_run_in_each_town(finding: Finding, other_town: Municipality) -> None:
    assert make_finding(other_town).number == 1


def test_by_hand_is_always_new_and_needs_the_permission(
    town: Municipality, it_staff: Person, staff: Person, auditor: Person, outsider: Person
) -> None:
    first = make_finding(town, it_staff, cause=Finding.Cause.MANUAL)
    assert make_finding(town, it_staff, cause=Finding.Cause.MANUAL) != first
    for person in (staff, auditor, outsider):
        with pytest.raises(PermissionDenied):
            make_finding(town, person, cause=Finding.Cause.MANUAL)


def test_due_in_opening_days(finding: Finding, town: Municipality) -> None:
    assert finding.due_on == due_date(town, 20, timezone.localdate())
    assert deadlines.days_for("P6.1.2", "critical") == 10
    assert deadlines.days_for("P6.1.2", "high") == 20


def test_due_sooner_for_a_critical_system(town: Municipality, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scopes, "_tiers", [lambda town: {7: "critical"}])
    critical = make_finding(town, scope_kind="system", scope_id=7)
    other = make_finding(town, scope_kind="system", scope_id=8)
    assert critical.due_on == due_date(town, 10, timezone.localdate())
    assert other.due_on == due_date(town, 20, timezone.localdate())


def test_overdue(finding: Finding) -> None:
    assert not finding.is_overdue
    finding.due_on = timezone.localdate() - datetime.timedelta(days=1)
    assert finding.is_overdue
    finding.state = State.DONE
    assert not finding.is_overdue


def test_who_works_on_it(
    finding: Finding, neighbour: Person, approver: Person, it_staff: Person, auditor: Person, outsider: Person
) -> None:
    for person in (neighbour, auditor, outsider):
        with pytest.raises(PermissionDenied):
            advance(person, finding, note="した")
    due = timezone.localdate()
    for person in (approver, it_staff):
        plan(person, finding, owner=approver, department=finding.department, due_on=due)
    finding.refresh_from_db()
    assert (finding.owner, finding.due_on) == (approver, due)


def test_a_stale_plan_is_refused(finding: Finding, staff: Person) -> None:
    plan(staff, finding, owner=staff, department=None, due_on=finding.due_on, seen_revision=0)
    finding.department_id = None
    with pytest.raises(Stale):
        plan(staff, finding, owner=None, department=None, due_on=finding.due_on, seen_revision=0)


def test_nobody_of_another_town_is_made_owner(finding: Finding, staff: Person, outsider: Person) -> None:
    with pytest.raises(PermissionDenied):
        plan(staff, finding, owner=outsider, department=None, due_on=finding.due_on)


def test_the_doer_does_not_confirm(
    finding: Finding, approver: Person, it_staff: Person, staff: Person
) -> None:
    advance(approver, finding, note="した")
    with pytest.raises(ValidationError, match="ほかの人が確認します。情報 太郎さん"):
        close_finding(approver, finding, note="見た")
    with pytest.raises(PermissionDenied):
        close_finding(staff, finding, note="見た")
    close_finding(it_staff, finding, note="見た")


def test_the_doer_confirms_where_nobody_else_can(finding: Finding, approver: Person) -> None:
    RoleGrant.objects.exclude(person=approver).delete()
    advance(approver, finding, note="した")
    close_finding(approver, finding, note="見た")
    assert Finding.objects.get().state == State.CLOSED


def test_steps_out_of_turn(finding: Finding, staff: Person, approver: Person) -> None:
    with pytest.raises(ValidationError, match="未着手"):
        close_finding(approver, finding, note="見た")
    with pytest.raises(ValidationError, match="実施した内容"):
        advance(staff, finding, note=" ")
    advance(staff, finding, note="した")
    with pytest.raises(ValidationError, match="実施済"):
        advance(staff, finding, note="また")
    with pytest.raises(ValidationError):
        save_step(staff, finding, step=None, what="後から", person=None, due_on=None)
    with pytest.raises(ValidationError, match="確認した結果"):
        close_finding(approver, finding, note="")


def test_reopening(finding: Finding, staff: Person, approver: Person, town: Municipality) -> None:
    advance(staff, finding, note="した")
    close_finding(approver, finding, note="見た")
    with pytest.raises(ValidationError, match="理由"):
        reopen(approver, finding, reason="")
    newer = make_finding(town)
    with pytest.raises(ValidationError, match=newer.code):
        reopen(approver, finding, reason="まだ残っている")
    newer.delete()
    reopen(approver, finding, reason="まだ残っている")
    finding.refresh_from_db()
    assert (finding.state, finding.closed_by, finding.done_at) == (State.OPEN, None, None)


def test_removing_steps(finding: Finding, staff: Person) -> None:
    step = save_step(staff, finding, step=None, what="一覧を作る", person=None, due_on=None)
    done = save_step(staff, finding, step=None, what="確かめる", person=None, due_on=None)
    with pytest.raises(ValidationError, match="先の日付"):
        finish_step(staff, done, done_on=timezone.localdate() + datetime.timedelta(days=1), result="")
    finish_step(staff, done, done_on=timezone.localdate(), result="")
    with pytest.raises(ValidationError, match="削除できません"):
        remove_step(staff, PlanStep.objects.get(pk=done.pk))
    remove_step(staff, step)
    assert list(PlanStep.objects.all()) == [done]
