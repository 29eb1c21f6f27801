"""Leading: measures, the stop, the decision, facts, who leads, lists of things to do, closing."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from kijun.governance.access.models import Stop
from kijun.governance.accounts import belongings, departures, waiting
from kijun.governance.accounts.models import Person
from kijun.governance.audit.models import Entry
from kijun.governance.incidents import actions, deadlines, readiness
from kijun.governance.incidents.drafting import draft
from kijun.governance.incidents.models import Event, Incident, Notice, Playbook, Prevention, Step
from kijun.governance.inventory import remains
from kijun.governance.inventory.models import AISystem
from kijun.web.versions import Stale
from tests.governance.incidents.conftest import anew, contained, finish_all
from tests.governance.incidents.test_reporting import titles


def shown(at: datetime.datetime) -> str:
    return f"{timezone.localtime(at):%Y/%m/%d %H:%M}"


def facts(row: Incident, **changed: Any) -> dict[str, Any]:
    """What the form of facts sends."""
    return {
        "title": row.title, "harms": list(row.harm_list), "severity": row.severity, "residents": row.residents,
        "affected": row.affected, "affected_count": "", "system": row.system_id or "", "purpose": "",
        "noticed_at": shown(row.noticed_at), "began_at": "", "revision": row.revision, **changed,
    }  # fmt: skip


def test_it_works(
    client_of: Any, incident: Any, playbook: Playbook, owner: Person, staff: Person, executive: Person
) -> None:
    """From the owner's first look to closing, over the pages."""
    row = incident(severity="3serious")
    client = client_of(owner)
    page = row.get_absolute_url()

    def press(name: str, data: dict[str, Any], *more: int) -> Any:
        data = {"revision": anew(row).revision} | data
        response = client.post(reverse(f"incidents:{name}", args=[row.pk, *more]), data)
        assert response.status_code == 302, (name, response.content.decode()[-3000:])
        return response

    press("take_up", {})
    assert anew(row).state == "handling"
    assert anew(row).first_action_at is None
    press("measure", {"text": "紙の手引に替えた", "at": shown(timezone.now())})
    assert anew(row).first_action_at is not None
    press("stop", {"target": f"system-{row.system_id}", "why": "誤った案内をする"})
    assert Stop.objects.get().system == row.system
    assert anew(row).course == "stop"
    press("contain", {"text": "止めたので広がらない"})
    assert client_of(executive).get(reverse("incidents:close", args=[row.pk])).status_code == 409
    for step in row.steps.all():
        press("step", {"result": "done", "note": "した", "revision": step.revision}, step.pk)
    for notice in row.notices.all():
        data = {"result": "done", "note": "電話", "at": shown(timezone.now()), "revision": notice.revision}
        press("told", data, notice.pk)
    press("cause", {"cause": "文書が古い", "redress": "訂正の電話をした"})
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    press(
        "add_prevention", {"what": "版を毎月確かめる", "person": staff.pk, "due_on": f"{tomorrow:%Y/%m/%d}"}
    )
    prevention = Prevention.objects.get()
    assert f"{row.code} の再発防止：版を毎月確かめる" in titles(staff)
    assert prevention.what in client_of(staff).get(page).content.decode()
    done = {"result": "表を作った", "done_on": f"{timezone.localdate():%Y/%m/%d}", "revision": 0}
    client_of(staff).post(reverse("incidents:prevented", args=[row.pk, prevention.pk]), done)
    lesson = {"title": "版を見る", "happened": "古かった", "learnt": "版", "do": "見る", "nobody_named": "on"}
    response = press("write_lesson", lesson | {"revision": ""})
    made = anew(row).lesson
    assert response["Location"] == made.get_absolute_url()
    client.post(reverse("incidents:publish_lesson", args=[made.pk]), {"revision": made.revision})
    assert readiness.left(anew(row)) == []
    close = reverse("incidents:close", args=[row.pk])
    assert client.post(close, {"closing_note": "済んだ"}).status_code == 403
    assert f"インシデント {row.code} の完了を判断する" in titles(executive)
    client_of(executive).post(close, {"closing_note": "済んだと認める", "revision": anew(row).revision})
    closed = anew(row)
    assert (closed.state, closed.closed_by) == ("closed", executive)
    told = set(Entry.objects.filter(thing_id=str(row.pk)).values_list("action", flat=True))
    assert told >= {
        "incidents.opened", "incidents.taken_up", "incidents.measured", "incidents.stopped", "incidents.contained",
        "incidents.told", "incidents.step_done", "incidents.explained", "incidents.closed",
    }  # fmt: skip
    shown_page = client.get(page).content.decode()
    assert "済んだと認める" in shown_page
    assert not any(row.code in one for one in titles(owner))


