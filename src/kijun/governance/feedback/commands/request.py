"""``kijun feedback request …``: what vendors are asked to mend: the letter, that it was sent, what they said, whether it was mended."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import Any

from django.utils import timezone

from kijun.governance.access.commands import NotThere, day, facts, group, rows, show, text_of
from kijun.governance.accounts.models import Person
from kijun.governance.feedback import actions, drafting, queries
from kijun.governance.feedback.models import ImprovementRequest
from kijun.governance.interactions.commands import acting, person


def add(commands: Any) -> None:
    """The commands."""
    mine = group(commands, "request", "what vendors are asked to mend")
    listing = acting(mine, "list", "list requests within the person's reach, newest first", _list)
    listing.add_argument("--state", choices=ImprovementRequest.State.values, help="how it stands")
    listing.add_argument("--late", action="store_true", help="past their date")
    showing = acting(mine, "show", "show one request", _show)
    letter = acting(mine, "letter", "write the text to send", _letter)
    letter.add_argument("--out", metavar="FILE", help="where to; default: standard output (text alone)")
    letter.add_argument("--form", choices=list(drafting.KINDS), default="txt", help="the file's form")
    letter.add_argument("--language", choices=("ja", "en"), default="ja", help="of the words around")
    asking = acting(mine, "ask", "record that it was sent", _ask)
    asking.add_argument("--due", type=day, metavar="DATE", help="until when; default: 20 opening days")
    replying = acting(mine, "reply", "record what the vendor said", _reply)
    replying.add_argument(
        "--reply", required=True, choices=ImprovementRequest.Reply.values, help="what the vendor decided"
    )
    replying.add_argument("--due", type=day, metavar="DATE", help="the day that was promised")
    trying = acting(mine, "verify", "record whether it was mended; else it is asked once more", _verify)
    trying.add_argument("--mended", required=True, choices=("yes", "no"), help="what the trial showed")
    for one in (replying, trying):
        one.add_argument(
            "--text", required=True, metavar="FILE", help="in words: a text file, or - for standard input"
        )
    for one in (asking, replying, trying):
        one.add_argument("--on", type=day, metavar="DATE", help="the day; default: today")
    for one in (showing, letter, asking, replying, trying):
        one.add_argument("request", metavar="REQUEST", help="IR-012, or its number")


def _dict(row: ImprovementRequest) -> dict[str, Any]:
    return {
        "code": row.code,
        "title": row.title,
        "state": row.state,
        "system": row.system.code,
        "vendor": row.vendor,
        "reports": [one.code for one in row.reports.all()],
        "meanwhile": row.meanwhile,
        "asked_on": row.asked_on,
        "times": row.times,
        "due_on": row.due_on,
        "late": row.is_overdue,
        "reply": row.reply,
        "answered_on": row.answered_on,
        "verified_on": row.verified_on,
    }


def request_of(who: Person, asked: str) -> ImprovementRequest:
    """By IR-012 or its number, within reach."""
    number = re.fullmatch(r"(?i)(?:IR-)?(\d{1,9})", asked)
    rows = queries.visible_requests(who)
    found: ImprovementRequest | None = rows.filter(number=int(number[1])).first() if number else None
    if found is None:
        raise NotThere(
            f"改善要望 {asked} は、ないか、この職員には見られません。 / There is no request {asked} that this person may see."
        )
    return found


def _list(args: argparse.Namespace) -> None:
    who = person(args, "feedback.list")
    found = queries.visible_requests(who).prefetch_related("reports")
    if args.state:
        found = found.filter(state=args.state)
    told = [_dict(row) for row in found if row.is_overdue or not args.late]
    show(args, told, rows(told, "code", "state", "system", "vendor", "asked_on", "due_on", "title"))


def _show(args: argparse.Namespace) -> None:
    who = person(args, "feedback.list")
    row = request_of(who, args.request)
    words = ("contact", "body", "measured", "meanwhile_note", "answer", "verification")
    told = {**_dict(row), **{name: getattr(row, name) for name in words}}
    show(args, told, facts(told))


def _letter(args: argparse.Namespace) -> None:
    who = person(args, "feedback.list")
    row = request_of(who, args.request)
    if args.form != "txt" and not args.out:
        raise NotThere("--out でファイルを指定してください。 / Name a file with --out.")
    content = drafting.as_file(row, args.form, args.language)
    if args.out:
        Path(args.out).write_bytes(content)
        show(args, {"code": row.code, "file": args.out}, [args.out])
    elif args.json:
        show(args, {"code": row.code, "letter": content.decode()}, [])
    else:
        sys.stdout.write(content.decode())


def _told(args: argparse.Namespace, row: ImprovementRequest) -> None:
    show(args, _dict(row), [f"{row.code}: {row.state}"])


def _ask(args: argparse.Namespace) -> None:
    who = person(args, "feedback.list")
    row = request_of(who, args.request)
    _told(args, actions.ask(who, row, on=args.on or timezone.localdate(), due_on=args.due))


def _reply(args: argparse.Namespace) -> None:
    who = person(args, "feedback.list")
    row = request_of(who, args.request)
    made = actions.record_reply(
        who,
        row,
        reply=args.reply,
        text=text_of(args.text),
        on=args.on or timezone.localdate(),
        due_on=args.due,
    )
    _told(args, made)


def _verify(args: argparse.Namespace) -> None:
    who = person(args, "feedback.list")
    row = request_of(who, args.request)
    made = actions.verify(
        who,
        row,
        mended=args.mended == "yes",
        text=text_of(args.text),
        on=args.on or timezone.localdate(),
    )
    _told(args, made)
