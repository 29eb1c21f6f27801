"""P7.2.1, P7.2.4, U7.2.1 and the residents' half of G.7."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone, translation

from kijun.governance.accounts.models import Person
from kijun.governance.evidence.models import ScopeKind, Verdict
from kijun.governance.evidence.proofs import Proof, Scope, collectors
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Department, Municipality
from kijun.governance.register import actions, evidence
from kijun.governance.register.models import Entry, Publication
from tests.governance.register.conftest import make_system

pytestmark = pytest.mark.django_db


def of_town(town: Municipality) -> Scope:
    return Scope.organisation(town)


def of_system(system: AISystem) -> Scope:
    return Scope(system.municipality, ScopeKind.SYSTEM, system.pk)


def must(proof: Proof | None) -> Proof:
    assert proof is not None
    return proof


def test_every_control_has_its_collector() -> None:
    for control in ("P7.2.1", "P7.2.4", "U7.2.1", "G.7"):
        assert any(one.name.startswith("register.") for one in collectors(control)), control


def test_nothing_to_say_without_systems(town: Municipality) -> None:
    for collect in (
        evidence.told_residents,
        evidence.told_plainly,
        evidence.told_beforehand,
        evidence.published_to_residents,
    ):
        assert collect(of_town(town)) is None


def test_from_untold_to_told(
    town: Municipality, system: AISystem, it_department: Department, publication: Publication
) -> None:
    proof = must(evidence.told_residents(of_town(town)))
    assert proof.verdict == Verdict.MET
    assert proof.expires_on == timezone.localdate() + datetime.timedelta(days=200)
    assert must(evidence.told_residents(of_system(system))).verdict == Verdict.MET
    second = make_system(town, 2, "知らせていないAI", it_department)
    proof = must(evidence.told_residents(of_town(town)))
    assert (proof.verdict, proof.figures) == (Verdict.PARTLY, {"in_use": 2, "told": 1, "late": 0})
    assert must(evidence.told_residents(of_system(second))).verdict == Verdict.UNMET
    with translation.override("en"):
        assert str(proof.value).startswith("Of 2 systems in use, 1 are public")
    with translation.override("ja"):
        assert str(proof.value).startswith("利用中の2件のうち")


def test_a_late_review_weakens_it(town: Municipality, publication: Publication) -> None:
    Entry.objects.update(next_review_on=timezone.localdate() - datetime.timedelta(days=1))
    assert must(evidence.told_residents(of_town(town))).verdict == Verdict.PARTLY


def test_withdrawal_counts_at_once(it_staff: Person, town: Municipality, publication: Publication) -> None:
    entry = Entry.objects.select_related("system").get(pk=publication.entry_id)
    actions.withdraw(it_staff, entry, reason="誤り")
    assert must(evidence.told_residents(of_town(town))).verdict == Verdict.UNMET
    assert evidence.told_plainly(of_town(town)) is None
    assert must(evidence.published_to_residents(of_town(town))).verdict == Verdict.UNMET


def test_what_no_longer_agrees_is_partly(
    town: Municipality, system: AISystem, publication: Publication
) -> None:
    assert must(evidence.told_plainly(of_system(system))).verdict == Verdict.MET
    AISystem.objects.filter(pk=system.pk).update(vendor_name="別の会社")
    assert must(evidence.told_plainly(of_town(town))).verdict == Verdict.PARTLY


def test_before_first_use(town: Municipality, system: AISystem, publication: Publication) -> None:
    assert (
        must(evidence.told_beforehand(of_town(town))).verdict == Verdict.PARTLY
    )  # public, but later than first use
    AISystem.objects.filter(pk=system.pk).update(started_on=timezone.localdate())
    assert must(evidence.told_beforehand(of_system(system))).verdict == Verdict.MET


def test_the_ministries_half_stays_open(town: Municipality, publication: Publication) -> None:
    proof = must(evidence.published_to_residents(of_town(town)))
    assert proof.verdict == Verdict.PARTLY
    assert proof.figures["published"] == 1


def test_towns_are_apart(other_town: Municipality, publication: Publication) -> None:
    assert evidence.told_residents(of_town(other_town)) is None
    assert evidence.published_to_residents(of_town(other_town)) is None
