"""``kijun access …``: all that the pages of access do, for scripts and for the day without a browser.

Whoever runs a command stands at the machine itself: the trail names the actor 操作卓 console, as for `kijun recover`. Secrets are read
from a file or from standard input, never from the arguments, which every user of the machine can see. Exit codes: 0 done,
1 refused (the reason goes to standard error in Japanese and English), 2 wrongly called.
"""

from __future__ import annotations

import argparse
import sys

from django.core.exceptions import ValidationError

from kijun.governance.access.commands import (
    grant,
    model,
    publish,
    purpose,
    rules,
    stop,
    upstream,
)
from kijun.governance.access.commands._shared import (
    NotThere,
    command,
    day,
    facts,
    group,
    person_of,
    purpose_of,
    rows,
    show,
    system_of,
    tell,
    text_of,
    told,
    town_of,
)

__all__ = [
    "HELP",
    "NotThere",
    "add_arguments",
    "command",
    "day",
    "facts",
    "group",
    "person_of",
    "purpose_of",
    "rows",
    "run",
    "show",
    "system_of",
    "tell",
    "text_of",
    "told",
    "town_of",
]
HELP = "who may use which AI for what: upstreams, models, purposes, grants, stop switches, common rules"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the subcommands to a parser."""
    parser.set_defaults(carry_out=None, group_parser=parser)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for module in (upstream, model, purpose, grant, stop, rules, publish):
        module.add(commands)


def run(args: argparse.Namespace) -> int:
    """Carry out a parsed command; returns the exit code."""
    if args.carry_out is None:
        args.group_parser.print_help(sys.stderr)
        return 2
    try:
        return args.carry_out(args) or 0
    except NotThere as error:
        tell(str(error), to=sys.stderr)
        return 2
    except ValidationError as error:
        tell(told(error), to=sys.stderr)
        return 1
    except OSError as error:
        tell(f"{error.filename or ''}: {error.strerror or error}", to=sys.stderr)
        return 1
