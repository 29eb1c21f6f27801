"""Answering: what is asked of an answer, who may give it, and what happens when two do."""

from __future__ import annotations

import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from kijun.governance.accounts.models import Person
from kijun.governance.assessments import actions
from kijun.governance.assessments.models import Answer, AskedRole, Assessment, Status
from kijun.governance.audit.models import Entry
from kijun.governance.evidence.models import Item, Verdict
from kijun.governance.organisation.models import Department
from kijun.web.versions import Stale
from tests.governance.assessments.made import prove

WORDS = "令和8年4月から全員が確認表に記入している。"


def test_done_with_evidence(user_answer: Answer, staff: Person, assessment: Assessment) -> None:
    prove(assessment, user_answer.control_id)
    saved = actions.answer(staff, user_answer, status=Status.DONE, seen_revision=0)
    assert (saved.status, saved.answered_by, saved.revision) == (Status.DONE, staff, 1)
    assessment.refresh_from_db()
    assert assessment.state == Assessment.State.IN_PROGRESS
    entry = Entry.objects.get(action="assessments.answered")
    assert entry.detail["after"]["status"] == "done"
    assert not Item.objects.filter(kind=Item.Kind.ATTESTATION).exists()


def test_done_without_evidence_asks_for_an_attestation(
    user_answer: Answer, staff: Person, assessment: Assessment
) -> None:
    with pytest.raises(ValidationError) as error:
        actions.answer(staff, user_answer, status=Status.DONE, seen_revision=0, attestation="はい")
    assert "attestation" in error.value.message_dict
    actions.answer(staff, user_answer, status=Status.DONE, seen_revision=0, attestation=WORDS)
    item = Item.objects.get(kind=Item.Kind.ATTESTATION)
    assert (item.control_id, item.note, item.made_by) == (user_answer.control_id, WORDS, staff)
    assert (item.scope_kind, item.scope_id) == ("system", assessment.system_id)


@pytest.mark.parametrize("verdict", [Verdict.UNMET, Verdict.UNKNOWN])
def test_evidence_that_says_otherwise_does_not_support(
    user_answer: Answer, staff: Person, assessment: Assessment, verdict: str
) -> None:
    prove(assessment, user_answer.control_id, verdict=verdict)
    with pytest.raises(ValidationError):
        actions.answer(staff, user_answer, status=Status.DONE, seen_revision=0)


def test_expired_evidence_does_not_support(
    user_answer: Answer, staff: Person, assessment: Assessment
) -> None:
    prove(assessment, user_answer.control_id)
    Item.objects.update(expires_on=timezone.localdate() - datetime.timedelta(days=1))
    with pytest.raises(ValidationError):
        actions.answer(staff, user_answer, status=Status.DONE, seen_revision=0)


@pytest.mark.parametrize("status", [s for s in Status if s != Status.DONE])
def test_every_other_status_needs_a_reason(user_answer: Answer, staff: Person, status: str) -> None:
    with pytest.raises(ValidationError) as error:
        actions.answer(staff, user_answer, status=status, reason="  ", seen_revision=0)
    assert "reason" in error.value.message_dict


def test_planned_needs_a_day_to_come(user_answer: Answer, staff: Person) -> None:
    today = timezone.localdate()
    for day in (None, today - datetime.timedelta(days=1)):
        with pytest.raises(ValidationError) as error:
            actions.answer(
                staff, user_answer, status=Status.PLANNED, reason="研修", planned_on=day, seen_revision=0
            )
        assert "planned_on" in error.value.message_dict
    saved = actions.answer(
        staff, user_answer, status=Status.PLANNED, reason="研修", planned_on=today, seen_revision=0
    )
    assert saved.planned_on == today
    saved = actions.answer(
        staff, saved, status=Status.NOT_DONE, reason="中止", planned_on=today, seen_revision=1
    )
    assert saved.planned_on is None


def test_an_unknown_status_is_refused(user_answer: Answer, staff: Person) -> None:
    with pytest.raises(ValidationError):
        actions.answer(staff, user_answer, status="great", seen_revision=0)


