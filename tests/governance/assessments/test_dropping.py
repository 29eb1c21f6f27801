"""Ending without an approval: one assessment, or a cycle with what is still open."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from kijun.governance.accounts import waiting
from kijun.governance.accounts.models import Person
from kijun.governance.approvals.models import Route
from kijun.governance.assessments import actions, queries
from kijun.governance.assessments.models import Answer, Assessment, Cycle, Status
from kijun.governance.audit.models import Entry
from kijun.governance.evidence.models import Finding, Item, ScopeKind
from kijun.governance.inventory.models import AISystem, Stage
from kijun.governance.organisation.models import Municipality
from kijun.web.versions import Stale
from tests.governance.assessments.made import fill, open_cycle, prove

State = Assessment.State
ClientOf = Callable[[Person], Client]


def drop(actor: Person, assessment: Assessment, reason: str = "契約が終わったため") -> Assessment:
    return actions.drop(actor, assessment, reason=reason)


def test_it_works(assessment: Assessment, it_staff: Person, staff: Person, user_answer: Answer) -> None:
    assert queries.open_work(staff)
    drop(it_staff, assessment)
    assessment.refresh_from_db()
    assert (assessment.state, assessment.dropped_reason) == (State.DROPPED, "契約が終わったため")
    assert not assessment.is_settled
    assert not [one for one in queries.open_work(staff) if one.assessment_id == assessment.pk]
    with pytest.raises(ValidationError):
        actions.answer(staff, user_answer, status=Status.NOT_DONE, reason="x", seen_revision=0)
    entry = Entry.objects.get(action="assessments.dropped")
    assert entry.detail["reason"] == "契約が終わったため"


def test_it_is_no_result(
    town: Municipality, assessment: Assessment, it_staff: Person, settle: Callable[..., Assessment]
) -> None:
    """What was approved before still is the last that was approved, and the current one is another's."""
    settle(assessment, gaps=1)
    later = open_cycle(it_staff, town, "次の年").assessments.get(system=assessment.system)
    fill(later, it_staff)
    drop(it_staff, later)
    scope = (town, ScopeKind.SYSTEM, assessment.scope_id)
    assert queries.latest_approved(*scope) == assessment
    assert queries.current(*scope) == assessment


def test_a_reason_is_asked_and_the_right_and_the_state(
    assessment: Assessment, it_staff: Person, staff: Person, outsider: Person, one_step_route: Route
) -> None:
    with pytest.raises(ValidationError) as error:
        drop(it_staff, assessment, "  ")
    assert "reason" in error.value.message_dict
    for person in (staff, outsider):
        with pytest.raises(PermissionDenied):
            drop(person, assessment)
    with pytest.raises(Stale):
        actions.drop(it_staff, assessment, reason="x", seen_revision=assessment.revision + 7)
    fill(assessment, it_staff)
    actions.submit(it_staff, assessment)
    with pytest.raises(ValidationError, match="引き戻す"):
        drop(it_staff, assessment)


def test_it_goes_on_while_the_cycle_is_open(
    cycle: Cycle, assessment: Assessment, whole: Assessment, it_staff: Person
) -> None:
    drop(it_staff, assessment)
    actions.resume(it_staff, assessment)
    assessment.refresh_from_db()
    assert (assessment.state, assessment.dropped_reason) == (State.IN_PROGRESS, "")
    with pytest.raises(ValidationError):
        actions.resume(it_staff, assessment)
    drop(it_staff, assessment)
    drop(it_staff, whole)
    cycle.refresh_from_db()
    assert cycle.closed_at is not None  # nothing is left to be done in it
    with pytest.raises(ValidationError):
        actions.resume(it_staff, assessment)


def test_the_last_one_that_is_dropped_ends_the_cycle(
    cycle: Cycle,
    assessment: Assessment,
    whole: Assessment,
    it_staff: Person,
    settle: Callable[..., Assessment],
) -> None:
    actions.close(it_staff, settle(whole))
    cycle.refresh_from_db()
    assert cycle.closed_at is None
    drop(it_staff, assessment)
    cycle.refresh_from_db()
    assert cycle.closed_at is not None


