"""What the inventory proves: verdicts follow the facts."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from typing import Any

from django.utils import timezone, translation

from kijun.catalog import load
from kijun.governance.accounts.models import Person, Posting
from kijun.governance.evidence.models import ScopeKind, Verdict
from kijun.governance.evidence.proofs import Proof, Scope, collectors
from kijun.governance.inventory import actions, evidence
from kijun.governance.inventory.models import AISystem, Dataset
from kijun.governance.organisation.models import Department, Municipality

TODAY = timezone.localdate()
Another = Callable[..., AISystem]


def of_town(town: Municipality, collect: Callable[[Scope], Proof | None]) -> Proof:
    proof = collect(Scope.organisation(town))
    assert proof is not None
    return proof


def of_system(system: AISystem, collect: Callable[[Scope], Proof | None]) -> Proof:
    proof = collect(Scope(system.municipality, ScopeKind.SYSTEM, system.pk))
    assert proof is not None
    assert str(proof.value)
    assert proof.url.startswith("/staff/systems/")
    return proof


def test_every_control_stands_in_the_catalogue() -> None:
    catalog = load()
    own = [one for one in collectors() if one.name.startswith(("inventory.", "risks."))]
    assert len(own) >= 12
    for one in own:
        for control in one.controls:
            level = catalog.control(control).level
            assert level in {str(kind) for kind in one.scopes}, (one.name, control)


class TestOrganisation:
    def test_nothing_to_judge(self, town: Municipality) -> None:
        for collect in (
            evidence.departments_of_every_system,
            evidence.pilots_of_systems_in_operation,
            evidence.owners_of_datasets,
        ):
            assert of_town(town, collect).verdict == Verdict.UNKNOWN

    def test_departments(self, town: Municipality, system: AISystem, another: Another) -> None:
        assert of_town(town, evidence.departments_of_every_system).verdict == Verdict.MET
        another(name="未定")
        proof = of_town(town, evidence.departments_of_every_system)
        assert (proof.verdict, proof.figures) == (Verdict.PARTLY, {"total": 2, "named": 1})

    def test_pilots(self, town: Municipality, it_staff: Person, another: Another) -> None:
        running = another(stage="operation")
        assert of_town(town, evidence.pilots_of_systems_in_operation).verdict == Verdict.UNMET
        actions.record_pilot(
            it_staff,
            running,
            started_on=TODAY,
            ended_on=TODAY,
            department=None,
            result="よい",
            effect_measure="時間",
            effect_before=2,
            effect_after=1,
            effect_unit="時間",
            go_on=True,
        )
        assert of_town(town, evidence.pilots_of_systems_in_operation).verdict == Verdict.MET

    def test_dataset_owners(self, town: Municipality, dataset: Dataset) -> None:
        assert of_town(town, evidence.owners_of_datasets).verdict == Verdict.MET
        Dataset.objects.update(owner=None)
        assert of_town(town, evidence.owners_of_datasets).verdict == Verdict.UNMET

    def test_another_town_does_not_count(self, other_town: Municipality, system: AISystem) -> None:
        assert of_town(other_town, evidence.departments_of_every_system).figures["total"] == 0


class TestSystem:
    def test_owner(self, system: AISystem, owner: Person) -> None:
        assert of_system(system, evidence.owner_of_system).verdict == Verdict.MET
        Posting.objects.filter(person=owner).update(valid_to=TODAY - datetime.timedelta(days=1))
        assert of_system(system, evidence.owner_of_system).verdict == Verdict.UNMET

    def test_verification(self, system: AISystem, it_staff: Person) -> None:
        assert of_system(system, evidence.verification_of_system).verdict == Verdict.UNKNOWN
        words = {f"{name}_note": "書いた" for name in ("suitable", "tested", "integrated")}
        flags = {"suitable": True, "tested": True, "integrated": True}
        actions.verify_system(it_staff, system, verified_on=TODAY, **words, **flags)
        assert of_system(system, evidence.verification_of_system).verdict == Verdict.MET
        AISystem.objects.update(support_contact="")
        assert of_system(system, evidence.verification_of_system).verdict == Verdict.PARTLY

    def test_training_setting(self, system: AISystem) -> None:
        def verdict(**values: Any) -> str:
            AISystem.objects.update(**values)
            return of_system(system, evidence.training_setting).verdict

        assert verdict(training_checked_on=TODAY) == Verdict.MET
        assert verdict(training_checked_on=TODAY - datetime.timedelta(days=200)) == Verdict.PARTLY
        assert verdict(training_checked_on=None) == Verdict.PARTLY
        assert verdict(training="on") == Verdict.UNMET
        assert verdict(data_kinds=["none"]) == Verdict.PARTLY

    def test_training_setting_reads_in_english(self, system: AISystem) -> None:
        proof = of_system(system, evidence.training_setting)
        with translation.override("en"):
            assert not re.search("[ぁ-ん一-龥]", f"{proof.title} {proof.value}")

    def test_six_months_end_on_the_months_last_day(self) -> None:
        assert evidence._add_months(datetime.date(2026, 8, 31), 6) == datetime.date(2027, 2, 28)
        assert evidence._add_months(datetime.date(2026, 6, 30), 6) == datetime.date(2026, 12, 30)

    def test_datasets(self, system: AISystem, dataset: Dataset, care: Department) -> None:
        proof = of_system(system, evidence.datasets_reviewed)
        assert (proof.verdict, proof.expires_on) == (Verdict.MET, dataset.review_on)
        assert of_system(system, evidence.provenance_of_datasets).verdict == Verdict.MET
        assert of_system(system, evidence.representation_of_datasets).verdict == Verdict.UNKNOWN
        Dataset.objects.update(review_on=TODAY - datetime.timedelta(days=1), collected_why="", use="training")
        assert of_system(system, evidence.datasets_reviewed).verdict == Verdict.UNMET
        assert of_system(system, evidence.provenance_of_datasets).verdict == Verdict.UNMET
        assert of_system(system, evidence.representation_of_datasets).verdict == Verdict.UNMET

    def test_a_system_that_is_gone(self, town: Municipality) -> None:
        for collect in (evidence.owner_of_system, evidence.datasets_reviewed, evidence.training_setting):
            assert collect(Scope(town, ScopeKind.SYSTEM, 999)) is None
