"""Another version of the catalogue: what changes, what is carried, what is asked again."""

from __future__ import annotations

import dataclasses

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from kijun.catalog import Catalog, Text, load
from kijun.governance.accounts.models import Person
from kijun.governance.assessments import actions, catalogue, rewording
from kijun.governance.assessments.actions.upgrading import is_behind, plan_upgrade
from kijun.governance.assessments.models import Answer, Assessment, Status
from kijun.governance.audit.models import Entry
from kijun.governance.organisation.models import Municipality
from kijun.web.versions import Stale
from tests.governance.assessments.made import fill
from tests.governance.assessments.test_own import own_control


def changed(catalog: Catalog, control_id: str, **fields: object) -> Catalog:
    """The catalogue with one control changed (statement=None takes it away)."""
    topics = []
    for topic in catalog.topics:
        controls = []
        for one in topic.controls:
            if one.id != control_id:
                controls.append(one)
            elif fields:
                controls.append(dataclasses.replace(one, **fields))  # type: ignore[arg-type]  # names of the model
        topics.append(dataclasses.replace(topic, controls=tuple(controls)))
    return dataclasses.replace(catalog, version="2027.4.0", topics=tuple(topics))


@pytest.fixture
def newer(assessment: Assessment, monkeypatch: pytest.MonkeyPatch) -> Catalog:
    """A version in which the first control is worded anew, the second only retitled, the third gone."""
    old = load()
    first, second, third = [one.control_id for one in assessment.answers.order_by("pk")[:3]]
    new = changed(old, first, statement=Text("まったく別のことをする。", "Do something else."))
    new = changed(new, second, title=Text("新しい題", "New title"))
    new = changed(new, third)
    versions = {old.version: old, new.version: new, None: new}
    monkeypatch.setattr(catalogue, "load", lambda version=None, own=(): versions[version].with_own(own))
    return new


def test_answers_are_carried_asked_again_and_dropped(
    assessment: Assessment, it_staff: Person, newer: Catalog
) -> None:
    fill(assessment, it_staff, gaps=1)
    first, second, third, fourth = assessment.answers.order_by("pk")[:4]
    assert is_behind(assessment)
    plan = plan_upgrade(assessment)
    assert [one.id for one in plan.difference.removed] == [third.control_id]
    assert set(plan.carried.again) == {first.control_id}
    actions.upgrade(it_staff, assessment, seen_revision=assessment.revision)
    assessment.refresh_from_db()
    assert assessment.catalog_version == newer.version
    assert not is_behind(assessment)
    again = Answer.objects.get(pk=first.pk)
    assert again.status == ""
    assert again.previous["status"] == "partly"
    assert "2026.11.0" in again.previous["source"]
    kept = Answer.objects.get(pk=second.pk)
    assert (kept.status, kept.carried_from) == (Status.DONE, "2026.11.0")
    assert Answer.objects.get(pk=fourth.pk).carried_from == "2026.11.0"
    assert not Answer.objects.filter(pk=third.pk).exists()
    detail = Entry.objects.get(action="assessments.upgraded").detail
    assert detail["dropped"] == [{"control": third.control_id, "status": "done", "reason": ""}]
    assert not assessment.assignments.get(role=first.role).finished_at


def test_an_old_form_is_stale_after_the_upgrade(
    assessment: Assessment, it_staff: Person, staff: Person, newer: Catalog, user_answer: Answer
) -> None:
    seen = user_answer.revision
    actions.upgrade(it_staff, assessment)
    if Answer.objects.filter(pk=user_answer.pk).exists():
        with pytest.raises(Stale):
            actions.answer(staff, user_answer, status=Status.NOT_DONE, reason="x", seen_revision=seen)


def test_only_open_assessments_and_only_it_staff(
    assessment: Assessment, it_staff: Person, staff: Person, newer: Catalog
) -> None:
    with pytest.raises(PermissionDenied):
        actions.upgrade(staff, assessment)
    Assessment.objects.filter(pk=assessment.pk).update(state="submitted")
    with pytest.raises(ValidationError):
        actions.upgrade(it_staff, assessment)


