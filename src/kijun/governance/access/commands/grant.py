"""``kijun access grant …``: who may use what for what, and the keys."""

from __future__ import annotations

import argparse
import datetime
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from kijun.governance.access import actions, cards, queries, spending
from kijun.governance.access.actions.grants import LIMITS
from kijun.governance.access.commands._shared import (
    NotThere,
    command,
    day,
    facts,
    grant_of,
    group,
    key_of,
    person_of,
    purpose_of,
    rows,
    show,
    system_of,
    tell,
    town_of,
    whole,
)
from kijun.governance.access.models import Grant, Model, Purpose
from kijun.governance.audit.refs import CONSOLE
from kijun.governance.organisation.models import Municipality

SAMPLE_MODEL: Final = "kijun-sample"
SAMPLE_DAYS: Final = 365
NO_SAMPLE: Final = (
    "見本の町が読み込まれていません。kijun sample load で読み込んでください。\n"
    "The sample town is not loaded: load it with 'kijun sample load'."
)


_LIMITS: Final = (
    ("--requests", "requests a month"),
    ("--tokens", "tokens a month"),
    ("--per-minute", "requests a minute"),
)
_UNLIMITED: Final = "none"


def _limit(text: str) -> int | str:
    return _UNLIMITED if text == _UNLIMITED else whole(text)


def add(commands: Any) -> None:
    """The commands."""
    mine = group(commands, "grant", "who may use what for what, and the keys")
    creating = command(mine, "create", "let a person or an application use a system for a purpose", _create)
    who = creating.add_mutually_exclusive_group()
    who.add_argument("--person", metavar="NUMBER", help="staff number of the person")
    who.add_argument("--application", metavar="NAME", help="name of the application")
    who.add_argument(
        "--sample",
        action="store_true",
        help="for the sample town's assistant: each call makes a key that works for a year",
    )
    creating.add_argument(
        "--responsible", metavar="NUMBER", help="staff number of who keeps an application's key"
    )
    creating.add_argument("--system", metavar="SYSTEM", help="AI-003, or the system's name")
    creating.add_argument("--purpose", metavar="PURPOSE", help="its name or number")
    creating.add_argument("--starts", type=day, metavar="DATE", help="first day (default: today)")
    creating.add_argument("--expires", type=day, metavar="DATE", help="last day")
    for name, text in _LIMITS:
        creating.add_argument(name, type=whole, metavar="N", help=f"{text} (default: unlimited)")
    creating.add_argument(
        "--key", action="store_true", help="make a key for a person too; an application always has one"
    )
    listing = command(mine, "list", "list the grants", _list)
    listing.add_argument("--all", action="store_true", help="also those that ended")
    listing.add_argument("--person", metavar="NUMBER", help="only this person's own, by staff number")
    listing.add_argument("--system", metavar="SYSTEM", help="only those for AI-003, or a system's name")
    listing.add_argument(
        "--purpose", metavar="PURPOSE", help="only those for a purpose, by its name or number"
    )
    showing = command(mine, "show", "show one grant with its keys", _show)
    changing = command(
        mine, "change", "change days, limits or who keeps the key; what is not given stays", _change
    )
    changing.add_argument("--starts", type=day, metavar="DATE", help="first day")
    changing.add_argument("--expires", type=day, metavar="DATE", help="last day")
    changing.add_argument(
        "--responsible", metavar="NUMBER", help="staff number of who keeps an application's key"
    )
    for name, text in _LIMITS:
        changing.add_argument(name, type=_limit, metavar="N", help=f"{text}, or none: unlimited")
    rotating = command(mine, "rotate", "make a new key in place of the old one", _rotate)
    rotating.add_argument(
        "--grace-days",
        type=whole,
        default=0,
        metavar="N",
        help="days for which the old key still works, 0 to 7",
    )
    revoking = command(mine, "revoke", "end a grant with all its keys", _revoke)
    revoking.add_argument("--reason", required=True, help="why; stands in the trail")
    taking = command(mine, "revoke-key", "end one key; the grant and its other keys stay", _revoke_key)
    taking.add_argument("key", metavar="KEY", help="its visible beginning, such as kj-ab12")
    command(mine, "stale", "list grants that somebody should look at, with why", _stale)
    for one in (showing, changing, rotating, revoking):
        one.add_argument("grant", metavar="GRANT", help="its number, or the visible beginning of a key")


def as_dict(row: Grant) -> dict[str, Any]:
    """A grant; of its keys what may be shown."""
    now = timezone.now()
    return {
        "id": row.pk,
        "person": row.person.staff_number if row.person else "",
        "application": row.application,
        "responsible": row.responsible.staff_number if row.responsible else "",
        "system": row.system.code,
        "purpose": row.purpose.name,
        "department": row.department.code if row.department else "",
        "state": queries.state_of(row),
        "starts_on": row.starts_on,
        "expires_on": row.expires_on,
        "requests": row.requests,
        "tokens": row.tokens,
        "per_minute": row.per_minute,
        "last_used_at": row.last_used_at,
        "revoked_at": row.revoked_at,
        "keys": [
            {"prefix": one.prefix, "works": one.works(now), "works_until": one.works_until}
            for one in row.keys.all()
        ],
    }