def test_staff_answer_u_and_it_staff_answer_p(
    user_answer: Answer,
    provider_answer: Answer,
    staff: Person,
    approver: Person,
    it_staff: Person,
    owner: Person,
) -> None:
    for person, answer in ((staff, user_answer), (approver, user_answer)):
        answer.refresh_from_db()
        actions.answer(person, answer, status=Status.NOT_DONE, reason="なし", seen_revision=answer.revision)
    for person in (it_staff, owner):
        provider_answer.refresh_from_db()
        revision = provider_answer.revision
        actions.answer(person, provider_answer, status=Status.NOT_DONE, reason="なし", seen_revision=revision)
    for person, answer in ((it_staff, user_answer), (staff, provider_answer)):
        with pytest.raises(PermissionDenied):
            actions.answer(person, answer, status=Status.NOT_DONE, reason="なし", seen_revision=None)


def test_the_organisation_is_answered_by_those_who_lead_it(
    whole: Assessment,
    it_staff: Person,
    executive: Person,
    administrator: Person,
    staff: Person,
    owner: Person,
) -> None:
    answer = whole.answers.filter(role=AskedRole.ORGANISATION)[0]
    for person in (it_staff, executive, administrator):
        actions.answer(person, answer, status=Status.NOT_DONE, reason="なし", seen_revision=None)
    for person in (staff, owner):
        with pytest.raises(PermissionDenied):
            actions.answer(person, answer, status=Status.NOT_DONE, reason="なし", seen_revision=None)


def test_nobody_else_answers(
    user_answer: Answer, provider_answer: Answer, neighbour: Person, auditor: Person, outsider: Person
) -> None:
    for person in (neighbour, auditor, outsider):
        for answer in (user_answer, provider_answer):
            with pytest.raises(PermissionDenied):
                actions.answer(person, answer, status=Status.NOT_DONE, reason="なし", seen_revision=None)


def test_of_two_answers_the_second_is_told(user_answer: Answer, staff: Person, approver: Person) -> None:
    first, second = Answer.objects.get(pk=user_answer.pk), Answer.objects.get(pk=user_answer.pk)
    actions.answer(staff, first, status=Status.NOT_DONE, reason="先", seen_revision=first.revision)
    with pytest.raises(Stale):
        actions.answer(approver, second, status=Status.PARTLY, reason="後", seen_revision=second.revision)
    user_answer.refresh_from_db()
    assert (user_answer.reason, user_answer.answered_by) == ("先", staff)


@pytest.mark.parametrize("state", ["submitted", "approved", "closed"])
def test_nothing_is_answered_after_submission(
    user_answer: Answer, staff: Person, assessment: Assessment, state: str
) -> None:
    Assessment.objects.filter(pk=assessment.pk).update(state=state)
    with pytest.raises(ValidationError):
        actions.answer(staff, user_answer, status=Status.NOT_DONE, reason="なし", seen_revision=0)


def test_one_department_alone_can_be_asked(
    assessment: Assessment,
    user_answer: Answer,
    it_staff: Person,
    staff: Person,
    neighbour: Person,
    tax: Department,
    care: Department,
) -> None:
    with pytest.raises(ValidationError):
        actions.ask_department(it_staff, user_answer, tax, seen_revision=0)
    actions.assign(it_staff, assessment, role=AskedRole.USER, department=tax, due_on=assessment.due_on)
    actions.answer(neighbour, user_answer, status=Status.NOT_DONE, reason="税務課", seen_revision=0)
    actions.ask_department(it_staff, user_answer, tax, seen_revision=1)
    with pytest.raises(PermissionDenied):
        actions.answer(staff, user_answer, status=Status.NOT_DONE, reason="介護課", seen_revision=None)
    with pytest.raises(PermissionDenied):
        actions.ask_department(staff, user_answer, None, seen_revision=None)
    actions.ask_department(it_staff, user_answer, None, seen_revision=2)
    actions.answer(staff, user_answer, status=Status.NOT_DONE, reason="介護課", seen_revision=None)


def test_staff_attest_for_the_whole_organisation(whole: Assessment, staff: Person) -> None:
    answer = whole.answers.filter(role=AskedRole.USER).order_by("pk")[0]
    actions.answer(staff, answer, status=Status.DONE, seen_revision=0, attestation=WORDS)
    item = Item.objects.get(kind=Item.Kind.ATTESTATION)
    assert (item.scope_kind, item.scope_id) == ("organisation", whole.municipality_id)
    assert item.expires_on is not None
    # what was attested supports the answer from now on
    actions.answer(staff, answer, status=Status.DONE, seen_revision=1)


def test_the_owner_attests_for_the_system(provider_answer: Answer, owner: Person) -> None:
    actions.answer(owner, provider_answer, status=Status.DONE, seen_revision=0, attestation=WORDS)
    assert Item.objects.filter(kind=Item.Kind.ATTESTATION).count() == 1
