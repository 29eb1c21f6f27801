"""Work, submission, approval, closing; what was approved stays as it was."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone, translation

from kijun.governance.accounts.models import Person
from kijun.governance.approvals import actions as approvals
from kijun.governance.approvals.models import Approval, Route
from kijun.governance.assessments import actions, queries
from kijun.governance.assessments.models import Answer, AskedRole, Assessment, Cycle, Status
from kijun.governance.assessments.readiness import missing
from kijun.governance.evidence import actions as evidence
from kijun.governance.evidence.models import Finding, Item, ScopeKind
from kijun.governance.mandates.models import Mandate
from kijun.governance.organisation.calendar import due_date
from kijun.governance.organisation.models import ClosingDay, Department, Municipality
from kijun.governance.risks.models import RiskAssessment
from kijun.web.versions import Stale
from tests.governance.assessments.made import fill, open_cycle, prove

State = Assessment.State


def test_the_whole_way(
    assessment: Assessment, it_staff: Person, decide: Callable[[Approval], Approval]
) -> None:
    assert assessment.state == State.DRAFT
    fill(assessment, it_staff)
    approval = actions.submit(it_staff, assessment)
    assessment.refresh_from_db()
    assert (assessment.state, assessment.approval) == (State.SUBMITTED, approval)
    decide(approval)
    assessment.refresh_from_db()
    assert assessment.state == State.APPROVED
    assert assessment.frozen == approval.frozen
    actions.close(it_staff, assessment)
    assessment.refresh_from_db()
    assert assessment.state == State.CLOSED
    assert assessment.closed_at is not None


def test_what_is_missing_is_listed_with_links(assessment: Assessment, it_staff: Person) -> None:
    found = missing(assessment)
    texts = [str(one.message) for one in found]
    assert any("まだ答えていない対策が" in text for text in texts)
    assert any("まだ完了になっていません" in text for text in texts)
    assert all(one.url.startswith("/staff/assessments/") for one in found)
    with pytest.raises(ValidationError) as error:
        actions.submit(it_staff, assessment)
    assert error.value.messages == texts


def test_a_role_that_nobody_is_asked_is_missing(assessment: Assessment, it_staff: Person) -> None:
    fill(assessment, it_staff)
    assessment.assignments.filter(role=AskedRole.USER).delete()
    assert ["担当する部署が決まっていません" in str(one.message) for one in missing(assessment)] == [True]


def test_a_department_finishes_when_all_is_answered(
    assessment: Assessment, staff: Person, neighbour: Person, it_staff: Person
) -> None:
    work = assessment.assignments.get(role=AskedRole.USER)
    with pytest.raises(ValidationError):
        actions.finish(staff, work, seen_revision=0)
    assessment.answers.filter(role=AskedRole.USER).update(status=Status.DONE)
    with pytest.raises(PermissionDenied):
        actions.finish(neighbour, work, seen_revision=0)
    actions.finish(staff, work, seen_revision=0)
    with pytest.raises(Stale):
        actions.finish(staff, work, seen_revision=0)
    assert work not in queries.open_work(staff)
    with pytest.raises(PermissionDenied):
        actions.reopen(staff, work, seen_revision=1)
    actions.reopen(it_staff, work, seen_revision=1)
    assert work in queries.open_work(staff)


def test_the_owner_submits_and_others_do_not(
    assessment: Assessment,
    owner: Person,
    staff: Person,
    auditor: Person,
    outsider: Person,
    one_step_route: Route,
) -> None:
    fill(assessment, owner)
    for person in (staff, auditor, outsider):
        with pytest.raises(PermissionDenied):
            actions.submit(person, assessment)
    actions.submit(owner, assessment)


def test_returned_can_be_changed_and_submitted_again(
    assessment: Assessment, it_staff: Person, executive: Person, staff: Person, one_step_route: Route
) -> None:
    fill(assessment, it_staff)
    approval = actions.submit(it_staff, assessment)
    with pytest.raises(ValidationError):
        actions.submit(it_staff, assessment)
    approvals.return_(executive, approval.steps.get(), comment="証跡が足りない")
    assessment.refresh_from_db()
    assert assessment.state == State.CHANGES_REQUESTED
    assert assessment in queries.returned_to(it_staff)
    answer = assessment.answers.filter(role=AskedRole.USER)[0]
    actions.answer(staff, answer, status=Status.NOT_DONE, reason="見直した", seen_revision=answer.revision)
    assessment.refresh_from_db()
    assert assessment.state == State.CHANGES_REQUESTED
    again = actions.submit(it_staff, assessment)
    assert again.pk != approval.pk


def test_withdrawn_goes_back_to_work(assessment: Assessment, it_staff: Person, one_step_route: Route) -> None:
    fill(assessment, it_staff)
    approvals.withdraw(it_staff, actions.submit(it_staff, assessment))
    assessment.refresh_from_db()
    assert assessment.state == State.IN_PROGRESS


def test_the_frozen_copy_does_not_move(
    assessment: Assessment, it_staff: Person, decide: Callable[[Approval], Approval]
) -> None:
    fill(assessment, it_staff)
    prove(assessment)
    approval = actions.submit(it_staff, assessment)
    one = assessment.answers.order_by("pk")[0]
    Item.objects.update(value="99件", title="あとで変わった")
    Answer.objects.filter(pk=one.pk).update(status=Status.NOT_DONE, reason="あとで変わった")
    decide(approval)
    assessment.refresh_from_db()
    Answer.objects.filter(pk=one.pk).update(reason="もう一度変わった")
    assessment.refresh_from_db()
    kept = next(c for c in assessment.frozen["controls"] if c["id"] == one.control_id)
    assert (kept["status"], kept["reason"], kept["answered_by"]) == ("done", "", it_staff.name)
    assert (kept["evidence"][0]["value"], kept["evidence"][0]["verdict"]) == ("12件", "met")
    assert kept["title"]["ja"]
    assert kept["title"]["en"]
    assert queries.results(assessment).total.of(Status.NOT_DONE) == 0


def test_findings_follow_the_frozen_copy(
    assessment: Assessment, it_staff: Person, owner: Person, decide: Callable[[Approval], Approval]
) -> None:
    """What was put forward counts, even if a row was changed underneath while the approval waited."""
    fill(assessment, it_staff, gaps=1)
    approval = actions.submit(it_staff, assessment)
    assessment.answers.update(status=Status.DONE)
    decide(approval)
    finding = Finding.objects.get()
    assert finding.description == "半分の部署で実施"


def test_a_gap_becomes_a_finding(
    town: Municipality,
    assessment: Assessment,
    it_staff: Person,
    owner: Person,
    decide: Callable[[Approval], Approval],
) -> None:
    fill(assessment, it_staff, gaps=3)
    answers = list(assessment.answers.order_by("pk")[:3])
    later = timezone.localdate() + datetime.timedelta(days=90)
    Answer.objects.filter(pk=answers[1].pk).update(status=Status.PLANNED, planned_on=later)
    Answer.objects.filter(pk=answers[2].pk).update(status=Status.NOT_DONE)
    decide(actions.submit(it_staff, assessment))
    findings = {one.control_id: one for one in Finding.objects.all()}
    assert findings.keys() == {one.control_id for one in answers}
    usual = due_date(town, 20, timezone.localdate())
    assert findings[answers[0].control_id].due_on == usual
    assert findings[answers[1].control_id].due_on == later
    for one in findings.values():
        assert (one.cause, one.owner, one.scope_kind, one.scope_id) == (
            Finding.Cause.GAP, owner, ScopeKind.SYSTEM, assessment.system_id
        )  # fmt: skip
        assert one.department is not None
        assert (one.source_kind, one.source_id) == ("assessments.assessment", str(assessment.pk))


def test_a_gap_of_a_critical_system_is_due_in_ten_opening_days(
    town: Municipality, assessment: Assessment, settle: Callable[..., Assessment]
) -> None:
    """Local closing days count as little as holidays do."""
    Assessment.objects.filter(pk=assessment.pk).update(tier="critical")
    RiskAssessment.objects.filter(system=assessment.system_id).update(
        tier="critical", controls=list(assessment.answers.values_list("control_id", flat=True))
    )
    ordinary = due_date(town, 10, timezone.localdate())
    ClosingDay.objects.create(municipality=town, day=ordinary, name="開庁記念日")
    settle(assessment, gaps=1)
    assert Finding.objects.get().due_on == due_date(town, 10, timezone.localdate()) > ordinary


def test_only_what_is_approved_is_closed(
    cycle: Cycle,
    assessment: Assessment,
    whole: Assessment,
    it_staff: Person,
    staff: Person,
    settle: Callable[..., Assessment],
) -> None:
    with pytest.raises(ValidationError):
        actions.close(it_staff, assessment)
    settle(assessment)
    with pytest.raises(PermissionDenied):
        actions.close(staff, assessment)
    actions.close(it_staff, assessment)
    cycle.refresh_from_db()
    assert cycle.closed_at is None
    settle(whole)
    actions.close(it_staff, whole)
    cycle.refresh_from_db()
    assert cycle.closed_at is not None


def test_the_next_cycle_suggests_the_last_answers(
    town: Municipality, assessment: Assessment, it_staff: Person, settle: Callable[..., Assessment]
) -> None:
    settle(assessment, gaps=1)
    following = open_cycle(it_staff, town, "2027年度 自己点検").assessments.get(system=assessment.system)
    answers = list(following.answers.order_by("pk"))
    assert {one.status for one in answers} == {""}  # each must be confirmed
    assert answers[0].previous["status"] == "partly"
    assert answers[0].previous["source"] == "2026年度 自己点検"
    assert answers[1].previous["status"] == "done"


def test_work_is_given_changed_and_taken_away(
    assessment: Assessment,
    it_staff: Person,
    staff: Person,
    neighbour: Person,
    tax: Department,
    care: Department,
) -> None:
    due = assessment.due_on
    with pytest.raises(PermissionDenied):
        actions.assign(staff, assessment, role=AskedRole.USER, department=tax, due_on=due)
    with pytest.raises(ValidationError) as error:
        actions.assign(it_staff, assessment, role=AskedRole.USER, department=care, due_on=due)
    assert "department" in error.value.message_dict
    with pytest.raises(ValidationError) as error:
        actions.assign(it_staff, assessment, role=AskedRole.USER, department=tax, due_on=due, person=staff)
    assert "person" in error.value.message_dict
    late = due + datetime.timedelta(days=1)
    with pytest.raises(ValidationError) as error:
        actions.assign(it_staff, assessment, role=AskedRole.USER, department=tax, due_on=late)
    assert "due_on" in error.value.message_dict
    with pytest.raises(ValidationError) as error:
        actions.assign(it_staff, assessment, role=AskedRole.ORGANISATION, department=tax, due_on=due)
    assert "role" in error.value.message_dict
    made = actions.assign(
        it_staff, assessment, role=AskedRole.USER, department=tax, due_on=due, person=neighbour
    )
    assert made in queries.open_work(neighbour)
    assert made not in queries.open_work(staff)
    actions.change_assignment(it_staff, made, department=tax, due_on=due, person=None, seen_revision=0)
    with pytest.raises(Stale):
        actions.change_assignment(it_staff, made, department=tax, due_on=due, person=None, seen_revision=0)
    with pytest.raises(ValidationError):
        actions.change_assignment(it_staff, made, department=care, due_on=due, person=None, seen_revision=1)
    actions.remove_assignment(it_staff, made)
    assert not queries.open_work(neighbour)


def test_a_gap_that_comes_back_opens_its_finding_again(
    town: Municipality,
    assessment: Assessment,
    it_staff: Person,
    staff: Person,
    settle: Callable[..., Assessment],
) -> None:
    settle(assessment, gaps=1)
    finding = evidence.advance(it_staff, Finding.objects.get(), note="直した")
    later = open_cycle(it_staff, town, "次の年").assessments.get(system=assessment.system)
    settle(later, gaps=1)
    finding.refresh_from_db()
    assert finding.state == Finding.State.OPEN
    assert Finding.objects.count() == 1


def test_what_is_approved_as_done_mends_the_finding_of_the_last_round(
    town: Municipality, assessment: Assessment, it_staff: Person, settle: Callable[..., Assessment]
) -> None:
    settle(assessment, gaps=2)
    first = Finding.objects.order_by("number")[0]
    evidence.save_step(it_staff, first, step=None, what="直す", person=None, due_on=None)
    later = open_cycle(it_staff, town, "次の年").assessments.get(system=assessment.system)
    settle(later)
    for finding in Finding.objects.all():
        assert (finding.state, finding.done_by) == (Finding.State.DONE, None)
        assert "次の年" in finding.done_note  # a person still confirms


def test_a_gap_of_the_organisation_goes_to_who_answers_for_the_risks(
    town: Municipality, whole: Assessment, owner: Person, settle: Callable[..., Assessment]
) -> None:
    Mandate.objects.create(
        municipality=town,
        duty=Mandate.Duty.RISK,
        person=owner,
        scope="全庁",
        valid_from=datetime.date(2024, 4, 1),
    )
    settle(whole, gaps=1)
    assert Finding.objects.get().owner == owner


def test_a_gap_reads_in_english(assessment: Assessment, settle: Callable[..., Assessment]) -> None:
    settle(assessment, gaps=1)
    finding = Finding.objects.get()
    assert finding.title.endswith("（一部）")
    with translation.override("en"):
        assert finding.shown_title.endswith(" (Partly)")


def test_work_of_somebody_who_left_is_everybodys(
    assessment: Assessment, it_staff: Person, staff: Person, approver: Person, care: Department
) -> None:
    work = assessment.assignments.get(role=AskedRole.USER)
    actions.change_assignment(
        it_staff, work, department=care, due_on=work.due_on, person=staff, seen_revision=None
    )
    assert work not in queries.open_work(approver)
    Person.objects.filter(pk=staff.pk).update(is_active=False)
    assert work in queries.open_work(approver)
    assert queries.open_work_count(approver) == len(queries.open_work(approver))
