"""Lessons, the playbook, systems' plans, drills."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from kijun.governance.accounts.models import Person
from kijun.governance.incidents import actions, checklist, moments, queries
from kijun.governance.incidents.models import Drill, Incident, Lesson, Playbook, Reading, SystemPlan
from kijun.governance.inventory.models import AISystem
from tests.governance.incidents.conftest import LESSON, anew
from tests.governance.incidents.test_reporting import titles

PLAN: dict[str, Any] = {
    "foreseen": "誤った案内",
    "stop": "責任者がAIの停止で止める",
    "by_hand": "紙の手引",
    "find": "入出力記録を日付で探す",
    "redress": "介護保険課が受け、3日以内に人が判断し直す",
}


def drill_values(**changed: Any) -> dict[str, Any]:
    return {
        "held_on": timezone.localdate(), "scenario": "誤った案内が20件", "harms": ["wrong"], "people": "6人",
        "minutes": 12, "learnt": "夜間の連絡先が古い",
    } | changed  # fmt: skip


# --- lessons --------------------------------------------------------------------------------


def test_a_lesson_is_published_and_read(
    client_of: Any, incident: Any, owner: Person, staff: Person, neighbour: Person, outsider: Person
) -> None:
    """From a draft that only those see who follow, to everybody's home page."""
    row = incident()
    lesson = actions.save_lesson(owner, row, **LESSON)
    page = lesson.get_absolute_url()
    assert client_of(neighbour).get(page).status_code == 404
    assert client_of(owner).get(page).status_code == 200
    with pytest.raises(ValidationError):
        actions.publish_lesson(owner, lesson)
    lesson = actions.save_lesson(owner, row, **LESSON, nobody_named=True)
    response = client_of(owner).post(
        reverse("incidents:publish_lesson", args=[lesson.pk]), {"revision": lesson.revision}
    )
    assert response["Location"] == page
    assert f"教訓「{lesson.title}」を読む" in titles(neighbour)
    shown = client_of(neighbour).get(page).content.decode()
    assert LESSON["do"] in shown
    assert row.get_absolute_url() not in shown
    assert staff.name not in shown
    client_of(neighbour).post(reverse("incidents:read_lesson", args=[lesson.pk]))
    client_of(neighbour).post(reverse("incidents:read_lesson", args=[lesson.pk]))
    assert Reading.objects.count() == 1
    assert f"教訓「{lesson.title}」を読む" not in titles(neighbour)
    assert neighbour.name in client_of(owner).get(page).content.decode()
    for client in (client_of(outsider),):
        assert client.get(page).status_code == 404
        assert client.post(reverse("incidents:read_lesson", args=[lesson.pk])).status_code == 404
    listed = client_of(neighbour).get(reverse("incidents:lessons")).content.decode()
    assert lesson.title in listed
    assert lesson.title not in client_of(outsider).get(reverse("incidents:lessons")).content.decode()


def test_a_lesson_is_taken_back(client_of: Any, incident: Any, owner: Person, neighbour: Person) -> None:
    lesson = actions.save_lesson(owner, incident(), **LESSON, nobody_named=True)
    actions.publish_lesson(owner, lesson)
    with pytest.raises(ValidationError):
        actions.save_lesson(owner, anew(lesson.incident), **LESSON)
    address = reverse("incidents:unpublish_lesson", args=[lesson.pk])
    assert client_of(neighbour).post(address).status_code == 403
    client_of(owner).post(address, {"revision": lesson.revision})
    assert client_of(neighbour).get(lesson.get_absolute_url()).status_code == 404
    assert Lesson.objects.get().published_by is None
    with pytest.raises(ValidationError):
        actions.unpublish_lesson(owner, Lesson.objects.get())


def test_what_looks_personal_is_shown_before_a_lesson_is_saved(
    client_of: Any, incident: Any, owner: Person
) -> None:
    address = reverse("incidents:write_lesson", args=[incident().pk])
    data = LESSON | {"happened": "090-1234-5678 の方に案内した"}
    response = client_of(owner).post(address, data)
    assert response.status_code == 422
    assert not Lesson.objects.exists()
    client_of(owner).post(address, data | {"shown": response.context["form"].data["shown"]})
    assert Lesson.objects.exists()


# --- the playbook ---------------------------------------------------------------------------


