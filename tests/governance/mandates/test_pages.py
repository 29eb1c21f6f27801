"""責任体制 as pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from kijun.governance.accounts.models import Person
from kijun.governance.mandates import actions
from kijun.governance.mandates.models import Body, Mandate, Meeting, Member, Plan, ResourceRequest
from kijun.governance.organisation.models import Municipality

Sign = Callable[[Person], Client]
TODAY = timezone.localdate()
DAY = f"{TODAY:%Y/%m/%d}"


def url(name: str, *args: int) -> str:
    return reverse(f"mandates:{name}", args=args)


@pytest.fixture
def rows(it_staff: Person, executive: Person, owner: Person, town: Municipality) -> dict[str, Any]:
    """One of everything."""
    mandate = actions.save_mandate(
        it_staff,
        town,
        None,
        seen_revision=None,
        duty="risk",
        person=executive,
        scope="全部",
        valid_from=TODAY,
    )
    body = actions.save_body(it_staff, town, None, seen_revision=None, name="AI会議", valid_from=TODAY)
    member = actions.save_member(it_staff, body, None, person=executive, side="executive", valid_from=TODAY)
    meeting = actions.save_meeting(it_staff, body, None, seen_revision=None, held_on=TODAY, title="第1回")
    plan = actions.save_plan(
        it_staff, town, None, seen_revision=None, name="DX計画", kind="dx", starts_on=TODAY,
        ends_on=TODAY.replace(year=TODAY.year + 3, day=1), passage="AIを使う",
    )  # fmt: skip
    asked = actions.ask(owner, town, what="増員", reason="監視", mandate=mandate)
    return {
        "mandate": mandate, "body": body, "member": member, "meeting": meeting, "plan": plan, "asked": asked
    }  # fmt: skip


def test_it_works(client_of: Sign, staff: Person, it_staff: Person) -> None:
    html = client_of(staff).get(url("overview")).content.decode()
    assert "責任体制" in html
    assert "未定" in html
    assert url("add_mandate") not in html
    assert url("add_mandate") in client_of(it_staff).get(url("overview")).content.decode()
    for name in ("mandates", "bodies", "plans"):
        assert client_of(staff).get(url(name)).status_code == 200


def test_the_whole_year(
    client_of: Sign, it_staff: Person, executive: Person, owner: Person, staff: Person
) -> None:
    client = client_of(it_staff)
    data = {
        "duty": "use", "person": executive.pk, "post": "副市長", "deputy": owner.pk, "scope": "全庁のAI",
        "powers": "停止", "may_stop": "on", "resources": "2人", "valid_from": "令和6年4月1日", "valid_to": "",
    }  # fmt: skip
    assert client.get(url("add_mandate")).status_code == 200
    assert client.post(url("add_mandate"), {}).status_code == 422
    assert client.post(url("add_mandate"), data).status_code == 302
    mandate = Mandate.objects.get()
    assert (mandate.deputy, mandate.may_stop) == (owner, True)
    page = url("change_mandate", mandate.pk)
    assert "令和6年4月1日" in client.get(page).content.decode()
    assert client.post(page, data | {"scope": "新しい範囲", "revision": 0}).status_code == 302
    stale = client.post(page, data | {"scope": "別の範囲", "revision": 0})
    assert "別の人が更新しました" in stale.content.decode()
    assert "別の範囲" in stale.content.decode()
    late = client.post(page, data | {"valid_to": "令和5年4月1日", "revision": 1})
    assert "より後の日" in late.content.decode()
    assert "変更の履歴" in client.get(url("mandate", mandate.pk)).content.decode()
    body = {"name": "AI会議", "valid_from": DAY}
    assert client.get(url("add_body")).status_code == 200
    page = client.post(url("add_body"), body).url
    made = Body.objects.get()
    assert page == url("body", made.pk)
    assert "がいません。ガイドライン" in client.get(page).content.decode()
    assert client.get(url("add_member", made.pk)).status_code == 200
    assert client.post(url("add_member", made.pk), {"side": "ground", "valid_from": DAY}).status_code == 422
    for side, person in (("executive", executive.pk), ("ground", staff.pk)):
        data = {"side": side, "person": person, "valid_from": DAY}
        assert client.post(url("add_member", made.pk), data).status_code == 302
    assert "がいません。ガイドライン" not in client.get(page).content.decode()
    data = {"held_on": DAY, "title": "第1回", "decisions": "始める", "attendees": [Member.objects.first().pk]}
    assert client.get(url("add_meeting", made.pk)).status_code == 200
    assert client.post(url("add_meeting", made.pk), data).status_code == 302
    assert "始める" in client.get(page).content.decode()
    plan = {
        "name": "総合計画", "kind": "comprehensive", "starts_on": "令和6年4月1日", "ends_on": "令和16年3月31日",
        "passage": "第3章",
    }  # fmt: skip
    assert client.get(url("add_plan")).status_code == 200
    assert client.post(url("add_plan"), plan).status_code == 302
    html = client.get(url("overview")).content.decode()
    for word in ("市長 五月", "AI会議", "幹部と現場が参加", "総合計画"):
        assert word in html


def test_asking_and_answering(
    client_of: Sign, owner: Person, executive: Person, rows: dict[str, Any]
) -> None:
    asking = client_of(owner)
    assert asking.get(url("ask")).status_code == 200
    data = {"what": "研修の予算", "reason": "全職員", "mandate": rows["mandate"].pk}
    assert asking.post(url("ask"), data).status_code == 302
    made = ResourceRequest.objects.get(what="研修の予算")
    client = client_of(executive)
    assert "研修の予算" in client.get(url("answer", made.pk)).content.decode()
    done = client.post(url("answer", made.pk), {"answer": "refused", "answer_note": "来年度", "revision": 0})
    assert done.status_code == 302
    assert "応じない" in asking.get(url("mandates")).content.decode()


def test_changing_and_ending(client_of: Sign, it_staff: Person, rows: dict[str, Any]) -> None:
    client = client_of(it_staff)
    for name in ("body", "member", "meeting", "plan"):
        assert client.get(url(f"change_{name}", rows[name].pk)).status_code == 200
    client.post(url("change_body", rows["body"].pk), {"name": "新会議", "valid_from": DAY, "revision": 0})
    assert Body.objects.get().name == "新会議"
    data = {
        "held_on": DAY,
        "title": "第1回",
        "decisions": "決定",
        "attendees": [rows["member"].pk],
        "revision": 0,
    }
    client.post(url("change_meeting", rows["meeting"].pk), data)
    assert Meeting.objects.get().attendees.count() == 1
    data = {"side": "ground", "name": "外部", "valid_from": DAY}
    client.post(url("change_member", rows["member"].pk), data)
    assert Member.objects.get().name == "外部"
    for name in ("member", "mandate"):
        assert client.get(url(f"end_{name}", rows[name].pk)).status_code == 200
        assert client.post(url(f"end_{name}", rows[name].pk), {"last_day": DAY}).status_code == 302
    assert Member.objects.get().valid_to == TODAY
    data = {
        "name": "DX",
        "kind": "dx",
        "starts_on": DAY,
        "ends_on": "2099/3/31",
        "passage": "AI",
        "revision": 0,
    }
    client.post(url("change_plan", rows["plan"].pk), data)
    assert Plan.objects.get().name == "DX"


def test_outsiders(
    client_of: Sign, client: Client, staff: Person, auditor: Person, outsider: Person, rows: dict[str, Any]
) -> None:
    reading = [("mandate", "mandate"), ("body", "body"), ("plan", "plan")]
    editing = [
        ("change_mandate", "mandate"), ("end_mandate", "mandate"), ("answer", "asked"), ("change_body", "body"),
        ("add_member", "body"), ("add_meeting", "body"), ("change_member", "member"), ("end_member", "member"),
        ("change_meeting", "meeting"), ("change_plan", "plan"),
    ]  # fmt: skip
    for name, row in reading:
        page = url(name, rows[row].pk)
        assert client.get(page).status_code == 302
        assert client_of(auditor).get(page).status_code == 200
        assert client_of(outsider).get(page).status_code == 404
    for name, row in editing:
        page = url(name, rows[row].pk)
        assert client.get(page).status_code == 302
        assert client_of(staff).get(page).status_code == 403
        assert client_of(auditor).get(page).status_code == 403
        assert client_of(outsider).get(page).status_code == 404
        assert client_of(outsider).post(page).status_code == 404
    for name in ("add_mandate", "add_body", "add_plan", "ask"):
        assert client_of(staff).get(url(name)).status_code == 403
    assert "AI会議" not in client_of(outsider).get(url("bodies")).content.decode()


def test_queries_do_not_grow(
    client_of: Sign, it_staff: Person, executive: Person, town: Municipality, rows: dict[str, Any]
) -> None:
    client, counts = client_of(it_staff), []
    pages = [url("overview"), url("mandates"), url("bodies"), url("body", rows["body"].pk), url("plans")]
    for page in pages:
        client.get(page)
    for count in (3, 27):
        for number in range(count):
            actions.save_mandate(
                it_staff, town, None, seen_revision=None,
                duty="use", person=executive, scope="x", valid_from=TODAY,
            )  # fmt: skip
            body = actions.save_body(
                it_staff, town, None, seen_revision=None, name=f"会議{number}", valid_from=TODAY
            )
            for one in (body, rows["body"]):
                member = actions.save_member(it_staff, one, None, name="x", side="expert", valid_from=TODAY)
                actions.save_meeting(
                    it_staff, one, None, seen_revision=None, held_on=TODAY, title="x", attendees=[member]
                )
            actions.ask(it_staff, town, what="x", reason="", mandate=rows["mandate"])
        with CaptureQueriesContext(connection) as queries:
            for page in pages:
                client.get(page)
        counts.append(len(queries))
    assert counts[0] == counts[1]
