"""A report as an Excel file: a page to print, then one sheet a part, one cell one datum, no merged cells."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from kijun.governance.reports import printable
from kijun.governance.reports.contents import STATUSES, Change, Group, Report
from kijun.governance.reports.words import labels, status_labels
from kijun.web.excel import Sheet, SheetColumn, write_workbook
from kijun.web.punctuation import bracketed


def render(report: Report) -> bytes:
    """The report as .xlsx: 印刷用, 概況, 実施状況, 推移, 比較, システム, 利用部署, 指摘, 改善計画, 対策, 証跡."""
    sheets = [_overview(report), _results(report), _trend(report)]
    if report.comparison is not None:
        sheets.append(_changes(report))
    if report.systems:
        sheets += [_systems(report), _departments(report)]
    sheets += [_findings(report), _plans(report), _controls(report), _evidence(report)]
    return write_workbook(sheets, front=lambda book: printable.draw(book, report))


def _percent(rate: float | None) -> float | None:
    return None if rate is None else round(rate * 100, 1)


def _sheet(
    title: str,
    heads: dict[str, str],
    rows: list[dict[str, Any]],
    *,
    numbers: set[str] | None = None,
    days: set[str] | None = None,
    wide: set[str] | None = None,
) -> Sheet:
    columns = [
        SheetColumn(
            key=key,
            label=label,
            kind="number" if key in (numbers or set()) else "date" if key in (days or set()) else "text",
            width=40 if key in (wide or set()) else 16,
        )
        for key, label in heads.items()
    ]
    return Sheet(title, columns, rows)


def _overview(report: Report) -> Sheet:
    top = [
        (_("団体"), report.municipality, _("見本") if report.is_sample else ""),
        (_("件名"), report.title, ""),
        (_("対象"), report.scope, ""),
        (_("点検の回"), report.cycle, report.state),
        (_("作成日"), report.made_on.isoformat(), report.made_by),
        (_("対策の一覧の版"), report.catalog_version, ""),
    ]
    rows = [{"label": label, "value": value, "note": note} for label, value, note in top]
    rows += [{"label": f.label, "value": f.value, "note": f.note} for f in report.figures]
    rows += [{"label": f.label, "value": f.value, "note": ""} for f in report.facts]
    rows += [{"label": _("リスクの区分とその理由"), "value": line, "note": ""} for line in report.risk_lines]
    words = labels()
    heads = {"label": words["item"], "value": _("値"), "note": _("説明")}
    return _sheet(words["figures"], heads, rows, wide={"label", "value", "note"})


def _results(report: Report) -> Sheet:
    words = status_labels()

    def line(kind: str, group: Group) -> dict[str, Any]:
        counts = {f"s_{key or 'none'}": group.counts.get(key, 0) for key in STATUSES}
        return {"kind": kind, "label": group.label, **counts, "rate": _percent(group.rate)}

    heads = {"kind": _("区分"), "label": _("項目")}
    heads |= {f"s_{key or 'none'}": words[key] for key in STATUSES} | {"rate": bracketed(_("実施率"), "%")}
    rows = [line(_("原則"), group) for group in report.by_principle]
    rows += [line(_("役割"), group) for group in report.by_role]
    numbers = {key for key in heads if key.startswith("s_")} | {"rate"}
    return _sheet(_("実施状況"), heads, rows, numbers=numbers, wide={"label"})


def _trend(report: Report) -> Sheet:
    words = labels()
    heads = {"label": words["cycle"], "asked": words["total"], "judged": words["judged"], "rate": bracketed(words["rate"], "%")}  # fmt: skip
    rows = [
        {"label": p.label, "asked": p.asked, "judged": p.judged, "rate": _percent(p.rate)}
        for p in report.trend
    ]
    return _sheet(words["course"], heads, rows, numbers={"asked", "judged", "rate"}, wide={"label"})


def _changes(report: Report) -> Sheet:
    words, found = labels(), report.comparison
    assert found is not None  # asked by render

    def line(change: Change) -> dict[str, Any]:
        return {
            "label": change.label, "common": change.common, "earlier": found.earlier, "before": _percent(change.before),
            "cycle": found.now, "now": _percent(change.now), "points": change.points,
        }  # fmt: skip

    heads = {
        "label": words["item"], "common": words["common"], "earlier": _("前回の点検"),
        "before": bracketed(words["before"], "%"), "cycle": _("今回の点検"), "now": bracketed(words["now"], "%"),
        "points": words["difference"],
    }  # fmt: skip
    rows = [line(one) for one in [*([found.total] if found.total else []), *found.changes]]
    numbers = {"common", "before", "now", "points"}
    return _sheet(words["trend"], heads, rows, numbers=numbers, wide={"label"})


def _systems(report: Report) -> Sheet:
    words = labels()
    heads = {
        "code": words["code"], "name": words["name"], "stage": words["stage"], "tier": words["tier"],
        "overruled": _("計算した区分"), "owner": _("AIサービス責任者"), "assessed": words["assessed"],
        "asked": words["total"], "answered": _("回答済み"), "rate": bracketed(words["rate"], "%"),
        "findings": words["open"], "published": words["published"],
    }  # fmt: skip
    rows = [
        {
            "code": s.code, "name": s.name, "stage": s.stage, "tier": s.tier, "overruled": s.overruled, "owner": s.owner,
            "assessed": s.assessed, "asked": s.asked, "answered": s.answered, "rate": _percent(s.rate),
            "findings": s.findings, "published": s.published,
        }
        for s in report.systems
    ]  # fmt: skip
    return _sheet(
        words["systems"], heads, rows, numbers={"asked", "answered", "rate", "findings"}, wide={"name"}
    )


def _departments(report: Report) -> Sheet:
    words = labels()
    rows = [{"code": s.code, "department": name} for s in report.systems for name in s.departments]
    return _sheet(
        _("利用する部署"), {"code": words["code"], "department": _("部署")}, rows, wide={"department"}
    )


def _findings(report: Report) -> Sheet:
    words = labels()
    heads = {
        "number": words["number"], "title": words["title"], "control": words["control"], "scope": words["scope"],
        "owner": words["owner"], "due": words["due"], "state": words["state"], "overdue": words["overdue"],
    }  # fmt: skip
    rows = [
        {
            "number": f.number, "title": f.title, "control": f.control, "scope": f.scope, "owner": f.owner,
            "due": f.due_on, "state": f.state, "overdue": "○" if f.overdue else "",
        }
        for f in report.findings
    ]  # fmt: skip
    return _sheet(_("指摘"), heads, rows, days={"due"}, wide={"title", "scope"})


def _plans(report: Report) -> Sheet:
    words = labels()
    heads = {
        "number": words["number"], "what": _("実施すること"), "person": _("担当者"), "due": words["due"], "done": _("実施日"),
    }  # fmt: skip
    rows = [
        {
            "number": f.number,
            "what": step.what,
            "person": step.person,
            "due": step.due_on,
            "done": step.done_on,
        }
        for f in report.findings
        for step in f.plan
    ]
    return _sheet(words["plan"], heads, rows, days={"due", "done"}, wide={"what"})


def _controls(report: Report) -> Sheet:
    words = labels()
    heads = {
        "id": words["number"], "title": words["control"], "principle": _("原則"), "role": _("役割"),
        "status": words["answer"], "reason": words["reason"], "planned": _("実施予定日"), "by": _("回答者"),
        "on": _("回答日"), "inherited": words["inherited"],
    }  # fmt: skip
    rows = [
        {
            "id": c.id, "title": c.title, "principle": c.principle, "role": c.role, "status": c.status_label,
            "reason": c.reason, "planned": c.planned_on, "by": c.answered_by, "on": c.answered_on,
            "inherited": "○" if c.inherited else "",
        }
        for c in report.controls
    ]  # fmt: skip
    return _sheet(_("対策"), heads, rows, days={"planned", "on"}, wide={"title", "reason"})


def _evidence(report: Report) -> Sheet:
    words = labels()
    heads = {
        "id": words["number"], "title": words["title"], "value": _("値"), "verdict": _("判定"), "as_of": _("確認日"),
        "expires": _("有効期限"),
    }  # fmt: skip
    rows = [
        {"id": c.id, "title": e.title, "value": e.value, "verdict": e.verdict, "as_of": e.as_of, "expires": e.expires_on}
        for c in report.controls
        for e in c.evidence
    ]  # fmt: skip
    return _sheet(words["evidence"], heads, rows, days={"as_of", "expires"}, wide={"title", "value"})
