"""``kijun records …``: all that the pages of records do, for scripts and for the day without a browser.

Nobody signs in at the machine, so each command names in whose name it acts (``--as``): what that person may see and do is what the
command may. Ledger and trail tell it from the person's own looks by 操作卓 console. Exit codes: 0 done, 1 refused or impossible (the
reason goes to standard error in Japanese and English), 2 wrongly called, or nothing of that name within reach.
"""

from __future__ import annotations

import argparse
import sys

from django.core.exceptions import PermissionDenied, ValidationError

from kijun.governance.access.commands import NotThere, tell, told
from kijun.governance.audit.refs import at_console
from kijun.governance.interactions.commands import holds, imports, looks, records, refusals, reports
from kijun.governance.interactions.commands._shared import (
    Codes,
    acting,
    at,
    department_of,
    person,
    reason,
)
from kijun.inspection import InspectionError
from kijun.ledger.model import LedgerError
from kijun.web.excel import SheetError

__all__ = [
    "Codes",
    "acting",
    "add_arguments",
    "at",
    "carry_out",
    "department_of",
    "person",
    "reason",
    "run",
]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the subcommands to a parser."""
    parser.set_defaults(carry_out=None, group_parser=parser)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for module in (records, looks, holds, refusals, reports, imports):
        module.add(commands)


def run(args: argparse.Namespace) -> int:
    """Carry out a parsed command; returns the exit code."""
    return carry_out(args, "docs/records.md")


def carry_out(args: argparse.Namespace, page: str) -> int:
    """Carry out a parsed command in a person's name; ``page`` tells who may. Returns the exit code."""
    if args.carry_out is None:
        args.group_parser.print_help(sys.stderr)
        return 2
    try:
        with at_console():
            args.carry_out(args)
    except NotThere as error:
        tell(str(error), to=sys.stderr)
        return 2
    except (PermissionDenied, ValidationError, LedgerError, SheetError, InspectionError, OSError) as error:
        tell(_words(error, page), to=sys.stderr)
        return 1
    return 0


def _words(error: Exception, page: str) -> str:
    match error:
        case ValidationError():
            return told(error)
        case LedgerError():
            return f"{error.ja}\n{error.en}"
        case InspectionError():
            return f"{error.message.ja}\n{error.message.en}"
        case OSError():
            return f"{error.filename or ''}: {error.strerror or error}"
        case PermissionDenied():
            return (
                f"この職員には、これを行う権限がありません。だれが何をできるかは {page} にあります。\n"
                f"This person may not do that: {page} says who may do what."
            )
    return str(error)
