"""``kijun records looks``: who looked at whose records, when and why."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import Any

from kijun.governance.access.commands import day, person_of, rows, show
from kijun.governance.accounts.models import Person
from kijun.governance.interactions import wording
from kijun.governance.interactions.commands._shared import Codes, acting, at, days, person
from kijun.governance.interactions.look_search import NAMED, WhichLooks, find
from kijun.governance.interactions.names import unknown_number


def add(commands: Any) -> None:
    """The command."""
    listing = acting(commands, "looks", "list who looked at whose records, when and why", _looks)
    listing.add_argument("--by", metavar="NUMBER", help="staff number of who looked")
    listing.add_argument(
        "--whose",
        metavar="NUMBER",
        help="staff number of whose records were looked at, or an application's name",
    )
    listing.add_argument(
        "--record", metavar="RECORD", help="which record was looked at: its id, or the beginning"
    )
    listing.add_argument("--what", choices=list(wording.LOOKS), help="how it was looked at")
    listing.add_argument("--text", metavar="WORDS", help="what the reason or what was asked contains")
    listing.add_argument("--since", type=day, metavar="DATE", help="first day")
    listing.add_argument("--until", type=day, metavar="DATE", help="last day")
    listing.add_argument("--before", type=int, metavar="PLACE", help="go on below, as the last answer said")


def _looks(args: argparse.Namespace) -> None:
    who = person(args, "interactions.view_looks")
    days(args)
    page = find(who.municipality, _which(args, who), args.before)
    codes = Codes(who.municipality)
    found = [
        {
            **asdict(one),
            "at": at(one.at),
            "person": codes("person", one.person),
            "whose": [codes("person", id) for id in one.whose],
            "asked": {
                name: codes(name, str(value)) if name in NAMED else value for name, value in one.asked.items()
            },
        }
        for one in page.rows
    ]
    lines = rows(found, "at", "person", "what", "interaction", "count", "asked", "whose", "why")
    if page.before is not None:
        lines.append(f"--before {page.before}")
    show(args, {"looks": found, "before": page.before, "unread_segments": page.unread}, lines)


def _which(args: argparse.Namespace, who: Person) -> WhichLooks:
    town, whose = who.municipality, frozenset[str]()
    if args.whose:
        number = unknown_number(town, args.whose)
        known = Person.objects.of(town).filter(staff_number=args.whose).first()
        whose = frozenset({str(known.pk)}) if known else frozenset({number or args.whose})
    return WhichLooks(
        by=str(person_of(town, args.by).pk) if args.by else "",
        whom=whose,
        record=args.record or "",
        what=args.what or "",
        words=args.text or "",
        since=args.since,
        until=args.until,
    )
