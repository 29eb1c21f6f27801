"""The evidence beside an assessment's answers."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from kijun.governance.accounts.models import Person
from kijun.governance.assessments import catalogue
from kijun.governance.assessments.models import Assessment
from kijun.governance.evidence import actions as evidence_actions
from kijun.governance.evidence import attestations, controls, deadlines
from kijun.governance.evidence import queries as evidence_queries
from kijun.governance.evidence.models import Item, ScopeKind, Verdict
from kijun.governance.evidence.proofs import Scope

SUPPORTS = (Verdict.MET, Verdict.PARTLY)


def scope_of(assessment: Assessment) -> Scope:
    return Scope(assessment.municipality, ScopeKind(assessment.scope_kind), assessment.scope_id)


def items_of(assessment: Assessment) -> dict[str, list[Item]]:
    """Current evidence of the assessment's scope by control id; one query."""
    return evidence_queries.current_items(
        assessment.municipality, ScopeKind(assessment.scope_kind), assessment.scope_id
    )


def supports(items: Iterable[Item]) -> bool:
    """Whether one of the items backs 実施済: it says so, and has not lapsed. 満たしていない backs nothing."""
    today = timezone.localdate()
    return any(
        one.verdict in SUPPORTS and (one.expires_on is None or one.expires_on >= today) for one in items
    )


def contradicts(items: Iterable[Item]) -> bool:
    """Whether what Kijun collects says 満たしていない: 実施済 then needs a reason."""
    return any(
        one.kind == Item.Kind.AUTOMATIC and one.verdict == Verdict.UNMET and not one.has_expired
        for one in items
    )


def is_proven(assessment: Assessment, control_id: str) -> bool:
    return supports(evidence_of(assessment, control_id))


def evidence_of(assessment: Assessment, control_id: str) -> list[Item]:
    """Current evidence of one control."""
    return items_of(assessment).get(control_id, [])


def attest(actor: Person, assessment: Assessment, control_id: str, words: str) -> None:
    """Keep the words of the person who answers 実施済 as evidence: all that counts as done is so, says this person."""
    today, book = timezone.localdate(), controls.worded(catalogue.pinned(assessment))
    evidence_actions.attest(
        actor,
        scope_of(assessment),
        {control_id: range(len(attestations.check_items(control_id, book)))},
        note=words,
        verdict=Verdict.MET,
        effective_on=today,
        expires_on=deadlines.holds_until(control_id, today, book),
        book=book,
    )
