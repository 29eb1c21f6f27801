"""``kijun access stop …``: stop switches."""

from __future__ import annotations

import argparse
from typing import Any

from kijun.governance.access import actions, queries
from kijun.governance.access.commands._shared import (
    command,
    group,
    person_of,
    purpose_of,
    rows,
    show,
    stop_of,
    system_of,
    town_of,
)
from kijun.governance.access.models import Stop
from kijun.governance.audit.refs import CONSOLE


def add(commands: Any) -> None:
    """The commands."""
    mine = group(commands, "stop", "stop switches")
    adding = command(mine, "add", "stop something; in force within seconds", _add)
    what = adding.add_mutually_exclusive_group(required=True)
    what.add_argument("--everything", action="store_true", help="all AI of the municipality")
    what.add_argument("--system", metavar="SYSTEM", help="AI-003, or the system's name")
    what.add_argument("--purpose", metavar="PURPOSE", help="its name or number")
    what.add_argument("--person", metavar="NUMBER", help="staff number")
    adding.add_argument("--reason", required=True, help="why; also told to those who are stopped")
    adding.add_argument("--reason-en", default="", metavar="TEXT", help="the reason in English")
    listing = command(mine, "list", "list what is stopped", _list)
    listing.add_argument("--all", action="store_true", help="also what goes again")
    lifting = command(mine, "lift", "let it go again", _lift)
    lifting.add_argument("stop", metavar="STOP", help="its number")
    lifting.add_argument("--reason", required=True, help="why; stands in the trail")


def as_dict(row: Stop) -> dict[str, Any]:
    """A switch."""
    return {
        "id": row.pk,
        "scope": row.scope,
        "target": row.target_name if row.target else "",
        "reason": row.reason,
        "reason_en": row.reason_en,
        "at": row.at,
        "by": str(row.by) if row.by else "",
        "lifted_at": row.lifted_at,
        "lifted_why": row.lifted_why,
    }


def _add(args: argparse.Namespace) -> None:
    town = town_of(args)
    target: Any = None
    if args.system:
        target = system_of(town, args.system)
    elif args.purpose:
        target = purpose_of(town, args.purpose)
    elif args.person:
        target = person_of(town, args.person)
    row = actions.stop(CONSOLE, town, target=target, why=args.reason, why_en=args.reason_en)
    show(args, as_dict(row), [f"{row.pk}\t{row.target_name}: stopped"])


def _list(args: argparse.Namespace) -> None:
    town = town_of(args)
    found_rows = Stop.objects.of(town).select_related("system", "purpose", "person", "by")
    found = [as_dict(row) for row in (found_rows if args.all else queries.stops_on(town))]
    show(args, found, rows(found, "id", "scope", "target", "reason", "at", "lifted_at"))


def _lift(args: argparse.Namespace) -> None:
    row = actions.lift_stop(CONSOLE, stop_of(town_of(args), args.stop), why=args.reason)
    show(args, as_dict(row), [f"{row.pk}\t{row.target_name}: lifted"])
