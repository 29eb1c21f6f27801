"""What assessments prove, and what waits for whom."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from django.utils import timezone

from kijun.governance.accounts import waiting
from kijun.governance.accounts.models import Person
from kijun.governance.evidence.models import ScopeKind, Verdict
from kijun.governance.evidence.proofs import Scope
from kijun.governance.inventory import actions as inventory
from kijun.governance.inventory.models import AISystem, Stage
from kijun.governance.risks import actions, evidence, links
from kijun.governance.risks.models import RiskAssessment
from tests.governance.inventory.made import make_system

TODAY = timezone.localdate()
YESTERDAY = TODAY - datetime.timedelta(days=1)
Assess = Callable[..., RiskAssessment]


def town_scope(system: AISystem) -> Scope:
    return Scope.organisation(system.municipality)


def scope(system: AISystem) -> Scope:
    return Scope(system.municipality, ScopeKind.SYSTEM, system.pk)


def test_g13_every_system_past_the_plan_is_assessed(
    it_staff: Person, system: AISystem, assessed: Assess
) -> None:
    assert evidence.systems_assessed(town_scope(system)).verdict == Verdict.UNKNOWN
    one = assessed()
    inventory.change_stage(it_staff, system, Stage.PILOT)
    proof = evidence.systems_assessed(town_scope(system))
    assert (proof.verdict, proof.expires_on) == (Verdict.MET, one.next_review_on)
    RiskAssessment.objects.update(next_review_on=YESTERDAY)
    assert evidence.systems_assessed(town_scope(system)).verdict == Verdict.UNMET


def test_g13_and_p317_end_when_the_system_changes(
    it_staff: Person, system: AISystem, assessed: Assess
) -> None:
    assessed()
    inventory.change_stage(it_staff, system, Stage.PILOT)
    inventory.save_step(it_staff, system, 2, {"problem": "別の業務に使う。"}, None)
    assert evidence.systems_assessed(town_scope(system)).verdict == Verdict.UNMET
    proof = evidence.disadvantage_weighed(scope(system))
    assert proof is not None
    assert proof.verdict == Verdict.UNMET


def test_g17_what_remains_is_accepted(
    it_staff: Person, executive: Person, system: AISystem, assessed: Assess
) -> None:
    one = assessed(authority="supports")
    inventory.change_stage(it_staff, system, Stage.PILOT)
    assert evidence.residual_risk_accepted(town_scope(system)).verdict == Verdict.UNMET
    actions.accept_residual(executive, one, "毎月点検する。")
    assert evidence.residual_risk_accepted(town_scope(system)).verdict == Verdict.MET


def test_g17_nothing_to_accept(it_staff: Person, system: AISystem, assessed: Assess) -> None:
    assert evidence.residual_risk_accepted(town_scope(system)).verdict == Verdict.UNKNOWN
    assessed()
    inventory.change_stage(it_staff, system, Stage.PILOT)
    assert evidence.residual_risk_accepted(town_scope(system)).verdict == Verdict.MET


def test_p317(system: AISystem, assessed: Assess) -> None:
    proof = evidence.disadvantage_weighed(scope(system))
    assert proof is not None
    assert proof.verdict == Verdict.UNMET
    assessed()
    proof = evidence.disadvantage_weighed(scope(system))
    assert proof is not None
    assert proof.verdict == Verdict.PARTLY


def test_p514_before_the_pilot_or_after(it_staff: Person, system: AISystem, assessed: Assess) -> None:
    def verdict(one: AISystem) -> str:
        proof = evidence.data_settled_before_pilot(scope(one))
        assert proof is not None
        return proof.verdict

    assert verdict(system) == Verdict.UNMET
    one = assessed()
    assert verdict(system) == Verdict.MET
    inventory.change_stage(it_staff, system, Stage.PILOT)
    assert verdict(system) == Verdict.MET
    RiskAssessment.objects.filter(pk=one.pk).update(assessed_on=TODAY + datetime.timedelta(days=3))
    assert verdict(system) == Verdict.PARTLY
    assert evidence.data_settled_before_pilot(scope(make_system(it_staff, stage="idea"))) is None


class TestWaiting:
    def titles(self, person: Person) -> str:
        return " ".join(str(task.title) for task in waiting.tasks(person))

    def test_a_reassessment(
        self, owner: Person, it_staff: Person, staff: Person, system: AISystem, assessed: Assess
    ) -> None:
        assessed()
        assert "評価し直す" not in self.titles(owner)
        RiskAssessment.objects.update(next_review_on=TODAY + datetime.timedelta(days=10))
        assert "評価し直す" in self.titles(owner)
        assert "評価し直す" in self.titles(it_staff)
        assert "評価し直す" not in self.titles(staff)

    def test_a_reassessment_of_a_changed_system(
        self, owner: Person, it_staff: Person, staff: Person, system: AISystem, assessed: Assess
    ) -> None:
        assessed()
        AISystem.objects.filter(pk=system.pk).update(abroad=True)
        assert "評価し直す" in self.titles(owner)
        assert "評価し直す" in self.titles(it_staff)
        assert "評価し直す" not in self.titles(staff)

    def test_a_draft(self, owner: Person, it_staff: Person, staff: Person, system: AISystem) -> None:
        actions.start(owner, system)
        assert "リスク評価を終える" in self.titles(owner)
        assert "リスク評価を終える" in self.titles(it_staff)
        assert "リスク評価を終える" not in self.titles(staff)

    def test_an_acceptance(self, executive: Person, owner: Person, assessed: Assess) -> None:
        one = assessed(authority="decides")
        assert "受け入れる" in self.titles(executive)
        assert "受け入れる" not in self.titles(owner)
        actions.accept_residual(executive, one, "毎月点検する。")
        assert "受け入れる" not in self.titles(executive)


def test_a_draft_remains_of_a_retired_system(it_staff: Person, system: AISystem, assessed: Assess) -> None:
    assessed()
    assert not list(links.remaining(system))
    draft = actions.start(it_staff, system)
    (one,) = links.remaining(system)
    assert str(draft.pk) in one.url
