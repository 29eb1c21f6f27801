"""What self-assessment proves by itself."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from django.utils import timezone, translation

from kijun.governance.accounts.models import Person
from kijun.governance.assessments import evidence
from kijun.governance.assessments.models import Assessment, Cycle
from kijun.governance.evidence.models import Finding, Verdict
from kijun.governance.evidence.proofs import Scope, collectors
from kijun.governance.organisation.models import Municipality
from tests.governance.assessments.made import make_system


def scope(town: Municipality) -> Scope:
    return Scope.organisation(town)


def test_every_control_has_its_collector() -> None:
    for control in ("G.6", "G.8", "G.15", "G.16", "P8.2.2", "U8.2.1"):
        assert any(one.name.startswith("assessments.evidence.") for one in collectors(control)), control


def test_nothing_is_proven_before_the_first_approval(town: Municipality, cycle: Cycle) -> None:
    for collect in (
        evidence.last_self_assessments,
        evidence.result_of_self_assessment,
        evidence.result_of_users,
    ):
        assert collect(scope(town)).verdict == Verdict.UNMET
    assert evidence.cycle_on_schedule(scope(town)).verdict == Verdict.MET


def test_a_town_without_a_cycle_is_not_on_schedule(town: Municipality) -> None:
    assert evidence.cycle_on_schedule(scope(town)).verdict == Verdict.UNMET


def test_approved_assessments_prove(
    town: Municipality, assessment: Assessment, whole: Assessment, settle: Callable[..., Assessment]
) -> None:
    settle(assessment)
    proof = evidence.last_self_assessments(scope(town))
    assert (proof.verdict, proof.figures["done"], proof.figures["total"]) == (Verdict.PARTLY, 1, 2)
    settle(whole)
    proof = evidence.last_self_assessments(scope(town))
    assert proof.verdict == Verdict.MET
    assert proof.expires_on == timezone.localdate() + datetime.timedelta(days=400)
    proof = evidence.result_of_self_assessment(scope(town))
    assert (proof.verdict, proof.figures["rate"]) == (Verdict.MET, 100.0)
    assert evidence.result_of_users(scope(town)).figures["applicable"] == 37
    make_system(town, 2)
    assert evidence.last_self_assessments(scope(town)).verdict == Verdict.PARTLY


def test_gaps_lower_the_result(
    town: Municipality, assessment: Assessment, settle: Callable[..., Assessment]
) -> None:
    settle(assessment, gaps=20)
    assert evidence.result_of_self_assessment(scope(town)).verdict == Verdict.PARTLY
    settled = Assessment.objects.get(pk=assessment.pk)
    settled.summary = {"6": {"provider": {"not_done": ["P6.1.1", "P6.1.2", "P6.1.3"], "done": ["P6.1.4"]}}}
    settled.save()
    assert evidence.result_of_self_assessment(scope(town)).verdict == Verdict.UNMET


def test_it_lapses(
    town: Municipality, assessment: Assessment, whole: Assessment, settle: Callable[..., Assessment]
) -> None:
    settle(assessment)
    settle(whole)
    long_ago = timezone.now() - datetime.timedelta(days=401)
    Assessment.objects.update(approved_at=long_ago)
    assert evidence.last_self_assessments(scope(town)).verdict == Verdict.UNMET


def test_late_work_and_late_findings_show(town: Municipality, cycle: Cycle, it_staff: Person) -> None:
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    Cycle.objects.update(due_on=yesterday)
    assert evidence.cycle_on_schedule(scope(town)).verdict == Verdict.PARTLY
    Finding.objects.create(
        municipality=town,
        number=1,
        control_id="G.1",
        scope_kind="organisation",
        scope_id=town.pk,
        title="指摘",
        cause=Finding.Cause.MANUAL,
        due_on=yesterday,
    )
    proof = evidence.cycle_on_schedule(scope(town))
    assert proof.verdict == Verdict.UNMET
    assert proof.figures["late_findings"] == 1


def test_the_catalogue_in_force(town: Municipality, assessment: Assessment) -> None:
    assert evidence.crosswalk_in_force(scope(town)).figures["frameworks"] == 6
    assert evidence.catalogue_in_force(scope(town)).verdict == Verdict.MET
    Assessment.objects.update(catalog_version="2020.1.0")
    assert evidence.catalogue_in_force(scope(town)).verdict == Verdict.PARTLY


def test_values_are_lazy_so_that_both_languages_can_be_kept(town: Municipality) -> None:
    proof = evidence.catalogue_in_force(scope(town))
    with translation.override("ja"):
        japanese = str(proof.value)
    with translation.override("en"):
        english = str(proof.value)
    assert japanese != english
