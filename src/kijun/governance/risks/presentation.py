"""An assessment as pages show it: the matrix, the lines of the rule, the controls by principle."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django_stubs_ext import StrOrPromise

from kijun.catalog import Catalog, Tier, natural_key
from kijun.governance.risks import facts, rule, wording
from kijun.governance.risks.models import Rating, RiskAssessment


@dataclass(frozen=True, slots=True)
class Square:
    """One square of the matrix: its tier and the risks that stand there."""

    tier: StrOrPromise
    tone: str
    risks: list[str]


@dataclass(frozen=True, slots=True)
class Row:
    harm: int
    label: str
    squares: list[Square]


def matrix(ratings: Iterable[Rating] = ()) -> list[Row]:
    """The matrix with the risks in it, the greatest harm on top."""
    places: dict[tuple[int | None, int | None], list[str]] = {}
    for one in ratings:
        places.setdefault((one.harm, one.likelihood), []).append(one.risk_id)
    for risks in places.values():
        risks.sort(key=natural_key)
    return [
        Row(
            harm,
            wording.words(rule.HARM[harm - 1]),
            [_square(harm, likelihood, places.get((harm, likelihood), [])) for likelihood in range(1, 5)],
        )
        for harm in range(4, 0, -1)
    ]


def _square(harm: int, likelihood: int, risks: list[str]) -> Square:
    tier = rule.of_rating(harm, likelihood)
    return Square(wording.tier_label(tier), wording.tone(tier), risks)


def likelihoods() -> list[tuple[int, str]]:
    return [(n, wording.words(text)) for n, text in enumerate(rule.LIKELIHOOD, 1)]


def scales() -> list[tuple[int, str, str, str, str]]:
    """What the figures 1 to 4 mean: (figure, harm, its meaning, likelihood, its meaning)."""
    both = zip(rule.HARM, rule.HARM_MEANS, rule.LIKELIHOOD, rule.LIKELIHOOD_MEANS, strict=True)
    return [(n, *(wording.words(text) for text in texts)) for n, texts in enumerate(both, 1)]  # type: ignore[misc]  # four texts each


@dataclass(frozen=True, slots=True)
class Explained:
    """One line of the rule that spoke."""

    rule: str
    words: str
    tier: StrOrPromise
    tone: str


def explained(steps: Iterable[Any]) -> list[Explained]:
    """Lines of :func:`rule.tier`, or as they were kept with an assessment, in the reader's language."""
    found = []
    for step in steps:
        line = step if isinstance(step, dict) else {k: getattr(step, k) for k in ("rule", "ja", "en", "tier")}
        words = line["en"] if (get_language() or "ja").startswith("en") else line["ja"]
        tier = str(line["tier"])
        found.append(Explained(line["rule"], words, wording.tier_label(tier), wording.tone(tier)))
    return found


def controls_by_principle(catalog: Catalog, ids: Iterable[str]) -> list[tuple[str, str, int]]:
    """(principle id, name, number of required controls), in the guideline's order."""
    counts = Counter(catalog.control(one).principle for one in ids)
    return [
        (principle.id, wording.words(principle.name), counts[principle.id])
        for principle in catalog.principles
        if counts[principle.id]
    ]


@dataclass(frozen=True, slots=True)
class RatedRisk:
    """One line of the table of ratings."""

    id: str
    name: str
    applies: bool
    harm: str
    likelihood: str
    tier: StrOrPromise
    tone: str
    reason: str


def rated_risks(assessment: RiskAssessment, ratings: list[Rating]) -> list[RatedRisk]:
    """The risks that concern the system, with their figures."""
    by_id = {one.risk_id: one for one in ratings}
    return [
        _rated(risk.id, wording.words(risk.name), by_id.get(risk.id)) for risk in facts.applicable(assessment)
    ]


def _rated(risk_id: str, name: str, one: Rating | None) -> RatedRisk:
    if one is None or not one.applies or one.harm is None or one.likelihood is None:
        set_aside = one is not None and not one.applies
        return RatedRisk(risk_id, name, not set_aside, "", "", "", "", one.reason if one else "")
    tier = rule.of_rating(one.harm, one.likelihood)
    return RatedRisk(
        risk_id,
        name,
        True,
        f"{one.harm} {wording.words(rule.HARM[one.harm - 1])}",
        f"{one.likelihood} {wording.words(rule.LIKELIHOOD[one.likelihood - 1])}",
        wording.tier_label(tier),
        wording.tone(tier),
        one.reason,
    )


def result_context(assessment: RiskAssessment, tier: str, controls: list[str]) -> dict[str, Any]:
    """What the result part and the page of a completed assessment share."""
    ratings = list(assessment.ratings.all())
    catalog = facts.catalog_of(assessment)
    return {
        "assessment": assessment,
        "system": assessment.system,
        "matrix": matrix(facts.rated(assessment, ratings)),
        "likelihoods": likelihoods(),
        "risks": rated_risks(assessment, ratings),
        "principles": controls_by_principle(catalog, controls),
        "controls": len(controls),
        "tier_label": wording.tier_label(tier),
        "tier_tone": wording.tone(tier),
        "axes": [
            (wording.words(axis.name), wording.words(axis.levels[int(assessment.axes[axis.key]) - 1]))
            for axis in rule.AXES
            if assessment.axes.get(axis.key)
        ],
        "all_tiers": list(Tier),
    }
