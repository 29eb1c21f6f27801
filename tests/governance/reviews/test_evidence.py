"""What confirmations, approvals and labels prove."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kijun.governance.access import actions as access
from kijun.governance.access.models import Purpose
from kijun.governance.accounts.models import Person
from kijun.governance.evidence.models import ScopeKind, Verdict
from kijun.governance.evidence.proofs import Proof, Scope
from kijun.governance.inventory.models import AISystem
from kijun.governance.reviews import actions, answers, evidence
from kijun.governance.reviews.models import Review

EVERY: list[Callable[[Scope], Proof | None]] = [
    evidence.confirmation_is_built_in, evidence.people_decide, evidence.officials_sign, evidence.residents_will,
    evidence.local_fit, evidence.minorities, evidence.own_knowledge, evidence.six_angles, evidence.rights_and_wording,
    evidence.facts_before_leaving, evidence.no_harm_before_leaving, evidence.fair_before_leaving, evidence.flags_are_judged,
    evidence.public_power_is_bounded, evidence.residents_are_told, evidence.people_judge_for_themselves,
]  # fmt: skip


@pytest.fixture
def whole(staff: Person) -> Scope:
    return Scope.organisation(staff.municipality)


def of(system: AISystem) -> Scope:
    return Scope(system.municipality, ScopeKind.SYSTEM, system.pk)


@pytest.mark.parametrize("collect", EVERY)
def test_nothing_is_said_of_nothing(collect: Callable[[Scope], Proof | None], whole: Scope) -> None:
    assert collect(whole) is None


def test_it_works(confirm: Any, staff: Person, whole: Scope, system: AISystem, outsider: Person) -> None:
    confirm(staff)
    confirm(staff, text="直した。")
    confirm(staff, use=False, checks={}, text="", ground="", reason="違う")
    for scope in (whole, of(system)):
        proof = evidence.confirmation_is_built_in(scope)
        assert proof is not None
        assert proof.figures["decisions"] == {"adopt": 1, "edit": 1, "reject": 1}
        assert proof.figures["by_department"] == {"介護保険課": 3}
        assert proof.verdict == Verdict.MET
        assert "そのまま1件" in str(proof.value)
    assert evidence.confirmation_is_built_in(Scope.organisation(outsider.municipality)) is None


def test_many_answers_and_none_changed_stands_out(
    confirm: Any, staff: Person, whole: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "FEW", 2)
    confirm(staff)
    few = evidence.people_judge_for_themselves(whole)
    assert few is not None
    assert few.verdict == Verdict.MET
    confirm(staff)
    unseen = evidence.people_judge_for_themselves(whole)
    assert unseen is not None
    assert unseen.verdict == Verdict.PARTLY
    confirm(staff, text="直した。")
    seen = evidence.people_judge_for_themselves(whole)
    assert seen is not None
    assert (seen.verdict, seen.figures["judged"]) == (Verdict.MET, 1)


def test_what_was_looked_at_and_put_aside(confirm: Any, staff: Person, whole: Scope) -> None:
    from kijun.governance.reviews import checklist

    confirm(staff)
    aside = {one.key: ("none", "") for one in checklist.items("normal", "inside")}
    confirm(staff, checks=aside)
    for collect in (evidence.residents_will, evidence.local_fit, evidence.minorities, evidence.six_angles):
        proof = collect(whole)
        assert proof is not None
        assert (proof.figures["looked"], proof.figures["aside"]) == (1, 1)


def test_texts_that_left_were_approved_after_a_look(approved: Review, staff: Person, whole: Scope) -> None:
    assert evidence.facts_before_leaving(whole) is None  # nothing has left yet
    actions.take(staff, approved, answers.own(staff, approved.interaction), "txt")
    for collect in (
        evidence.facts_before_leaving,
        evidence.no_harm_before_leaving,
        evidence.fair_before_leaving,
    ):
        proof = collect(whole)
        assert proof is not None
        assert (proof.verdict, proof.figures["left"], proof.figures["approved_after_look"]) == (
            Verdict.MET,
            1,
            1,
        )
    signed = evidence.officials_sign(whole)
    assert signed is not None
    assert signed.figures["reasoned"] == 1


def test_a_text_without_a_label_lacks_one(approved: Review, staff: Person, whole: Scope) -> None:
    actions.take(staff, approved, answers.own(staff, approved.interaction), "txt")
    proof = evidence.residents_are_told(whole)
    assert proof is not None
    assert proof.verdict == Verdict.UNMET
    label = actions.make_label(staff, approved, kind="text", parts=["draft"])
    proof = evidence.residents_are_told(whole)
    assert proof is not None
    assert proof.verdict == Verdict.MET
    actions.withdraw_label(staff, label, "誤り")
    proof = evidence.residents_are_told(whole)
    assert proof is not None
    assert proof.verdict == Verdict.UNMET


def test_public_power(
    confirm: Any, purpose: Purpose, it_staff: Person, staff: Person, approver: Person, whole: Scope
) -> None:
    access.save_purpose(it_staff, purpose.municipality, purpose, {"public_power": True})
    proof = evidence.public_power_is_bounded(whole)
    assert proof is not None
    assert (proof.figures["purposes"], proof.verdict) == (1, Verdict.MET)
    confirm(staff, level="strict", human_decision="認める。", legal_basis="条例第3条", official=approver)
    proof = evidence.public_power_is_bounded(whole)
    assert proof is not None
    assert (proof.figures["used"], proof.figures["recorded"]) == (1, 1)
