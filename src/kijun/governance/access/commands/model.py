"""``kijun access model …``: models as clients name them."""

from __future__ import annotations

import argparse
from typing import Any

from kijun.governance.access import actions, queries
from kijun.governance.access.commands._shared import (
    NotThere,
    command,
    facts,
    group,
    model_of,
    rows,
    show,
    system_of,
    town_of,
    upstream_of,
)
from kijun.governance.access.models import Model
from kijun.governance.audit.refs import CONSOLE
from kijun.governance.organisation.models import Municipality


def add(commands: Any) -> None:
    """The commands."""
    mine = group(commands, "model", "models as clients name them")
    adding = command(mine, "add", "give a model's name to an AI system", _add)
    adding.add_argument("name", metavar="NAME", help="the name that clients ask for")
    adding.add_argument("--system", required=True, metavar="SYSTEM", help="AI-003, or the system's name")
    command(mine, "list", "list the models with their routes", _list)
    showing = command(mine, "show", "show one model with its routes", _show)
    changing = command(mine, "change", "change a model; routes that are given replace all", _change)
    changing.add_argument("--name", metavar="NEW", help="another name")
    changing.add_argument("--system", metavar="SYSTEM", help="AI-003, or the system's name")
    removing = command(mine, "remove", "let the name answer no longer", _remove)
    for one in (adding, changing):
        one.add_argument(
            "--route",
            action="append",
            required=one is adding,
            metavar="UPSTREAM=MODEL[,ORDER[,WEIGHT]]",
            help="a way to it: the service, the model's name there; lower orders first, equal ones by weight; may be repeated",
        )
    for one in (showing, changing, removing):
        one.add_argument("model", metavar="MODEL", help="its name or number")


def as_dict(row: Model) -> dict[str, Any]:
    """A model with its routes."""
    return {
        "id": row.pk,
        "name": row.name,
        "system": row.system.code,
        "system_name": row.system.name,
        "routes": [
            {"upstream": one.upstream.name, "model": one.name, "order": one.order, "weight": one.weight}
            for one in row.routes.select_related("upstream")
        ],
    }


def _ways(town: Municipality, given: list[str]) -> list[actions.Way]:
    ways = []
    for at, text in enumerate(given):
        upstream, equals, rest = text.partition("=")
        parts = rest.split(",")
        if (
            not equals
            or not parts[0]
            or len(parts) > 3
            or not all(one.strip().isdecimal() for one in parts[1:])
        ):
            raise NotThere(
                f"--route {text} を読めません。接続先=モデル名[,順番[,重み]] の形で書いてください。\n"
                f"--route {text}: write UPSTREAM=MODEL[,ORDER[,WEIGHT]]."
            )
        order = int(parts[1]) if len(parts) > 1 else at
        weight = int(parts[2]) if len(parts) > 2 else 1
        ways.append(actions.Way(upstream_of(town, upstream), parts[0], order, weight))
    return ways


def _line(row: Model) -> list[str]:
    return [f"{row.pk}\t{row.name}"]


def _add(args: argparse.Namespace) -> None:
    town = town_of(args)
    row = actions.save_model(
        CONSOLE,
        town,
        None,
        name=args.name,
        system=system_of(town, args.system),
        routes=_ways(town, args.route),
    )
    show(args, as_dict(row), _line(row))


def _list(args: argparse.Namespace) -> None:
    found = [as_dict(row) for row in queries.models(town_of(args))]
    show(args, found, rows(found, "id", "name", "system", "routes"))


def _show(args: argparse.Namespace) -> None:
    found = as_dict(model_of(town_of(args), args.model))
    show(args, found, facts(found))


def _change(args: argparse.Namespace) -> None:
    town = town_of(args)
    row = model_of(town, args.model)
    routes = (
        _ways(town, args.route)
        if args.route
        else [
            actions.Way(one.upstream, one.name, one.order, one.weight)
            for one in row.routes.select_related("upstream")
        ]
    )
    system = system_of(town, args.system) if args.system else row.system
    row = actions.save_model(CONSOLE, town, row, name=args.name or row.name, system=system, routes=routes)
    show(args, as_dict(row), _line(row))


def _remove(args: argparse.Namespace) -> None:
    row = model_of(town_of(args), args.model)
    found = as_dict(row)
    actions.remove_model(CONSOLE, row)
    show(args, found, [f"{found['name']}: removed"])
