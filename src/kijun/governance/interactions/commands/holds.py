"""``kijun records hold``, ``release`` and ``holds``: what is kept from being erased."""

from __future__ import annotations

import argparse
from typing import Any

from kijun.governance.access.commands import NotThere, rows, show
from kijun.governance.accounts.models import Person
from kijun.governance.interactions import actions, ledger, searching
from kijun.governance.interactions.commands._shared import Codes, acting, at, person, reason
from kijun.ledger.holding import Hold, holds_of


def add(commands: Any) -> None:
    """The commands."""
    holding = acting(commands, "hold", "keep a record from being erased", _hold)
    holding.add_argument("id", metavar="RECORD", help="its id")
    releasing = acting(commands, "release", "take a hold off a record", _release)
    releasing.add_argument("hold", metavar="HOLD", help="the hold's id")
    for one in (holding, releasing):
        one.add_argument("--reason", required=True, help="why; stands in the ledger and in the trail")
    listing = acting(commands, "holds", "list what is kept from being erased", _holds)
    listing.add_argument("--all", action="store_true", help="also what was released")


def _dict(one: Hold, codes: Codes) -> dict[str, Any]:
    return {
        "id": one.id,
        "record": one.interaction,
        "why": one.why,
        "by": codes("person", one.by),
        "at": at(one.at),
        "released_by": codes("person", one.released_by),
        "released_at": at(one.released_at),
    }


def _of(who: Person, interaction: str = "") -> list[Hold]:
    with ledger.reading() as book:
        return holds_of(book, who.municipality.code, interaction)


def _hold(args: argparse.Namespace) -> None:
    who = person(args, "interactions.hold")
    why = reason(args.reason)
    if searching.openable(who, args.id) is None:
        raise NotThere(f"記録 {args.id} が見つかりません。 / There is no record {args.id}.")
    codes = Codes(who.municipality)
    there = [_dict(one, codes) for one in _of(who, args.id) if one.released_at is None]
    made = actions.put_hold(who, args.id, why)
    lines = [
        f"{one['at']} から、すでに {one['by'] or '-'} が保全しています。 / Held since then already, by {one['by'] or '-'}: {one['why']}"
        for one in there
    ]
    show(args, {**_dict(made, codes), "held_already": there}, [f"{made.id}\t{args.id}", *lines])


def _release(args: argparse.Namespace) -> None:
    who = person(args, "interactions.hold")
    why = reason(args.reason)
    if not any(one.id == args.hold for one in _of(who)):
        raise NotThere(f"保全 {args.hold} が見つかりません。 / There is no hold {args.hold}.")
    interaction = actions.release_hold(who, args.hold, why)
    [released] = [one for one in _of(who, interaction) if one.id == args.hold]
    show(args, _dict(released, Codes(who.municipality)), [f"{args.hold}\t{interaction}: released"])


def _holds(args: argparse.Namespace) -> None:
    who = person(args, "interactions.hold")
    codes = Codes(who.municipality)
    found = [_dict(one, codes) for one in _of(who) if args.all or one.released_at is None]
    show(args, found, rows(found, "id", "record", "by", "at", "why", "released_at"))
