"""The whole catalogue as one JSON document in both languages; `data/schema/export.schema.json` describes it.

The key ``id`` holds a control's id and nothing else: other elements are known by the key of their kind.
"""

from __future__ import annotations

import json
from typing import Any

from kijun.catalog.model import Catalog, Control, Framework, Risk, Text

FORMAT = "kijun-catalog/1"


def export_json(catalog: Catalog) -> dict[str, Any]:
    """The catalogue as dicts and lists that JSON can hold."""
    return {
        "format": FORMAT,
        "urn": catalog.urn,
        "version": catalog.version,
        "date": catalog.date,
        "digest": catalog.digest,
        "guideline": _text(catalog.guideline),
        "changes": _texts(catalog.changes),
        "principles": [
            {
                "principle": principle.id,
                "urn": principle.urn,
                "name": _text(principle.name),
                "summary": _text(principle.summary),
                "place": principle.place,
                "topics": list(principle.topics),
            }
            for principle in catalog.principles
        ],
        "topics": [
            {
                "topic": topic.id,
                "urn": topic.urn,
                "principle": topic.principle,
                "name": _text(topic.name),
                "summary": _text(topic.summary),
                "place": topic.place,
                "risks": [risk.id for risk in topic.risks],
                "controls": [control.id for control in topic.controls],
            }
            for topic in catalog.topics
        ],
        "risks": [_risk(risk) for risk in catalog.risks],
        "controls": [_control(control) for control in catalog.controls],
        "frameworks": [_framework(framework) for framework in catalog.frameworks],
    }


def json_text(catalog: Catalog) -> str:
    """The document as text, indented by two, with a line end. The same catalogue gives the same text."""
    return json.dumps(export_json(catalog), ensure_ascii=False, indent=2) + "\n"


def _text(text: Text) -> dict[str, str]:
    return {"ja": text.ja, "en": text.en}


def _texts(texts: tuple[Text, ...]) -> list[dict[str, str]]:
    return [_text(text) for text in texts]


def _risk(risk: Risk) -> dict[str, Any]:
    return {
        "risk": risk.id,
        "urn": risk.urn,
        "topic": risk.topic,
        "name": _text(risk.name),
        "statement": _text(risk.statement),
        "roles": list(risk.roles),
        "places": dict(risk.places),
        "applies": {"always": risk.applies.always, "any_of": list(risk.applies.any_of)},
        "harm_hint": _text(risk.harm_hint),
        "likelihood_hint": _text(risk.likelihood_hint),
    }


def _control(control: Control) -> dict[str, Any]:
    return {
        "id": control.id,
        "urn": control.urn,
        "principle": control.principle,
        "topic": control.topic,
        "role": control.role,
        "level": control.level,
        "title": _text(control.title),
        "statement": _text(control.statement),
        "done_when": _texts(control.done_when),
        "place": control.place,
        "frequency": control.frequency,
        "tiers": list(control.tiers),
        "evidence": list(control.evidence),
        "capability": _text(control.capability),
        "automatic": _text(control.automatic),
        "risks": list(control.risks),
        "related": list(control.related),
    }


def _framework(framework: Framework) -> dict[str, Any]:
    return {
        "framework": framework.id,
        "urn": framework.urn,
        "name": _text(framework.name),
        "version": framework.version,
        "publisher": _text(framework.publisher),
        "status": framework.status,
        "items": [{"item": item.id, "urn": item.urn, "name": _text(item.name)} for item in framework.items],
        "edges": [
            {
                "control": edge.control,
                "item": edge.item,
                "relation": edge.relation,
                "rationale": _text(edge.rationale),
                "reviewer": edge.reviewer,
                "date": edge.date,
            }
            for edge in framework.edges
        ],
    }
