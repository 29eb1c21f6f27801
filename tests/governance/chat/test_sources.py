"""Which answers show sources, and of which somebody opened one: counted from the ledger once, proven from rows (U3.1.6, P1.1.1)."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from kijun.governance.access.models import Grant, Purpose
from kijun.governance.accounts.models import Person
from kijun.governance.chat import actions, jobs, sources
from kijun.governance.chat.actions.conversations import Said
from kijun.governance.chat.documents import evidence
from kijun.governance.chat.documents.models import DocumentVersion, Opened, PurposeReading
from kijun.governance.chat.models import OpenedGiven, Turn
from kijun.governance.evidence.models import ScopeKind, Verdict
from kijun.governance.evidence.proofs import Scope
from kijun.governance.interactions import ledger
from kijun.ledger.model import Unavailable
from tests.governance.chat.test_documents import (  # noqa: F401  fixtures
    answering,
    built_at_once,
    collection,
    served,
)

QUESTION = "手すりの取付けの補助はいくらですか"


def later(minutes: int = 11) -> datetime.datetime:
    return timezone.now() + datetime.timedelta(minutes=minutes)


@pytest.fixture
def scope(staff: Person) -> Scope:
    return Scope(staff.municipality, ScopeKind.ORGANISATION, "")


@pytest.fixture
def turn(served: Any, staff: Person, answering: Callable[[str], str]) -> Turn:  # noqa: F811
    """An answer that quotes a document."""
    return actions.record_turn(staff, Grant.objects.get(), None, answering(QUESTION), Said())


def test_it_works(turn: Turn, staff: Person, scope: Scope, client_of: Callable[[Person], Client]) -> None:
    assert jobs.count_sources() == 0, "its record may not be whole yet"
    assert evidence.sources_are_opened(scope) is None, "what was not counted is not told"
    assert (jobs.count_sources(later()), jobs.count_sources(later())) == (1, 0), "each once"
    turn.refresh_from_db()
    assert turn.sources == len([one for one in sources.sources_of(turn.interaction, staff) if one.cited])
    assert turn.sources
    proof = evidence.sources_are_opened(scope)
    assert proof is not None
    assert proof.verdict == Verdict.UNMET
    assert (proof.figures["answers"], proof.figures["opened"], proof.figures["unopened"]) == (1, 0, 1)
    client_of(staff).get(sources.sources_of(turn.interaction, staff)[0].url)
    assert Opened.objects.exists()
    proof = evidence.sources_are_opened(scope)
    assert proof is not None
    assert proof.verdict == Verdict.MET
    assert (proof.figures["opened"], proof.figures["used"]) == (1, 0)
    assert "1件のうち出典を開いたもの1件" in str(proof.value)


def test_only_the_persons_own_opening_counts(turn: Turn, neighbour: Person, scope: Scope) -> None:
    jobs.count_sources(later())
    OpenedGiven.objects.create(
        municipality=scope.municipality, person=neighbour, interaction=turn.interaction, number=1
    )
    proof = evidence.sources_are_opened(scope)
    assert proof is not None
    assert proof.figures["opened"] == 0


def test_a_source_that_the_service_gave_counts(turn: Turn, staff: Person, scope: Scope) -> None:
    jobs.count_sources(later())
    OpenedGiven.objects.create(
        municipality=scope.municipality, person=staff, interaction=turn.interaction, number=1
    )
    proof = evidence.sources_are_opened(scope)
    assert proof is not None
    assert proof.figures["opened"] == 1
    assert (
        sources.count_of({"sources": [{"cited": False}, {"cited": True}], "given_sources": [{"n": 1}]}) == 2
    )
    assert sources.count_of({"sources": "nonsense"}) == 0


def test_an_answer_without_sources_counts_as_such(
    served: DocumentVersion,  # noqa: F811
    staff: Person,
    answering: Callable[[str], str],  # noqa: F811
    scope: Scope,
) -> None:
    row = actions.record_turn(
        staff, Grant.objects.get(), None, answering("パスポートの更新はどこでできますか"), Said()
    )
    jobs.count_sources(later())
    row.refresh_from_db()
    assert row.sources == 0
    assert evidence.sources_are_opened(scope) is None
    proof = evidence.purposes_show_sources(scope)
    assert proof is not None
    assert (proof.figures["answers"], proof.figures["with_sources"]) == (1, 0)


def test_a_record_that_never_came_is_given_up_after_a_day(staff: Person, grant: Grant) -> None:
    row = actions.record_turn(staff, grant, None, "no-such-interaction", Said())
    assert jobs.count_sources(later()) == 0
    assert jobs.count_sources(later(1_500)) == 1
    row.refresh_from_db()
    assert row.sources == 0


def test_without_a_ledger_nothing_is_counted(turn: Turn, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed() -> Any:
        raise Unavailable("読めません。", "It cannot be read.")

    monkeypatch.setattr(ledger, "reading", closed)
    assert jobs.count_sources(later()) == 0
    turn.refresh_from_db()
    assert turn.sources is None, "it is not taken for an answer without sources"


def test_purposes_that_can_show_sources(turn: Turn, scope: Scope, purpose: Purpose) -> None:
    proof = evidence.purposes_show_sources(scope)
    assert proof is not None
    assert (proof.verdict, proof.figures["able"], proof.figures["purposes"]) == (Verdict.MET, 1, 1)
    system = Scope(scope.municipality, ScopeKind.SYSTEM, str(turn.conversation.grant.system_id))
    assert evidence.purposes_show_sources(system) is not None
    other = Scope(scope.municipality, ScopeKind.SYSTEM, str(turn.conversation.grant.system_id + 1))
    assert evidence.purposes_show_sources(other) is None


def test_a_model_that_is_given_nothing_shows_nothing(
    grant: Grant,
    served: DocumentVersion,  # noqa: F811
    scope: Scope,
) -> None:
    proof = evidence.purposes_show_sources(scope)
    assert proof is not None
    assert proof.verdict == Verdict.UNMET
    PurposeReading.objects.create(municipality=scope.municipality, purpose=grant.purpose, for_models=True)
    proof = evidence.purposes_show_sources(scope)
    assert proof is not None
    assert proof.verdict == Verdict.MET
    served.document.current = None
    served.document.save(update_fields=["current"])
    proof = evidence.purposes_show_sources(scope)
    assert proof is not None
    assert proof.verdict == Verdict.UNMET, "there is nothing to be given"


def test_without_grants_nothing_is_said(outsider: Person) -> None:
    assert evidence.purposes_show_sources(Scope(outsider.municipality, ScopeKind.ORGANISATION, "")) is None