# --- the timeline ---------------------------------------------------------------------------


def test_the_timeline_is_append_only(incident: Any, owner: Person) -> None:
    event = actions.measure(owner, incident(), "閉じた")
    event.text = "何もしなかった"
    for change in (event.save, event.delete, Event.objects.all().delete):
        with pytest.raises(TypeError):
            change()
    with pytest.raises(TypeError):
        Event.objects.update(text="")


def test_the_earliest_measure_counts(incident: Any, owner: Person) -> None:
    row = incident()
    early = row.noticed_at + datetime.timedelta(minutes=10)
    actions.measure(owner, row, "あとのこと")
    actions.measure(owner, anew(row), "先に窓口を閉じた", early)
    assert anew(row).first_action_at == early
    assert [one.kind for one in row.events.all()] == ["measure", "reported", "measure"]


@pytest.mark.parametrize("minutes", [-120, 90])
def test_a_measure_has_a_time_that_can_be(incident: Any, owner: Person, minutes: int) -> None:
    row = incident()
    with pytest.raises(ValidationError):
        actions.measure(owner, row, "した", timezone.now() + datetime.timedelta(minutes=minutes))
    with pytest.raises(ValidationError):
        actions.measure(owner, row, "  ")


def test_two_at_once(incident: Any, owner: Person, it_staff: Person) -> None:
    row = incident()
    again = anew(row)
    actions.take_up(owner, row)
    with pytest.raises(ValidationError):
        actions.decide_course(it_staff, again, "stop", "急ぐ", again.revision)
    assert anew(row).course == ""
    with pytest.raises(ValidationError):
        actions.take_up(it_staff, anew(row))


def test_a_stale_form_is_told(client_of: Any, incident: Any, owner: Person) -> None:
    row = incident()
    data = {"course": "go_on", "course_why": "害がない", "revision": row.revision}
    actions.measure(owner, anew(row), "閉じた")
    response = client_of(owner).post(reverse("incidents:course", args=[row.pk]), data)
    assert response.status_code == 422
    assert anew(row).course == ""
    again = response.context["form"].data["revision"]
    client_of(owner).post(reverse("incidents:course", args=[row.pk]), data | {"revision": again})
    assert anew(row).course == "go_on"


# --- stopping -------------------------------------------------------------------------------


def test_who_may_stop_is_asked_where_the_switch_is(
    client_of: Any, incident: Any, staff: Person, owner: Person, executive: Person, system: AISystem
) -> None:
    """A deputy who leads but may not throw the switch sees no button and is refused."""
    row = incident()
    actions.set_leader(owner, row, staff, "責任者が不在")
    address = reverse("incidents:stop", args=[row.pk])
    assert address not in client_of(staff).get(row.get_absolute_url()).content.decode()
    data = {"target": f"system-{system.pk}", "why": "危ない", "revision": anew(row).revision}
    assert client_of(staff).post(address, data).status_code == 403
    assert not Stop.objects.exists()
    assert anew(row).course == ""


def test_a_purpose_is_it_staffs_to_stop(
    incident: Any, say: Any, purpose: Any, owner: Person, it_staff: Person
) -> None:
    row = incident(purpose=purpose)
    with pytest.raises(PermissionDenied):
        actions.stop_ai(owner, row, purpose, "危ない")
    actions.stop_ai(it_staff, anew(row), purpose, "危ない")
    assert Stop.objects.get().purpose == purpose


def test_what_is_not_its_own_is_not_stopped(incident: Any, it_staff: Person, system: AISystem) -> None:
    row = incident(system=None)
    with pytest.raises(ValidationError):
        actions.stop_ai(it_staff, row, system, "危ない")
    with pytest.raises(ValidationError):
        actions.stop_ai(it_staff, row, None, "すべて")


