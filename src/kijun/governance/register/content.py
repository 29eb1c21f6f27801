"""What an entry says: facts taken from the system and its risk assessment, texts typed by staff, and what is missing."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Department
from kijun.governance.register.fields import LANGUAGES, Field, spec
from kijun.governance.register.models import Entry, Kind, Publication
from kijun.governance.risks.models import RiskAssessment
from kijun.web import ruby

LONGEST_REVIEW = datetime.timedelta(days=366)
AXES = {"axis_users": "users", "axis_work": "work", "axis_data": "information", "axis_judgement": "judgement"}
"""Our keys, and those of :data:`kijun.governance.risks.rule.AXES`."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One page of the form: its slug and the categories on it."""

    slug: str
    categories: tuple[str, ...]

    @property
    def fields(self) -> list[Field]:
        return spec().of(*self.categories)

    @property
    def typed(self) -> list[Field]:
        return [one for one in self.fields if one.typed]


TOPICS = (
    Topic("overview", ("overview",)),
    Topic("purpose", ("purpose",)),
    Topic("residents", ("residents",)),
    Topic("data", ("basis", "data")),
    Topic("technology", ("technology",)),
    Topic("risk", ("risk",)),
    Topic("results", ("performance", "history")),
)


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that keeps an entry from being published. ``language`` is empty where it is not about one."""

    field: Field
    language: str = ""
    invalid: bool = False

    @property
    def topic(self) -> str:
        return next(one.slug for one in TOPICS if self.field.category in one.categories)


def current_risk(system: AISystem) -> RiskAssessment | None:
    """The system's current assessment; taken from ``current_risks`` where a list has prefetched it."""
    known: list[RiskAssessment] | None = getattr(system, "current_risks", None)
    if known is None:
        known = list(system.risk_assessments.filter(state=RiskAssessment.State.CURRENT)[:1])
    return known[0] if known else None


def automatic(system: AISystem) -> dict[str, Any]:
    """The values of the automatic fields as they are today; a key that has no value is absent."""
    department = system.provider_department
    values: dict[str, Any] = {
        "status": system.stage,
        "used_from": _iso(system.started_on),
        "used_to": _iso(system.ended_on),
        "department": _named(department) if department else None,
        "personal_data": sorted(system.data_kinds),
        "training": system.training,
        "abroad": "yes" if system.abroad else "no",
        "functions": sorted(system.functions),
        "model": system.model_name,
        "service": system.service_name,
        "vendor": system.vendor_name,
        "procurement": system.procurement,
        "contract_yen": system.contract_yen,
        "network": system.network,
    }
    risk = current_risk(system)
    if risk is not None:
        values |= {
            "public_authority": risk.public_authority,
            "risk_level": risk.tier,
            "assessed_on": _iso(risk.assessed_on),
        }
        values |= _axes(risk.axes or {})
    return {key: _tidy(value) for key, value in values.items() if _filled(_tidy(value))}


def _named(department: Department) -> dict[str, str]:
    """A department's name in each language; in plain Japanese with its reading, as far as the フリガナ tells it."""
    easy = ruby.with_reading(department.name, department.kana)
    return {
        "ja": department.name,
        "en": department.name_en,
        "ja-easy": easy if easy != department.name else "",
    }


def _axes(axes: Mapping[str, Any]) -> dict[str, str]:
    """The four axes of the assessment as levels 1 to 3; what is not answered is absent."""
    found = {key: str(axes.get(theirs, "")) for key, theirs in AXES.items()}
    return {key: level for key, level in found.items() if level in spec().codes["axis_level"]}


def _iso(day: datetime.date | None) -> str | None:
    return day.isoformat() if day else None


def _tidy(value: Any) -> Any:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, dict):
        return {key: text.strip() for key, text in value.items() if text and text.strip()}
    if isinstance(value, list):
        return [one.strip() if isinstance(one, str) else one for one in value if one]
    return value


def _filled(value: Any) -> bool:
    return value not in (None, "", [], {})


