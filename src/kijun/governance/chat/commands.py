"""``kijun chat …``: a person's conversations, in their name: listed, written to a file, erased.

A conversation is its person's own. Whoever stands at the machine is somebody else: an export asks for a reason and is recorded in the
ledger as a look before anything is read. Exit codes: 0 done, 1 refused (the reason goes to standard error in Japanese and English),
2 wrongly called, or nothing of that name within reach.
"""

from __future__ import annotations

import argparse
import uuid
from pathlib import Path
from typing import Any

from django.db.models import Count

from kijun.governance.access.commands import NotThere, purpose_of, rows, show, tell
from kijun.governance.accounts.models import Person
from kijun.governance.chat import actions, exporting, history, queries
from kijun.governance.chat.models import Conversation
from kijun.governance.interactions.commands import acting, carry_out, person, reason
from kijun.governance.interactions.looks import look


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the subcommands to a parser."""
    parser.set_defaults(carry_out=None, group_parser=parser)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    listing = acting(commands, "conversations", "list the person's conversations, without their words", _list)
    listing.add_argument("--purpose", metavar="PURPOSE", help="its name or number")
    leaving = acting(
        commands, "export", "write a conversation to a file; the look is recorded first", _export
    )
    leaving.add_argument("--form", choices=list(exporting.FORMS), default="json", help="the file's form")
    leaving.add_argument("--out", metavar="FILE", help="where to; default: standard output")
    erasing = acting(
        commands, "erase", "take a conversation away; its records stay by their retention", _erase
    )
    for one in (leaving, erasing):
        one.add_argument("conversation", metavar="CONVERSATION", help="its id")
    leaving.add_argument("--reason", required=True, help="why; stands in the ledger and in the trail")


def run(args: argparse.Namespace) -> int:
    """Carry out a parsed command; returns the exit code."""
    return carry_out(args, "docs/chat.md")


def _dict(row: Conversation, turns: int) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "title": row.title,
        "system": row.grant.system.code,
        "purpose": row.grant.purpose.name,
        "turns": turns,
        "made_at": row.made_at,
        "touched_at": row.touched_at,
        "erases_on": row.erases_on,
    }


def _list(args: argparse.Namespace) -> None:
    who = person(args, "chat.use")
    found = queries.conversations(who)
    if args.purpose:
        found = found.filter(grant__purpose=purpose_of(who.municipality, args.purpose))
    told = [_dict(row, row.n) for row in found.annotate(n=Count("turns"))]
    show(args, told, rows(told, "id", "touched_at", "turns", "purpose", "title"))


def _one(who: Person, asked: str) -> Conversation:
    try:
        found = queries.conversations(who).filter(pk=uuid.UUID(asked)).first()
    except ValueError:
        found = None
    if found is None:
        raise NotThere(
            f"対話 {asked} は、この職員にはありません。 / This person has no conversation {asked}."
        )
    return found


def _export(args: argparse.Namespace) -> None:
    who = person(args, "chat.use")
    why = reason(args.reason)
    if args.form in exporting.BYTES and not args.out:
        raise NotThere("Word・PDFには --out でファイルを指定してください。 / Word and PDF need --out FILE.")
    row = _one(who, args.conversation)
    turns = queries.turns(row)
    look(who, "exported", why, history.entries_of(who, turns), asked={"conversation": str(row.pk)})
    said = history.read(who, turns)
    content = actions.export(who, row, args.form, said)
    if not args.out:
        tell(content.decode().rstrip("\n"))
        return
    Path(args.out).write_bytes(content)
    show(args, {**_dict(row, len(said)), "file": args.out}, [args.out])


def _erase(args: argparse.Namespace) -> None:
    who = person(args, "chat.use")
    row = _one(who, args.conversation)
    told = {"erased": str(row.pk), "turns": row.turns.count()}
    actions.delete(who, row)
    show(args, told, [f"{told['erased']}: erased"])
