"""A report as an Excel file: one sheet a part, one cell one datum, no merged cells."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from kijun.governance.reports.contents import STATUSES, Group, Report
from kijun.governance.reports.words import labels, status_labels
from kijun.web.excel import Sheet, SheetColumn, write_workbook
from kijun.web.punctuation import bracketed, labelled, listed


def render(report: Report) -> bytes:
    """The report as .xlsx: 概況, 実施状況, 推移, システム, 指摘, 対策."""
    words = labels()
    sheets = [
        _sheet(
            words["figures"], {"label": words["item"], "value": _("値"), "note": _("説明")}, _overview(report)
        ),
        _results(report),
        _sheet(
            words["trend"],
            {"label": words["cycle"], "asked": words["total"], "rate": words["rate"]},
            [{"label": p.label, "asked": p.asked, "rate": _rate(p.rate)} for p in report.trend],
            numbers={"asked", "rate"},
        ),
    ]
    if report.systems:
        sheets.append(_systems(report))
    return write_workbook([*sheets, _findings(report), _controls(report)])


def _rate(rate: float | None) -> float | None:
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
    return Sheet(title[:31], columns, rows)


def _overview(report: Report) -> list[dict[str, Any]]:
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
    return rows + [
        {"label": _("リスクの区分とその理由"), "value": line, "note": ""} for line in report.risk_lines
    ]


def _results(report: Report) -> Sheet:
    words = status_labels()

    def line(kind: str, group: Group) -> dict[str, Any]:
        counts = {f"s_{key or 'none'}": group.counts.get(key, 0) for key in STATUSES}
        return {"kind": kind, "label": group.label, **counts, "rate": _rate(group.rate)}

    heads = {"kind": _("区分"), "label": _("項目")}
    heads |= {f"s_{key or 'none'}": words[key] for key in STATUSES} | {"rate": bracketed(_("実施率"), "%")}
    rows = [line(_("原則"), group) for group in report.by_principle] + [
        line(_("役割"), g) for g in report.by_role
    ]
    numbers = {key for key in heads if key.startswith("s_")} | {"rate"}
    return _sheet(_("実施状況"), heads, rows, numbers=numbers)


def _systems(report: Report) -> Sheet:
    words = labels()
    heads = {
        "code": words["code"], "name": words["name"], "stage": words["stage"], "tier": words["tier"],
        "overruled": _("区分の変更"), "owner": _("AIサービス責任者"), "departments": _("利用する部署"),
        "assessed": _("自己点検"), "rate": bracketed(words["rate"], "%"), "findings": words["open"], "published": words["published"],
    }  # fmt: skip
    rows = [
        {
            "code": s.code, "name": s.name, "stage": s.stage, "tier": s.tier, "overruled": s.overruled, "owner": s.owner,
            "departments": s.departments, "assessed": s.assessed, "rate": _rate(s.rate), "findings": s.findings,
            "published": s.published,
        }
        for s in report.systems
    ]  # fmt: skip
    return _sheet(words["systems"], heads, rows, numbers={"rate", "findings"}, wide={"name", "departments"})


def _findings(report: Report) -> Sheet:
    words = labels()
    heads = {
        "number": words["number"], "title": words["title"], "control": words["control"], "scope": words["scope"],
        "owner": words["owner"], "due": words["due"], "state": words["state"], "overdue": words["overdue"],
        "plan": words["plan"],
    }  # fmt: skip
    rows = [
        {
            "number": f.number, "title": f.title, "control": f.control, "scope": f.scope, "owner": f.owner,
            "due": f.due_on, "state": f.state, "overdue": "○" if f.overdue else "", "plan": f.plan,
        }
        for f in report.findings
    ]  # fmt: skip
    return _sheet(_("指摘"), heads, rows, days={"due"}, wide={"title", "plan"})


def _controls(report: Report) -> Sheet:
    words = labels()
    heads = {
        "id": words["number"], "title": words["control"], "principle": _("原則"), "role": _("役割"),
        "status": words["answer"], "reason": words["reason"], "planned": _("実施予定日"), "by": _("回答者"),
        "on": _("回答日"), "evidence": words["evidence"], "inherited": words["inherited"],
    }  # fmt: skip
    rows = [
        {
            "id": c.id, "title": c.title, "principle": c.principle, "role": c.role, "status": c.status_label,
            "reason": c.reason, "planned": c.planned_on, "by": c.answered_by, "on": c.answered_on,
            "evidence": "\n".join(bracketed(labelled(e.title, e.value), listed([e.verdict, f"{e.as_of:%Y/%m/%d}"])) for e in c.evidence),
            "inherited": "○" if c.inherited else "",
        }
        for c in report.controls
    ]  # fmt: skip
    return _sheet(_("対策"), heads, rows, days={"planned", "on"}, wide={"title", "reason", "evidence"})
