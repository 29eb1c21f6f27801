"""The catalogue as an OSCAL 1.2 catalog, and each tier as an OSCAL profile.

Groups are principles, in them topics, in them controls; the group of the organisation holds its controls
directly. A control's OSCAL id is our id (``P6.1.1`` is a valid token), once more as the property ``label``.
What OSCAL has no name for stands in properties of our own namespace `NAMESPACE`. UUIDs are version 5 over the
content, and last-modified is the date of the version, so the same catalogue always gives the same document.
Source: NIST OSCAL 1.2.0, catalog and profile models.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable, Iterator
from typing import Any

from kijun.catalog.model import Catalog, Control, Risk, Text, Topic
from kijun.catalog.places import place_reads
from kijun.catalog.profile import profile
from kijun.catalog.vocabulary import ORGANISATION_TOPIC, Tier, label

OSCAL_VERSION = "1.2.0"
NAMESPACE = "urn:kijun:oscal"
_UUIDS = uuid.uuid5(uuid.NAMESPACE_URL, NAMESPACE)
_GUIDELINE = str(uuid.uuid5(_UUIDS, "guideline"))


def export_oscal(catalog: Catalog, lang: str = "ja") -> dict[str, Any]:
    """The OSCAL document ``{"catalog": …}`` in one language."""
    document = catalog_uuid(catalog, lang)
    organisation = [topic for topic in catalog.topics if topic.id == ORGANISATION_TOPIC]
    groups = [_topic_group(topic, catalog, lang) for topic in organisation]
    for principle in catalog.principles:
        topics = [topic for topic in catalog.topics if topic.principle == principle.id]
        groups.append(
            {
                "id": f"principle-{principle.id}",
                "class": "principle",
                "title": line(principle.name.get(lang)),
                "props": [_prop("label", principle.id), own_property("place", principle.place)],
                "parts": [_part(f"principle-{principle.id}_ovw", "overview", principle.summary.get(lang))],
                "groups": [_topic_group(topic, catalog, lang) for topic in topics],
            }
        )
    return {
        "catalog": {
            "uuid": document,
            "metadata": metadata(catalog, catalog.guideline.get(lang), lang)
            | {"links": [{"href": f"#{_GUIDELINE}", "rel": "reference"}]},
            "groups": groups,
            "back-matter": {"resources": [{"uuid": _GUIDELINE, "title": line(catalog.guideline.get(lang))}]},
        }
    }


def export_oscal_profile(
    catalog: Catalog, tier: str, lang: str = "ja", *, catalog_href: str = "catalog.json"
) -> dict[str, Any]:
    """The OSCAL document ``{"profile": …}`` with the ids of the controls that a tier requires.

    `catalog_href` is where the reader of the profile finds the exported catalog.
    """
    chosen = profile(catalog, Tier(tier))
    name = Text("リスクの区分", "tier").get(lang)
    title = f"{catalog.guideline.get(lang)} — {name}: {label(chosen.tier, lang)}"
    return {
        "profile": {
            "uuid": stable_uuid("profile", catalog.version, catalog.digest, lang, chosen.id, catalog_href),
            "metadata": metadata(catalog, title, lang, own_property("tier", chosen.tier)),
            "imports": [{"href": catalog_href, "include-controls": [{"with-ids": list(chosen.controls)}]}],
            "merge": {"as-is": True},
        }
    }


def oscal_text(document: dict[str, Any]) -> str:
    """An OSCAL document as text, indented by two, with a line end."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def catalog_uuid(catalog: Catalog, lang: str = "ja") -> str:
    """The UUID of the exported catalog: another one as soon as version, content or language differ."""
    return stable_uuid("catalog", catalog.version, catalog.digest, lang)


def stable_uuid(*parts: str) -> str:
    """A version 5 UUID over these words: the same words always give the same one."""
    return str(uuid.uuid5(_UUIDS, "\n".join(parts)))


def line(text: str) -> str:
    """OSCAL's titles are one line."""
    return re.sub(r"\s+", " ", text).strip()


def _prop(name: str, value: str) -> dict[str, str]:
    return {"name": name, "value": line(value)}