def test_the_page_shows_the_difference(
    client_of: object, assessment: Assessment, it_staff: Person, newer: Catalog
) -> None:
    client: Client = client_of(it_staff)  # type: ignore[operator]  # the fixture
    path = f"/staff/assessments/{assessment.pk}/upgrade/"
    assert "新しい対策一覧" in client.get(f"/staff/assessments/{assessment.pk}/").content.decode()
    text = client.get(path).content.decode()
    assert "まったく別のことをする。" in text
    seen = BeautifulSoup(text, "html.parser").find("input", {"name": "seen"})
    assert seen is not None
    assert client.post(path, {"revision": 99, "seen": seen["value"]})["Location"] == path
    assert client.post(path, {"revision": assessment.revision, "seen": seen["value"]}).status_code == 302
    assert "最新の対策一覧" in client.get(path).content.decode()


def test_own_controls_reach_an_open_assessment_by_an_upgrade(
    town: Municipality, assessment: Assessment, it_staff: Person
) -> None:
    assert not is_behind(assessment)
    actions.import_own(it_staff, town, [own_control("L5.1.1")])
    assert not assessment.answers.filter(control_id="L5.1.1").exists()
    assert is_behind(assessment)
    plan = actions.upgrade(it_staff, assessment)
    assert [one.id for one in plan.difference.added] == ["L5.1.1"]
    answer = assessment.answers.get(control_id="L5.1.1")
    assert (answer.role, answer.principle) == ("user", "5")
    actions.import_own(it_staff, town, [])
    actions.upgrade(it_staff, assessment)
    assert not assessment.answers.filter(control_id="L5.1.1").exists()


def test_an_unknown_version_still_opens(assessment: Assessment) -> None:
    assessment.catalog_version = "2020.1.0"
    assert catalogue.pinned(assessment).version == load().version


def test_a_plan_that_changed_since_it_was_shown_is_not_carried_out(
    client_of: object, town: Municipality, assessment: Assessment, it_staff: Person
) -> None:
    client: Client = client_of(it_staff)  # type: ignore[operator]  # the fixture
    actions.import_own(it_staff, town, [own_control("L5.1.1")])
    path = f"/staff/assessments/{assessment.pk}/upgrade/"
    text = client.get(path).content.decode()
    assert "独自の対策が変わりました" in text
    shown = BeautifulSoup(text, "html.parser").find("input", {"name": "seen"})
    assert shown is not None
    actions.import_own(it_staff, town, [own_control("L5.1.1"), own_control("L6.1.1")])
    refused = client.post(path, {"revision": assessment.revision, "seen": shown["value"]}, follow=True)
    assert "確認の間に対策一覧が変わりました" in refused.content.decode()
    assert not assessment.answers.filter(control_id__startswith="L").exists()


def test_own_controls_that_an_assessment_does_not_ask_are_no_reason_to_update(
    town: Municipality, whole: Assessment, it_staff: Person
) -> None:
    """Otherwise its page would call for an update that changes nothing, and nobody could make it stop."""
    actions.import_own(it_staff, town, [own_control("L5.1.1")])
    assert not is_behind(whole)


def test_a_kept_suggestion_to_a_question_worded_anew_says_so(
    assessment: Assessment, it_staff: Person, newer: Catalog
) -> None:
    first, second = assessment.answers.order_by("pk")[:2]
    for one in (first, second):
        one.previous = {"status": "done", "source": "前の回"}
        one.save()
    actions.upgrade(it_staff, assessment)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, first.previous["source"]) == ("", "前の回、2026.11.0の内容に対して")
    assert first.is_reworded
    assert first.previous["asked"] == rewording.words_of(load().control(first.control_id))
    assert second.previous["source"] == "前の回"
    assert not second.is_reworded
