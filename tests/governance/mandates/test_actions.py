"""Who answers, who reviews, what is planned."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from kijun.governance.accounts import belongings, waiting
from kijun.governance.accounts.models import Person
from kijun.governance.audit.models import Entry
from kijun.governance.mandates import actions, queries
from kijun.governance.mandates.models import Body, Mandate, Member
from kijun.governance.organisation.models import Municipality
from kijun.web.versions import Stale

TODAY = timezone.localdate()
YEAR = datetime.timedelta(days=365)


def mandate(actor: Person, person: Person, **fields: Any) -> Mandate:
    values = {
        "duty": "risk", "person": person, "scope": "全部", "valid_from": TODAY - YEAR, "valid_to": None
    } | fields  # fmt: skip
    return actions.save_mandate(actor, actor.municipality, None, seen_revision=None, **values)


def body(actor: Person) -> Body:
    return actions.save_body(
        actor, actor.municipality, None, seen_revision=None, name="AI会議", valid_from=TODAY - YEAR
    )


def test_it_works(it_staff: Person, executive: Person, town: Municipality) -> None:
    made = mandate(it_staff, executive, post="副市長", powers="停止", resources="2人", may_stop=True)
    facts = queries.duties(town)
    assert [one.person for one in facts["risk"]] == ["市長 五月"]
    assert facts["use"] == []
    assert queries.resources(town).stated == 1
    changed = actions.save_mandate(it_staff, town, made, seen_revision=0, powers="停止と改善指示")
    assert changed.revision == 1
    with pytest.raises(Stale):
        actions.save_mandate(it_staff, town, made, seen_revision=0, powers="x")
    assert Entry.objects.filter(action="mandates.mandate_changed").count() == 1
    actions.end(it_staff, made, TODAY - datetime.timedelta(days=1))
    assert queries.duties(town)["risk"] == []
    with pytest.raises(ValidationError, match="より後の日"):
        actions.end(it_staff, made, TODAY - 2 * YEAR)


def test_a_body_with_both_sides(
    it_staff: Person, executive: Person, staff: Person, town: Municipality, django_assert_num_queries: Any
) -> None:
    made = body(it_staff)
    boss = actions.save_member(
        it_staff, made, None, person=executive, side="executive", chair=True, valid_from=TODAY
    )
    assert not queries.bodies_in_force(town)[0].is_mixed
    actions.save_member(it_staff, made, None, person=staff, side="ground", valid_from=TODAY)
    actions.save_member(it_staff, made, None, name="外部 教授", side="expert", valid_from=TODAY)
    with pytest.raises(ValidationError, match="氏名"):
        actions.save_member(it_staff, made, None, side="expert", valid_from=TODAY)
    meeting = actions.save_meeting(
        it_staff, made, None, seen_revision=None, held_on=TODAY, title="第1回", attendees=[boss]
    )
    actions.save_meeting(
        it_staff, made, None, seen_revision=None, held_on=TODAY + YEAR, title="次回", attendees=[]
    )
    with django_assert_num_queries(3):
        fact = queries.bodies_in_force(town)[0]
    assert (fact.executives, fact.ground, fact.experts, fact.residents) == (1, 1, 1, 0)
    assert (fact.is_mixed, fact.chair, fact.last_meeting) == (True, "市長 五月", TODAY)
    actions.save_meeting(
        it_staff, made, meeting, seen_revision=0, decisions="使う", attendees=made.members.all()
    )
    assert meeting.attendees.count() == 3
    assert Entry.objects.filter(action="mandates.attendees_changed").count() == 2
    executive.is_active = False
    executive.save()
    assert not queries.bodies_in_force(town)[0].is_mixed


def test_requests_are_answered_by_somebody_else(
    it_staff: Person, owner: Person, executive: Person, staff: Person, town: Municipality
) -> None:
    asked = actions.ask(owner, town, what="1人の増員", reason="監視", mandate=None)
    assert asked.due_on == TODAY + datetime.timedelta(days=30)
    assert [str(task.title) for task in waiting.tasks(executive)] == ["「1人の増員」に回答する"]
    with pytest.raises(PermissionDenied):
        actions.ask(staff, town, what="x", reason="", mandate=None)
    own = actions.ask(executive, town, what="予算", reason="", mandate=None)
    with pytest.raises(ValidationError, match="ほかの人"):
        actions.answer(executive, own, answer="met", answer_note="x", seen_revision=0)
    asked.asked_on = TODAY - datetime.timedelta(days=31)
    asked.save()
    assert queries.resources(town).late == 1
    actions.answer(executive, asked, answer="partly", answer_note="来年度", seen_revision=0)
    facts = queries.resources(town)
    assert (facts.asked, facts.open, facts.late) == (2, 1, 0)
    with pytest.raises(Stale):
        actions.answer(it_staff, asked, answer="met", answer_note="x", seen_revision=0)


def test_plans(it_staff: Person, town: Municipality) -> None:
    fields: dict[str, Any] = {"kind": "dx", "passage": "AIを使う"}
    actions.save_plan(
        it_staff,
        town,
        None,
        seen_revision=None,
        name="DX",
        starts_on=TODAY,
        ends_on=TODAY + 4 * YEAR,
        **fields,
    )
    actions.save_plan(
        it_staff, town, None, seen_revision=None, name="古い", starts_on=TODAY - 5 * YEAR,
        ends_on=TODAY - YEAR, **fields,
    )  # fmt: skip
    assert [(one.name, one.several_years) for one in queries.plans_in_force(town)] == [("DX", True)]
    with pytest.raises(ValidationError, match="より後の日"):
        actions.save_plan(
            it_staff,
            town,
            None,
            seen_revision=None,
            name="逆",
            starts_on=TODAY,
            ends_on=TODAY - YEAR,
            **fields,
        )


def test_who_moves_hands_over(it_staff: Person, executive: Person, owner: Person, town: Municipality) -> None:
    made = mandate(it_staff, executive)
    group = body(it_staff)
    actions.save_member(it_staff, group, None, person=executive, side="executive", valid_from=TODAY - YEAR)
    found = belongings.belongings_of([executive, owner])
    assert {(one.thing_kind, one.role_key) for one in found[executive.pk]} >= {
        ("mandates.mandate", "person"),
        ("mandates.member", "person"),
    }
    for one in found[executive.pk]:
        belongings.hand_over(one.thing_kind, one.role_key, one.thing_id, executive, owner, it_staff)
    assert [one.person for one in queries.duties(town)["risk"]] == ["責任 次郎"]
    made.refresh_from_db()
    assert made.person == executive
    assert made.valid_to == TODAY - datetime.timedelta(days=1)
    assert Member.objects.filter(person=owner, valid_from=TODAY).count() == 1
    assert executive.pk not in belongings.belongings_of([executive])


def test_a_deputy_who_moves_hands_over(
    it_staff: Person, executive: Person, owner: Person, staff: Person
) -> None:
    made = mandate(it_staff, executive)
    actions.save_mandate(it_staff, made.municipality, made, seen_revision=None, deputy=owner)
    found = [one for one in belongings.belongings(owner) if one.thing_kind == "mandates.mandate"]
    assert [(one.role_key, one.label) for one in found] == [("deputy", made.get_duty_display())]
    belongings.hand_over("mandates.mandate", "deputy", str(made.pk), owner, staff, it_staff)
    made.refresh_from_db()
    assert (made.deputy, made.person) == (staff, executive)
    told = Entry.objects.get(action="mandates.deputy_handed_over")
    assert told.detail["after"] == {"deputy": "介護 三郎（0004）"}
    assert not [one for one in belongings.belongings(owner) if one.thing_kind == "mandates.mandate"]


def test_a_stale_member(it_staff: Person, executive: Person) -> None:
    member = actions.save_member(
        it_staff, body(it_staff), None, person=executive, side="executive", valid_from=TODAY
    )
    actions.save_member(it_staff, member.body, member, seen_revision=0, chair=True)
    with pytest.raises(Stale):
        actions.save_member(it_staff, member.body, member, seen_revision=0, side="ground")
    member.refresh_from_db()
    assert (member.chair, member.side) == (True, "executive")


def test_who_may_not(
    staff: Person, auditor: Person, outsider: Person, executive: Person, it_staff: Person, town: Municipality
) -> None:
    made, group = mandate(it_staff, executive), body(it_staff)
    for actor in (staff, auditor, outsider):
        with pytest.raises(PermissionDenied):
            actions.save_mandate(
                actor,
                town,
                None,
                seen_revision=None,
                duty="use",
                person=executive,
                scope="x",
                valid_from=TODAY,
            )
        with pytest.raises(PermissionDenied):
            actions.end(actor, made, TODAY)
        with pytest.raises(PermissionDenied):
            actions.save_member(actor, group, None, person=executive, side="executive", valid_from=TODAY)
    with pytest.raises(PermissionDenied):  # somebody of another town cannot be named
        mandate(it_staff, outsider)
    foreign = body(outsider)
    stranger = actions.save_member(outsider, foreign, None, person=outsider, side="ground", valid_from=TODAY)
    with pytest.raises(PermissionDenied):
        actions.save_meeting(
            it_staff, group, None, seen_revision=None, held_on=TODAY, title="x", attendees=[stranger]
        )
