"""Pages of findings: the list, one finding, its plan and its transitions."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from kijun.governance.accounts import belongings, waiting
from kijun.governance.accounts.models import Person
from kijun.governance.evidence.actions import advance, save_step
from kijun.governance.evidence.models import Finding, PlanStep
from kijun.governance.organisation.models import Department, DepartmentVersion, Municipality
from tests.conftest import make_department
from tests.governance.evidence.conftest import make_item
from tests.governance.evidence.test_findings import make_finding

LIST = "/staff/evidence/findings/"
ClientOf = Callable[[Person], Client]


@pytest.fixture
def finding(town: Municipality, staff: Person, care: Department) -> Finding:
    return make_finding(town, owner=staff, department=care)


def test_it_works(finding: Finding, staff: Person, client_of: ClientOf) -> None:
    page = client_of(staff).get(LIST)
    assert page.status_code == 200
    assert "F-0001" in page.content.decode()


def test_found_by_its_number(finding: Finding, staff: Person, outsider: Person, client_of: ClientOf) -> None:
    for typed in ("F-0001", "ｆ－０００１", finding.title):
        assert finding.get_absolute_url() in client_of(staff).get(LIST, {"q": typed}).content.decode()
        assert (
            finding.get_absolute_url()
            in client_of(staff).get("/staff/search/", {"q": typed}).content.decode()
        )
    assert finding.get_absolute_url() not in client_of(staff).get(LIST, {"q": "F-0002"}).content.decode()
    found = client_of(outsider).get("/staff/search/", {"q": "F-0001"}).content.decode()
    assert finding.get_absolute_url() not in found


def test_the_whole_way(finding: Finding, staff: Person, approver: Person, client_of: ClientOf) -> None:
    browser, url = client_of(staff), finding.get_absolute_url()
    assert "改善計画はまだありません" in browser.get(url).content.decode()
    bad = browser.post(url + "steps/", {"step-what": ""})
    assert bad.status_code == 422
    browser.post(
        url + "steps/", {"step-what": "一覧を作る", "step-person": staff.pk, "step-due_on": "R9.1.15"}
    )
    step = PlanStep.objects.get()
    assert step.due_on == datetime.date(2027, 1, 15)
    assert browser.get(f"{url}steps/{step.pk}/").status_code == 200
    browser.post(f"{url}steps/{step.pk}/", {"what": "一覧を直す", "revision": step.revision})
    stale = browser.post(f"{url}steps/{step.pk}/", {"what": "別の人の画面", "revision": 0})
    assert "別の人が更新しました" in stale.content.decode()
    assert browser.get(f"{url}steps/{step.pk}/done/").status_code == 200
    browser.post(f"{url}steps/{step.pk}/done/", {"done_on": "2025/4/1", "result": "直した"})
    assert PlanStep.objects.get().done_on == datetime.date(2025, 4, 1)
    assert browser.get(url + "done/").status_code == 200
    assert browser.post(url + "done/", {"note": ""}).status_code == 422
    browser.post(url + "done/", {"note": "棚卸しをした"})
    assert browser.get(url + "close/").status_code == 403
    boss = client_of(approver)
    assert "確認して完了にする" in boss.get(url).content.decode()
    boss.post(url + "close/", {"note": "一覧を見た"})
    assert Finding.objects.get().state == Finding.State.CLOSED
    assert "一覧を見た" in browser.get(url).content.decode()
    boss.post(url + "reopen/", {"note": "残っていた"})
    assert Finding.objects.get().state == Finding.State.OPEN


def test_the_doer_is_told_who_confirms(
    finding: Finding, approver: Person, it_staff: Person, client_of: ClientOf
) -> None:
    advance(approver, finding, note="した")
    text = client_of(approver).get(finding.get_absolute_url()).content.decode()
    assert "確認できる人：情報 太郎" in text
    answer = client_of(approver).post(finding.get_absolute_url() + "close/", {"note": "見た"})
    assert "ほかの人が確認します" in answer.content.decode()


def test_changing_owner_and_date(
    finding: Finding, it_staff: Person, staff: Person, client_of: ClientOf
) -> None:
    url = finding.get_absolute_url() + "plan/"
    browser = client_of(it_staff)
    assert browser.get(url).status_code == 200
    browser.post(url, {"owner": it_staff.pk, "due_on": "R9.3.31", "revision": 0})
    assert Finding.objects.get().owner == it_staff
    stale = browser.post(url, {"owner": staff.pk, "due_on": "R9.3.31", "revision": 0})
    assert stale.status_code == 422


def test_people_are_chosen_by_name_and_number(
    finding: Finding, staff: Person, neighbour: Person, outsider: Person, client_of: ClientOf
) -> None:
    """Those who left, and those of another town, cannot be chosen; neither can a department that is closed."""
    Person.objects.filter(pk=neighbour.pk).update(is_active=False)
    closed = make_department(finding.municipality, "77", "旧情報課")
    DepartmentVersion.objects.filter(department=closed).update(valid_to=datetime.date(2026, 3, 31))
    browser, url = client_of(staff), finding.get_absolute_url() + "plan/"
    text = browser.get(url).content.decode()
    assert "介護 三郎（0004）" in text
    assert "税務 七海" not in text
    assert "旧情報課" not in text
    data = {"department": finding.department_id, "due_on": "R9.3.31", "revision": finding.revision}
    for one in (neighbour, outsider):
        refused = browser.post(url, data | {"owner": one.pk})
        assert refused.status_code == 422
    assert browser.post(url, data | {"owner": 10**30}).status_code == 422
    assert browser.post(url, data | {"owner": "", "department": closed.pk}).status_code == 422
    finding.refresh_from_db()
    assert finding.owner == staff


def test_outsiders_and_other_departments(
    finding: Finding, outsider: Person, neighbour: Person, auditor: Person, client_of: ClientOf
) -> None:
    url = finding.get_absolute_url()
    assert client_of(outsider).get(url).status_code == 404
    assert "F-0001" not in client_of(outsider).get(LIST).content.decode()
    for person in (neighbour, auditor):
        browser = client_of(person)
        assert browser.get(url).status_code == 200  # everybody reads the organisation's
        assert browser.post(url + "done/", {"note": "した"}).status_code == 403
        assert browser.post(url + "steps/", {"step-what": "x"}).status_code == 403
        assert browser.get(url + "plan/").status_code == 403


def test_raising_by_hand(it_staff: Person, staff: Person, town: Municipality, client_of: ClientOf) -> None:
    browser = client_of(it_staff)
    url = LIST + "raise/"
    assert browser.get(url + f"?scope=organisation-{town.pk}&control=P6.1.2").status_code == 200
    assert browser.post(url, {}).status_code == 422
    answer = browser.post(
        url,
        {
            "scope": f"organisation-{town.pk}",
            "control_id": "P6.1.2",
            "title": "残った利用許可",
            "owner": staff.pk,
        },
    )
    finding = Finding.objects.get()
    assert answer["Location"] == finding.get_absolute_url()
    assert (finding.owner, finding.raised_by, finding.cause) == (staff, it_staff, Finding.Cause.MANUAL)
    assert client_of(staff).get(url).status_code == 403


def test_filters(
    finding: Finding, town: Municipality, it_staff: Person, staff: Person, client_of: ClientOf
) -> None:
    late = make_finding(town, control_id="G.1", title="遅れたもの")
    Finding.objects.filter(pk=late.pk).update(due_on=timezone.localdate() - datetime.timedelta(days=1))
    Finding.objects.filter(pk=make_finding(town, control_id="G.2", title="終わったもの").pk).update(
        state="closed"
    )
    browser = client_of(staff)
    for query, shown in (
        ("due=overdue", {"F-0002"}),
        ("due=ahead", {"F-0001"}),
        ("state=closed", {"F-0003"}),
        ("state=unclosed", {"F-0001", "F-0002"}),
        ("who=mine", {"F-0001"}),
        ("who=nobody", {"F-0002", "F-0003"}),
        (f"scope=organisation-{town.pk}", {"F-0001", "F-0002", "F-0003"}),
    ):
        text = browser.get(f"{LIST}?{query}").content.decode()
        assert {code for code in ("F-0001", "F-0002", "F-0003") if code in text} == shown, query
    assert "期限超過" in browser.get(LIST).content.decode()
    assert browser.get(LIST + "?format=xlsx")["Content-Type"].endswith("spreadsheetml.sheet")


@pytest.mark.parametrize("rows", [3, 30])
def test_queries_do_not_grow(
    rows: int,
    town: Municipality,
    staff: Person,
    care: Department,
    client_of: ClientOf,
    django_assert_max_num_queries: Any,
) -> None:
    for n in range(rows):
        make_finding(town, control_id=f"G.{n}", owner=staff, department=care)
    browser = client_of(staff)
    browser.get(LIST)
    with django_assert_max_num_queries(40):
        browser.get(LIST)


def test_what_waits(finding: Finding, staff: Person, approver: Person, neighbour: Person) -> None:
    save_step(staff, finding, step=None, what="一覧を作る", person=neighbour, due_on=None)
    make_item(staff, title="証明書", expires_on=timezone.localdate() + datetime.timedelta(days=5))
    assert [str(task.title) for task in waiting.tasks(staff)][:2] == [
        "「P6.1.3 証明書」を新しくする",
        f"「{finding}」に対応する",
    ]
    assert [str(task.title) for task in waiting.tasks(neighbour)] == ["「一覧を作る」を済ませる"]
    advance(staff, finding, note="した")
    approver.forget_cached()
    assert [str(task.kind) for task in waiting.tasks(approver)] == ["実施の確認"]


def test_findings_that_nobody_works_on_wait_for_who_may_name_somebody(
    town: Municipality,
    staff: Person,
    approver: Person,
    it_staff: Person,
    care: Department,
    client_of: ClientOf,
) -> None:
    finding = make_finding(town, owner=staff, department=care)
    make_finding(town, control_id="G.2", department=None)
    for person, number in ((it_staff, 1), (approver, 0), (staff, 0)):
        titles = [str(one.title) for one in waiting.tasks(person) if "担当者を決める" in str(one.title)]
        assert len(titles) == number, person
    Person.objects.filter(pk=staff.pk).update(is_active=False)  # the owner leaves
    titles = [str(one.title) for one in waiting.tasks(approver)]
    assert titles == ["担当者が決まっていない指摘1件に、担当者を決める"]
    page = client_of(it_staff).get(finding.get_absolute_url()).content.decode()
    assert f"{staff.name}（退職・転出済み）" in page
    assert "F-0001" in client_of(it_staff).get(LIST + "?who=nobody&state=unclosed").content.decode()


def test_what_is_done_with_stands_at_the_end(town: Municipality, staff: Person, client_of: ClientOf) -> None:
    first = make_finding(town)
    make_finding(town, control_id="G.2")
    Finding.objects.filter(pk=first.pk).update(
        state=Finding.State.CLOSED, due_on=timezone.localdate() - datetime.timedelta(days=9)
    )
    text = client_of(staff).get(LIST).content.decode()
    assert text.index("F-0002") < text.index("F-0001")
    assert "?state=closed" in text


def test_evidence_that_is_added_from_a_finding_leads_back_to_it(
    town: Municipality, it_staff: Person, client_of: ClientOf
) -> None:
    finding = make_finding(town, control_id="P6.1.3")
    browser = client_of(it_staff)
    back = finding.get_absolute_url()
    assert (
        f"next={back.replace('/', '%2F')}" in browser.get(back).content.decode()
        or f"next={back}" in browser.get(back).content.decode()
    )
    chosen = browser.post(
        f"/staff/evidence/add/?next={back}",
        {"scope": f"organisation-{town.pk}", "controls": ["P6.1.3"], "kind": "link", "next": back},
    )
    data = {
        "title": "要綱",
        "note": "第5条",
        "verdict": "met",
        "effective_on": "R6.4.1",
        "url": "https://a.jp/",
    }
    form = browser.get(chosen["Location"]).content.decode()
    assert f'name="next" value="{back}"' in form
    assert browser.post(chosen["Location"], data | {"next": back})["Location"] == back


def test_what_hangs_on_a_person_who_moves(
    finding: Finding, staff: Person, neighbour: Person, administrator: Person
) -> None:
    save_step(staff, finding, step=None, what="一覧を作る", person=staff, due_on=None)
    found = belongings.belongings(staff)
    assert {one.thing_kind for one in found} >= {"evidence.finding", "evidence.planstep"}
    for one in found:
        belongings.hand_over(one.thing_kind, one.role_key, one.thing_id, staff, neighbour, administrator)
    assert Finding.objects.get().owner == neighbour
    assert PlanStep.objects.get().person == neighbour
    assert belongings.belongings(staff) == []
