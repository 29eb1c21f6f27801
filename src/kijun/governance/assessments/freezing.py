"""The frozen copy: what is put forward and approved, as it stood. Plain JSON, readable without the catalogue."""

from __future__ import annotations

import functools
from typing import Any

from kijun.catalog import Catalog, Control, Text
from kijun.governance.assessments import catalogue, proving
from kijun.governance.assessments.models import Answer, Assessment
from kijun.governance.assessments.tallies import summary_of
from kijun.governance.evidence.models import Item

FORMAT = 1


def freeze(assessment: Assessment) -> dict[str, Any]:
    """Catalogue words, answers with who gave them, evidence with value, verdict and time, and the counts."""
    catalog = catalogue.pinned(assessment)
    items = proving.items_of(assessment)
    answers = sorted(
        assessment.answers.select_related("answered_by", "department"),
        key=lambda one: catalogue.order(one.control_id, one.principle),
    )
    controls = [_control(one, catalog, items.get(one.control_id, [])) for one in answers]
    system = assessment.system
    return {
        "format": FORMAT,
        "kind": "assessment",
        "cycle": assessment.cycle.name,
        "fiscal_year": assessment.cycle.fiscal_year,
        "scope": {
            "kind": assessment.scope_kind,
            "id": assessment.scope_id,
            "code": system.code if system else "",
            "name": system.name if system else assessment.municipality.name,
            "name_en": system.name_en if system else assessment.municipality.name_en,
        },
        "tier": assessment.tier,
        "catalog": {
            "version": assessment.catalog_version,
            "date": catalog.date,
            "digest": _digest(catalog),
            "own_controls": assessment.own_controls_id,
        },
        "principles": {one.id: _text(one.name) for one in catalog.principles},
        "controls": controls,
        "summary": summary_of(controls),
    }


@functools.lru_cache(maxsize=32)
def _digest(catalog: Catalog) -> str:
    """The catalogue's own digest: a version never changes, and working it out takes longer than all the rest."""
    return catalog.digest


def _control(answer: Answer, catalog: Catalog, items: list[Item]) -> dict[str, Any]:
    control = catalog.control(answer.control_id)
    return _words(control) | {
        "status": answer.status,
        "reason": answer.reason,
        "planned_on": answer.planned_on.isoformat() if answer.planned_on else None,
        "answered_by": answer.answered_by.name if answer.answered_by else "",
        "answered_by_number": answer.answered_by.staff_number if answer.answered_by else "",
        "answered_at": answer.answered_at.isoformat() if answer.answered_at else None,
        "department": answer.department.name if answer.department else "",
        "department_id": answer.department_id,
        "evidence": [_item(one) for one in items],
    }


def _words(control: Control) -> dict[str, Any]:
    return {
        "id": control.id,
        "principle": control.principle,
        "topic": control.topic,
        "role": str(control.role),
        "title": _text(control.title),
        "statement": _text(control.statement),
        "done_when": [_text(one) for one in control.done_when],
    }


def _text(text: Text) -> dict[str, str]:
    return {"ja": text.ja, "en": text.en or text.ja}


def _item(item: Item) -> dict[str, Any]:
    return {
        "id": item.pk,
        "kind": item.kind,
        "title": item.title,
        "title_en": item.title_en,
        "value": item.value,
        "value_en": item.value_en,
        "verdict": item.verdict,
        "note": item.note,
        "as_of": item.as_of.isoformat(),
        "expires_on": item.expires_on.isoformat() if item.expires_on else None,
        "url": item.url,
        "file": item.file.name if item.file_id and item.file else "",
        "sha256": item.file.sha256 if item.file_id and item.file else "",
    }
