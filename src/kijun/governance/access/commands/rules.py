"""``kijun access rules …``: what holds for all AI of the municipality."""

from __future__ import annotations

import argparse
from typing import Any

from kijun.governance.access import actions, inspection_policy
from kijun.governance.access.commands._shared import command, facts, group, show, text_of, town_of
from kijun.governance.access.models import TownRules
from kijun.governance.audit.refs import CONSOLE


def add(commands: Any) -> None:
    """The commands."""
    mine = group(commands, "rules", "what holds for all AI of the municipality")
    command(mine, "show", "show whom staff ask, and the own policy of inspection", _show)
    changing = command(mine, "change", "change either; what is not given stays", _change)
    changing.add_argument("--contact", metavar="TEXT", help="whom staff ask when something is stopped")
    changing.add_argument(
        "--inspection-file",
        metavar="FILE",
        help="the policy of inspection as YAML, - for standard input; an empty one is the default (docs/inspection.md)",
    )


def as_dict(row: TownRules) -> dict[str, Any]:
    """Both."""
    return {"contact": row.contact, "inspection": row.inspection}


def _show(args: argparse.Namespace) -> None:
    found = as_dict(actions.rules_of(town_of(args)))
    show(args, found, facts(found))


def _change(args: argparse.Namespace) -> None:
    town = town_of(args)
    row = actions.rules_of(town)
    contact = row.contact if args.contact is None else args.contact
    inspection = row.inspection
    if args.inspection_file is not None:
        inspection = inspection_policy.read(text_of(args.inspection_file))
    row = actions.save_town_rules(CONSOLE, town, contact=contact, inspection=inspection)
    show(args, as_dict(row), facts(as_dict(row)))