def prefilled(system: AISystem) -> dict[str, Any]:
    """The texts that a new entry starts with: what the inventory and the risk assessment already say."""
    texts: dict[str, Any] = {}
    for one in spec().fields:
        if not one.prefill:
            continue
        text = str(getattr(system, one.prefill) or "")[: one.max]
        english = str(getattr(system, one.prefill_en) or "")[: one.max] if one.prefill_en else ""
        if text or english:
            texts[one.key] = _tidy({"ja": text, "en": english}) if one.translated else text
    labels = {words.ja: code for code, words in spec().codes["field_of_work"].items()}
    if system.field:
        texts["field_of_work"] = labels.get(system.field, "other")
    town = system.municipality
    contact = {"ja": town.contact, "en": town.contact_en, "ja-easy": town.contact_easy}
    if town.contact:
        texts["contact"] = {language: text for language, text in contact.items() if text}
    risk = current_risk(system)
    if risk is not None and risk.residual_note:
        texts["residual_risk"] = {"ja": risk.residual_note[: spec().field("residual_risk").max]}
    return texts


def values(entry: Entry) -> dict[str, Any]:
    """The fields as residents would read them if the working copy were published today, in the list's order."""
    system = entry.system
    facts = automatic(system)
    facts |= {"municipality_code": system.municipality.code, "id": system.code}
    for one in spec().fields:
        if one.key in entry.hidden and one.automatic and not one.required:
            facts.pop(one.key, None)
        if one.typed and _filled(_tidy(entry.texts.get(one.key))):
            facts[one.key] = _tidy(entry.texts[one.key])
    facts["languages"] = [
        language
        for language in LANGUAGES
        if language == "ja" or not any(gap.language == language for gap in _gaps(facts))
    ]
    return {one.key: facts[one.key] for one in spec().fields if one.key in facts}


def frozen(entry: Entry) -> dict[str, Any]:
    """The copy that is decided on. Residents never see anything else."""
    if entry.kind == Kind.NOT_PUBLIC:
        return {
            "kind": entry.kind,
            "category": entry.not_public_category,
            "reason": entry.not_public_reason,
            "next_review_on": entry.texts.get("next_review_on"),
        }
    return {"kind": entry.kind, "spec": spec().version, "fields": values(entry)}


def gaps(entry: Entry) -> list[Gap]:
    """What is still missing or no longer right, in the order of the form."""
    facts = values(entry)
    found = _gaps(facts)
    review = facts.get("next_review_on")
    if review:
        day, today = datetime.date.fromisoformat(review), timezone.localdate()
        if not today < day <= today + LONGEST_REVIEW:
            found.append(Gap(spec().field("next_review_on"), invalid=True))
    return found


def _gaps(facts: Mapping[str, Any]) -> list[Gap]:
    found = []
    for one in spec().fields:
        value: Any = facts.get(one.key)
        if one.source == "register":
            continue
        if not _filled(value):
            if one.required:
                found.append(Gap(one))
            continue
        if one.translated and one.typed and isinstance(value, dict):
            wanted = LANGUAGES if one.tier == 1 else ("ja",)
            found += [Gap(one, language) for language in wanted if not value.get(language)]
    return found


def drift(system: AISystem, publication: Publication | None) -> list[Field]:
    """Automatic fields whose published value is no longer what the inventory and the risk assessment say."""
    if publication is None or publication.kind != Kind.ENTRY:
        return []
    today = automatic(system)
    return [
        one
        for one in spec().fields
        if one.automatic
        and today.get(one.key) != publication.fields.get(one.key)
        and not (one.key not in publication.fields and not one.required)  # it was left out on purpose
    ]


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[Field, Any, Any]]:
    """(field, old value or None, new value or None) for everything that changed between two versions."""
    return [
        (one, before.get(one.key), after.get(one.key))
        for one in spec().fields
        if one.key not in {"version", "updated_on", "decision_number"}
        and before.get(one.key) != after.get(one.key)
    ]
