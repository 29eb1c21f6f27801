"""``kijun reviews …``: what people decided about answers, and labels, in a person's name. Facts alone: texts are read on the pages.

What the person named by ``--as`` may see and do is what the command may. Exit codes: 0 done, 1 refused (the reason goes to standard
error in Japanese and English), 2 wrongly called, or nothing of that name within reach.
"""

from __future__ import annotations

import argparse
from typing import Any

from django.conf import settings
from django.utils import timezone

from kijun.governance.access.commands import NotThere, day, facts, rows, show, system_of
from kijun.governance.accounts.models import Person
from kijun.governance.interactions.commands import acting, carry_out, person, reason
from kijun.governance.reviews import actions, checklist, codes, leaving, queries, remarks
from kijun.governance.reviews.models import Decision, Destination, Label, Review


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the subcommands to a parser."""
    parser.set_defaults(carry_out=None, group_parser=parser)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    listing = acting(commands, "list", "list what was decided about answers, newest first", _list)
    listing.add_argument(
        "--others", action="store_true", help="also of others, as far as the person's role reaches"
    )
    listing.add_argument("--state", choices=Review.State.values, help="how it stands")
    listing.add_argument("--decision", choices=Decision.values, help="used, used after a change, not used")
    listing.add_argument("--destination", choices=Destination.values, help="where the text goes")
    listing.add_argument("--system", metavar="SYSTEM", help="AI-003, or the system's name")
    listing.add_argument("--since", type=day, metavar="DATE", help="first day")
    listing.add_argument("--until", type=day, metavar="DATE", help="last day")
    showing = acting(commands, "show", "show one: what was checked, why, where it went, what it lacks", _show)
    showing.add_argument("review", metavar="REVIEW", help="its number")
    labels = acting(commands, "labels", "list AI-use labels, newest first", _labels)
    labels.add_argument("--all", action="store_true", help="also those that were withdrawn")
    withdrawing = acting(commands, "withdraw-label", "take a label back; residents are told", _withdraw)
    withdrawing.add_argument("code", metavar="CODE", help="the label's code, in any width and case")
    withdrawing.add_argument(
        "--reason", required=True, help="why; stands in the trail, residents do not see it"
    )


def run(args: argparse.Namespace) -> int:
    """Carry out a parsed command; returns the exit code."""
    return carry_out(args, "docs/reviews.md")


def _dict(row: Review) -> dict[str, Any]:
    return {
        "id": row.pk,
        "title": row.title,
        "interaction": row.interaction,
        "person": row.person.staff_number,
        "department": row.department.code if row.department is not None else "",
        "system": row.system.code if row.system is not None else "",
        "purpose": row.purpose.name if row.purpose is not None else "",
        "destination": row.destination,
        "level": row.level,
        "decision": row.decision,
        "changed_share": row.changed_share,
        "ground": row.ground,
        "state": row.state,
        "confirmed_at": row.confirmed_at,
    }


def _list(args: argparse.Namespace) -> None:
    who = person(args, "reviews.read_others" if args.others else "reviews.use")
    found = queries.visible(who) if args.others else queries.mine(who)
    given = {
        name: getattr(args, name) for name in ("state", "decision", "destination") if getattr(args, name)
    }
    if args.system:
        given["system"] = system_of(who.municipality, args.system)
    if args.since:
        given["confirmed_at__date__gte"] = args.since
    if args.until:
        given["confirmed_at__date__lte"] = args.until
    told = [_dict(row) for row in found.filter(**given)]
    show(args, told, rows(told, "id", "confirmed_at", "person", "system", "decision", "state", "title"))


def _one(who: Person, asked: str) -> Review:
    number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 19 else 0
    found: Review | None = queries.visible(who).filter(pk=number).first()
    if found is None:
        raise NotThere(
            f"確認 {asked} は、ないか、この職員には見られません。 / There is no review {asked} that this person may see."
        )
    return found


def _show(args: argparse.Namespace) -> None:
    who = person(args, "reviews.use")
    row = _one(who, args.review)
    told = {
        **_dict(row),
        "reason": row.reason,
        "checks": [{**one, "label": str(checklist.label_of(one))} for one in row.checks],
        "flags": row.flags,
        "sources": row.sources,
        "sources_opened": row.sources_opened,
        "remarks": remarks.of(row.person, row.interaction),
        "human_decision": row.human_decision,
        "legal_basis": row.legal_basis,
        "official": row.official.staff_number if row.official is not None else "",
        "taken": [
            {"kind": one.kind, "by": one.by.staff_number, "at": one.at}
            for one in row.takings.select_related("by")
        ],
        "labels": [str(one) for one in queries.labels(who.municipality).filter(review=row)],
        "stays_because": str(leaving.why_not(row)),
    }
    show(args, told, facts(told))


def _label(row: Label) -> dict[str, Any]:
    return {
        "code": str(row),
        "url": f"{settings.KIJUN_PUBLIC_URL}/labels/{row}/",
        "title": row.review.title,
        "kind": row.kind,
        "parts": row.parts,
        "office": row.office,
        "post": row.post,
        "decided_on": row.decided_on,
        "made_by": row.made_by.staff_number,
        "made_at": row.made_at,
        "withdrawn_at": row.withdrawn_at,
        "withdrawn_why": row.withdrawn_why,
    }


def _labels(args: argparse.Namespace) -> None:
    who = person(args, "reviews.view_labels")
    found = queries.visible_labels(who)
    told = [_label(row) for row in (found if args.all else found.filter(withdrawn_at=None))]
    show(args, told, rows(told, "code", "made_at", "kind", "office", "title", "withdrawn_at"))


def _withdraw(args: argparse.Namespace) -> None:
    who = person(args, "reviews.view_labels")
    why = reason(args.reason)
    read = codes.read(args.code)
    row = queries.labels(who.municipality).filter(code=read).first() if read is not None else None
    if row is None or not who.has_perm("reviews.view_label", row):
        raise NotThere(f"表示 {args.code} が見つかりません。 / There is no label {args.code}.")
    row = actions.withdraw_label(who, row, why)
    show(args, _label(row), [f"{row}: withdrawn {timezone.localdate().isoformat()}"])
