"""Assessing, completing, overruling, accepting; who may not; what is never changed."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from kijun.catalog import current_version, load, required
from kijun.governance.accounts.models import Person
from kijun.governance.audit.models import Entry
from kijun.governance.inventory import actions as inventory
from kijun.governance.inventory.models import AISystem, Stage
from kijun.governance.risks import actions, facts, queries, rule
from kijun.governance.risks.models import RiskAssessment
from kijun.web.versions import Stale
from tests.governance.inventory.made import make_system
from tests.governance.risks.made import assess, fill

TODAY = timezone.localdate()
REASON = "利用を庁内の会議に限り、個人情報を入力しないため。"
Assess = Callable[..., RiskAssessment]


class TestOrdinaryDay:
    def test_it_works(self, it_staff: Person, system: AISystem) -> None:
        one = assess(it_staff, system)
        assert (one.number, one.state, one.tier) == (1, "current", "low")
        assert one.catalog_version == current_version()
        assert one.rule_version == rule.RULE_VERSION
        assert one.explanation[0]["rule"] == "M1"
        wanted = [c.id for c in required(load(), "low") if c.id[0] in "PU"]
        assert one.controls == wanted
        assert queries.profile(system) == ("low", wanted, current_version())
        assert Entry.objects.filter(action="risks.completed").count() == 1

    def test_a_higher_tier_requires_more(self, assessed: Assess) -> None:
        low, high = assessed(), assessed(authority="supports")
        assert high.tier == "high"
        assert set(low.controls) < set(high.controls)

    def test_the_review_comes_sooner_the_higher_the_tier(self, assessed: Assess) -> None:
        months = [
            (one.next_review_on.year - TODAY.year) * 12 + one.next_review_on.month - TODAY.month
            for one in (assessed(), assessed(authority="supports"), assessed(authority="decides"))
            if one.next_review_on
        ]
        assert months == [12, 6, 3]

    def test_the_next_one_starts_from_the_last_and_takes_its_place(
        self, it_staff: Person, system: AISystem, assessed: Assess
    ) -> None:
        first = assessed(harm=2, likelihood=2)
        draft = actions.start(it_staff, system)
        assert draft.number == 2
        assert draft.axes == first.axes
        assert {r.harm for r in draft.ratings.all()} == {2}
        actions.complete(it_staff, draft)
        first.refresh_from_db()
        assert first.state == "superseded"
        current = queries.current_assessment(system)
        assert current is not None
        assert current.pk == draft.pk

    def test_starting_twice_goes_on_with_the_same_draft(self, it_staff: Person, system: AISystem) -> None:
        assert actions.start(it_staff, system) == actions.start(it_staff, system)

    def test_highest_tier_of_the_town(self, it_staff: Person, outsider: Person, assessed: Assess) -> None:
        assert queries.highest_tier(it_staff.municipality) == "low"
        assessed(authority="supports")
        assess(outsider, make_system(outsider), authority="decides")
        assert queries.highest_tier(it_staff.municipality) == "high"

    def test_the_data_come_from_the_inventory_anew(
        self, it_staff: Person, system: AISystem, assessed: Assess
    ) -> None:
        assessed(kinds=["none"])
        system.data_kinds = ["sensitive"]
        system.save()
        assert actions.start(it_staff, system).data_kinds == ["sensitive"]

    def test_facts_are_kept_as_they_were(self, system: AISystem, assessed: Assess) -> None:
        one = assessed()
        before = {risk.id for risk in facts.applicable(one)}
        system.resident_facing, system.functions = True, ["execution", "prediction"]
        system.save()
        again = RiskAssessment.objects.get(pk=one.pk)
        assert {risk.id for risk in facts.applicable(again)} == before


class TestIncomplete:
    def test_all_that_is_missing_is_told(self, it_staff: Person, system: AISystem) -> None:
        draft = actions.start(it_staff, system)
        with pytest.raises(ValidationError) as refused:
            actions.complete(it_staff, draft)
        assert len(refused.value.messages) > 3
        assert RiskAssessment.objects.get(pk=draft.pk).is_draft

    def test_a_risk_set_aside_needs_a_reason(self, it_staff: Person, system: AISystem) -> None:
        draft = fill(it_staff, actions.start(it_staff, system))
        aside: dict[str, Any] = {"applies": False, "harm": None, "likelihood": None, "reason": ""}
        actions.save_part(it_staff, draft, "ratings", {"R1.2.1": aside})
        with pytest.raises(ValidationError):
            actions.complete(it_staff, draft)
        actions.save_part(it_staff, draft, "ratings", {"R1.2.1": {**aside, "reason": "人は使わない"}})
        actions.complete(it_staff, draft)

    @pytest.mark.parametrize(
        ("part", "data"),
        [
            ("ratings", {"R1.2.1": {"applies": True, "harm": 5, "likelihood": 1}}),
            ("ratings", {"R1.2.1": {"applies": True, "harm": 0, "likelihood": 1}}),
            ("ratings", {"R99.9.9": {"applies": True, "harm": 1, "likelihood": 1}}),
            ("axes", {"axes": {"users": 4}}),
            ("use", {"public_authority": "perhaps"}),
        ],
    )
    def test_bad_input(self, it_staff: Person, system: AISystem, part: str, data: dict[str, Any]) -> None:
        draft = actions.start(it_staff, system)
        with pytest.raises(ValidationError):
            actions.save_part(it_staff, draft, part, data)

    def test_a_stale_form_saves_nothing(self, it_staff: Person, system: AISystem) -> None:
        draft = actions.start(it_staff, system)
        actions.save_part(it_staff, draft, "use", {"public_authority": "none"}, 0)
        late = RiskAssessment.objects.get(pk=draft.pk)
        with pytest.raises(Stale):
            actions.save_part(it_staff, late, "use", {"public_authority": "decides"}, 0)

    def test_neither_drafts_nor_retired_systems(self, it_staff: Person) -> None:
        with pytest.raises(ValidationError):
            actions.start(it_staff, inventory.start_system(it_staff, it_staff.municipality))
        with pytest.raises(ValidationError):
            actions.start(it_staff, make_system(it_staff, stage="retired"))


class TestNeverChanged:
    def test_a_completed_one(self, it_staff: Person, assessed: Assess) -> None:
        one = assessed()
        with pytest.raises(ValidationError):
            actions.save_part(it_staff, one, "use", {"public_authority": "decides"})
        with pytest.raises(ValidationError):
            actions.complete(it_staff, one)
        with pytest.raises(ValidationError):
            actions.discard(it_staff, one)

    def test_a_draft_is_thrown_away_and_the_one_in_force_stays(
        self, it_staff: Person, system: AISystem, assessed: Assess
    ) -> None:
        one = assessed()
        actions.discard(it_staff, actions.start(it_staff, system))
        assert queries.current_assessment(system) == one


class TestOverruling:
    def test_up_with_a_reason(self, owner: Person, system: AISystem) -> None:
        words = {"overruled_tier": "high", "overrule_reason": "議会の関心が高いため"}
        one = assess(owner, system, words)
        assert (one.computed_tier, one.tier, one.overruled_by) == ("low", "high", owner)
        assert one.is_overruled
        assert not one.is_lowered

    def test_down_with_a_long_reason_by_it_staff(self, it_staff: Person, system: AISystem) -> None:
        words = {"overruled_tier": "medium", "overrule_reason": REASON}
        one = assess(it_staff, system, words, authority="supports")
        assert (one.computed_tier, one.tier) == ("high", "medium")
        assert one.is_lowered

    def test_down_with_a_short_reason_is_refused(self, it_staff: Person, system: AISystem) -> None:
        with pytest.raises(ValidationError) as refused:
            assess(
                it_staff,
                system,
                {"overruled_tier": "low", "overrule_reason": "問題ない"},
                authority="supports",
            )
        assert "overrule_reason" in refused.value.error_dict

    def test_down_by_the_owner_is_refused(self, owner: Person, system: AISystem) -> None:
        words = {"overruled_tier": "low", "overrule_reason": REASON}
        with pytest.raises(PermissionDenied):
            assess(owner, system, words, authority="supports")

    def test_without_a_reason_or_to_nowhere(self, it_staff: Person, system: AISystem) -> None:
        for words in (
            {"overruled_tier": "high", "overrule_reason": " "},
            {"overruled_tier": "tiny", "overrule_reason": REASON},
        ):
            with pytest.raises(ValidationError):
                assess(it_staff, system, words)

    def test_to_the_same_tier_is_no_overruling(self, it_staff: Person, system: AISystem) -> None:
        one = assess(it_staff, system, {"overruled_tier": "low", "overrule_reason": REASON})
        assert not one.is_overruled
        assert one.overrule_reason == ""

    def test_the_review_may_not_be_put_off(self, it_staff: Person, system: AISystem) -> None:
        for days in (0, 400):
            later = TODAY + datetime.timedelta(days=days)
            with pytest.raises(ValidationError) as refused:
                assess(it_staff, system, {"next_review_on": later})
            assert "next_review_on" in refused.value.error_dict


class TestResidualNote:
    def test_what_an_executive_is_to_accept_is_described(self, it_staff: Person, system: AISystem) -> None:
        draft = fill(it_staff, actions.start(it_staff, system), authority="supports")
        with pytest.raises(ValidationError) as refused:
            actions.complete(it_staff, draft, residual_note="  ")
        assert set(refused.value.message_dict) == {"residual_note"}
        assert actions.complete(it_staff, draft, residual_note="見落としは残る。").needs_acceptance

    def test_a_low_tier_needs_none(self, it_staff: Person, system: AISystem) -> None:
        assert actions.complete(it_staff, fill(it_staff, actions.start(it_staff, system))).tier == "low"


class TestAcceptance:
    def test_it_works(self, executive: Person, assessed: Assess) -> None:
        one = assessed(authority="decides")
        assert one.needs_acceptance
        actions.accept_residual(executive, one, "便益が大きく、毎月点検することを条件とする。")
        assert one.accepted_by == executive
        assert not one.needs_acceptance
        with pytest.raises(ValidationError):
            actions.accept_residual(executive, one, "もう一度")

    def test_others_may_not(self, it_staff: Person, owner: Person, assessed: Assess) -> None:
        one = assessed(authority="decides")
        for person in (it_staff, owner):
            with pytest.raises(PermissionDenied):
                actions.accept_residual(person, one, "受け入れる")

    def test_it_needs_words_and_the_one_in_force(self, executive: Person, assessed: Assess) -> None:
        old = assessed(authority="decides")
        with pytest.raises(ValidationError):
            actions.accept_residual(executive, old, "  ")
        assessed(authority="decides")
        old.refresh_from_db()
        with pytest.raises(ValidationError):
            actions.accept_residual(executive, old, "古い評価")


class TestWhoMay:
    def test_others_may_not_assess(
        self, staff: Person, auditor: Person, executive: Person, outsider: Person, system: AISystem
    ) -> None:
        for person in (staff, auditor, executive, outsider):
            with pytest.raises(PermissionDenied):
                actions.start(person, system)

    def test_an_owner_of_another_system_may_not(
        self, it_staff: Person, owner: Person, system: AISystem
    ) -> None:
        with pytest.raises(PermissionDenied):
            actions.start(owner, make_system(it_staff, owner=it_staff))


class TestGate:
    def messages(self, person: Person, system: AISystem) -> str:
        with pytest.raises(ValidationError) as refused:
            inventory.change_stage(person, system, Stage.PILOT)
        return " ".join(refused.value.messages)

    def test_no_pilot_without_an_assessment(
        self, it_staff: Person, system: AISystem, assessed: Assess
    ) -> None:
        assert "リスク評価" in self.messages(it_staff, system)
        assessed()
        inventory.change_stage(it_staff, system, Stage.PILOT)

    def test_not_with_one_past_its_review(self, it_staff: Person, system: AISystem, assessed: Assess) -> None:
        one = assessed()
        RiskAssessment.objects.filter(pk=one.pk).update(next_review_on=TODAY - datetime.timedelta(days=1))
        assert "期限" in self.messages(it_staff, system)

    def test_not_when_the_system_is_another_one_by_now(
        self, it_staff: Person, system: AISystem, assessed: Assess
    ) -> None:
        assessed()
        system.learns = True
        system.save()
        assert "台帳の登録内容が変わりました" in self.messages(it_staff, system)

    def test_critical_waits_for_an_executive(
        self, it_staff: Person, executive: Person, system: AISystem, assessed: Assess
    ) -> None:
        one = assessed(authority="decides")
        assert "受け入れ" in self.messages(it_staff, system)
        actions.accept_residual(executive, one, "毎月の点検を条件とする。")
        inventory.change_stage(it_staff, system, Stage.PILOT)
