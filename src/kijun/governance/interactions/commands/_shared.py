"""What the commands of records share: in whose name they act, why, and names for the ids of the ledger."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from kijun.governance.access.commands import NotThere, command, person_of, town_of
from kijun.governance.access.models import Purpose, Upstream
from kijun.governance.accounts.models import Person
from kijun.governance.interactions.searching import moment
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Department, Municipality


def acting(commands: Any, name: str, help: str, carry_out: Any) -> argparse.ArgumentParser:
    """A command that acts in a person's name."""
    parser = command(commands, name, help, carry_out)
    parser.add_argument(
        "--as",
        dest="acting",
        required=True,
        metavar="NUMBER",
        help="staff number of the person in whose name this is done; their rights hold",
    )
    return parser


def person(args: argparse.Namespace, permission: str = "") -> Person:
    """The person in whose name the command acts; PermissionDenied where they may not. Without ``permission`` whoever may sign in may."""
    found = person_of(town_of(args), args.acting)
    if not found.is_active or (permission and not found.has_perm(permission)):
        raise PermissionDenied
    return found


def reason(text: str | None) -> str:
    """Why somebody looks; the looks' record is nothing without it."""
    why = (text or "").strip()
    if not why:
        raise NotThere("--reason で理由を書いてください。 / Say why with --reason.")
    return why[:300]


def days(args: argparse.Namespace) -> None:
    """Refuse days from which no record can come."""
    if args.since and args.until and args.until < args.since:
        raise NotThere(
            "--until は --since 以降の日にしてください。 / --until has to be the day of --since, or a later one."
        )


def department_of(town: Municipality, asked: str) -> Department:
    """By its code."""
    found: Department | None = Department.objects.of(town).filter(code=asked).first()
    if found is None:
        raise NotThere(f"部署 {asked} が見つかりません。 / There is no department {asked}.")
    return found


def at(milliseconds: int | None) -> str | None:
    """A time of the ledger, as ISO 8601 in the town's time."""
    if milliseconds is None:
        return None
    return timezone.localtime(moment(milliseconds)).isoformat(timespec="milliseconds")


class Codes:
    """What commands call things by: 職員番号, AI-003, department's code, purpose's name. Looked up once each, only within the municipality."""

    def __init__(self, town: Municipality) -> None:
        self._town = town
        self._known: dict[tuple[str, str], str] = {}

    def __call__(self, kind: str, id: str) -> str:
        """The code of a person, system, department, purpose or service; the id itself where it leads nowhere."""
        if not id.isdecimal() or len(id) > 18:
            return id
        if (kind, id) not in self._known:
            self._known[kind, id] = self._find(kind, int(id)) or id
        return self._known[kind, id]

    def _find(self, kind: str, pk: int) -> str:
        models: dict[str, tuple[Any, str]] = {
            "person": (Person, "staff_number"),
            "system": (AISystem, "code"),
            "department": (Department, "code"),
            "purpose": (Purpose, "name"),
            "upstream": (Upstream, "name"),
        }
        model, attribute = models[kind]
        row = model.objects.of(self._town).filter(pk=pk).first()
        return "" if row is None else str(getattr(row, attribute))
