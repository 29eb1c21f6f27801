"""``kijun incidents …``: list, show and report incidents, in a person's name.

What the person named by ``--as`` may see and do is what the command may. Exit codes: 0 done, 1 refused (the reason goes to standard
error in Japanese and English), 2 wrongly called, or nothing of that name within reach.
"""

from __future__ import annotations

import argparse
import datetime
import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from kijun.governance.access.commands import NotThere, facts, rows, show, system_of, text_of
from kijun.governance.accounts.models import Person
from kijun.governance.feedback.answers import About, about
from kijun.governance.incidents import actions, moments, queries, readiness
from kijun.governance.incidents.models import OPEN, Harm, Incident, Residents, Severity, Source, State
from kijun.governance.interactions.commands import acting, carry_out, person

SEVERITIES = {"minor": Severity.MINOR, "medium": Severity.MEDIUM, "serious": Severity.SERIOUS}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the subcommands to a parser."""
    parser.set_defaults(carry_out=None, group_parser=parser)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    listing = acting(commands, "list", "list incidents within the person's reach, newest first", _list)
    listing.add_argument("--open", action="store_true", help="those that are not over")
    listing.add_argument("--state", choices=State.values, help="how it stands")
    listing.add_argument("--severity", choices=list(SEVERITIES), help="how serious it is")
    listing.add_argument("--harm", choices=Harm.values, help="what was harmed")
    listing.add_argument("--system", metavar="SYSTEM", help="AI-003, or the system's name")
    listing.add_argument("--late", action="store_true", help="with a step or a notice past its time")
    showing = acting(commands, "show", "show one incident", _show)
    showing.add_argument("incident", metavar="INCIDENT", help="IN-001, or its number")
    _opening(acting(commands, "open", "report an incident", _open))


def _opening(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--title", required=True, metavar="TEXT", help="what it is called")
    parser.add_argument(
        "--what", required=True, metavar="FILE", help="what happened: a text file, or - for standard input"
    )
    parser.add_argument(
        "--harm", required=True, action="append", choices=Harm.values, help="what was harmed; may be repeated"
    )
    parser.add_argument("--severity", required=True, choices=list(SEVERITIES), help="how serious it is")
    parser.add_argument(
        "--residents", required=True, choices=Residents.values, help="whether residents are affected"
    )
    parser.add_argument(
        "--noticed", type=_moment, metavar="TIME", help="when it was noticed: 2026-11-28T14:30; default: now"
    )
    parser.add_argument(
        "--began", type=_moment, metavar="TIME", help="since when it went on, where that is known"
    )
    parser.add_argument("--system", metavar="SYSTEM", help="AI-003, or the system's name")
    parser.add_argument("--interaction", default="", metavar="ID", help="the record that it is about")
    parser.add_argument("--affected", default="", metavar="TEXT", help="who is affected, without a name")
    parser.add_argument("--count", type=_count, metavar="N", help="how many people are affected")
    sources = [one for one in Source.values if one != Source.FEEDBACK]
    parser.add_argument("--source", choices=sources, default=Source.STAFF.value, help="where it comes from")


def run(args: argparse.Namespace) -> int:
    """Carry out a parsed command; returns the exit code."""
    return carry_out(args, "docs/incidents.md")


def _moment(text: str) -> datetime.datetime:
    try:
        return moments.parse(text, time_needed=True)
    except ValidationError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no time: write 2026-11-28T14:30") from error


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) > 100_000_000:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of people")
    return int(text)


def _dict(row: Incident, follows: bool) -> dict[str, Any]:
    """As the pages show it: who only reported sees the summary."""
    told: dict[str, Any] = {
        "code": row.code,
        "title": row.title,
        "what": row.what,
        "state": row.state,
        "severity": row.severity[1:],
        "harms": [str(one) for one in row.harm_list],
        "residents": row.residents,
        "affected": row.affected,
        "affected_count": row.affected_count,
        "system": row.system.code if row.system is not None else "",
        "purpose": row.purpose.name if row.purpose is not None else "",
        "source": row.source,
        "report": row.report.code if row.report is not None else "",
        "noticed_at": row.noticed_at,
        "reported_at": row.reported_at,
        "reporter": row.reporter.staff_number,
        "leader": row.leader.staff_number if row.leader is not None else "",
    }
    if follows:
        told |= {
            "leader_why": row.leader_why,
            "first_action_at": row.first_action_at,
            "course": row.course,
            "course_why": row.course_why,
            "cause": row.cause,
            "redress": row.redress,
            "closed_at": row.closed_at,
        }
    return told


def _whole(row: Incident) -> dict[str, Any]:
    """What hangs on it."""
    return {
        "steps": [_to_do(one, text=one.text) for one in row.steps.all()],
        "notices": [_to_do(one, whom=one.whom) for one in row.notices.all()],
        "preventions": [
            {"what": one.what, "due_on": one.due_on, "done_on": one.done_on} for one in row.preventions.all()
        ],
        "timeline": [{"at": one.at, "kind": one.kind, "text": one.text} for one in row.events.all()],
        "left": [str(one) for one in readiness.left(row)] if row.is_open else [],
    }


def _to_do(one: Any, **named: str) -> dict[str, Any]:
    return {
        **named,
        "due_at": one.due_at,
        "done_at": one.done_at,
        "unneeded": one.unneeded,
        "late": one.is_late,
    }


def _of(who: Person, asked: str) -> Incident:
    """By IN-001 or its number, within reach."""
    number = re.fullmatch(r"(?i)(?:IN-)?(\d{1,9})", asked)
    found: Incident | None = queries.visible(who).filter(number=int(number[1])).first() if number else None
    if found is None:
        raise NotThere(
            f"インシデント {asked} は、ないか、この職員には見られません。 / There is no incident {asked} that this person may see."
        )
    return found


def _list(args: argparse.Namespace) -> None:
    who = person(args, "incidents.report")
    found = queries.visible(who)
    if args.open:
        found = found.filter(state__in=OPEN)
    if args.state:
        found = found.filter(state=args.state)
    if args.severity:
        found = found.filter(severity=SEVERITIES[args.severity])
    if args.harm:
        found = queries.of_harm(found, args.harm)
    if args.system:
        found = found.filter(system=system_of(who.municipality, args.system))
    if args.late:
        found = queries.late(found)
    told = [_dict(row, who.has_perm("incidents.follow", row)) for row in found]
    show(args, told, rows(told, "code", "reported_at", "state", "severity", "system", "leader", "title"))


def _show(args: argparse.Namespace) -> None:
    who = person(args, "incidents.report")
    row = _of(who, args.incident)
    follows = who.has_perm("incidents.follow", row)
    told = _dict(row, follows)
    if follows:
        told |= _whole(row)
    show(args, told, lambda: _lines(told))


def _lines(told: dict[str, Any]) -> list[str]:
    nested = ("steps", "notices", "preventions", "timeline", "left")
    lines = facts({name: value for name, value in told.items() if name not in nested})
    for name in nested:
        lines += [f"{name}:"] if told.get(name) else []
        lines += ["\t".join(facts(one)) if isinstance(one, dict) else one for one in told.get(name, [])]
    return lines


def _open(args: argparse.Namespace) -> None:
    who = person(args, "incidents.report")
    one = about(who, args.interaction) if args.interaction else About()
    if one is None:
        raise NotThere(
            f"入出力記録 {args.interaction} は、ないか、この職員には見られません。 / There is no record {args.interaction} that this person may see."
        )
    system = one.system
    if args.system:
        named = system_of(who.municipality, args.system)
        system = queries.reportable_systems(who).select_related("owner").filter(pk=named.pk).first()
        if system is None:
            raise NotThere(
                f"AIシステム {args.system} は、この職員には見られません。 / This person may not see the system {args.system}."
            )
    row = actions.open_incident(
        who,
        actions.Told(
            title=one.hidden(args.title),
            what=one.hidden(text_of(args.what)),
            harms=args.harm,
            severity=SEVERITIES[args.severity],
            residents=args.residents,
            noticed_at=args.noticed or timezone.now(),
            began_at=args.began,
            system=system,
            purpose=one.purpose,
            affected=one.hidden(args.affected),
            affected_count=args.count,
            source=args.source,
            interaction=one.interaction,
        ),
    )
    show(args, _dict(row, who.has_perm("incidents.follow", row)), [f"{row.code}: {row.state}"])
