"""Pages of approvals and routes."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from kijun.governance.accounts import belongings, waiting
from kijun.governance.accounts.models import Person, RoleGrant
from kijun.governance.accounts.roles import Role
from kijun.governance.approvals import actions
from kijun.governance.approvals.models import Approval, Route, RouteStep, Step, StepKind
from kijun.governance.approvals.routes import StepData
from kijun.governance.organisation.models import Department
from tests.conftest import make_department, make_person
from tests.governance.approvals.conftest import KIND, step_of

LIST = "/staff/approvals/"
ClientOf = Callable[[Person], Client]


def test_it_works(approval: Approval, approver: Person, executive: Person, client_of: ClientOf) -> None:
    browser = client_of(approver)
    assert "介護AIの利用について" in browser.get(LIST).content.decode()
    page = browser.get(approval.get_absolute_url()).content.decode()
    assert "介護保険課" in page
    assert "補足" in page
    data = {"step": step_of(approval, 1).pk, "decision": "approve", "mode": "", "comment": "確認しました"}
    confirm = browser.post(approval.get_absolute_url() + "act/", data)
    assert "承認しますか" in confirm.content.decode()
    assert step_of(approval, 1).outcome == Step.Outcome.WAITING
    done = browser.post(approval.get_absolute_url() + "act/", data | {"confirmed": "1"}, follow=True)
    assert "次の手順に進みます" in done.content.decode()
    boss = client_of(executive)
    data = {
        "step": step_of(approval, 2).pk,
        "decision": "approve",
        "mode": "",
        "comment": "",
        "confirmed": "1",
    }
    assert (
        "決裁しました" in boss.post(approval.get_absolute_url() + "act/", data, follow=True).content.decode()
    )
    assert Approval.objects.get().state == Approval.State.APPROVED


def test_a_double_click_is_told(approval: Approval, approver: Person, client_of: ClientOf) -> None:
    browser = client_of(approver)
    data = {
        "step": step_of(approval, 1).pk,
        "decision": "approve",
        "mode": "",
        "comment": "",
        "confirmed": "1",
    }
    browser.post(approval.get_absolute_url() + "act/", data)
    again = browser.post(approval.get_absolute_url() + "act/", data, follow=True)
    assert "上長 四郎さんが" in again.content.decode()
    assert "あなたの操作は保存していません" in again.content.decode()


def test_who_comes_too_late_is_told_why_and_gets_the_comment_back(
    approval: Approval, approver: Person, chief: Person, client_of: ClientOf
) -> None:
    data = {
        "step": step_of(approval, 1).pk, "decision": "approve", "mode": "", "comment": "長い考え", "confirmed": "1"
    }  # fmt: skip
    late = client_of(chief)
    actions.approve(approver, step_of(approval, 1))
    html = late.post(approval.get_absolute_url() + "act/", data, follow=True).content.decode()
    assert "上長 四郎さんが" in html
    assert "入力したコメント：「長い考え」" in html
    assert step_of(approval, 1).acted_by == approver


def test_who_lost_the_role_meanwhile_is_told(
    approval: Approval, approver: Person, executive: Person, client_of: ClientOf
) -> None:
    """Still posted in the department, so the page may be read; the role ended yesterday."""
    browser = client_of(approver)
    assert 'id="decide"' in browser.get(approval.get_absolute_url()).content.decode()
    grant = RoleGrant.objects.get(person=approver)
    grant.valid_to = timezone.localdate() - datetime.timedelta(days=1)
    grant.save()
    heir = make_person(
        approval.municipality, "0030", "後任 三葉", approver.department, Role.STAFF, Role.APPROVER
    )
    RoleGrant.objects.create(
        municipality=approval.municipality, person=approver, role=Role.STAFF, valid_from=grant.valid_from
    )
    data = {"step": step_of(approval, 1).pk, "decision": "approve", "mode": "", "confirmed": "1"}
    html = browser.post(approval.get_absolute_url() + "act/", data, follow=True).content.decode()
    assert "あなたが決められる手順はありません" in html
    assert "後任 三葉" in html, "who can decide it now is named"
    assert heir.covers(approval.department, Role.APPROVER)
    assert step_of(approval, 1).outcome == Step.Outcome.WAITING


def test_a_step_without_anybody_is_told_to_those_who_can_mend_it(
    approval: Approval, approver: Person, staff: Person, administrator: Person, outsider: Person,
    executive: Person, client_of: ClientOf,
) -> None:  # fmt: skip
    def told(person: Person) -> list[str]:
        return [str(task.title) for task in waiting.tasks(person) if "行う人を決める" in str(task.title)]

    assert told(administrator) == []
    RoleGrant.objects.filter(person=approver).delete()
    assert told(administrator) == ["「介護AIの利用について（審査）」を行う人を決める"]
    assert told(staff) == told(outsider) == told(executive) == []
    html = client_of(staff).get(approval.get_absolute_url()).content.decode()
    assert "今はいません" in html
    Step.objects.filter(pk=step_of(approval, 1).pk).update(role="", person=approver)
    assert told(administrator) == []
    Step.objects.filter(pk=step_of(approval, 1).pk).update(person=staff)  # the drafter cannot
    assert len(told(administrator)) == 1
    approver.is_active = False
    approver.save()
    Step.objects.filter(pk=step_of(approval, 1).pk).update(person=approver)
    assert len(told(administrator)) == 1
    html = client_of(staff).get(approval.get_absolute_url()).content.decode()
    assert "上長 四郎さんは、今は使えない職員です" in html


def test_returning(approval: Approval, approver: Person, staff: Person, client_of: ClientOf) -> None:
    browser = client_of(approver)
    data = {"step": step_of(approval, 1).pk, "decision": "return", "mode": "", "comment": ""}
    refused = browser.post(approval.get_absolute_url() + "act/", data)
    assert refused.status_code == 422
    assert "差し戻す理由" in refused.content.decode()
    data |= {"comment": "目的を書き足してください"}
    assert "差し戻しますか" in browser.post(approval.get_absolute_url() + "act/", data).content.decode()
    back = browser.post(approval.get_absolute_url() + "act/", data | {"back": "1"}).content.decode()
    assert "目的を書き足してください" in back
    browser.post(approval.get_absolute_url() + "act/", data | {"confirmed": "1"})
    assert "目的を書き足してください" in client_of(staff).get(approval.get_absolute_url()).content.decode()
    assert [str(task.kind) for task in waiting.tasks(staff)] == ["差戻し"]


def test_tampering_is_shown(approval: Approval, approver: Person, client_of: ClientOf) -> None:
    browser = client_of(approver)
    assert "書き換えられています" not in browser.get(approval.get_absolute_url()).content.decode()
    Approval.objects.update(frozen={"name": "別の内容"})
    assert "書き換えられています" in browser.get(approval.get_absolute_url()).content.decode()


def test_only_the_drafter_withdraws(
    approval: Approval, approver: Person, executive: Person, client_of: ClientOf
) -> None:
    for person in (approver, executive):
        for method in ("get", "post"):
            answer = getattr(client_of(person), method)(approval.get_absolute_url() + "withdraw/")
            assert answer.status_code == 403
    approval.refresh_from_db()
    assert approval.state == Approval.State.SUBMITTED


def test_withdrawing(approval: Approval, staff: Person, client_of: ClientOf) -> None:
    browser, url = client_of(staff), approval.get_absolute_url() + "withdraw/"
    assert browser.get(url).status_code == 200
    browser.post(url, {"comment": "直します"})
    assert Approval.objects.get().state == Approval.State.WITHDRAWN
    assert "すでに「引戻し」" in browser.post(url, follow=True).content.decode()


def test_a_deputy_and_the_later_view(
    approval: Approval, chief: Person, approver: Person, client_of: ClientOf
) -> None:
    browser = client_of(chief)
    page = browser.get(approval.get_absolute_url()).content.decode()
    assert "代決（不在の上長 四郎さん" in page
    data = {
        "step": step_of(approval, 1).pk, "decision": "approve", "mode": "deputy", "comment": "", "confirmed": "1"
    }  # fmt: skip
    browser.post(approval.get_absolute_url() + "act/", data)
    absent = client_of(approver)
    assert "後閲するもの" in absent.get(LIST).content.decode()
    assert [str(task.kind) for task in waiting.tasks(approver)] == ["後閲"]
    url = f"{approval.get_absolute_url()}steps/{step_of(approval, 1).pk}/viewed/"
    assert browser.post(url).status_code == 403
    assert "後閲しました" in absent.post(url, follow=True).content.decode()


def test_who_sees_it(
    approval: Approval,
    neighbour: Person,
    outsider: Person,
    auditor: Person,
    chief: Person,
    client_of: ClientOf,
) -> None:
    url = approval.get_absolute_url()
    assert client_of(outsider).get(url).status_code == 404
    assert client_of(neighbour).get(url).status_code == 403
    assert client_of(neighbour).post(url + "act/").status_code == 403
    for person in (auditor, chief):
        assert client_of(person).get(url).status_code == 200
    assert "介護AI" in client_of(auditor).get(LIST + "all/").content.decode()
    assert "介護AI" not in client_of(neighbour).get(LIST + "all/").content.decode()
    assert Client().get(url).status_code == 302


def test_the_drafter_cannot_act(approval: Approval, staff: Person, client_of: ClientOf) -> None:
    browser = client_of(staff)
    assert 'id="decide"' not in browser.get(approval.get_absolute_url()).content.decode()
    data = {"step": step_of(approval, 1).pk, "decision": "approve", "mode": "", "confirmed": "1"}
    browser.post(approval.get_absolute_url() + "act/", data)
    assert step_of(approval, 1).outcome == Step.Outcome.WAITING


def test_the_three_lists_and_excel(approval: Approval, staff: Person, client_of: ClientOf) -> None:
    browser = client_of(staff)
    assert "介護AI" not in browser.get(LIST).content.decode()
    assert "介護AI" in browser.get(LIST + "drafted/").content.decode()
    assert "介護AI" in browser.get(LIST + "all/?state=submitted").content.decode()
    assert browser.get(LIST + "all/?format=xlsx")["Content-Type"].endswith("spreadsheetml.sheet")


@pytest.mark.parametrize("rows", [3, 30])
def test_queries_do_not_grow(
    rows: int,
    staff: Person,
    approver: Person,
    executive: Person,
    it_staff: Person,
    care: Department,
    client_of: ClientOf,
    django_assert_max_num_queries: Any,
) -> None:
    for n in range(rows):
        row = make_department(care.municipality, f"2{n:03}", f"係{n}", care)
        actions.submit(staff, KIND, row, title=f"件名{n}")
    browser = client_of(it_staff)
    browser.get(LIST)
    with django_assert_max_num_queries(40):
        browser.get(LIST + "all/")


def route_data(*steps: tuple[str, str, str, str], **changes: str) -> dict[str, str]:
    data = {"name": "福祉部のルート", "subject_kind": "", "department": "", "revision": ""} | changes
    for place, (order, kind, role, person) in enumerate(steps):
        data |= {
            f"step{place}-order": order,
            f"step{place}-kind": kind,
            f"step{place}-role": role,
            f"step{place}-person": person,
        }
    return data


def test_routes(administrator: Person, welfare: Department, executive: Person, client_of: ClientOf) -> None:
    browser, url = client_of(administrator), LIST + "routes/"
    assert "標準の決裁ルート" in browser.get(url).content.decode()
    assert browser.get(url + "add/").status_code == 200
    data = route_data(
        ("1", "review", "approver", ""), ("2", "decide", "", str(executive.pk)), department=str(welfare.pk)
    )
    saved = browser.post(url + "add/", data, follow=True).content.decode()
    assert "審査（上長（承認者）） → 決裁（市長 五月）" in saved
    route = Route.objects.get(department=welfare)
    assert browser.get(f"{url}{route.pk}/").status_code == 200
    twice = browser.post(url + "add/", data)
    assert "すでにあります" in twice.content.decode()
    browser.post(f"{url}{route.pk}/", data | {"name": "新しい名前", "revision": "0"})
    stale = browser.post(f"{url}{route.pk}/", data | {"revision": "0"})
    assert stale.status_code == 422
    assert browser.get(f"{url}{route.pk}/delete/").status_code == 200
    browser.post(f"{url}{route.pk}/delete/")
    assert not Route.objects.filter(department=welfare).exists()


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([], "1つ以上"),
        ([("1", "review", "approver", "")], "決裁は1つだけ"),
        ([("1", "decide", "executive", ""), ("2", "review", "approver", "")], "決裁は1つだけ"),
        ([("1", "decide", "", "")], "どちらか一方"),
        ([("", "decide", "executive", "")], "順番を数字"),
        ([("1", "review", "approver", ""), ("1", "decide", "executive", "")], "同じ順番"),
    ],
)
def test_routes_that_make_no_sense(
    steps: list[tuple[str, str, str, str]], message: str, administrator: Person, client_of: ClientOf
) -> None:
    page = client_of(administrator).post(LIST + "routes/add/", route_data(*steps, subject_kind=KIND))
    assert page.status_code == 422
    assert message in page.content.decode()


def test_the_default_route_stays(administrator: Person, it_staff: Person, client_of: ClientOf) -> None:
    route = actions.ensure_default_route(administrator.municipality)
    browser = client_of(it_staff)
    assert "削除できません" in browser.post(f"{LIST}routes/{route.pk}/delete/", follow=True).content.decode()
    moved = route_data(("1", "decide", "executive", ""), subject_kind=KIND, revision="0")
    assert browser.post(f"{LIST}routes/{route.pk}/", moved).status_code == 422


def test_who_sets_routes(staff: Person, auditor: Person, outsider: Person, client_of: ClientOf) -> None:
    route = actions.ensure_default_route(staff.municipality)
    for person in (staff, auditor):
        assert client_of(person).get(LIST + "routes/").status_code == 403
    assert client_of(outsider).get(f"{LIST}routes/{route.pk}/").status_code == 404


def test_what_hangs_on_a_person_who_moves(
    administrator: Person, staff: Person, chief: Person, executive: Person, approver: Person, care: Department
) -> None:
    actions.save_route(
        administrator,
        care.municipality,
        route=None,
        name="部長が決める",
        subject_kind="",
        department=care,
        steps=[
            StepData(StepKind.REVIEW, Role.APPROVER, order=1),
            StepData(StepKind.DECIDE, person=chief, order=2),
        ],
        seen_revision=None,
    )
    approval = actions.submit(staff, KIND, care, title="件名")
    found = belongings.belongings(chief)
    assert {one.thing_kind for one in found} == {"approvals.routestep", "approvals.step"}
    for one in found:
        belongings.hand_over(one.thing_kind, one.role_key, one.thing_id, chief, executive, administrator)
    assert RouteStep.objects.get(person__isnull=False).person == executive
    assert step_of(approval, 2).person == executive
    assert belongings.belongings(chief) == []