def test_stopped_twice(incident: Any, owner: Person, system: AISystem) -> None:
    row = incident()
    actions.stop_ai(owner, row, system, "危ない")
    with pytest.raises(ValidationError):
        actions.stop_ai(owner, anew(row), system, "もう一度")
    assert Stop.objects.count() == 1
    assert Event.objects.filter(kind="stopped").count() == 1


def test_a_decision_throws_no_switch(incident: Any, owner: Person) -> None:
    row = actions.decide_course(owner, incident(), "go_on", "害がない")
    assert row.first_action_at is None
    assert row.state == "received"
    assert not Stop.objects.exists()
    assert actions.decide_course(owner, row, "limit", "一部を止める").first_action_at is not None


# --- facts ----------------------------------------------------------------------------------


def test_what_is_learnt_later_brings_its_deadlines(
    client_of: Any, incident: Any, owner: Person, playbook: Playbook
) -> None:
    row = incident(residents="unknown")
    assert {one.text for one in row.steps.all()} == {"使うのを止める"}
    assert {one.whom for one in row.notices.all()} == {"vendor"}
    data = facts(row, harms=["wrong", "leak"], severity="3serious", residents="yes", affected_count="120")
    client_of(owner).post(reverse("incidents:reassess", args=[row.pk]), data)
    again = anew(row)
    assert again.affected_count == 120
    assert again.noticed_at == row.noticed_at  # the form shows minutes; the seconds are not lost
    assert {one.text for one in row.steps.all()} == {"使うのを止める", "漏れた範囲を調べる"}
    due = {one.whom: one.due_at for one in row.notices.all()}
    assert set(due) == {"vendor", "section", "head", "ppc_first", "ppc_full", "residents"}
    noticed = timezone.localdate(row.noticed_at)
    assert timezone.localdate(due["ppc_first"]) == noticed + datetime.timedelta(days=5)
    assert timezone.localdate(due["ppc_full"]) == noticed + datetime.timedelta(days=30)
    assert due["vendor"] == row.noticed_at + datetime.timedelta(hours=24)
    assert due["section"] is None
    trail = Entry.objects.get(action="incidents.changed").detail
    assert trail["after"]["harms"] == ["leak", "wrong"]
    actions.reassess(owner, again, {
        "title": again.title, "harms": ["wrong"], "severity": "1minor", "residents": "no", "affected": "",
        "affected_count": None, "system": again.system, "purpose": None, "noticed_at": again.noticed_at,
        "began_at": None,
    })  # fmt: skip
    assert row.notices.count() == 6  # nothing is taken back by itself


def test_nothing_new_is_no_change(client_of: Any, incident: Any, owner: Person) -> None:
    row = incident()
    client_of(owner).post(reverse("incidents:reassess", args=[row.pk]), facts(row))
    assert not Entry.objects.filter(action="incidents.changed").exists()


def test_the_owner_leads_once_the_system_is_known(incident: Any, it_staff: Person, system: AISystem) -> None:
    row = incident(system=None)
    actions.reassess(it_staff, row, {
        "title": row.title, "harms": ["wrong"], "severity": row.severity, "residents": "yes", "affected": "",
        "affected_count": None, "system": system, "purpose": None, "noticed_at": row.noticed_at, "began_at": None,
    })  # fmt: skip
    assert anew(row).leader == system.owner


def test_the_playbooks_day_counts_where_it_is_earlier(
    incident: Any, it_staff: Person, executive: Person, playbook: Playbook
) -> None:
    row = actions.draft_playbook(it_staff, "速報を早める")
    actions.save_step(it_staff, row, None, {"text": "速報", "whom": "ppc_first", "hours": 48, "order": 1})
    actions.save_step(it_staff, row, None, {"text": "確報", "whom": "ppc_full", "hours": 8000, "order": 2})
    actions.adopt_playbook(executive, actions.propose_playbook(it_staff, row))
    one = incident(harms=["leak"])
    due = {each.whom: each.due_at for each in one.notices.all()}
    assert due["ppc_first"] == one.noticed_at + datetime.timedelta(hours=48)
    assert due["ppc_full"] == deadlines.end_of(one.noticed_at, 30)


