"""From a system and an assessment to what the rule and the catalogue ask."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from kijun.catalog import Catalog, Principle, Risk, load
from kijun.governance.inventory.models import PERSONAL_KINDS, AISystem, Training
from kijun.governance.risks import rule, wording
from kijun.governance.risks.models import Rating, RiskAssessment

MIN_REASON = 20
"""Characters of a reason that lowers the tier."""
REVIEW_MONTHS = {"low": 12, "medium": 12, "high": 6, "critical": 3}
"""The longest time to the next review."""

BASIS = (
    "summary",
    "problem",
    "functions",
    "data_kinds",
    "data_subjects",
    "network",
    "external_service",
    "vendor_name",
    "service_name",
    "model_name",
    "abroad",
    "training",
    "learns",
    "resident_facing",
    "affected",
    "human_check",
)
"""What is assessed, in the inventory's fields: purpose, information, service and model, who is reached, who checks.
When one of them changes, the assessment no longer speaks of the system as it is."""


@dataclass(frozen=True, slots=True)
class Part:
    number: int
    slug: str
    label: StrOrPromise


PARTS = (
    Part(1, "use", _("使い方と公権力")),
    Part(2, "data", _("だれのどんな情報")),
    Part(3, "axes", _("四つの観点")),
    Part(4, "ratings", _("リスクごとの評価")),
    Part(5, "result", _("結果")),
)
BY_SLUG = {part.slug: part for part in PARTS}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is missing before the assessment can be completed; ``principle`` where it is a rating."""

    part: Part
    message: StrOrPromise
    principle: str = ""


def catalog_of(assessment: RiskAssessment) -> Catalog:
    """The version of the catalogue that the assessment is made with."""
    return load(assessment.catalog_version or None)


def system_facts(system: AISystem) -> dict[str, Any]:
    """What the rule reads from the inventory, as JSON; kept in the assessment when it is completed."""
    return {
        "registered": registered(system),
        "functions": list(system.functions),
        "external": system.external_service,
        "training": system.training,
        "learns": system.learns,
        "resident_facing": system.resident_facing,
        "human_check": bool(system.human_check.strip()),
    }


def registered(system: AISystem) -> dict[str, Any]:
    """The inventory's answers that an assessment rests on (:data:`BASIS`), as JSON."""
    return {name: getattr(system, name) for name in BASIS}


