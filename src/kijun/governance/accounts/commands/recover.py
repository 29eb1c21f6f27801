"""``kijun recover CODE NUMBER``: a recovery link, for when no administrator can sign in."""

from __future__ import annotations

import argparse
import sys

from django.core.exceptions import ValidationError

from kijun.governance.accounts import actions, entry
from kijun.governance.accounts.models import Person
from kijun.governance.accounts.names import normalise_number
from kijun.governance.audit.refs import CONSOLE

HELP = "print a one-time link by which a person sets a new password"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("code", metavar="CODE", help="municipality code (全国地方公共団体コード), six digits")
    parser.add_argument("number", metavar="NUMBER", help="staff number (職員番号)")
    parser.add_argument(
        "--reset-second-factor", action="store_true", help="also remove the person's second factors"
    )
    parser.add_argument("--address", metavar="URL", help="where people open Kijun, to be put before the link")


def run(args: argparse.Namespace) -> int:
    """Print the link; 1 when there is no such person or they are deactivated."""
    person = Person.objects.filter(
        municipality__code=args.code, staff_number=normalise_number(args.number)
    ).first()
    if person is None:
        sys.stderr.write(
            "この団体コードと職員番号の職員はいません。 / No such municipality code and staff number.\n"
        )
        return 1
    try:
        token = actions.make_recovery_link(CONSOLE, person)
    except ValidationError as error:
        sys.stderr.write(" ".join(error.messages) + "\n")
        return 1
    if args.reset_second_factor:
        actions.reset_second_factor(CONSOLE, person)
    base = entry.address(args.address or "")
    sys.stdout.write(
        f"{person.name}（{person.municipality.name} {person.staff_number}）\n"
        "回復リンク（24時間以内に1回だけ使えます） / Recovery link (good for 24 hours, once):\n"
        f"{base}{entry.recovery_path(token)}\n"
    )
    return 0
