"""``kijun access purpose …``: what AI may be used for."""

from __future__ import annotations

import argparse
from typing import Any

from kijun.gateway.snapshot import Action, Group
from kijun.governance.access import actions, handling, limits, queries
from kijun.governance.access.actions.purposes import FIELDS
from kijun.governance.access.commands._shared import (
    NotThere,
    command,
    facts,
    group,
    person_of,
    purpose_of,
    rows,
    show,
    town_of,
)
from kijun.governance.access.models import DataClass, Purpose
from kijun.governance.audit.refs import CONSOLE
from kijun.governance.organisation.models import Municipality
from kijun.ledger.model import RETENTIONS

_TEXTS = ("name", "name_en", "description", "legal_basis", "consent_scope", "retention", "review")


def add(commands: Any) -> None:
    """The commands."""
    mine = group(commands, "purpose", "what AI may be used for")
    adding = command(mine, "add", "register a purpose", _add)
    adding.add_argument("name", metavar="NAME", help="what people call it")
    command(mine, "list", "list the purposes", _list)
    showing = command(mine, "show", "show one purpose", _show)
    changing = command(mine, "change", "change a purpose; what is not given stays", _change)
    changing.add_argument("--name", metavar="NEW", help="another name")
    for one in (adding, changing):
        _options(one, new=one is adding)
    enabling = command(mine, "enable", "let AI be used for a purpose again", _enable)
    disabling = command(mine, "disable", "let nobody use AI for a purpose any more", _disable)
    disabling.add_argument("--reason", required=True, help="why; stands in the trail")
    for one in (showing, changing, enabling, disabling):
        one.add_argument("purpose", metavar="PURPOSE", help="its name or number")


def _options(parser: argparse.ArgumentParser, *, new: bool) -> None:
    parser.add_argument("--name-en", metavar="TEXT", help="its English name")
    parser.add_argument("--description", required=new, metavar="TEXT", help="what for, for those who use it")
    parser.add_argument("--owner", required=new, metavar="NUMBER", help="staff number of who answers for it")
    parser.add_argument("--legal-basis", metavar="TEXT", help="law or ordinance")
    parser.add_argument("--consent-scope", metavar="TEXT", help="what people have agreed to")
    parser.add_argument(
        "--data-class",
        action="append",
        choices=DataClass.values,
        help="what may be entered; may be repeated (default: public and internal)",
    )
    for name in (handling.INPUT, handling.OUTPUT):
        parser.add_argument(
            f"--{name}",
            action="append",
            metavar="KIND=ACTION",
            help=f"what happens to a kind of finding in the {name}: a group ({', '.join(Group)}) or a type (MY_NUMBER), "
            f"and {', '.join(handling.ACTIONS[name])}; may be repeated",
        )
    parser.add_argument(
        "--retention", choices=list(RETENTIONS), help="how long records are kept (default: y1)"
    )
    parser.add_argument("--review", choices=Purpose.Review.values, help="how answers are confirmed")
    parser.add_argument(
        "--public-power",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="it touches dispositions and other public power: nothing leaves without a person's recorded decision",
    )
    parser.add_argument(
        "--check",
        action="append",
        metavar="QUESTION",
        help="what is asked before an answer is used, beside the guideline's questions; may be repeated",
    )
    parser.add_argument(
        "--network", action="append", metavar="CIDR", help="where calls may come from; may be repeated"
    )
    parser.add_argument(
        "--hours", action="append", metavar="HOURS", help="when: 'mon-fri 08:30-17:15'; may be repeated"
    )
    parser.add_argument(
        "--uninspected",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="let pass what cannot be inspected (images, sound)",
    )


def as_dict(row: Purpose) -> dict[str, Any]:
    """All of a purpose."""
    found = {name: getattr(row, name) for name in FIELDS if name != "owner"}
    return {"id": row.pk, **found, "owner": row.owner.staff_number, "enabled": row.enabled}


def _data(args: argparse.Namespace, town: Municipality, row: Purpose | None) -> dict[str, Any]:
    found: dict[str, Any] = {name: getattr(args, name, None) for name in _TEXTS}
    found["uninspected"] = args.uninspected
    found["public_power"] = args.public_power
    found["checklist"] = args.check
    found["owner"] = person_of(town, args.owner) if args.owner else None
    found["data_classes"] = args.data_class
    found["networks"] = limits.networks("\n".join(args.network)) if args.network else None
    found["hours"] = [list(one) for one in limits.hours("\n".join(args.hours))] if args.hours else None
    for direction in (handling.INPUT, handling.OUTPUT):
        given = getattr(args, direction)
        if given:
            before = getattr(row, f"{direction}_handling") if row else handling.default(direction)
            found[f"{direction}_handling"] = _handling(before, given)
    return {name: value for name, value in found.items() if value is not None}


def _handling(before: dict[str, Any], given: list[str]) -> dict[str, Any]:
    made = {"groups": dict(before.get("groups", {})), "types": dict(before.get("types", {}))}
    for text in given:
        name, _equals, action = text.partition("=")
        kind = "groups" if name in set(Group) else "types" if name in handling.TYPES else ""
        if not kind or action not in set(Action):
            raise NotThere(
                f"{text} を読めません。種類=扱い の形で書いてください。例：personal=mask\n"
                f"{text}: write KIND=ACTION, such as personal=mask or MY_NUMBER=block."
            )
        made[kind][name] = action
    return made


def _add(args: argparse.Namespace) -> None:
    town = town_of(args)
    row = actions.save_purpose(CONSOLE, town, None, _data(args, town, None))
    show(args, as_dict(row), [f"{row.pk}\t{row.name}"])


def _list(args: argparse.Namespace) -> None:
    found = [as_dict(row) for row in queries.purposes(town_of(args))]
    show(args, found, rows(found, "id", "name", "data_classes", "owner", "enabled"))


def _show(args: argparse.Namespace) -> None:
    found = as_dict(purpose_of(town_of(args), args.purpose))
    show(args, found, facts(found))


def _change(args: argparse.Namespace) -> None:
    town = town_of(args)
    row = purpose_of(town, args.purpose)
    row = actions.save_purpose(CONSOLE, town, row, _data(args, town, row))
    show(args, as_dict(row), [f"{row.pk}\t{row.name}"])


def _enable(args: argparse.Namespace) -> None:
    row = actions.switch_purpose(CONSOLE, purpose_of(town_of(args), args.purpose), True)
    show(args, as_dict(row), [f"{row.name}: enabled"])


def _disable(args: argparse.Namespace) -> None:
    row = purpose_of(town_of(args), args.purpose)
    row = actions.switch_purpose(CONSOLE, row, False, why=args.reason)
    show(args, as_dict(row), [f"{row.name}: disabled"])