# --- who leads ------------------------------------------------------------------------------


def test_a_deputy_needs_a_reason(client_of: Any, incident: Any, owner: Person, staff: Person) -> None:
    row = incident()
    address = reverse("incidents:leader", args=[row.pk])
    data = {"leader": staff.pk, "leader_why": "", "revision": row.revision}
    assert "leader_why" in client_of(owner).post(address, data).context["form"].errors
    client_of(owner).post(address, data | {"leader_why": "出張中"})
    again = anew(row)
    assert (again.leader, again.leader_why) == (staff, "出張中")
    assert client_of(staff).get(reverse("incidents:measure", args=[row.pk])).status_code == 200
    back = actions.set_leader(staff, again, owner, "")
    assert (back.leader, back.leader_why) == (owner, "")


def test_nobody_of_another_town_leads(incident: Any, owner: Person, outsider: Person) -> None:
    for person in (outsider, None):
        with pytest.raises(ValidationError):
            actions.set_leader(owner, incident(), person, "理由")


def test_people_who_move_or_leave(incident: Any, owner: Person, it_staff: Person, staff: Person) -> None:
    row = incident()
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    what = actions.add_prevention(owner, row, what="確かめる", person=owner, due_on=tomorrow)
    found = {one.thing_kind: one for one in belongings.belongings(owner)}
    assert {"incidents.incident", "incidents.prevention"} <= set(found)
    for kind, role in (("incidents.incident", "leader"), ("incidents.prevention", "person")):
        belongings.hand_over(kind, role, found[kind].thing_id, owner, staff, it_staff)
    again = anew(row)
    assert (again.leader, again.leader_why) == (staff, "異動に伴う引継ぎ")
    what.refresh_from_db()
    assert what.person == staff
    staff.is_active = False
    staff.save()
    departures.tell([staff])
    what.refresh_from_db()
    assert anew(row).leader == owner
    assert anew(row).leader_why == ""
    assert what.person == owner


# --- things to do ---------------------------------------------------------------------------


def test_a_serious_one_is_before_executives_at_once(
    incident: Any, owner: Person, executive: Person, staff: Person
) -> None:
    row = incident(severity="2medium")
    assert not any(row.code in one for one in titles(executive))
    Incident.objects.update(severity="3serious")
    assert f"重大なインシデント {row.code} の状況を確かめる" in titles(executive)
    assert not any("重大な" in one for one in titles(staff))
    Incident.objects.update(state="closed")
    assert not any(row.code in one for one in titles(executive))


def test_late_steps_wait_on_top(incident: Any, owner: Person, playbook: Playbook) -> None:
    row = incident()
    actions.take_up(owner, row)
    Step.objects.update(due_at=timezone.now() - datetime.timedelta(days=2))
    [task] = [one for one in waiting.tasks(owner) if row.code in str(one.title)]
    assert task.due == timezone.localdate() - datetime.timedelta(days=2)
    step = Step.objects.get()
    assert step.is_late
    actions.finish_step(owner, step, unneeded=True, note="もう止まっていた")
    assert not Step.objects.get().is_late
    assert anew(row).first_action_at is None


def test_unneeded_needs_a_reason(client_of: Any, incident: Any, owner: Person, playbook: Playbook) -> None:
    row = incident()
    [step] = row.steps.all()
    address = reverse("incidents:step", args=[row.pk, step.pk])
    response = client_of(owner).post(address, {"result": "unneeded", "note": "", "revision": 0})
    assert "note" in response.context["form"].errors
    assert Step.objects.get().is_open
    actions.finish_step(owner, step)
    with pytest.raises(ValidationError):
        actions.finish_step(owner, Step.objects.select_related("incident__municipality").get())


def test_a_part_of_another_incident_is_not_there(
    client_of: Any, incident: Any, owner: Person, playbook: Playbook
) -> None:
    one, two = incident(), incident()
    client = client_of(owner)
    for name, rows in (
        ("step", two.steps),
        ("notice", two.notices),
        ("told", two.notices),
        ("letter", two.notices),
    ):
        key = rows.all()[0].pk
        assert client.get(reverse(f"incidents:{name}", args=[one.pk, key])).status_code == 404
        assert client.get(reverse(f"incidents:{name}", args=[two.pk, key])).status_code == 200


