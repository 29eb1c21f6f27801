"""What access proves: nothing to judge, the ordinary day, and what turns a verdict bad."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone, translation

from kijun.governance.access import actions, evidence
from kijun.governance.access.models import Grant, GrantKey, Model, Purpose, Upstream
from kijun.governance.accounts.models import Person
from kijun.governance.evidence.models import ScopeKind, Verdict
from kijun.governance.evidence.proofs import Proof, Scope, collectors
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Municipality

NOW = timezone.now()
TODAY = timezone.localdate()
ALL: list[Callable[[Scope], Proof | None]] = [
    evidence.services_do_not_train,
    evidence.grants_are_looked_after,
    evidence.data_classes_are_covered,
    evidence.purposes_are_clear,
    evidence.purposes_have_a_basis,
    evidence.personal_data_are_kept_out,
    evidence.requirements_are_enforced,
    evidence.keys_are_kept,
]


@pytest.fixture
def whole(town: Municipality) -> Scope:
    return Scope.organisation(town)


@pytest.fixture
def of_system(system: AISystem) -> Scope:
    return Scope(system.municipality, ScopeKind.SYSTEM, system.pk)


def verdict(found: Proof | None) -> Verdict:
    assert found is not None
    return found.verdict


def test_every_control_of_access_has_its_collector() -> None:
    for control in ("P5.1.2", "P6.1.2", "P6.1.6", "U5.1.1", "U5.1.2", "U5.1.3", "U6.1.1", "U6.1.2"):
        assert any(one.name.startswith("access.") for one in collectors(control)), control


@pytest.mark.parametrize("collect", ALL)
def test_a_town_without_ai_proves_nothing(
    collect: Callable[[Scope], Proof | None], whole: Scope, of_system: Scope
) -> None:
    assert collect(whole) is None
    assert collect(of_system) is None


@pytest.mark.parametrize("collect", ALL)
def test_words_in_both_languages(
    collect: Callable[[Scope], Proof | None],
    whole: Scope,
    checked: Upstream,
    model: Model,
    grant: Grant,
    application: actions.Made,
    it_staff: Person,
    staff: Person,
    personal: Purpose,
) -> None:
    actions.create_grant(
        it_staff,
        it_staff.municipality,
        system=model.system,
        purpose=personal,
        person=staff,
        expires_on=TODAY,
    )
    found = collect(whole)
    assert found is not None
    assert found.verdict in {Verdict.MET, Verdict.PARTLY}
    for language in ("ja", "en"):
        with translation.override(language):
            assert "{" not in f"{found.title}{found.value}"
    with translation.override("en"):
        assert f"{found.title}{found.value}".isascii() or "–" in str(found.value)


def test_services(whole: Scope, of_system: Scope, it_staff: Person, model: Model, upstream: Upstream) -> None:
    assert verdict(evidence.services_do_not_train(of_system)) == Verdict.UNMET
    actions.record_opt_out(it_staff, upstream, on=TODAY, proof="契約書第12条")
    found = evidence.services_do_not_train(whole)
    assert verdict(found) == verdict(evidence.services_do_not_train(of_system)) == Verdict.MET
    assert found is not None
    assert found.expires_on is not None
    assert 180 <= (found.expires_on - TODAY).days <= 184
    actions.save_upstream(
        it_staff, it_staff.municipality, None, {"name": "別", "base_url": "https://example.jp/v1"}
    )
    assert verdict(evidence.services_do_not_train(whole)) == Verdict.PARTLY
    assert verdict(evidence.services_do_not_train(of_system)) == Verdict.MET
    Upstream.objects.update(opt_out_on=TODAY - datetime.timedelta(days=200))
    assert verdict(evidence.services_do_not_train(whole)) == Verdict.UNMET


def test_grants_that_nobody_looks_after(
    whole: Scope, grant: Grant, application: actions.Made, owner: Person
) -> None:
    assert verdict(evidence.grants_are_looked_after(whole)) == Verdict.MET
    Grant.objects.filter(pk=grant.pk).update(
        starts_on=TODAY - datetime.timedelta(days=200), last_used_at=NOW - datetime.timedelta(days=100)
    )
    found = evidence.grants_are_looked_after(whole)
    assert verdict(found) == Verdict.PARTLY
    assert found is not None
    assert found.figures == {"grants": 2, "people": 1, "unused": 1, "without_keeper": 0}
    Person.objects.filter(pk=owner.pk).update(is_active=False)
    assert verdict(evidence.grants_are_looked_after(whole)) == Verdict.UNMET


def test_purposes_that_ask_instead_of_masking(
    whole: Scope, of_system: Scope, it_staff: Person, grant: Grant, purpose: Purpose
) -> None:
    assert verdict(evidence.purposes_are_clear(whole)) == Verdict.MET
    assert verdict(evidence.personal_data_are_kept_out(of_system)) == Verdict.MET
    asks = {"groups": {"personal": "confirm", "attack": "allow"}, "types": {}}
    actions.save_purpose(it_staff, it_staff.municipality, purpose, {"input_handling": asks})
    for collect in (
        evidence.purposes_are_clear,
        evidence.personal_data_are_kept_out,
        evidence.requirements_are_enforced,
    ):
        assert verdict(collect(whole)) == verdict(collect(of_system)) == Verdict.UNMET


def test_only_purposes_that_somebody_uses_count(whole: Scope, purpose: Purpose) -> None:
    assert evidence.purposes_are_clear(whole) is None


def test_a_basis(whole: Scope, it_staff: Person, staff: Person, system: AISystem, personal: Purpose) -> None:
    actions.create_grant(
        it_staff, it_staff.municipality, system=system, purpose=personal, person=staff, expires_on=TODAY
    )
    assert verdict(evidence.purposes_have_a_basis(whole)) == Verdict.MET
    Purpose.objects.update(legal_basis="")  # as an import of old rows might leave it
    assert verdict(evidence.purposes_have_a_basis(whole)) == Verdict.UNMET


def test_keys(whole: Scope, application: actions.Made, owner: Person) -> None:
    assert verdict(evidence.keys_are_kept(whole)) == Verdict.MET
    GrantKey.objects.update(made_at=NOW - datetime.timedelta(days=400))
    assert verdict(evidence.keys_are_kept(whole)) == Verdict.PARTLY
    Person.objects.filter(pk=owner.pk).update(is_active=False)
    assert verdict(evidence.keys_are_kept(whole)) == Verdict.UNMET


def test_another_town_sees_nothing(
    other_town: Municipality, grant: Grant, application: actions.Made, model: Model, checked: Upstream
) -> None:
    found: list[Any] = [collect(Scope.organisation(other_town)) for collect in ALL]
    assert found == [None] * len(ALL)