def test_a_version_is_written_and_adopted(
    client_of: Any, it_staff: Person, executive: Person, staff: Person, owner: Person
) -> None:
    client = client_of(it_staff)
    assert client.get(reverse("incidents:playbook")).status_code == 200
    client.post(reverse("incidents:draft"), {"text": "初めて作る"})
    row = Playbook.objects.get()
    client.post(reverse("incidents:propose", args=[row.pk]), {"revision": row.revision})
    row.refresh_from_db()
    assert row.state == "draft"  # nothing is written yet
    parts = {"why": "初めて", "stop": "責任者", "order": "CDO", "correction": "HP", "night": "宿直"}
    client.post(reverse("incidents:edit_version", args=[row.pk]), parts | {"revision": row.revision})
    step = {"order": "10", "text": "止める", "severity": "1minor", "hours": "２"}
    client.post(reverse("incidents:add_step", args=[row.pk]), step)
    one = row.steps.get()
    assert one.hours == 2
    client.post(reverse("incidents:edit_step", args=[row.pk, one.pk]), step | {"text": "すぐ止める"})
    client.post(reverse("incidents:add_step", args=[row.pk]), step | {"text": "いらない"})
    client.post(reverse("incidents:remove_step", args=[row.pk, row.steps.get(text="いらない").pk]))
    row.refresh_from_db()
    client.post(reverse("incidents:propose", args=[row.pk]), {"revision": row.revision})
    row.refresh_from_db()
    assert row.state == "proposed"
    assert "「インシデント対応手順 第1版」を承認する" in titles(executive)
    adopt = reverse("incidents:adopt", args=[row.pk])
    for person in (it_staff, owner, staff):
        assert client_of(person).post(adopt).status_code == 403
    client_of(executive).post(adopt, {"revision": row.revision})
    row.refresh_from_db()
    assert (row.state, row.adopted_by) == ("adopted", executive)
    page = client_of(staff).get(reverse("incidents:playbook")).content.decode()
    assert "すぐ止める" in page
    assert "宿直" in page
    with pytest.raises(ValidationError):
        actions.save_playbook(it_staff, row, parts)


def test_the_next_version_begins_with_the_last(
    playbook: Playbook, incident: Any, it_staff: Person, executive: Person
) -> None:
    before = incident()
    row = actions.draft_playbook(it_staff, "訓練のあと")
    assert (row.number, row.stop, row.steps.count()) == (2, playbook.stop, 4)
    with pytest.raises(ValidationError):
        actions.draft_playbook(it_staff, "もう一つ")
    row = actions.return_playbook(executive, actions.propose_playbook(it_staff, row))
    assert row.state == "draft"
    actions.adopt_playbook(executive, actions.propose_playbook(it_staff, row))
    playbook.refresh_from_db()
    assert playbook.state == "former"
    assert checklist.playbook(it_staff.municipality) == row
    assert anew(before).playbook == playbook  # what was opened before keeps its own


def test_nobody_adopts_their_own(it_staff: Person, executive: Person, playbook: Playbook) -> None:
    row = actions.propose_playbook(it_staff, actions.draft_playbook(it_staff, "直す"))
    Playbook.objects.filter(pk=row.pk).update(made_by=executive)
    with pytest.raises(ValidationError):
        actions.adopt_playbook(executive, Playbook.objects.get(pk=row.pk))


def test_adopted_once(it_staff: Person, executive: Person, playbook: Playbook) -> None:
    row = actions.propose_playbook(it_staff, actions.draft_playbook(it_staff, "直す"))
    again = Playbook.objects.get(pk=row.pk)
    actions.adopt_playbook(executive, row)
    with pytest.raises(ValidationError):
        actions.adopt_playbook(executive, again)


def test_after_a_drill_it_is_looked_at_again(
    client_of: Any, playbook: Playbook, it_staff: Person, staff: Person
) -> None:
    Playbook.objects.update(adopted_at=timezone.now() - datetime.timedelta(days=30))
    drill = actions.record_drill(it_staff, drill_values())
    playbook.refresh_from_db()
    town = it_staff.municipality
    drill_day = timezone.localdate()
    assert queries.to_review(town, playbook) == [drill.code]
    assert drill.code in client_of(it_staff).get(reverse("incidents:playbook")).content.decode()
    address = reverse("incidents:review", args=[playbook.pk])
    assert client_of(staff).post(address).status_code == 403
    client_of(it_staff).post(address, {"revision": playbook.revision})
    playbook.refresh_from_db()
    assert playbook.reviewed_on == drill_day
    assert queries.to_review(town, playbook) == []


def test_another_towns_version_is_not_there(client_of: Any, playbook: Playbook, outsider: Person) -> None:
    step = playbook.steps.all()[0]
    for name, more in (
        ("version", ()), ("edit_version", ()), ("add_step", ()), ("edit_step", (step.pk,)),
        ("remove_step", (step.pk,)), ("propose", ()), ("return_version", ()), ("adopt", ()), ("review", ()),
    ):  # fmt: skip
        address = reverse(f"incidents:{name}", args=[playbook.pk, *more])
        assert client_of(outsider).get(address).status_code in (404, 405)
        assert client_of(outsider).post(address).status_code in (404, 405)