def test_words_for_whom(client_of: Any, incident: Any, owner: Person, staff: Person, auditor: Person) -> None:
    row = incident(harms=["leak"], affected="窓口で案内を受けた方", affected_count=3)
    actions.measure(owner, row, "端末を外した")
    first = row.notices.get(whom="ppc_first")
    address = reverse("incidents:notice", args=[row.pk, first.pk])
    page = client_of(owner).get(address).content.decode()
    assert "（速報）" in page
    assert "端末を外した" in page
    assert "3人" in page
    assert staff.name not in draft(first)
    data = {"whom": "ppc_first", "who": "", "how": "フォーム", "due_at": shown(first.due_at), "revision": 0}
    client_of(owner).post(address, data | {"text": draft(first).replace("\n", "\r\n")})
    first.refresh_from_db()
    assert (first.how, first.text) == ("フォーム", "")  # untouched words stay a draft that follows the facts
    client_of(owner).post(address, data | {"text": "自分の言葉", "revision": first.revision})
    assert draft(row.notices.select_related("incident__municipality").get(pk=first.pk)) == "自分の言葉"
    file = client_of(auditor).get(reverse("incidents:letter", args=[row.pk, first.pk]))
    assert file.content.decode() == "自分の言葉"
    assert "attachment" in file["Content-Disposition"]
    assert client_of(auditor).post(address, data).status_code == 403
    assert client_of(staff).get(address).status_code == 403
    residents = row.notices.get(whom="residents")
    assert "窓口で案内を受けた方" in draft(residents)


def test_somebody_else_is_told(client_of: Any, incident: Any, owner: Person) -> None:
    row = incident()
    data = {"whom": "other", "who": "県 市町村課", "how": "", "due_at": "", "text": ""}
    client_of(owner).post(reverse("incidents:add_notice", args=[row.pk]), data)
    one = row.notices.get(whom="other")
    actions.finish_notice(owner, one, note="電話した")
    with pytest.raises(ValidationError):
        actions.save_notice(owner, row, one, whom="other")
    assert row.events.filter(kind="told").count() == 1


# --- closing --------------------------------------------------------------------------------


def test_what_is_left_is_told(client_of: Any, incident: Any, owner: Person, playbook: Playbook) -> None:
    row = incident(residents="yes")
    actions.decide_course(owner, row, "check", "確かめる")
    actions.contain(owner, anew(row), "広がらない")
    left = " ".join(map(str, readiness.left(anew(row))))
    for words in ("原因", "手当て", "住民への連絡", "手順が1件", "連絡が2件", "再発防止", "教訓"):
        assert words in left
    response = client_of(owner).post(
        reverse("incidents:close", args=[row.pk]), {"closing_note": "済", "revision": anew(row).revision}
    )
    assert response.status_code == 422
    assert anew(row).state == "contained"


def test_who_closes(incident: Any, owner: Person, it_staff: Person, executive: Person, staff: Person) -> None:
    medium = contained(owner, incident())
    with pytest.raises(PermissionDenied):
        actions.close(staff, medium, "済んだ")
    assert actions.close(owner, medium, "済んだ").closed_by == owner
    serious = contained(owner, incident(severity="3serious"))
    for person in (owner, it_staff):
        with pytest.raises(PermissionDenied):
            actions.close(person, serious, "済んだ")
    actions.set_leader(owner, serious, executive, "市長が指揮をとる")
    with pytest.raises(PermissionDenied):
        actions.close(executive, anew(serious), "自分で閉じる")
    actions.set_leader(owner, anew(serious), owner, "")
    assert actions.close(executive, anew(serious), "認める").state == "closed"


def test_a_serious_one_is_not_made_less_to_be_ended_alone(
    client_of: Any, incident: Any, owner: Person, executive: Person, staff: Person
) -> None:
    row = incident(severity="3serious")
    actions.take_up(owner, row)
    client_of(owner).post(reverse("incidents:reassess", args=[row.pk]), facts(row, severity="1minor"))
    less = anew(row)
    assert (less.severity, less.was_serious) == ("1minor", True)
    for end in (actions.withdraw, actions.close):
        with pytest.raises(PermissionDenied):
            end(owner, less, "大したことではない")
    assert client_of(owner).get(reverse("incidents:withdraw", args=[row.pk])).status_code == 403
    assert f"インシデント {row.code} の完了を判断する" not in titles(executive)
    contained(owner, less)
    assert f"インシデント {row.code} の完了を判断する" in titles(executive)


