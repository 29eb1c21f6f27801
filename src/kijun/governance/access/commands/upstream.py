"""``kijun access upstream …``: services that answer."""

from __future__ import annotations

import argparse
from typing import Any

from django.utils import timezone

from kijun.governance.access import actions, queries
from kijun.governance.access.actions.upstreams import FIELDS
from kijun.governance.access.commands._shared import (
    NotThere,
    command,
    day,
    facts,
    group,
    rows,
    seconds,
    secret,
    show,
    text_of,
    town_of,
    upstream_of,
    whole,
)
from kijun.governance.access.models import Upstream
from kijun.governance.audit.refs import CONSOLE

_NUMBERS = {
    "--connect-timeout": seconds,
    "--first-byte-timeout": seconds,
    "--idle-timeout": seconds,
    "--total-timeout": seconds,
    "--retries": whole,
    "--breaker-failures": whole,
    "--breaker-seconds": seconds,
}


def add(commands: Any) -> None:
    """The commands."""
    mine = group(commands, "upstream", "services that answer")
    adding = command(mine, "add", "connect a service", _add)
    adding.add_argument("name", metavar="NAME", help="what people call it")
    command(mine, "list", "list the services", _list)
    showing = command(mine, "show", "show one service; its key is never shown", _show)
    changing = command(mine, "change", "change a service", _change)
    changing.add_argument("--name", metavar="NEW", help="another name")
    for one in (adding, changing):
        _options(one)
    enabling = command(mine, "enable", "use a service again", _enable)
    disabling = command(mine, "disable", "send nothing to a service any more", _disable)
    disabling.add_argument("--reason", required=True, help="why; stands in the trail")
    opting = command(
        mine, "opt-out", "record that a service does not train on what is sent (P5.1.2)", _opt_out
    )
    opting.add_argument("--on", type=day, metavar="DATE", help="when this was made sure (default: today)")
    opting.add_argument("--proof", metavar="TEXT", help="how it was made sure: contract, setting")
    opting.add_argument(
        "--withdraw", metavar="REASON", help="take the record back: nothing personal is sent there any more"
    )
    for one in (showing, changing, enabling, disabling, opting):
        one.add_argument("upstream", metavar="UPSTREAM", help="its name or number")


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--kind", choices=Upstream.Kind.values, help="what it speaks (default: openai)")
    parser.add_argument("--url", dest="base_url", metavar="URL", help="where it answers, up to /v1")
    parser.add_argument("--api-version", metavar="VERSION", help="of Azure OpenAI")
    parser.add_argument(
        "--key-file",
        metavar="FILE",
        help="its API key in a file, - for standard input; an empty one takes the key away",
    )
    parser.add_argument("--header-file", metavar="FILE", help="further headers, 'Name: value' a line")
    parser.add_argument("--proxy", metavar="URL", help="proxy on the way there")
    parser.add_argument("--ca-file", metavar="FILE", help="PEM of a private certificate authority")
    for name, kind in _NUMBERS.items():
        parser.add_argument(name, type=kind, metavar="N", help="see docs/access.md")


def as_dict(row: Upstream) -> dict[str, Any]:
    """What may be known of a service."""
    return {
        "id": row.pk,
        **{name: getattr(row, name) for name in FIELDS},
        "has_key": bool(row.key),
        "headers": sorted(row.headers),
        "enabled": row.enabled,
        "opt_out_on": row.opt_out_on,
        "opt_out_by": _by(row),
        "opt_out_proof": row.opt_out_proof,
    }


def _by(row: Upstream) -> str:
    """Who made sure: a staff number, or ``console`` where a command did; empty where nobody has."""
    if row.opt_out_by is not None:
        return str(row.opt_out_by.staff_number)
    return "console" if row.opt_out_on is not None else ""


def _data(args: argparse.Namespace) -> dict[str, Any]:
    found = {name: getattr(args, name, None) for name in FIELDS if name != "ca"}
    if args.ca_file:
        found["ca"] = text_of(args.ca_file)
    return {name: value for name, value in found.items() if value is not None}


def _secrets(args: argparse.Namespace) -> dict[str, Any]:
    key = secret(args.key_file) if args.key_file else None
    headers = None
    if args.header_file:
        headers = {}
        for line in filter(None, map(str.strip, text_of(args.header_file).splitlines())):
            name, colon, value = line.partition(":")
            if not colon:
                raise NotThere(
                    "ヘッダーは「名前: 値」の形で書いてください。 / Write headers as 'Name: value', one a line."
                )
            headers[name.strip()] = value.strip()
    return {"key": key, "headers": headers}


def _add(args: argparse.Namespace) -> None:
    row = actions.save_upstream(CONSOLE, town_of(args), None, _data(args), **_secrets(args))
    show(args, as_dict(row), [f"{row.pk}\t{row.name}"])


def _list(args: argparse.Namespace) -> None:
    found = [as_dict(row) for row in queries.upstreams(town_of(args)).select_related("opt_out_by")]
    show(args, found, rows(found, "id", "name", "kind", "base_url", "enabled", "opt_out_on"))


def _show(args: argparse.Namespace) -> None:
    found = as_dict(upstream_of(town_of(args), args.upstream))
    show(args, found, facts(found))


def _change(args: argparse.Namespace) -> None:
    town = town_of(args)
    row = upstream_of(town, args.upstream)
    row = actions.save_upstream(CONSOLE, town, row, _data(args), **_secrets(args))
    show(args, as_dict(row), [f"{row.pk}\t{row.name}"])


def _enable(args: argparse.Namespace) -> None:
    row = actions.switch_upstream(CONSOLE, upstream_of(town_of(args), args.upstream), True)
    show(args, as_dict(row), [f"{row.name}: enabled"])


def _disable(args: argparse.Namespace) -> None:
    row = upstream_of(town_of(args), args.upstream)
    row = actions.switch_upstream(CONSOLE, row, False, why=args.reason)
    show(args, as_dict(row), [f"{row.name}: disabled"])


def _opt_out(args: argparse.Namespace) -> None:
    row = upstream_of(town_of(args), args.upstream)
    if args.withdraw:
        row = actions.withdraw_opt_out(CONSOLE, row, why=args.withdraw)
    else:
        on = args.on or timezone.localdate()
        row = actions.record_opt_out(CONSOLE, row, on=on, proof=args.proof or "")
    show(args, as_dict(row), [f"{row.name}: {row.opt_out_on or 'no opt-out on record'}"])
