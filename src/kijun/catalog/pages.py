"""What `kijun catalog show` and `difference` print: one element, or one difference, as plain text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any

from kijun.catalog.difference import Change, Difference
from kijun.catalog.model import Catalog, Control, Principle, Risk, Text, Topic
from kijun.catalog.places import place_reads
from kijun.catalog.vocabulary import label

_FIELDS = {
    "topic": Text("項目", "topic"),
    "role": Text("役割", "role"),
    "level": Text("単位", "level"),
    "title": Text("名称", "title"),
    "statement": Text("対策", "statement"),
    "done_when": Text("完了の条件", "done when"),
    "place": Text("箇所", "place"),
    "frequency": Text("頻度", "frequency"),
    "tiers": Text("求めるリスク区分", "tiers"),
    "evidence": Text("証跡の種類", "evidence"),
    "capability": Text("応える機能", "capability"),
    "automatic": Text("自動で集まる証跡", "gathered automatically"),
    "risks": Text("下げるリスク", "risks"),
    "related": Text("関係する対策", "related controls"),
}


def page(catalog: Catalog, element: Control | Risk | Topic | Principle, lang: str) -> str:
    """Everything that the catalogue says about one element."""
    match element:
        case Control():
            lines = _control(catalog, element, lang)
        case Risk():
            lines = _risk(catalog, element, lang)
        case Topic():
            lines = _topic(catalog, element, lang)
        case Principle():
            lines = _principle(catalog, element, lang)
    return "\n".join(lines)


def difference_page(difference: Difference[Control], lang: str) -> str:
    """A difference, one line a control: + new, - gone, ! to be answered again, ~ changed otherwise."""
    lines = [f"+ {control.id}  {control.title.get(lang)}" for control in difference.added]
    lines += [f"- {control.id}  {control.title.get(lang)}" for control in difference.removed]
    for change in difference.changed:
        fields = ", ".join(_FIELDS[name].get(lang) for name in change.fields)
        lines.append(
            f"{'!' if change.asks_again else '~'} {change.id}  {change.new.title.get(lang)} ({fields})"
        )
    again = sum(change.asks_again for change in difference.changed)
    added, removed = len(difference.added), len(difference.removed)
    changed, same = len(difference.changed), len(difference.unchanged)
    lines.append(
        f"added {added}, removed {removed}, changed {changed} (answer again {again}), unchanged {same}"
        if lang == "en"
        else f"追加 {added}件、削除 {removed}件、変更 {changed}件（うち再回答 {again}件）、変更なし {same}件"
    )
    return "\n".join(lines)


def changed_lines(change: Change[Control], lang: str) -> list[tuple[str, str, str]]:
    """What a reader of `lang` sees change in a control: name of the field, what it said, what it says."""
    lines = []
    for name in change.fields:
        old, new = (_shown(name, getattr(control, name), lang) for control in (change.old, change.new))
        if old != new:
            lines.append((_FIELDS[name].get(lang), old, new))
    return lines


def _shown(name: str, value: Any, lang: str) -> str:
    if name == "place":
        return place_reads(value, lang)
    if name == "done_when":
        return "\n".join(fact.get(lang) for fact in value)
    if isinstance(value, tuple):
        return (", " if lang == "en" else "、").join(_shown("", part, lang) for part in value)
    if isinstance(value, Text):
        return value.get(lang)
    return label(value, lang) if isinstance(value, StrEnum) else str(value)


def _named(ids: Iterable[str], names: dict[str, Text], lang: str) -> Iterator[str]:
    for id in ids:
        yield f"  - {id}  {names[id].get(lang) if id in names else ''}".rstrip()


def _control(catalog: Catalog, control: Control, lang: str) -> Iterator[str]:
    def field(name: str, value: str) -> str:
        return f"{_FIELDS[name].get(lang)}: {value}"

    joint = ", " if lang == "en" else "、"
    topic = catalog.topic(control.topic)
    yield f"{control.id}  {control.title.get(lang)}"
    yield ""
    yield control.statement.get(lang)
    yield ""
    yield field("done_when", "").rstrip()
    yield from (f"  - {fact.get(lang)}" for fact in control.done_when)
    yield field("topic", f"{topic.id} {topic.name.get(lang)}")
    yield field("role", label(control.role, lang))
    yield field("level", label(control.level, lang))
    yield field("frequency", label(control.frequency, lang))
    yield field("tiers", joint.join(label(tier, lang) for tier in control.tiers))
    yield field("evidence", joint.join(label(kind, lang) for kind in control.evidence))
    yield field("place", place_reads(control.place, lang))
    if control.capability.ja:
        yield field("capability", control.capability.get(lang))
    if control.automatic.ja:
        yield field("automatic", control.automatic.get(lang))
    if control.risks:
        yield field("risks", "").rstrip()
        yield from _named(control.risks, {risk.id: risk.name for risk in catalog.risks}, lang)
    if control.related:
        yield field("related", "").rstrip()
        yield from _named(control.related, {other.id: other.title for other in catalog.controls}, lang)
    edges = catalog.edges_of(control.id)
    if edges:
        yield "対応表:" if lang != "en" else "crosswalk:"
    for edge in edges:
        framework = catalog.framework(edge.framework)
        item = framework.item(edge.item)
        yield f"  - {framework.name.get(lang)} {item.id} {item.name.get(lang)} ({label(edge.relation, lang)})"
        yield f"    {edge.rationale.get(lang)}"
    yield f"URN: {control.urn}"


def _risk(catalog: Catalog, risk: Risk, lang: str) -> Iterator[str]:
    yield f"{risk.id}  {risk.name.get(lang)}"
    yield ""
    yield risk.statement.get(lang)
    yield ""
    yield risk.harm_hint.get(lang)
    yield risk.likelihood_hint.get(lang)
    yield ""
    for role, place in risk.places:
        yield f"{_FIELDS['place'].get(lang)} ({label(role, lang)}): {place_reads(place, lang)}"
    if risk.applies.any_of:
        traits = "、".join(label(trait) for trait in risk.applies.any_of)
        traits_en = ", ".join(label(trait, "en") for trait in risk.applies.any_of)
        yield Text(f"対象: {traits}", f"applies to: {traits_en}").get(lang)
    yield Text("下げる対策:", "controls that lower it:").get(lang)
    lowering = [control for control in catalog.controls if risk.id in control.risks]
    yield from (f"  - {control.id}  {control.title.get(lang)}" for control in lowering)
    yield f"URN: {risk.urn}"


def _topic(catalog: Catalog, topic: Topic, lang: str) -> Iterator[str]:
    yield f"{topic.id}  {topic.name.get(lang)}"
    yield ""
    yield topic.summary.get(lang)
    yield ""
    yield f"{_FIELDS['place'].get(lang)}: {place_reads(topic.place, lang)}"
    if topic.risks:
        yield Text("リスク:", "risks:").get(lang)
    yield from (f"  - {risk.id}  {risk.name.get(lang)}" for risk in topic.risks)
    yield Text("対策:", "controls:").get(lang)
    yield from (f"  - {control.id}  {control.title.get(lang)}" for control in topic.controls)
    yield f"URN: {topic.urn}"


def _principle(catalog: Catalog, principle: Principle, lang: str) -> Iterator[str]:
    yield f"{principle.id}  {principle.name.get(lang)}"
    yield ""
    yield principle.summary.get(lang)
    yield ""
    yield f"{_FIELDS['place'].get(lang)}: {place_reads(principle.place, lang)}"
    yield Text("項目:", "topics:").get(lang)
    yield from _named(principle.topics, {topic.id: topic.name for topic in catalog.topics}, lang)
    yield f"URN: {principle.urn}"
