"""A report as a tagged PDF, set by Typst with the fonts of the package (no system font, no network)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from kijun.governance.reports.contents import (
    STATUSES,
    Change,
    Comparison,
    ControlLine,
    EvidenceLine,
    Group,
    Point,
    Report,
)
from kijun.governance.reports.words import assessed, labels, percent, status_labels
from kijun.web import dates, pdf_fonts_folder
from kijun.web.charts import signed
from kijun.web.punctuation import bracketed, labelled, listed

TEMPLATE = Path(__file__).parent / "report.typ"
PICTURES = Path(__file__).parent / "pictures.typ"
DOTS = 200
"""Per inch, of the pictures in the Word file."""


def render(report: Report) -> bytes:
    """The report as PDF (tagged, PDF/UA-1). Deterministic for equal contents."""
    import typst  # half a second to load: only where it is used

    data = json.dumps(document(report), ensure_ascii=False)
    content: bytes = typst.compile(
        str(TEMPLATE),
        font_paths=[str(pdf_fonts_folder())],
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"data": data},
        pdf_standards=["ua-1"],
    )
    return content


def pictures(data: dict[str, Any]) -> list[bytes]:
    """The charts of a :func:`document` as PNG: by principle, by role, against the last cycle, as far as it has them."""
    if not (data["by_principle"] or data["by_role"] or (data["comparison"] or {}).get("rows")):
        return []
    import typst

    made: bytes | list[bytes] = typst.compile(
        str(PICTURES),
        font_paths=[str(pdf_fonts_folder())],
        ignore_system_fonts=True,
        format="png",
        ppi=DOTS,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )
    return made if isinstance(made, list) else [made]


def document(report: Report) -> dict[str, Any]:
    """The JSON that the template draws."""
    words = status_labels()
    language = report.language
    return {
        "title": report.title,
        "municipality": report.municipality,
        "is_sample": report.is_sample,
        "language": language,
        "made_on_text": dates.format_date(report.made_on, language),
        "made_by": report.made_by,
        "cycle": report.cycle,
        "state": report.state,
        "approved": report.approved,
        "words": labels(),
        "statuses": [{"key": key, "label": words[key]} for key in STATUSES],
        "figures": [{"label": f.label, "value": f.value, "note": f.note} for f in report.figures],
        "facts": [{"label": f.label, "value": f.value} for f in report.facts],
        "risk_lines": list(report.risk_lines),
        "by_principle": [_group(group, words) for group in report.by_principle],
        "by_role": [_group(group, words) for group in report.by_role],
        "trend": [_point(point) for point in report.trend],
        "comparison": _comparison(report.comparison),
        "systems": [
            [s.code, s.name, s.stage, s.tier, assessed(s), percent(s.rate), str(s.findings), s.published]
            for s in report.systems
        ],
        "findings": [
            [
                f.number,
                f.title + (f"\n{f.scope}" if f.scope else ""),
                f.control,
                f.owner,
                f"{f.due_on:%Y/%m/%d}" + ("\n" + _("期限超過") if f.overdue else ""),
                f.state,
            ]
            for f in report.findings
        ],
        "controls": _controls(report.controls),
        "notes": list(report.notes),
    }


def _point(point: Point) -> dict[str, Any]:
    return {
        "label": point.label,
        "asked": str(point.asked),
        "judged": str(point.judged),
        "rate": percent(point.rate),
        "share": point.rate,
        "alt": labelled(point.label, percent(point.rate)),
    }


def _comparison(found: Comparison | None) -> dict[str, Any] | None:
    if found is None:
        return None
    every = [*([found.total] if found.total else []), *found.changes]
    return {
        "earlier": found.earlier,
        "now": found.now,
        "text": found.text,
        "rows": [_change(one) for one in every],
    }


def _change(change: Change) -> dict[str, Any]:
    before, now = percent(change.before), percent(change.now)
    return {
        "label": change.label,
        "common": str(change.common),
        "before": before,
        "now": now,
        "points": signed(change.points),
        "before_share": change.before,
        "now_share": change.now,
        "alt": labelled(change.label, f"{before} → {now}"),
    }


def _group(group: Group, words: dict[str, str]) -> dict[str, Any]:
    counts = [(key, group.counts.get(key, 0)) for key in STATUSES]
    return {
        "label": group.label,
        "total": group.total,
        "segments": [{"status": key, "count": count} for key, count in counts if count],
        "cells": [str(count) for _key, count in counts],
        "rate": percent(group.rate),
        "alt": labelled(group.label, listed(f"{words[key]} {count}" for key, count in counts if count)),
    }


def _controls(lines: tuple[ControlLine, ...]) -> list[dict[str, Any]]:
    groups: dict[str, list[list[str]]] = {}
    for line in lines:
        reason = line.reason + (f"\n{_('予定')} {line.planned_on:%Y/%m/%d}" if line.planned_on else "")
        evidence = "\n".join(_evidence(one) for one in line.evidence)
        answer = line.status_label + ("\n" + _("組織全体の回答") if line.inherited else "")
        groups.setdefault(line.principle, []).append([line.id, line.title, answer, reason, evidence])
    return [{"label": label, "rows": rows} for label, rows in groups.items()]


def _evidence(line: EvidenceLine) -> str:
    """件名：値（判定、日付）."""
    what = labelled(line.title, line.value) if line.value else line.title
    return bracketed(what, listed([line.verdict, f"{line.as_of:%Y/%m/%d}"]))
