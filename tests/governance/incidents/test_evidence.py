"""What incidents prove: nothing, well, badly."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import override

from kijun.governance.accounts.models import Person
from kijun.governance.evidence.models import ScopeKind, Verdict
from kijun.governance.evidence.proofs import Proof, Scope, collectors
from kijun.governance.feedback import actions as feedback
from kijun.governance.incidents import actions, evidence
from kijun.governance.incidents.models import Drill, Incident, Lesson, Notice, Playbook
from kijun.governance.inventory.models import AISystem
from tests.governance.incidents.conftest import LESSON, anew, contained
from tests.governance.incidents.test_preparing import PLAN, drill_values

LONG_AGO = datetime.timedelta(days=400)


def town_of(system: AISystem) -> Scope:
    return Scope.organisation(system.municipality)


def of(system: AISystem) -> Scope:
    return Scope(system.municipality, ScopeKind.SYSTEM, system.pk)


def verdict(proof: Proof | None) -> Verdict:
    assert proof is not None
    with override("en"):
        assert not any("\u3040" <= letter <= "\u30ff" for letter in f"{proof.title}{proof.value}")
    return proof.verdict


def test_nothing_is_proven_by_nothing(system: AISystem) -> None:
    for control in ("P1.3.5", "P3.1.5", "P4.1.6", "P3.1.9", "P8.1.3", "U8.1.1"):
        found = [one for one in collectors(control) if one.name.startswith("incidents.")]
        assert found
        for one in found:
            for scope in (town_of(system), of(system)):
                if scope.kind in one.scopes:
                    assert one.collect(scope) is None


def test_the_playbook_and_its_drills(incident: Any, system: AISystem, it_staff: Person, request: Any) -> None:
    incident()
    assert verdict(evidence.playbook_and_drills(town_of(system))) == Verdict.UNMET
    playbook: Playbook = request.getfixturevalue("playbook")
    assert verdict(evidence.playbook_and_drills(town_of(system))) == Verdict.PARTLY
    drill = actions.record_drill(it_staff, drill_values())
    proof = evidence.playbook_and_drills(town_of(system))
    assert verdict(proof) == Verdict.MET
    assert proof is not None
    assert proof.figures["drill_minutes"] == 12
    assert proof.figures["version"] == playbook.number
    assert proof.expires_on == drill.held_on + datetime.timedelta(days=365)
    Drill.objects.update(held_on=timezone.localdate() - LONG_AGO)
    assert verdict(evidence.playbook_and_drills(town_of(system))) == Verdict.PARTLY
    Drill.objects.update(held_on=timezone.localdate())
    Playbook.objects.update(adopted_at=timezone.now() - LONG_AGO)
    proof = evidence.playbook_and_drills(town_of(system))
    assert verdict(proof) == Verdict.PARTLY
    assert proof is not None
    assert proof.figures["reviewed_since"] is False


def test_a_systems_plan_and_its_stop(system: AISystem, owner: Person, incident: Any) -> None:
    incident()
    assert verdict(evidence.harm_to_people(of(system))) == Verdict.UNMET
    actions.save_plan(owner, system, PLAN)
    assert verdict(evidence.harm_to_people(of(system))) == Verdict.PARTLY
    actions.record_drill(owner, drill_values(system=system))
    assert verdict(evidence.harm_to_people(of(system))) == Verdict.PARTLY
    actions.record_drill(owner, drill_values(system=system, stop_minutes=4))
    proof = evidence.harm_to_people(of(system))
    assert verdict(proof) == Verdict.MET
    assert proof is not None
    assert proof.figures["stop_minutes"] == 4
    Drill.objects.update(held_on=timezone.localdate() - LONG_AGO)
    assert verdict(evidence.harm_to_people(of(system))) == Verdict.PARTLY


def test_unjust_treatment(system: AISystem, owner: Person) -> None:
    actions.save_plan(owner, system, PLAN | {"redress": ""})
    assert verdict(evidence.unjust_treatment(of(system))) == Verdict.UNMET
    actions.record_drill(owner, drill_values(system=system, harms=["rights"]))
    assert verdict(evidence.unjust_treatment(of(system))) == Verdict.PARTLY
    actions.save_plan(owner, system, PLAN)
    actions.record_drill(owner, drill_values(system=system, harms=["rights"], found_alike=True))
    assert verdict(evidence.unjust_treatment(of(system))) == Verdict.MET


def test_a_real_case_counts_as_practice(system: AISystem, owner: Person, incident: Any) -> None:
    actions.save_plan(owner, system, PLAN)
    row = contained(owner, incident(harms=["rights"]))
    assert verdict(evidence.unjust_treatment(of(system))) == Verdict.PARTLY
    actions.close(owner, row, "済んだ")
    assert verdict(evidence.unjust_treatment(of(system))) == Verdict.MET


def test_owners_lead(system: AISystem, owner: Person, staff: Person, incident: Any) -> None:
    row = incident()
    for scope in (town_of(system), of(system)):
        proof = evidence.owners_lead(scope)
        assert verdict(proof) == Verdict.MET
        assert proof is not None
        assert proof.figures["share"] == 100
    actions.set_leader(owner, row, staff, "出張中")
    assert verdict(evidence.owners_lead(of(system))) == Verdict.MET
    Incident.objects.update(opened_at=timezone.now() - datetime.timedelta(days=20))
    proof = evidence.owners_lead(of(system))
    assert verdict(proof) == Verdict.PARTLY
    assert proof is not None
    assert proof.figures["late_decisions"] == 1
    Incident.objects.update(leader=None, leader_why="")
    assert verdict(evidence.owners_lead(of(system))) == Verdict.UNMET
    actions.withdraw(owner, anew(row), "誤報")
    assert evidence.owners_lead(of(system)) is None


def test_reported_at_once(system: AISystem, owner: Person, incident: Any) -> None:
    row = incident()
    proof = evidence.reported_at_once(of(system))
    assert verdict(proof) == Verdict.MET
    assert proof is not None
    assert 0.9 < proof.figures["hours_to_report"] < 1.1
    Incident.objects.update(noticed_at=row.reported_at - datetime.timedelta(days=14))
    assert verdict(evidence.reported_at_once(of(system))) == Verdict.PARTLY
    Notice.objects.update(due_at=timezone.now() - datetime.timedelta(days=1))
    proof = evidence.reported_at_once(town_of(system))
    assert verdict(proof) == Verdict.UNMET
    assert proof is not None
    assert proof.figures["residents_late"] == 1


def test_a_doubt_says_nothing_of_the_time(report: Any, staff: Person, owner: Person) -> None:
    one = report(staff)
    feedback.escalate(owner, one, "通知に使われた")
    proof = evidence.reported_at_once(of(one.system))
    assert verdict(proof) == Verdict.MET
    assert proof is not None
    assert (proof.figures["incidents"], proof.figures["hours_to_report"]) == (1, None)


def test_residents_who_were_helped(system: AISystem, owner: Person, incident: Any) -> None:
    actions.close(owner, contained(owner, incident()), "済んだ")
    proof = evidence.reported_at_once(of(system))
    assert verdict(proof) == Verdict.MET
    assert proof is not None
    assert (proof.figures["touched_residents"], proof.figures["helped"]) == (1, 1)
    Incident.objects.update(redress="")
    assert verdict(evidence.reported_at_once(of(system))) == Verdict.PARTLY


def test_lessons(system: AISystem, owner: Person, staff: Person, incident: Any) -> None:
    row = contained(owner, incident())
    actions.close(owner, row, "済んだ")
    proof = evidence.lessons_shared(town_of(system))
    assert verdict(proof) == Verdict.PARTLY  # a reason for none, but nothing was told for three months
    lesson = actions.save_lesson(owner, anew(row), **LESSON, nobody_named=True)
    actions.publish_lesson(owner, lesson)
    actions.read_lesson(staff, lesson)
    proof = evidence.lessons_shared(town_of(system))
    assert verdict(proof) == Verdict.MET
    assert proof is not None
    people = Person.objects.of(owner.municipality).filter(is_active=True).count()
    assert proof.figures["read_share"] == round(100 / people, 1)
    Lesson.objects.update(published_at=timezone.now() - datetime.timedelta(days=120))
    assert verdict(evidence.lessons_shared(town_of(system))) == Verdict.PARTLY
    Lesson.objects.update(published_at=None)
    Incident.objects.update(no_lesson_why="")
    assert verdict(evidence.lessons_shared(town_of(system))) == Verdict.UNMET