def own_property(name: str, value: str) -> dict[str, str]:
    """A property of our own namespace."""
    return {"name": name, "ns": NAMESPACE, "value": line(value)}


def _part(id: str, name: str, prose: str, **more: Any) -> dict[str, Any]:
    return {"id": id, "name": name, "prose": prose, **more}


def metadata(catalog: Catalog, title: str, lang: str, *props: dict[str, str]) -> dict[str, Any]:
    """What stands at the head of each of our OSCAL documents."""
    return {
        "title": line(title),
        "last-modified": f"{catalog.date}T00:00:00+09:00",
        "version": catalog.version,
        "oscal-version": OSCAL_VERSION,
        "props": [
            own_property("language", lang),
            own_property("urn", catalog.urn),
            own_property("digest", catalog.digest),
            *props,
        ],
    }


def _topic_group(topic: Topic, catalog: Catalog, lang: str) -> dict[str, Any]:
    id = f"topic-{topic.id}"
    group = {
        "id": id,
        "class": "topic",
        "title": line(topic.name.get(lang)),
        "props": [_prop("label", topic.id), own_property("place", topic.place)],
        "parts": [
            _part(f"{id}_ovw", "overview", topic.summary.get(lang)),
            *(_risk_part(risk, lang) for risk in topic.risks),
        ],
    }
    if topic.controls:
        group["controls"] = [_control(control, catalog, lang) for control in topic.controls]
    return group


def _risk_part(risk: Risk, lang: str) -> dict[str, Any]:
    roles = [own_property("role", role) for role in risk.roles]
    traits = [own_property("applies", trait) for trait in risk.applies.any_of] or [
        own_property("applies", "always")
    ]
    return _part(
        risk.id,
        "risk",
        risk.statement.get(lang),
        ns=NAMESPACE,
        title=line(risk.name.get(lang)),
        props=[_prop("label", risk.id), *roles, *traits],
    )


def _control(control: Control, catalog: Catalog, lang: str) -> dict[str, Any]:
    exported: dict[str, Any] = {
        "id": control.id,
        "class": control.role.value,
        "title": line(control.title.get(lang)),
        "props": list(_control_props(control)),
        "parts": list(_control_parts(control, lang)),
    }
    links = list(_links(control, catalog, lang))
    return exported | ({"links": links} if links else {})


def _control_props(control: Control) -> Iterator[dict[str, str]]:
    yield _prop("label", control.id)
    yield own_property("role", control.role)
    yield own_property("level", control.level)
    yield own_property("frequency", control.frequency)
    if control.place:
        yield own_property("place", control.place)
    yield from (own_property("tier", tier) for tier in control.tiers)
    yield from (own_property("evidence", kind) for kind in control.evidence)


def _control_parts(control: Control, lang: str) -> Iterator[dict[str, Any]]:
    yield _part(f"{control.id}_smt", "statement", control.statement.get(lang))
    guidance = _sentences((control.capability.get(lang), control.automatic.get(lang)), lang)
    if guidance:
        yield _part(f"{control.id}_gdn", "guidance", guidance)
    for number, fact in enumerate(control.done_when, 1):
        yield _part(f"{control.id}_obj.{number}", "assessment-objective", fact.get(lang))


def _sentences(parts: Iterable[str], lang: str) -> str:
    names = (
        ("応える機能: ", "自動で集まる証跡: ")
        if lang == "ja"
        else ("Capability: ", "Gathered automatically: ")
    )
    return "\n\n".join(name + part for name, part in zip(names, parts, strict=True) if part)


def _links(control: Control, catalog: Catalog, lang: str) -> Iterator[dict[str, str]]:
    if control.place and not control.is_own:
        yield {"href": f"#{_GUIDELINE}", "rel": "reference", "text": line(place_reads(control.place, lang))}
    yield from ({"href": f"#{id}", "rel": "related"} for id in control.related)
    yield from ({"href": f"#{id}", "rel": "risk"} for id in control.risks)
    for edge in catalog.edges_of(control.id):
        item = catalog.framework(edge.framework).item(edge.item)
        text = f"{edge.item} {item.name.get(lang)} ({label(edge.relation, lang)})"
        yield {"href": item.urn, "rel": f"crosswalk-{edge.relation}", "text": line(text)}
