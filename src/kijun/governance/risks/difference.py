"""What changed from one assessment to the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from kijun.governance.inventory import sheet_cells, steps
from kijun.governance.inventory.models import DataKind
from kijun.governance.risks import facts, rule, wording
from kijun.governance.risks.models import Rating, RiskAssessment
from kijun.web.punctuation import listed


@dataclass(frozen=True, slots=True)
class Line:
    label: StrOrPromise
    before: str
    after: str


def previous(assessment: RiskAssessment) -> RiskAssessment | None:
    """The completed assessment before this one."""
    rows = assessment.system.risk_assessments.filter(number__lt=assessment.number)
    return rows.exclude(state=RiskAssessment.State.DRAFT).order_by("-number").first()


def since(assessment: RiskAssessment) -> list[Line]:
    """What changed in the inventory since the assessment was completed."""
    kept, now = assessment.facts.get("registered", {}), facts.registered(assessment.system)
    return [
        Line(steps.label(name), registered_words(name, kept[name]), registered_words(name, now[name]))
        for name in facts.changed(assessment.facts, now)
    ]


def registered_words(name: str, value: Any) -> str:
    """A value of the inventory as people read it."""
    if isinstance(value, bool):
        return _("はい") if value else _("いいえ")
    if name in sheet_cells.LISTS:
        return listed(sheet_cells.LISTS[name](code).label for code in value) or "—"
    return (
        str(sheet_cells.CHOICES[name](value).label) if name in sheet_cells.CHOICES and value else value or "—"
    )


def compare(old: RiskAssessment, new: RiskAssessment, tier: str = "") -> list[Line]:
    """The lines that differ: tier, public authority, data, axes, what the inventory says, each risk that concerns
    the system. ``tier``: a draft's computed one."""
    kept = "registered" in facts.known_facts(old) and "registered" in facts.known_facts(new)
    before, after = _lines(old, old.tier, kept), _lines(new, tier or new.tier, kept)
    keys = [*after, *(key for key in before if key not in after)]
    return [
        Line((after.get(key) or before[key])[0], before.get(key, ("", "—"))[1], after.get(key, ("", "—"))[1])
        for key in keys
        if before.get(key, ("", ""))[1] != after.get(key, ("", ""))[1]
    ]


def _lines(one: RiskAssessment, tier: str, with_registered: bool) -> dict[str, tuple[str, str]]:
    subjects = dict(wording.SUBJECTS)
    lines: dict[str, tuple[str, str]] = {
        "authority": (_("公権力の行使"), str(one.get_public_authority_display())),
        "kinds": (_("どんな情報"), listed(DataKind(kind).label for kind in one.data_kinds)),
        "subjects": (_("だれの情報"), listed(subjects.get(key, key) for key in one.data_subjects)),
    }
    if tier:
        lines["tier"] = (_("リスク区分"), str(wording.tier_label(tier)))
    for axis in rule.AXES:
        level = one.axes.get(axis.key)
        lines[axis.key] = (wording.words(axis.name), level_word(level) if level else "—")
    kept = facts.known_facts(one)["registered"] if with_registered else {}
    for name in kept:
        if name not in {"data_kinds", "data_subjects"}:  # asked in the assessment itself
            lines[f"registered {name}"] = (str(steps.label(name)), registered_words(name, kept[name]))
    concerned = {risk.id for risk in facts.applicable(one)}
    for rating in one.ratings.all():
        if rating.risk_id not in concerned:
            continue
        lines[rating.risk_id] = (risk_name(one, rating.risk_id), rating_words(rating))
    return lines


def level_word(level: int) -> str:
    """The level of an axis: 小, 中, 大."""
    return {1: _("小"), 2: _("中"), 3: _("大")}[level]


def risk_name(assessment: RiskAssessment, risk_id: str) -> str:
    """The risk's id and name."""
    return f"{risk_id} {wording.words(facts.catalog_of(assessment).risk(risk_id).name)}"


def rating_words(rating: Rating) -> str:
    """害 2 限定的 × 起こりやすさ 3 たびたび; or that it does not apply."""
    if not rating.applies:
        return _("あてはまらない")
    if rating.harm is None or rating.likelihood is None:
        return _("未評価")
    return _("害%(h)s %(harm)s × 起こりやすさ%(l)s %(likelihood)s") % {
        "h": rating.harm,
        "harm": wording.words(rule.HARM[rating.harm - 1]),
        "l": rating.likelihood,
        "likelihood": wording.words(rule.LIKELIHOOD[rating.likelihood - 1]),
    }
