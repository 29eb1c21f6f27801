"""The crosswalk as an OSCAL 1.2 mapping collection: one mapping a framework, one map an edge.

The source is always a control of ours and the target an item of the other framework, so that ``subset-of``
reads: the control is a part of what the item asks. The frameworks publish no OSCAL catalog that we could name,
so a target resource is our URN of the framework and a target the identifier that its publisher prints.
Source: NIST OSCAL 1.2.0, mapping model.
"""

from __future__ import annotations

from typing import Any

from kijun.catalog.export_oscal import line, metadata, own_property, stable_uuid
from kijun.catalog.model import Catalog, Edge, Framework, Text
from kijun.catalog.vocabulary import Relation

_RELATIONSHIPS = {
    Relation.EQUAL: "equivalent-to",
    Relation.SUBSET: "subset-of",
    Relation.SUPERSET: "superset-of",
    Relation.INTERSECTS: "intersects-with",
}
_TITLE = Text("他の枠組みとの対応", "crosswalk")
_DESCRIPTION = Text(
    "対策と他の枠組みの項目との関係を、要求の中身を読み比べて定めた。関係は対策から項目を見たもので、subset-ofは対策が項目の一部に当たることを示す。",
    "How controls stand to items of other frameworks, found by comparing what each asks. A relation is read "
    "from the control: subset-of means that the control is a part of what the item asks.",
)


def export_oscal_mapping(
    catalog: Catalog, lang: str = "ja", *, catalog_href: str = "catalog.json"
) -> dict[str, Any]:
    """The OSCAL document ``{"mapping-collection": …}`` with every edge of the crosswalk in one language.

    `catalog_href` is where the reader of the mapping finds the exported catalog.
    """
    return {
        "mapping-collection": {
            "uuid": stable_uuid("mapping", catalog.version, catalog.digest, lang, catalog_href),
            "metadata": metadata(catalog, f"{catalog.guideline.get(lang)} — {_TITLE.get(lang)}", lang),
            "provenance": {
                "method": "human",
                "matching-rationale": "functional",
                "status": "complete",
                "mapping-description": _DESCRIPTION.get(lang),
            },
            "mappings": [
                _mapping(catalog, framework, lang, catalog_href)
                for framework in catalog.frameworks
                if framework.edges
            ],
        }
    }


def _mapping(catalog: Catalog, framework: Framework, lang: str, catalog_href: str) -> dict[str, Any]:
    return {
        "uuid": stable_uuid("mapping", catalog.version, catalog.digest, lang, framework.id),
        "source-resource": {"type": "catalog", "href": catalog_href},
        "target-resource": {
            "type": "catalog",
            "href": framework.urn,
            "props": [
                own_property("name", framework.name.get(lang)),
                own_property("version", framework.version),
                own_property("publisher", framework.publisher.get(lang)),
            ],
        },
        "maps": [_map(catalog, framework, edge, lang) for edge in framework.edges],
    }


def _map(catalog: Catalog, framework: Framework, edge: Edge, lang: str) -> dict[str, Any]:
    name = framework.item(edge.item).name.get(lang)
    return {
        "uuid": stable_uuid(
            "map", catalog.version, catalog.digest, lang, framework.id, edge.control, edge.item
        ),
        "relationship": _RELATIONSHIPS[edge.relation],
        "sources": [{"type": "control", "id-ref": edge.control}],
        "targets": [{"type": "control", "id-ref": edge.item, "props": [own_property("name", name)]}],
        "props": [own_property("reviewer", edge.reviewer), own_property("date", edge.date)],
        "remarks": line(edge.rationale.get(lang)),
    }
