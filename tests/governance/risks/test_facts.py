"""What the rule reads from the inventory, and when the inventory has moved away from what was assessed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kijun.governance.accounts.models import Person
from kijun.governance.inventory.models import AISystem
from kijun.governance.risks import actions, facts, queries
from kijun.governance.risks.models import RiskAssessment
from tests.governance.risks.made import fill

Assess = Callable[..., RiskAssessment]


class TestChanged:
    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("data_kinds", ["personal", "sensitive"]),
            ("problem", "窓口の質問に答える。"),
            ("training", "unknown"),
            ("model_name", "2027年版"),
            ("resident_facing", True),
            ("functions", ["generative", "execution"]),
        ],
    )
    def test_it_works(self, system: AISystem, assessed: Assess, field: str, value: Any) -> None:
        one = assessed()
        assert queries.is_valid(one)
        setattr(system, field, value)
        system.save()
        one.system.refresh_from_db()
        assert queries.outdated(one) == [field]
        assert not queries.is_valid(one)
        assert queries.outdated_systems(AISystem.objects.all()) == [system.pk]

    def test_blanks_width_and_order_are_no_change(self, system: AISystem, assessed: Assess) -> None:
        system.data_kinds = ["personal", "confidential"]
        system.save()
        one = assessed(kinds=["personal", "confidential"])
        system.problem = " 議事録の作成に　４時間かかる。"
        system.data_kinds = ["confidential", "personal"]
        system.owner = None
        system.contract_yen = 5
        system.save()
        one.system.refresh_from_db()
        assert queries.outdated(one) == []

    def test_back_again_is_no_change(self, system: AISystem, assessed: Assess) -> None:
        one = assessed()
        for value in ("別の目的", "議事録の作成に4時間かかる。"):
            system.problem = value
            system.save()
        one.system.refresh_from_db()
        assert queries.is_valid(one)

    def test_an_assessment_without_a_copy_of_the_inventory_says_nothing(
        self, system: AISystem, assessed: Assess
    ) -> None:
        one = assessed()
        RiskAssessment.objects.filter(pk=one.pk).update(facts={"training": "off_confirmed"})
        one.refresh_from_db()
        assert queries.is_valid(one)


class TestRuleFacts:
    def test_results_used_without_a_check_are_unchecked_whatever_the_inventory_says(
        self, it_staff: Person, system: AISystem
    ) -> None:
        system.resident_facing = True
        system.save()
        draft = fill(it_staff, actions.start(it_staff, system), levels=(3, 1, 2, 3))
        assert not facts.rule_facts(draft, list(draft.ratings.all())).human_check
        checked = fill(it_staff, draft, levels=(3, 1, 2, 2))
        assert facts.rule_facts(checked, list(checked.ratings.all())).human_check


class TestProblems:
    def test_an_axis_below_what_the_inventory_says(self, it_staff: Person, system: AISystem) -> None:
        draft = fill(it_staff, actions.start(it_staff, system))
        assert facts.problems(draft, list(draft.ratings.all())) == []
        draft.system.training = "unknown"
        (problem,) = facts.problems(draft, list(draft.ratings.all()))
        assert problem.part.slug == "axes"
        assert "要機密情報" in str(problem.message)
