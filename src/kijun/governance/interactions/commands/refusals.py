"""``kijun records refusals``: calls that the gateway refused before they became a question, and keys that opened nothing."""

from __future__ import annotations

import argparse
from typing import Any

from kijun.governance.access.commands import NotThere, day, rows, show
from kijun.governance.interactions import refused
from kijun.governance.interactions.by_time import place_of
from kijun.governance.interactions.commands._shared import Codes, acting, at, days, person
from kijun.governance.interactions.reach import reach_of


def add(commands: Any) -> None:
    """The command."""
    listing = acting(
        commands,
        "refusals",
        "list calls that were refused before they became a question, newest first",
        _list,
    )
    listing.add_argument("--since", type=day, metavar="DATE", help="first day")
    listing.add_argument("--until", type=day, metavar="DATE", help="last day")
    listing.add_argument("--before", metavar="PLACE", help="go on below, as the last answer said")


def _list(args: argparse.Namespace) -> None:
    who = person(args, "interactions.view_refusals")
    days(args)
    before = place_of(args.before)
    if args.before and before is None:
        raise NotThere(
            f"--before {args.before} を読めません。前の答えのとおりに書いてください。 / Write --before as the last answer said."
        )
    reach = reach_of(who)
    within = None if reach.everything else reach.departments
    page = refused.refused(who.municipality, args.since, args.until, before, departments=within)
    keys = refused.wrong_keys(who.municipality) if reach.everything else None
    codes = Codes(who.municipality)
    found = [
        {
            "from": at(one.first),
            "to": at(one.last),
            "grant": one.record.grant,
            "person": codes("person", one.record.person),
            "application": one.record.application,
            "system": codes("system", one.record.system),
            "purpose": codes("purpose", one.record.purpose),
            "reason": one.reason,
            "count": one.count,
            "networks": list(one.networks),
        }
        for one in page.rows
    ]
    wrong = (
        None
        if keys is None
        else [{"network": one.network, "count": one.count, "last": at(one.last)} for one in keys]
    )
    lines = rows(found, "to", "person", "application", "purpose", "reason", "count", "networks")
    if page.before is not None:
        lines.append(f"--before {page.before}")
    if wrong:
        lines += [
            f"使えないキー（{refused.DAYS}日間） / wrong keys ({refused.DAYS} days)",
            *rows(wrong, "network", "count", "last"),
        ]
    told = {
        "refusals": found,
        "before": None if page.before is None else str(page.before),
        "unread_segments": page.unread,
        "wrong_keys": wrong,
    }
    show(args, told, lines)
