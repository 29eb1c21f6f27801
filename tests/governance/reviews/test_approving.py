"""Approval before a text leaves: on the frozen text, by somebody who looked, whoever is there."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from kijun.governance.access import actions as access
from kijun.governance.access.models import Purpose
from kijun.governance.accounts.models import Person, Posting, RoleGrant
from kijun.governance.accounts.roles import Role
from kijun.governance.approvals import actions as approvals
from kijun.governance.approvals.models import Approval, Route, StepKind
from kijun.governance.approvals.routes import StepData
from kijun.governance.interactions.looks import looks
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Department
from kijun.governance.reviews import actions, answers, leaving, subject
from kijun.governance.reviews.models import Opening, Review
from kijun.governance.risks.models import RiskAssessment
from tests.conftest import make_person
from tests.governance.reviews.conftest import decide, step_of


def again(review: Review) -> Review:
    found: Review = Review.objects.select_related("purpose", "system", "approval", "person").get(pk=review.pk)
    return found


def test_it_works(submitted: Review, staff: Person, approver: Person) -> None:
    assert submitted.state == "submitted"
    assert "決裁" in str(leaving.why_not(submitted))
    approval = decide(submitted, approver)
    assert approval.state == Approval.State.APPROVED
    assert again(submitted).state == "approved"
    assert not leaving.why_not(again(submitted))


def test_the_frozen_copy_has_the_persons_words_and_seals_alone(submitted: Review) -> None:
    assert submitted.approval is not None
    frozen = submitted.approval.frozen
    assert frozen["text"] == "案です。直しました。"
    assert "広報の案を考えて" not in str(frozen)
    assert frozen["_answer_seal"] == submitted.answer_seal
    assert len(frozen["_question_seal"]) == 64


def test_an_unchanged_answer_is_not_copied(confirm: Any, say: Any, staff: Person, approver: Person) -> None:
    review = confirm(staff, say(staff, "問い", "めずらしい回答です。"), destination="outside")
    approval = actions.submit(staff, review)
    assert approval.frozen["text"] is None
    assert "めずらしい" not in str(approval.frozen)


def test_who_decides_has_looked(submitted: Review, approver: Person) -> None:
    with pytest.raises(ValidationError, match="資料を開く"):
        approvals.approve(approver, step_of(submitted))
    assert again(submitted).state == "submitted"


def test_the_look_stands_in_the_ledger_with_its_reason(
    submitted: Review, approver: Person, client_of: Any
) -> None:
    page = client_of(approver).get(f"/staff/reviews/{submitted.pk}/material/")
    assert page.status_code == 200
    text = page.content.decode()
    assert "広報の案を考えて" in text
    assert "直しました" in text
    (told,) = looks(approver.municipality).rows
    assert told.person == str(approver.pk)
    assert told.why == "決裁のため：節電のお知らせ"
    assert told.interaction == submitted.interaction
    assert Opening.objects.get().person == approver


def test_nothing_is_shown_where_the_look_cannot_be_recorded(
    submitted: Review, approver: Person, client_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kijun.governance.interactions import ledger
    from kijun.ledger.model import Unavailable

    def broken(entries: Any) -> Any:
        raise Unavailable("台帳が使えません。", "The ledger is away.")

    monkeypatch.setattr(ledger, "record", broken)
    page = client_of(approver).get(f"/staff/reviews/{submitted.pk}/material/")
    assert page.status_code == 503
    assert "広報の案を考えて" not in page.content.decode()
    assert not Opening.objects.exists()


def test_others_see_no_material(
    submitted: Review, neighbour: Person, outsider: Person, client_of: Any
) -> None:
    for person in (neighbour, outsider):
        assert client_of(person).get(f"/staff/reviews/{submitted.pk}/material/").status_code in (403, 404)
    assert Client().get(f"/staff/reviews/{submitted.pk}/material/").status_code == 302
    assert not Opening.objects.exists()


def test_an_auditor_is_asked_why(submitted: Review, auditor: Person, client_of: Any) -> None:
    page = client_of(auditor).get(f"/staff/reviews/{submitted.pk}/material/")
    assert page.status_code == 302
    assert "/staff/records/reason/" in page["Location"]


def test_what_is_changed_afterwards_asks_again(approved: Review, staff: Person, approver: Person) -> None:
    answer = answers.own(staff, approved.interaction)
    assert answer is not None
    from tests.governance.reviews.made import confirmation

    newer = actions.confirm(
        staff, answer, confirmation(answer, destination="outside", text="もっと直した。"), approved.revision
    )
    assert newer.pk != approved.pk
    assert again(approved).superseded_at is not None
    assert "新しい確認" in str(leaving.why_not(again(approved)))
    assert "決裁" in str(leaving.why_not(newer))


def test_while_it_is_decided_on_nothing_changes(submitted: Review, staff: Person, confirm: Any) -> None:
    with pytest.raises(ValidationError, match="決裁中"):
        confirm(staff, submitted.interaction, destination="outside", text="ひそかに直す。")


def test_a_text_that_changed_behind_the_machine_is_refused(submitted: Review, approver: Person) -> None:
    Review.objects.filter(pk=submitted.pk).update(text="すり替えた。")
    with pytest.raises(ValidationError, match="変わっています"):
        decide(again(submitted), approver)


def test_returned_and_put_forward_again(
    submitted: Review, staff: Person, approver: Person, confirm: Any
) -> None:
    approvals.return_(approver, step_of(submitted), comment="日付を直してください。")
    assert again(submitted).state == "returned"
    review = confirm(staff, submitted.interaction, destination="outside", text="日付を直した。")
    assert review.pk == submitted.pk
    actions.submit(staff, review)
    decide(again(review), approver)
    assert again(review).state == "approved"


def test_taken_back(submitted: Review, staff: Person) -> None:
    assert submitted.approval is not None
    approvals.withdraw(staff, submitted.approval)
    assert again(submitted).state == "confirmed"


def test_two_approvers_at_once(submitted: Review, approver: Person, care: Department) -> None:
    """Both have the page open; the second is told who was first."""
    second = make_person(
        care.municipality, "0021", "係長 二葉", care, Role.APPROVER, kana="カカリチョウ フタバ"
    )
    step = step_of(submitted)
    answer = answers.answer_of(second.municipality, submitted.interaction, masked=True)
    actions.open_material(second, submitted, answer, "決裁のため")
    decide(submitted, approver)
    with pytest.raises(ValidationError, match="上長 四郎さんが"):
        approvals.approve(second, step)


def test_an_approver_who_transferred_yesterday(submitted: Review, approver: Person, care: Department) -> None:
    yesterday = datetime.date.today() - datetime.timedelta(days=1)
    RoleGrant.objects.filter(person=approver).update(valid_to=yesterday)
    Posting.objects.filter(person=approver).update(valid_to=yesterday)
    moved = Person.objects.get(pk=approver.pk)
    with pytest.raises(PermissionDenied):
        approvals.approve(moved, step_of(submitted))
    answer = answers.answer_of(moved.municipality, submitted.interaction, masked=True)
    with pytest.raises(PermissionDenied):
        actions.open_material(moved, submitted, answer, "決裁のため")
    successor = make_person(
        care.municipality, "0022", "後任 三葉", care, Role.APPROVER, kana="コウニン ミツバ"
    )
    decide(submitted, successor)
    assert again(submitted).state == "approved"


def test_a_deputy_decides_for_one_who_is_absent(
    submitted: Review, approver: Person, care: Department
) -> None:
    assert care.parent is not None
    chief = make_person(
        care.municipality, "0020", "部長 一葉", care.parent, Role.APPROVER, kana="ブチョウ イチヨウ"
    )
    approval = decide(submitted, chief, deputy=True)
    assert approval.steps.get().mode == "deputy"
    assert again(submitted).state == "approved"
    approvals.view_later(approver, approval.steps.get())


def test_nobody_decides_on_their_own(confirm: Any, care: Department, approver: Person) -> None:
    boss = make_person(
        care.municipality, "0023", "自分 四葉", care, Role.APPROVER, Role.STAFF, kana="ジブン ヨツバ"
    )
    review = confirm(boss, destination="outside")
    actions.submit(boss, review)
    with pytest.raises(ValidationError, match="自分が起案した"):
        approvals.approve(boss, step_of(again(review)))


def test_the_first_text_makes_a_short_route_and_a_towns_own_stays(
    submitted: Review, staff: Person, it_staff: Person, approver: Person, confirm: Any
) -> None:
    route = Route.objects.get(subject_kind=actions.SUBJECT)
    assert [step.role for step in route.steps.all()] == [Role.APPROVER]
    approvals.delete_route(it_staff, route)
    approvals.ensure_default_route(staff.municipality)
    make_person(staff.municipality, "0030", "市長 代理", staff.department, Role.EXECUTIVE)  # type: ignore[arg-type]
    actions.submit(staff, confirm(staff, destination="outside"))
    assert not Route.objects.filter(subject_kind=actions.SUBJECT).exists()


def test_a_high_tier_may_have_a_route_of_its_own(
    confirm: Any, staff: Person, it_staff: Person, executive: Person, approver: Person, system: AISystem
) -> None:
    RiskAssessment.objects.create(
        municipality=system.municipality,
        system=system,
        number=1,
        state="current",
        tier="high",
        computed_tier="high",
    )
    approvals.save_route(
        it_staff, system.municipality, route=None, name="高リスク", subject_kind=actions.SUBJECT_STRICT, department=None,
        steps=[StepData(StepKind.CONSULT, Role.APPROVER, order=1), StepData(StepKind.DECIDE, Role.EXECUTIVE, order=2)],
        seen_revision=None,
    )  # fmt: skip
    review = confirm(staff, level="strict")
    assert (review.level, review.tier) == ("strict", "high")
    approval = actions.submit(staff, review)
    assert approval.subject_kind == actions.SUBJECT_STRICT
    assert [step.role for step in approval.steps.all()] == [Role.APPROVER, Role.EXECUTIVE]
    with pytest.raises(ValidationError, match="資料を開く"):
        approvals.approve(approver, approval.steps.all()[0])  # who consents has looked, like who decides
    assert decide(again(review), approver).state == Approval.State.SUBMITTED


def test_public_power_is_not_put_forward_without_its_basis(
    confirm: Any, purpose: Purpose, it_staff: Person, staff: Person, approver: Person
) -> None:
    review = confirm(staff, destination="outside")
    access.save_purpose(it_staff, purpose.municipality, purpose, {"public_power": True})
    with pytest.raises(ValidationError, match="公権力"):
        actions.submit(staff, again(review))


def test_only_ones_own_is_put_forward(
    confirm: Any, staff: Person, approver: Person, outsider: Person
) -> None:
    review = confirm(staff, destination="outside")
    for person in (approver, outsider):
        with pytest.raises(PermissionDenied):
            actions.submit(person, review)


def test_what_the_ledger_has_erased_is_told(
    submitted: Review, approver: Person, client_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import dataclasses

    real = answers.answer_of

    def erased(*args: Any, **kwargs: Any) -> Any:
        found = real(*args, **kwargs)
        return dataclasses.replace(found, erased=True, text="", question="", values={}) if found else None

    monkeypatch.setattr(answers, "answer_of", erased)
    text = client_of(approver).get(f"/staff/reviews/{submitted.pk}/material/").content.decode()
    assert "消去されています" in text
    assert "案です。直しました。" in text  # the person's own words are there


def test_the_page_of_the_approval(submitted: Review, approver: Person, client_of: Any) -> None:
    assert submitted.approval is not None
    text = client_of(approver).get(submitted.approval.get_absolute_url()).content.decode()
    assert "決裁の資料を開く" in text
    assert "庁外に出す" in text
    assert f"/staff/reviews/{submitted.pk}/material/" in text


def test_the_page_says_so_before_anybody_confirms(
    submitted: Review, approver: Person, client_of: Any
) -> None:
    assert submitted.approval is not None
    client = client_of(approver)
    at = submitted.approval.get_absolute_url()
    wanted = "承認する前に、「決裁の資料を開く」で"
    assert wanted in client.get(at).content.decode()
    values = {"step": step_of(submitted).pk, "decision": "approve", "comment": ""}
    refused = client.post(f"{at}act/", values)
    assert refused.status_code == 422
    assert wanted in str(refused.context["form"].non_field_errors())
    returned = client.post(f"{at}act/", {**values, "decision": "return", "comment": "日時を書き足す。"})
    assert "差し戻" in returned.content.decode(), "giving it back needs no look"
    client.get(f"/staff/reviews/{submitted.pk}/material/")
    assert wanted not in client.get(at).content.decode()
    assert "承認しますか" in client.post(f"{at}act/", values).content.decode()


def test_what_is_frozen_is_json(submitted: Review) -> None:
    import json

    from django.core.serializers.json import DjangoJSONEncoder

    assert (
        json.loads(json.dumps(subject.frozen(submitted), cls=DjangoJSONEncoder))["title"] == "節電のお知らせ"
    )


def test_a_colleague_is_not_led_to_a_closed_door(
    submitted: Review, staff: Person, care: Department, client_of: Any
) -> None:
    """Somebody of the same department sees the approval, and no button for what only those who decide may open."""
    beside = make_person(care.municipality, "0040", "同僚 五葉", care, Role.STAFF, kana="ドウリョウ イツハ")
    assert submitted.approval is not None
    page = client_of(beside).get(submitted.approval.get_absolute_url())
    assert page.status_code == 200
    assert "/material/" not in page.content.decode()
    assert client_of(beside).get(f"/staff/reviews/{submitted.pk}/material/").status_code == 404