def _with_key(args: argparse.Namespace, grant: Grant, key: str) -> None:
    """The new key: on standard output now, and nowhere ever after."""
    client = cards.client(grant)
    if args.json:
        show(args, {**as_dict(grant), "key": key, "base_url": client.base_url, "model": client.model}, [])
        return
    tell(f"grant: {grant.pk}")
    if key:
        tell(f"key: {key}\nbase_url: {client.base_url}\nmodel: {client.model or '-'}")


def _create(args: argparse.Namespace) -> None:
    if args.sample:
        _create_sample(args)
        return
    missing = [name for name in ("system", "purpose", "expires") if not getattr(args, name)]
    if missing or not (args.person or args.application):
        raise NotThere(
            "--person か --application、--system、--purpose、--expires を指定してください。\n"
            "Give --person or --application, --system, --purpose and --expires."
        )
    town = town_of(args)
    made = actions.create_grant(
        CONSOLE,
        town,
        system=system_of(town, args.system),
        purpose=purpose_of(town, args.purpose),
        person=person_of(town, args.person) if args.person else None,
        application=args.application or "",
        responsible=person_of(town, args.responsible) if args.responsible else None,
        starts_on=args.starts,
        expires_on=args.expires,
        requests=args.requests,
        tokens=args.tokens,
        per_minute=args.per_minute,
        with_key=args.key,
    )
    _with_key(args, made.grant, made.key)


def _create_sample(args: argparse.Namespace) -> None:
    """A grant of its own for every call, so that no call takes away the key of another."""
    town = Municipality.objects.filter(is_sample=True).first()
    model = Model.objects.of(town).filter(name=SAMPLE_MODEL).select_related("system__owner").first()
    if town is None or model is None:
        raise NotThere(NO_SAMPLE)
    purpose = (
        Purpose.objects.of(town)
        .filter(grants__system=model.system, grants__person=None, grants__revoked_at=None, enabled=True)
        .order_by("pk")
        .first()
    )
    if purpose is None:
        raise NotThere(NO_SAMPLE)
    with (
        transaction.atomic()
    ):  # of several commands at once, each finds a name that the others have not taken
        Municipality.objects.select_for_update().get(pk=town.pk)
        made = actions.create_grant(
            CONSOLE,
            town,
            system=model.system,
            purpose=purpose,
            application=_free_name(town, "見本の試用"),
            responsible=model.system.owner,
            expires_on=timezone.localdate() + datetime.timedelta(days=SAMPLE_DAYS),
        )
    found = {"key": made.key, "base_url": cards.client(made.grant).base_url, "model": model.name}
    show(args, found, facts(found))


def _free_name(town: Municipality, stem: str) -> str:
    taken = Grant.objects.of(town).filter(application__startswith=stem).count()
    names = set(Grant.objects.of(town).values_list("application", flat=True))
    number = taken + 1
    while f"{stem} {number}" in names:
        number += 1
    return f"{stem} {number}"


def _list(args: argparse.Namespace) -> None:
    town = town_of(args)
    found_rows = queries.grants(town).prefetch_related("keys").order_by("pk")
    if not args.all:
        found_rows = found_rows.filter(revoked_at=None, expires_on__gte=timezone.localdate())
    if args.person:
        found_rows = found_rows.filter(person=person_of(town, args.person))
    if args.system:
        found_rows = found_rows.filter(system=system_of(town, args.system))
    if args.purpose:
        found_rows = found_rows.filter(purpose=purpose_of(town, args.purpose))
    found = [as_dict(row) for row in found_rows]
    names = ("id", "person", "application", "system", "purpose", "expires_on", "last_used_at", "state")
    show(args, found, rows(found, *names))


def _show(args: argparse.Namespace) -> None:
    row = grant_of(town_of(args), args.grant)
    found = {**as_dict(row), "used": spending.told(row)}
    show(args, found, facts(found))


def _change(args: argparse.Namespace) -> None:
    town = town_of(args)
    given = {"starts_on": args.starts, "expires_on": args.expires}
    data: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if args.responsible:
        data["responsible"] = person_of(town, args.responsible)
    for name in LIMITS:
        value = getattr(args, name)
        if value is not None:
            data[name] = None if value == _UNLIMITED else value
    row = actions.change_grant(CONSOLE, grant_of(town, args.grant), data)
    show(args, as_dict(row), facts(as_dict(row)))


def _rotate(args: argparse.Namespace) -> None:
    row = grant_of(town_of(args), args.grant)
    key = actions.rotate_key(CONSOLE, row, grace_days=args.grace_days)
    _with_key(args, row, key)


def _revoke(args: argparse.Namespace) -> None:
    row = actions.revoke_grant(CONSOLE, grant_of(town_of(args), args.grant), why=args.reason)
    show(args, as_dict(row), [f"{row.pk}: revoked"])


def _revoke_key(args: argparse.Namespace) -> None:
    row = key_of(town_of(args), args.key)
    actions.revoke_key(CONSOLE, row)
    show(args, as_dict(row.grant), [f"{row.prefix}: revoked"])


def _stale(args: argparse.Namespace) -> None:
    found = [{**as_dict(row), "why": why} for row, why in queries.stale(town_of(args)).values()]
    show(
        args,
        found,
        rows(found, "id", "person", "application", "purpose", "expires_on", "last_used_at", "why"),
    )