def test_a_cycle_ends_with_open_work(
    cycle: Cycle,
    assessment: Assessment,
    whole: Assessment,
    it_staff: Person,
    settle: Callable[..., Assessment],
) -> None:
    settle(whole)
    with pytest.raises(ValidationError) as error:
        actions.end_cycle(it_staff, cycle)
    assert "reason" in error.value.message_dict  # something would be dropped
    actions.end_cycle(it_staff, cycle, reason="次の回でまとめて点検する")
    for one, state in ((whole, State.CLOSED), (assessment, State.DROPPED)):
        one.refresh_from_db()
        assert one.state == state
    cycle.refresh_from_db()
    assert cycle.closed_at is not None
    with pytest.raises(ValidationError):
        actions.end_cycle(it_staff, cycle, reason="もう一度")


def test_a_cycle_does_not_end_while_something_is_decided(
    cycle: Cycle, assessment: Assessment, it_staff: Person, staff: Person, one_step_route: Route
) -> None:
    fill(assessment, it_staff)
    actions.submit(it_staff, assessment)
    with pytest.raises(ValidationError, match="決裁を待っている"):
        actions.end_cycle(it_staff, cycle, reason="x")
    with pytest.raises(PermissionDenied):
        actions.end_cycle(staff, cycle, reason="x")


def test_the_pages(
    client_of: ClientOf,
    it_staff: Person,
    staff: Person,
    outsider: Person,
    system: AISystem,
    cycle: Cycle,
    assessment: Assessment,
    whole: Assessment,
) -> None:
    AISystem.objects.filter(pk=system.pk).update(stage=Stage.RETIRED)
    client = client_of(it_staff)
    page = reverse("assessments:assessment", args=[assessment.pk])
    address = reverse("assessments:drop", args=[assessment.pk])
    assert "このAIシステムは廃止されました" in client.get(page).content.decode()
    assert client.get(address).status_code == 200
    assert client.post(address, {"reason": ""}).status_code == 422
    assert client_of(staff).post(address, {"reason": "x"}).status_code == 403
    assert client_of(outsider).post(address, {"reason": "x"}).status_code == 404
    assert client.post(address, {"reason": "9月末で利用をやめた"}).status_code == 302
    text = client.get(page).content.decode()
    assert "取りやめになりました" in text
    assert "9月末で利用をやめた" in text
    listed = client.get(reverse("assessments:cycle", args=[cycle.pk])).content.decode()
    assert "9月末で利用をやめた" in listed
    end = reverse("assessments:end_cycle", args=[cycle.pk])
    assert end in listed
    assert whole.get_state_display() in client.get(end).content.decode()
    assert client_of(staff).get(end).status_code == 403
    assert client_of(outsider).get(end).status_code == 404
    assert client.post(reverse("assessments:resume", args=[assessment.pk])).status_code == 302
    assert client.post(end, {"reason": ""}).status_code == 422
    assert client.post(end, {"reason": "次の回に回す"}).status_code == 302
    assert "完了" in client.get(reverse("assessments:cycles")).content.decode()
    assert client.post(reverse("assessments:resume", args=[assessment.pk])).status_code == 302
    assessment.refresh_from_db()
    assert assessment.state == State.DROPPED


def test_nobody_has_work_in_it(assessment: Assessment, it_staff: Person, staff: Person) -> None:
    before = len(list(waiting.tasks(staff)))
    drop(it_staff, assessment)
    staff.forget_cached()
    assert len(list(waiting.tasks(staff))) < before


def test_findings_of_a_retired_system_still_say_whose_they_are(
    client_of: ClientOf,
    it_staff: Person,
    system: AISystem,
    assessment: Assessment,
    settle: Callable[..., Assessment],
) -> None:
    prove(assessment)
    settle(assessment, gaps=1)
    AISystem.objects.filter(pk=system.pk).update(stage=Stage.RETIRED)
    client = client_of(it_staff)
    finding = Finding.objects.get()
    item = Item.objects.filter(scope_id=system.pk).latest("pk")
    for address in (reverse("evidence:findings"), finding.get_absolute_url(), item.get_absolute_url()):
        assert f"{system.name}（廃止）" in client.get(address).content.decode(), address
    assert (
        "自動の証跡" not in client.get(reverse("evidence:items")).content.decode()
    )  # nothing to be done there
