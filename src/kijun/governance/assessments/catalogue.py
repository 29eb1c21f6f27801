"""The catalogue as an assessment pins it: a version, and the municipality's own controls as they were imported."""

from __future__ import annotations

import datetime
import functools
from typing import Any

from kijun.catalog import (
    Catalog,
    Control,
    Evidence,
    Frequency,
    Level,
    Role,
    Text,
    Tier,
    UnknownVersion,
    load,
    natural_key,
    required,
)
from kijun.governance.assessments.models import Assessment, OwnControls
from kijun.governance.organisation.models import Municipality
from kijun.web.search import folded


def order(control_id: str, principle: str) -> tuple[Any, ...]:
    """Sort key of answers: the organisation first, then by principle; own controls stand in their topic."""
    number = int(principle) if principle.isdecimal() else 0
    return (principle != "G", number, natural_key(control_id[1:]), control_id)


def says(catalog: Catalog, control: Control, words: list[str]) -> bool:
    """Whether a control has every (folded) word somewhere in what it says, in either language."""
    if not words:
        return True
    said = (catalog.topic(control.topic).name, control.title, control.statement, *control.done_when)
    text = folded("\n".join([control.id, *(part for one in said for part in (one.ja, one.en))]))
    return all(word in text for word in words)


def to_json(control: Control) -> dict[str, Any]:
    """An own control as it is kept; :func:`from_json` reads it back unchanged."""
    return {
        "id": control.id,
        "topic": control.topic,
        "role": control.role.value,
        "level": control.level.value,
        "title": _text(control.title),
        "statement": _text(control.statement),
        "done_when": [_text(one) for one in control.done_when],
        "place": control.place,
        "frequency": control.frequency.value,
        "tiers": [one.value for one in control.tiers],
        "evidence": [one.value for one in control.evidence],
        "risks": list(control.risks),
    }


def _text(text: Text) -> dict[str, str]:
    return {"ja": text.ja, "en": text.en}


def from_json(kept: dict[str, Any]) -> Control:
    return Control(
        id=kept["id"],
        topic=kept["topic"],
        role=Role(kept["role"]),
        level=Level(kept["level"]),
        title=Text(**kept["title"]),
        statement=Text(**kept["statement"]),
        done_when=tuple(Text(**one) for one in kept["done_when"]),
        place=kept["place"],
        frequency=Frequency(kept["frequency"]),
        tiers=tuple(Tier(one) for one in kept["tiers"]),
        evidence=tuple(Evidence(one) for one in kept["evidence"]),
        risks=tuple(kept["risks"]),
    )


def newest_own(municipality: Municipality | int) -> OwnControls | None:
    """The import of own controls that counts today."""
    return OwnControls.objects.filter(municipality=municipality).first()


def catalog_with(version: str | None, own: OwnControls | None) -> Catalog:
    """A version of the catalogue (None: the current one) with own controls.

    An installation that was moved back may not know the version; then the current one stands in, so that
    every page still opens.
    """
    try:
        base = load(version)
    except UnknownVersion:
        base = load()
    return _with_own(base.version, own.pk, own.imported_at) if own is not None else base


@functools.lru_cache(maxsize=32)
def _with_own(version: str, own_pk: int, imported_at: datetime.datetime) -> Catalog:
    """Kept, for a row never changes; the time tells it from a row of a database that was put back."""
    own = OwnControls.objects.get(pk=own_pk)
    return load(version, [from_json(one) for one in own.content])


def newest(municipality: Municipality | int) -> Catalog:
    """The current catalogue with the newest own controls of the municipality (or of its primary key)."""
    return catalog_with(None, newest_own(municipality))


def past_own(municipality: Municipality | int) -> dict[str, Control]:
    """Own controls of every import, those that are no longer asked included, as each read last; one query."""
    found: dict[str, Control] = {}
    for content in OwnControls.objects.filter(municipality=municipality).values_list("content", flat=True):
        for one in content:
            if one["id"] not in found:
                found[one["id"]] = from_json(one)
    return found


def pinned(assessment: Assessment) -> Catalog:
    """The catalogue that the assessment pins."""
    return catalog_with(
        assessment.catalog_version, assessment.own_controls if assessment.own_controls_id else None
    )


def organisation_controls(catalog: Catalog, tier: str) -> list[Control]:
    """What the municipality answers once, ``tier`` being the highest among its systems."""
    return list(required(catalog, tier or Tier.LOW, Level.ORGANISATION))


def system_controls(
    catalog: Catalog, tier: str, profile: list[str] | None = None, profile_version: str = ""
) -> list[Control]:
    """What is answered for one system of this tier.

    ``profile`` are the ids that its risk assessment chose. It binds while it speaks of the same catalogue
    version; of another version the tier decides. Own controls follow the tier always.
    """
    asked = list(required(catalog, tier, Level.SYSTEM))
    if profile and profile_version == catalog.version:
        chosen = set(profile)
        asked = [control for control in asked if control.is_own or control.id in chosen]
    return asked


def asked_controls(catalog: Catalog, assessment: Assessment) -> list[Control]:
    """What this assessment would ask in ``catalog`` (for an upgrade)."""
    if assessment.system_id is None:
        return organisation_controls(catalog, assessment.tier)
    return system_controls(catalog, assessment.tier)


def inherited_controls(catalog: Catalog, assessment: Assessment) -> list[Control]:
    """Organisation-level controls of provider and user that a system's assessment only shows."""
    if assessment.system_id is None:
        return []
    return [
        control
        for control in required(catalog, assessment.tier, Level.ORGANISATION)
        if control.role != Role.ORGANISATION
    ]