def changed(kept: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """Fields of :data:`BASIS` that are no longer as they were assessed.

    ``kept``: :func:`system_facts` of a completed assessment; ``now``: :func:`registered`. Blanks and width do not
    count, nor does the order of a list.
    """
    before = kept.get("registered", {})
    return [name for name in BASIS if name in before and _plain(before[name]) != _plain(now[name])]


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return "".join(unicodedata.normalize("NFKC", value).split())
    return sorted(value) if isinstance(value, list) else value


def known_facts(assessment: RiskAssessment) -> dict[str, Any]:
    """The facts as they were when it was completed; of a draft, as they are now."""
    return assessment.facts if assessment.facts else system_facts(assessment.system)


def traits(assessment: RiskAssessment) -> set[str]:
    """The catalogue's traits that the system has."""
    facts = known_facts(assessment)
    held = {
        "personal_data": bool(PERSONAL_KINDS & set(assessment.data_kinds)),
        "resident_facing": facts["resident_facing"],
        "public_authority": assessment.public_authority in {"supports", "decides"},
        "external_service": facts["external"],
        "learns_from_input": facts["learns"] or facts["training"] != Training.OFF_CONFIRMED,
    }
    return set(facts["functions"]) | {trait for trait, has in held.items() if has}


def applicable(assessment: RiskAssessment) -> tuple[Risk, ...]:
    """The catalogue's risks that concern the system."""
    has = traits(assessment)
    return tuple(risk for risk in catalog_of(assessment).risks if risk.applies.holds(has))


def principle_of(risk: Risk) -> str:
    return risk.topic.partition(".")[0]


def by_principle(assessment: RiskAssessment) -> list[tuple[Principle, list[Risk]]]:
    """The risks that concern the system, grouped; principles without one are left out."""
    risks = applicable(assessment)
    groups = [
        (principle, [risk for risk in risks if principle_of(risk) == principle.id])
        for principle in catalog_of(assessment).principles
    ]
    return [(principle, found) for principle, found in groups if found]


def rated(assessment: RiskAssessment, ratings: list[Rating]) -> list[Rating]:
    """The ratings that count: of risks that concern the system and that were not set aside."""
    ids = {risk.id for risk in applicable(assessment)}
    return [
        one
        for one in ratings
        if one.risk_id in ids and one.applies and one.harm is not None and one.likelihood is not None
    ]


def least_levels(assessment: RiskAssessment) -> dict[str, int]:
    """The least level of an axis that agrees with the data that go in and with the inventory."""
    facts = known_facts(assessment)
    return rule.least_levels(
        assessment.data_kinds,
        trains=rule.may_train(facts["training"], facts["learns"]),
        resident_facing=facts["resident_facing"],
    )


def too_low(least: dict[str, int], axes: dict[str, Any]) -> dict[str, StrOrPromise]:
    """What contradicts the inventory, as {axis key: message}."""
    return {
        key: _TOO_LOW[key, level] for key, level in least.items() if axes.get(key) and int(axes[key]) < level
    }


_TOO_LOW: dict[tuple[str, int], StrOrPromise] = {
    ("information", 2): _(
        "個人情報や非公開情報を扱うので、「小」は選べません。扱わないときは「だれのどんな情報」を直してください。"
    ),
    ("information", 3): _(
        "学習に使われないことを確認できていない個人情報・機密情報があるので、「大」を選びます。"
        "確認できているときは、台帳の「入力の学習利用」を直してください。"
    ),
    ("users", 3): _(
        "台帳に「結果が住民に直接届く」とあるので、「大」を選びます。違うときは、台帳を直してください。"
    ),
    ("judgement", 2): _(
        "台帳に「結果が住民に直接届く」とあるので、「小」は選べません。毎回確かめてから届けるときは、台帳を直してください。"
    ),
}


def rule_facts(assessment: RiskAssessment, ratings: list[Rating]) -> rule.Facts:
    """What :func:`rule.tier` reads."""
    facts = known_facts(assessment)
    return rule.Facts(
        authority=assessment.public_authority or "none",
        data_kinds=frozenset(assessment.data_kinds),
        external=facts["external"],
        training=facts["training"],
        learns=facts["learns"],
        resident_facing=facts["resident_facing"],
        human_check=facts["human_check"] and assessment.axes.get("judgement") != 3,
        axes={key: int(level) for key, level in assessment.axes.items()},
        ratings=tuple(
            (one.harm, one.likelihood)
            for one in rated(assessment, ratings)
            if one.harm is not None and one.likelihood is not None
        ),
    )


def problems(assessment: RiskAssessment, ratings: list[Rating]) -> list[Problem]:
    """All that is missing before the tier can be computed for good."""
    found = []
    if not assessment.public_authority:
        found.append(Problem(PARTS[0], _("公権力の行使に関わるかどうかを選んでください。")))
    elif assessment.public_authority != "none" and not assessment.public_authority_basis.strip():
        found.append(Problem(PARTS[0], _("法令上の根拠と、職員がどう判断するかを入力してください。")))
    if not assessment.data_kinds:
        found.append(Problem(PARTS[1], _("どんな情報が入るかを選んでください。")))
    if not assessment.data_subjects:
        found.append(Problem(PARTS[1], _("だれの情報が入るかを選んでください。")))
    for axis in rule.AXES:
        if assessment.axes.get(axis.key) not in {1, 2, 3}:
            found.append(Problem(PARTS[2], _("四つの観点のすべてに答えてください。")))
            break
    found += [
        Problem(
            PARTS[2], _("四つの観点「%(axis)s」：%(message)s") % {"axis": _axis_name(key), "message": message}
        )
        for key, message in too_low(least_levels(assessment), assessment.axes).items()
    ]
    by_id = {one.risk_id: one for one in ratings}
    for principle, risks in by_principle(assessment):
        open_ones = [risk for risk in risks if not is_rated(by_id.get(risk.id))]
        if open_ones:
            message = _("原則%(id)sのリスクが%(n)s件、まだ評価されていません。") % {
                "id": principle.id,
                "n": len(open_ones),
            }
            found.append(Problem(PARTS[3], message, principle.id))
    return found


def _axis_name(key: str) -> str:
    return next(wording.words(axis.name) for axis in rule.AXES if axis.key == key)


def is_rated(rating: Rating | None) -> bool:
    """Set aside with a reason, or with both figures."""
    if rating is None:
        return False
    if not rating.applies:
        return bool(rating.reason.strip())
    return rating.harm is not None and rating.likelihood is not None