# --- plans and drills -----------------------------------------------------------------------


def test_a_systems_plan(
    client_of: Any, owner: Person, staff: Person, neighbour: Person, outsider: Person, system: AISystem
) -> None:
    address = reverse("incidents:edit_plan", args=[system.pk])
    assert client_of(owner).post(address, {**PLAN, "stop": ""}).status_code == 422
    client_of(owner).post(address, PLAN)
    row = SystemPlan.objects.get()
    assert row.changed_by == owner
    assert (
        PLAN["by_hand"] in client_of(staff).get(reverse("incidents:plan", args=[system.pk])).content.decode()
    )
    assert system.shown_name in client_of(staff).get(reverse("incidents:plans")).content.decode()
    assert client_of(staff).post(address, PLAN).status_code == 403
    for person in (neighbour, outsider):
        assert client_of(person).get(reverse("incidents:plan", args=[system.pk])).status_code == 404
    actions.save_plan(owner, system, PLAN | {"stop": "課長"}, row.revision)
    with pytest.raises(ValidationError):
        actions.save_plan(owner, system, PLAN, row.revision)


def test_a_drill(client_of: Any, owner: Person, staff: Person, outsider: Person, system: AISystem) -> None:
    today = timezone.localdate()
    data = drill_values(
        held_on=f"{today:%Y/%m/%d}", system=system.pk, stop_minutes="3", next_on=f"{today.year + 2}/04/01"
    )
    address = reverse("incidents:add_drill")
    assert client_of(staff).post(address, data).status_code == 403
    response = client_of(owner).post(address, data)
    drill = Drill.objects.get()
    assert response["Location"] == drill.get_absolute_url()
    assert (drill.code, drill.stop_minutes) == ("DR-001", 3)
    assert client_of(staff).get(drill.get_absolute_url()).status_code == 200
    assert client_of(outsider).get(drill.get_absolute_url()).status_code == 404
    assert queries.next_drill(owner.municipality) == today + datetime.timedelta(days=365)
    sheet = client_of(staff).get(f"{reverse('incidents:drills')}?format=xlsx")
    assert sheet["Content-Type"].endswith("sheet")


@pytest.mark.parametrize(
    "wrong",
    [
        {"held_on": datetime.date(2999, 1, 1)},
        {"held_on": None},
        {"harms": []},
        {"minutes": None},
        {"learnt": ""},
        {"next_on": datetime.date(2020, 1, 1)},
    ],
)
def test_a_drill_that_cannot_be(it_staff: Person, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        actions.record_drill(it_staff, drill_values(**wrong))


def test_a_drill_that_is_due_waits(it_staff: Person, staff: Person) -> None:
    assert "インシデント対応の訓練をする" not in titles(it_staff)
    old = timezone.localdate() - datetime.timedelta(days=360)
    actions.record_drill(it_staff, drill_values(held_on=old))
    assert "インシデント対応の訓練をする" in titles(it_staff)
    assert "インシデント対応の訓練をする" not in titles(staff)


def test_only_it_staff_draft(staff: Person, executive: Person) -> None:
    for person in (staff, executive):
        with pytest.raises(PermissionDenied):
            actions.draft_playbook(person, "作る")


# --- times ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "hour", "minute"),
    [
        ("2026/11/28 14:30", 14, 30),
        ("2026-11-28T14:30", 14, 30),
        ("令和8年11月28日 14時30分", 14, 30),
        ("R8.11.28 9時", 9, 0),
        ("２０２６／１１／２８　１４：３０", 14, 30),
        ("2026/11/28 午後2:30", 14, 30),
        ("2026年11月28日午前0時5分", 0, 5),
    ],
)
def test_moments_as_people_write_them(text: str, hour: int, minute: int) -> None:
    found = timezone.localtime(moments.parse(text, time_needed=True))
    assert (found.date(), found.hour, found.minute) == (datetime.date(2026, 11, 28), hour, minute)
    assert moments.parse(moments.shown(found), time_needed=True) == found


@pytest.mark.parametrize(
    "text", ["2026/11/28", "14:30", "2026/11/28 25:00", "2026/13/01 10:00", "午後", "x" * 50]
)
def test_what_is_no_moment(text: str) -> None:
    with pytest.raises(ValidationError):
        moments.parse(text, time_needed=True)


def test_a_day_alone_where_no_time_is_needed() -> None:
    found = timezone.localtime(moments.parse("令和8年11月28日", time_needed=False))
    assert (found.day, found.hour) == (28, 0)


def test_incidents_have_a_number(incident: Any) -> None:
    row: Incident = incident()
    assert str(row).startswith("IN-001 ")
