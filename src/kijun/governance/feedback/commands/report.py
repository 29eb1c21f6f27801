"""``kijun feedback report …``: what people doubted, and what became of it."""

from __future__ import annotations

import argparse
import re
from typing import Any

from kijun.governance.access.commands import NotThere, facts, group, person_of, rows, show, system_of, text_of
from kijun.governance.accounts.models import Person
from kijun.governance.feedback import actions, queries
from kijun.governance.feedback.models import Doubt, Report
from kijun.governance.interactions.commands import acting, at, person
from kijun.governance.interactions.reading import texts
from kijun.governance.interactions.searching import Interaction


def add(commands: Any) -> None:
    """The commands."""
    mine = group(commands, "report", "doubts about answers and systems")
    listing = acting(mine, "list", "list reports within the person's reach, newest first", _list)
    listing.add_argument("--mine", action="store_true", help="those that the person made")
    listing.add_argument("--waiting", action="store_true", help="those that wait for the person's answer")
    listing.add_argument("--state", choices=Report.State.values, help="how it stands")
    listing.add_argument("--kind", choices=Doubt.values, help="what is doubted")
    listing.add_argument("--system", metavar="SYSTEM", help="AI-003, or the system's name")
    listing.add_argument("--late", action="store_true", help="past their date and not answered")
    showing = acting(mine, "show", "show one report", _show)
    showing.add_argument(
        "--texts", action="store_true", help="with question and answer; the look is recorded first"
    )
    acknowledging = acting(mine, "acknowledge", "say that it is being looked into", _acknowledge)
    answering = acting(mine, "answer", "answer the reporter", _answer)
    answering.add_argument(
        "--finding", required=True, choices=Report.Finding.values, help="whether it is as was suspected"
    )
    answering.add_argument(
        "--text", required=True, metavar="FILE", help="the answer: a text file, or - for standard input"
    )
    assigning = acting(mine, "assign", "let somebody else answer", _assign)
    assigning.add_argument("--to", required=True, metavar="NUMBER", help="their staff number")
    closing = acting(mine, "close", "nothing is left to do", _close)
    for one in (showing, acknowledging, answering, assigning, closing):
        one.add_argument("report", metavar="REPORT", help="FB-0012, or its number")


def _dict(row: Report) -> dict[str, Any]:
    """As the lists show it: who is nameless stays so."""
    return {
        "code": row.code,
        "kinds": [str(one) for one in row.kind_list],
        "state": row.state,
        "system": row.system.code if row.system is not None else "",
        "purpose": row.purpose.name if row.purpose is not None else "",
        "department": row.department.code if row.department is not None else "",
        "reporter": "" if row.anonymous else row.reporter.staff_number,
        "reported_at": row.reported_at,
        "due_on": row.due_on,
        "late": row.is_overdue,
        "handler": row.handler.staff_number if row.handler is not None else "",
        "text": row.text,
        "people": row.people,
        "finding": row.finding,
        "answer": row.answer,
        "answered_at": row.answered_at,
        "request": row.request.code if row.request is not None else "",
        "interaction": row.interaction,
    }


def report_of(who: Person, asked: str) -> Report:
    """By FB-0012 or its number, within reach."""
    number = re.fullmatch(r"(?i)(?:FB-)?(\d{1,9})", asked)
    rows = queries.reports(who.municipality)
    found: Report | None = rows.filter(number=int(number[1])).first() if number else None
    if found is None or not who.has_perm("feedback.read", found):
        raise NotThere(
            f"報告 {asked} は、ないか、この職員には見られません。 / There is no report {asked} that this person may see."
        )
    return found


def _list(args: argparse.Namespace) -> None:
    who = person(args, "feedback.give" if args.mine else "feedback.list")
    found = queries.mine(who) if args.mine else queries.visible(who)
    if args.waiting:
        found = found.filter(pk__in=queries.to_answer(who).values("pk"))
    if args.state:
        found = found.filter(state=args.state)
    if args.kind:
        found = queries.of_kind(found, args.kind)
    if args.system:
        found = found.filter(system=system_of(who.municipality, args.system))
    if args.late:
        found = queries.overdue(found)
    told = [_dict(row) for row in found]
    show(args, told, rows(told, "code", "reported_at", "state", "due_on", "system", "kinds", "text"))


def _show(args: argparse.Namespace) -> None:
    who = person(args, "feedback.give")
    row = report_of(who, args.report)
    told = _dict(row)
    if args.texts:
        told["texts"] = _texts(actions.open_interaction(who, row))
    actions.mark_read(who, row)
    show(args, told, lambda: _lines(told))


def _texts(one: Interaction | None) -> list[dict[str, Any]]:
    return [
        {"kind": str(entry.kind), "at": at(entry.at), "role": role, "text": text}
        for entry in (one.entries if one is not None else [])
        for role, text, _where in texts(entry.content or {})
        if text.strip()
    ]


def _lines(told: dict[str, Any]) -> list[str]:
    lines = facts({name: value for name, value in told.items() if name != "texts"})
    for one in told.get("texts", []):
        lines += ["", f"{one['kind']} {one['role'] or '-'}\t{one['at']}"]
        lines += [f"  {line}" for line in one["text"].splitlines()]
    return lines


def _told(args: argparse.Namespace, row: Report) -> None:
    show(args, _dict(row), [f"{row.code}: {row.state}"])


def _acknowledge(args: argparse.Namespace) -> None:
    who = person(args, "feedback.give")
    _told(args, actions.acknowledge(who, report_of(who, args.report)))


def _answer(args: argparse.Namespace) -> None:
    who = person(args, "feedback.give")
    row = report_of(who, args.report)
    _told(args, actions.answer(who, row, finding=args.finding, text=text_of(args.text)))


def _assign(args: argparse.Namespace) -> None:
    who = person(args, "feedback.give")
    row = report_of(who, args.report)
    _told(args, actions.set_handler(who, row, person_of(who.municipality, args.to)))


def _close(args: argparse.Namespace) -> None:
    who = person(args, "feedback.give")
    _told(args, actions.close(who, report_of(who, args.report)))
