"""``kijun records report …``: how departments used AI in a month, and what their approvers say of it (U6.1.3)."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from kijun.governance.access.commands import NotThere, facts, group, rows, show
from kijun.governance.accounts.models import Person
from kijun.governance.interactions import actions, figures, reports
from kijun.governance.interactions.commands._shared import Codes, acting, person
from kijun.governance.interactions.models import AccessReport


def add(commands: Any) -> None:
    """The commands."""
    mine = group(commands, "report", "how departments used AI in a month")
    listing = acting(mine, "list", "list the reports that the person may see, newest first", _list)
    listing.add_argument("--month", metavar="YYYY-MM", help="only this month")
    listing.add_argument("--waiting", action="store_true", help="only those that nobody has acknowledged")
    showing = acting(mine, "show", "show one report with its figures", _show)
    acknowledging = acting(mine, "acknowledge", "say that the department's approver has looked", _acknowledge)
    acknowledging.add_argument("--odd", action="store_true", help="something looks odd; needs --comment")
    acknowledging.add_argument("--comment", metavar="TEXT", help="what looks odd, and what is done about it")
    remarking = acting(mine, "remark", "add what is noticed after a report was acknowledged", _remark)
    remarking.add_argument(
        "--comment", required=True, metavar="TEXT", help="what looks odd, and what is done about it"
    )
    for one in (showing, acknowledging, remarking):
        one.add_argument("report", metavar="REPORT", help="its number")


def as_dict(row: AccessReport) -> dict[str, Any]:
    """A report without its details."""
    return {
        "id": row.pk,
        "month": row.month,
        "department": row.department.code if row.department else "",
        "due_on": row.due_on,
        **{name: figures.figure(row.figures, name) for name in figures.COMPARED},
        "anomalies": row.figures.get("anomalies", []),
        "acknowledged_at": row.acknowledged_at,
        "acknowledged_by": row.acknowledged_by.staff_number if row.acknowledged_by else "",
        "odd": row.odd if row.acknowledged_at else None,
        "comment": row.comment,
        "remarks": [{"at": one.at, "by": one.by.staff_number, "text": one.text} for one in row.remarks.all()],
        "overdue": row.is_overdue,
    }


def _find(who: Person, asked: str) -> AccessReport:
    found = None
    if asked.isascii() and asked.isdecimal() and len(asked) < 19:
        found = reports.visible(who).filter(pk=int(asked)).first()
    if found is None:
        raise NotThere(
            f"報告 {asked} は、ないか、この職員には見られません。 / There is no report {asked} that this person may see."
        )
    return found


def _list(args: argparse.Namespace) -> None:
    found_rows = reports.visible(person(args, "interactions.view_reports"))
    if args.month:
        found_rows = found_rows.filter(month=args.month)
    if args.waiting:
        found_rows = found_rows.filter(acknowledged_at=None, department__isnull=False)
    found = [as_dict(row) for row in found_rows]
    show(
        args,
        found,
        rows(
            found,
            "id",
            "month",
            "department",
            "interactions",
            "blocked",
            "anomalies",
            "due_on",
            "acknowledged_by",
        ),
    )


def _show(args: argparse.Namespace) -> None:
    who = person(args, "interactions.view_reports")
    row = _find(who, args.report)
    told, codes = row.figures, Codes(who.municipality)
    found = {
        **as_dict(row),
        "generated_at": row.generated_at,
        "applications": told.get("applications", 0),
        "tokens": told.get("tokens", 0),
        "systems": _counted(told.get("systems", {}), "system", codes),
        "purposes": _counted(told.get("purposes", {}), "purpose", codes),
        "people": _counted(told.get("by_person", {}), "person", codes),
        "findings": reports.findings(told),
        "refused_by": told.get("refused_by", {}),
        "changes": told.get("changes", []),
        "days": told.get("days", {}),
    }
    show(args, found, facts(found))


def _counted(counts: Mapping[str, int], kind: str, codes: Codes) -> list[dict[str, Any]]:
    return [
        {kind: code, "count": count} for code, count in reports.counted(counts, lambda id: codes(kind, id))
    ]


def _acknowledge(args: argparse.Namespace) -> None:
    who = person(args, "interactions.view_reports")
    row = actions.acknowledge(who, _find(who, args.report), odd=args.odd, comment=args.comment or "")
    show(args, as_dict(row), [f"{row.pk}\t{row.month}: acknowledged"])


def _remark(args: argparse.Namespace) -> None:
    who = person(args, "interactions.view_reports")
    row = _find(who, args.report)
    actions.remark(who, row, args.comment)
    show(args, as_dict(_find(who, args.report)), [f"{row.pk}\t{row.month}: remarked"])
