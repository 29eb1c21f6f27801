"""Completed assessments, for the tests of this app and of those above it."""

from __future__ import annotations

from typing import Any

from kijun.governance.accounts.models import Person
from kijun.governance.inventory.models import AISystem
from kijun.governance.risks import actions, facts, rule
from kijun.governance.risks.models import RiskAssessment


def fill(
    person: Person,
    draft: RiskAssessment,
    *,
    harm: int = 1,
    likelihood: int = 1,
    authority: str = "none",
    levels: tuple[int, int, int, int] = (1, 1, 2, 1),
    kinds: list[str] | None = None,
) -> RiskAssessment:
    """Answer every part of a draft the same way throughout."""
    basis = "介護保険法第27条" if authority != "none" else ""
    actions.save_part(person, draft, "use", {"public_authority": authority, "public_authority_basis": basis})
    data = {"data_subjects": ["residents"], "data_kinds": kinds or ["personal"]}
    actions.save_part(person, draft, "data", data)
    axes = dict(zip((axis.key for axis in rule.AXES), levels, strict=True))
    actions.save_part(person, draft, "axes", {"axes": axes})
    one = {"applies": True, "harm": harm, "likelihood": likelihood, "reason": ""}
    ratings = {risk.id: dict(one) for risk in facts.applicable(draft)}
    actions.save_part(person, draft, "ratings", ratings)
    return draft


def assess(
    person: Person, system: AISystem, completion: dict[str, Any] | None = None, **answers: Any
) -> RiskAssessment:
    """A new assessment of the system, answered and completed."""
    draft = fill(person, actions.start(person, system), **answers)
    return actions.complete(
        person, draft, **{"residual_note": "誤りの見落としは残る。", **(completion or {})}
    )