def test_a_reporter_takes_back_even_a_serious_one_while_nobody_has_taken_it_up(
    incident: Any, staff: Person
) -> None:
    row = incident(severity="3serious")
    assert actions.withdraw(row.reporter, row, "見間違い").state == "withdrawn"


def test_the_states_have_an_order(incident: Any, owner: Person) -> None:
    row = incident()
    with pytest.raises(ValidationError):
        actions.contain(owner, row, "まだ")
    actions.take_up(owner, row)
    with pytest.raises(ValidationError):
        actions.contain(owner, anew(row), "判断がない")
    with pytest.raises(ValidationError):
        actions.close(owner, anew(row), "まだ")
    row = contained(owner, anew(row))
    row = actions.resume(owner, row, "また起きた")
    assert (row.state, row.contained_at) == ("handling", None)
    with pytest.raises(ValidationError):
        actions.resume(owner, anew(row), "もう一度")


def test_what_is_over_is_not_worked_on(incident: Any, owner: Person) -> None:
    row = actions.withdraw(owner, incident(), "誤報")
    again = anew(row)
    for act in (
        lambda: actions.measure(owner, again, "した"),
        lambda: actions.decide_course(owner, again, "stop", "止める"),
        lambda: actions.explain(owner, again, cause="なし"),
        lambda: actions.withdraw(owner, again, "もう一度"),
        lambda: actions.save_notice(owner, again, None, whom="head"),
        lambda: actions.set_leader(owner, again, owner, ""),
    ):
        with pytest.raises(ValidationError):
            act()


def test_the_reporter_takes_back_what_nobody_took_up(
    client_of: Any, incident: Any, owner: Person, staff: Person
) -> None:
    row = incident()
    address = reverse("incidents:withdraw", args=[row.pk])
    assert address in client_of(staff).get(row.get_absolute_url()).content.decode()
    actions.take_up(owner, anew(row))
    assert client_of(staff).get(address).status_code == 403
    other = incident()
    data = {"text": "見間違い", "revision": other.revision}
    client_of(staff).post(reverse("incidents:withdraw", args=[other.pk]), data)
    assert (anew(other).state, anew(other).withdrawn_why) == ("withdrawn", "見間違い")


def test_a_prevention_is_done_once(incident: Any, owner: Person, staff: Person, neighbour: Person) -> None:
    row = incident()
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    with pytest.raises(ValidationError):
        actions.add_prevention(
            owner,
            row,
            what="確かめる",
            person=staff,
            due_on=timezone.localdate() - datetime.timedelta(days=1),
        )
    made = actions.add_prevention(owner, row, what="確かめる", person=staff, due_on=tomorrow)
    with pytest.raises(PermissionDenied):
        actions.finish_prevention(neighbour, made, result="した", on=timezone.localdate())
    with pytest.raises(ValidationError):
        actions.finish_prevention(staff, made, result="した", on=tomorrow)
    again = Prevention.objects.select_related("incident__municipality", "municipality").get()
    actions.finish_prevention(staff, made, result="した", on=timezone.localdate())
    with pytest.raises(Stale):
        actions.finish_prevention(staff, again, result="した", on=timezone.localdate(), seen_revision=0)


def test_everything_done_leaves_nothing_waiting(incident: Any, owner: Person, playbook: Playbook) -> None:
    row = incident(harms=["leak"], severity="3serious")
    finish_all(owner, row)
    assert not Notice.objects.filter(done_at=None).exists()
    assert anew(row).state == "handling"


def test_a_retired_system_shows_what_is_not_over(incident: Any, owner: Person, system: AISystem) -> None:
    row = incident()
    assert [one.url for one in remains.remaining(system) if "incidents" in one.url] == [
        row.get_absolute_url()
    ]
    actions.withdraw(owner, row, "誤報")
    assert not [one for one in remains.remaining(system) if "incidents" in one.url]
