"""The catalogue as an Excel book for machines and people: four sheets, one datum a cell."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from enum import StrEnum
from pathlib import Path
from typing import IO, Any

from kijun.catalog.model import Catalog, Control, Risk, Text
from kijun.catalog.places import place_reads
from kijun.catalog.vocabulary import Evidence, Role, Tier, Trait, label
from kijun.catalog.workbooks import new_workbook, write_table

SHEETS = {
    "controls": Text("対策", "Controls"),
    "risks": Text("リスク", "Risks"),
    "topics": Text("原則・項目", "Principles and topics"),
    "crosswalk": Text("対応表", "Crosswalk"),
}
_Heading = tuple[Text, int]  # what it reads, and the column's width

_ID: _Heading = (Text("番号", "ID"), 10)
_PLACE: _Heading = (Text("ガイドラインの箇所", "Place in the guideline"), 20)


def export_xlsx(catalog: Catalog, target: str | Path | IO[bytes], lang: str = "ja") -> None:
    """Write the book to a path or an open binary file, in Japanese or English."""
    book = new_workbook(target)
    book.set_properties(
        {"title": f"{catalog.guideline.get(lang)} {catalog.version}", "comments": catalog.digest}
    )
    _write_controls(book, catalog, lang)
    _write_risks(book, catalog, lang)
    _write_topics(book, catalog, lang)
    _write_crosswalk(book, catalog, lang)
    book.close()


def _write(book: Any, key: str, headings: Iterable[_Heading], rows: Iterable[list[str]], lang: str) -> None:
    headings = list(headings)
    names = [name.get(lang) for name, _ in headings]
    write_table(book, SHEETS[key].get(lang), names, rows, widths=[width for _, width in headings])


def _marks(words: Iterable[StrEnum], found: Collection[StrEnum]) -> list[str]:
    return ["○" if word in found else "" for word in words]


def _mark_headings(words: Iterable[StrEnum], ja: str, en: str) -> list[_Heading]:
    return [(Text(f"{ja}:{label(word)}", f"{en}: {label(word, 'en')}"), 12) for word in words]


def _numbered(ja: str, en: str, count: int, width: int) -> list[_Heading]:
    return [(Text(f"{ja}{number}", f"{en} {number}"), width) for number in range(1, count + 1)]


def _filled(values: Iterable[str], count: int) -> list[str]:
    values = list(values)
    return values + [""] * (count - len(values))


def _write_controls(book: Any, catalog: Catalog, lang: str) -> None:
    """One row a control. What a control has several of stands in numbered columns."""
    controls = catalog.controls
    facts = max((len(control.done_when) for control in controls), default=0)
    risks = max((len(control.risks) for control in controls), default=0)
    related = max((len(control.related) for control in controls), default=0)
    headings: list[_Heading] = [
        _ID,
        (Text("原則", "Principle"), 8),
        (Text("項目", "Topic"), 8),
        (Text("項目名", "Topic name"), 24),
        (Text("役割", "Role"), 12),
        (Text("単位", "Level"), 16),
        (Text("名称", "Title"), 30),
        (Text("対策", "Statement"), 56),
        *_numbered("完了の条件", "Done when", facts, 36),
        _PLACE,
        (Text("頻度", "Frequency"), 12),
        *_mark_headings(Tier, "リスク区分", "Tier"),
        *_mark_headings(Evidence, "証跡", "Evidence"),
        (Text("応える機能", "Capability"), 28),
        (Text("自動で集まる証跡", "Evidence gathered automatically"), 28),
        *_numbered("下げるリスク", "Risk", risks, 12),
        *_numbered("関係する対策", "Related control", related, 12),
    ]

    def row(control: Control) -> list[str]:
        return [
            control.id,
            control.principle,
            control.topic,
            catalog.topic(control.topic).name.get(lang),
            label(control.role, lang),
            label(control.level, lang),
            control.title.get(lang),
            control.statement.get(lang),
            *_filled((fact.get(lang) for fact in control.done_when), facts),
            place_reads(control.place, lang),
            label(control.frequency, lang),
            *_marks(Tier, control.tiers),
            *_marks(Evidence, control.evidence),
            control.capability.get(lang),
            control.automatic.get(lang),
            *_filled(control.risks, risks),
            *_filled(control.related, related),
        ]

    _write(book, "controls", headings, (row(control) for control in controls), lang)


def _write_risks(book: Any, catalog: Catalog, lang: str) -> None:
    headings: list[_Heading] = [
        _ID,
        (Text("項目", "Topic"), 8),
        (Text("名称", "Name"), 30),
        (Text("リスク", "Statement"), 56),
        *[(Text(f"箇所:{label(role)}", f"Place: {label(role, 'en')}"), 16) for role in Role],
        (Text("すべてのAI", "Every system"), 12),
        *_mark_headings(Trait, "対象", "Applies"),
        (Text("害の大きさの手がかり", "Hint on harm"), 40),
        (Text("起こりやすさの手がかり", "Hint on likelihood"), 40),
    ]

    def row(risk: Risk) -> list[str]:
        return [
            risk.id,
            risk.topic,
            risk.name.get(lang),
            risk.statement.get(lang),
            *(place_reads(risk.place(role), lang) for role in Role),
            "○" if risk.applies.always else "",
            *_marks(Trait, risk.applies.any_of),
            risk.harm_hint.get(lang),
            risk.likelihood_hint.get(lang),
        ]

    _write(book, "risks", headings, (row(risk) for risk in catalog.risks), lang)


def _write_topics(book: Any, catalog: Catalog, lang: str) -> None:
    """One row a topic, the principle beside it."""
    headings: list[_Heading] = [
        _ID,
        (Text("項目名", "Topic name"), 30),
        (Text("項目の要旨", "Summary of the topic"), 60),
        _PLACE,
        (Text("原則", "Principle"), 8),
        (Text("原則名", "Principle name"), 24),
        (Text("原則の要旨", "Summary of the principle"), 60),
    ]
    principles = {principle.id: principle for principle in catalog.principles}

    def row(id: str) -> list[str]:
        topic = catalog.topic(id)
        principle = principles.get(topic.principle)
        name, summary = (principle.name, principle.summary) if principle else (topic.name, topic.summary)
        return [
            topic.id,
            topic.name.get(lang),
            topic.summary.get(lang),
            place_reads(topic.place, lang),
            topic.principle,
            name.get(lang),
            summary.get(lang),
        ]

    _write(book, "topics", headings, (row(topic.id) for topic in catalog.topics), lang)


def _write_crosswalk(book: Any, catalog: Catalog, lang: str) -> None:
    """One row an edge."""
    headings: list[_Heading] = [
        (Text("枠組み", "Framework"), 16),
        (Text("枠組みの名称", "Framework name"), 32),
        (Text("版", "Version"), 10),
        (Text("対策", "Control"), 10),
        (Text("対策の名称", "Control title"), 30),
        (Text("関係", "Relation"), 20),
        (Text("枠組みの項目", "Item"), 14),
        (Text("項目の名称", "Item name"), 30),
        (Text("理由", "Rationale"), 60),
        (Text("確認者", "Reviewer"), 16),
        (Text("確認日", "Date"), 12),
    ]
    rows = (
        [
            framework.id,
            framework.name.get(lang),
            framework.version,
            edge.control,
            catalog.control(edge.control).title.get(lang),
            label(edge.relation, lang),
            edge.item,
            framework.item(edge.item).name.get(lang),
            edge.rationale.get(lang),
            edge.reviewer,
            edge.date,
        ]
        for framework in catalog.frameworks
        for edge in framework.edges
    )
    _write(book, "crosswalk", headings, rows, lang)
