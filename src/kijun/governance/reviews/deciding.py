"""``kijun approvals …``: what was put forward, of whatever kind, read and decided in a person's name.

The person named by ``--as`` may what the pages let them: the same steps, 専決 and 代決, never what they drafted. A decision names the digest
that ``show`` printed, so that nobody decides on what was not printed; of texts made with AI the material (question, answer, changes, sources) is
opened first, and the look is in the ledger. Exit codes: 0 done, 1 refused (the reason goes to standard error in Japanese and English), 2 wrongly
called, or nothing of that name within reach.

It stands with reviews because what the commands share does; the machine itself knows nothing of it.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _

from kijun.governance.access.commands import NotThere, facts, rows, show
from kijun.governance.accounts.models import Person
from kijun.governance.approvals import actions, drawing, eligibility, integrity
from kijun.governance.approvals.models import Approval, Step
from kijun.governance.approvals.subjects import subject
from kijun.governance.approvals.turns import steps_of, turn
from kijun.governance.interactions.commands import acting, carry_out, person

APPROVE, RETURN = "approve", "return"
VIEWS = ("mine", "drafted", "all")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the subcommands to a parser."""
    parser.set_defaults(carry_out=None, group_parser=parser)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    listing = acting(commands, "list", "list what waits for the person's decision, newest first", _list)
    listing.add_argument(
        "--view",
        choices=VIEWS,
        default="mine",
        help="what they decide, what they drafted, or all within reach",
    )
    listing.add_argument("--state", choices=Approval.State.values, help="how it stands")
    showing = acting(commands, "show", "show the frozen copy, its steps and what the person may do", _show)
    showing.add_argument(
        "--material",
        action="store_true",
        help="also open what is looked at beside the copy; the look is recorded in the ledger first",
    )
    deciding = acting(commands, "decide", "approve the step whose turn it is, or send it back", _decide)
    deciding.add_argument("--decision", required=True, choices=(APPROVE, RETURN), help="what is decided")
    deciding.add_argument("--digest", required=True, help="of the copy that is decided on, as show prints it")
    deciding.add_argument("--comment", default="", help="sending back says what is to be mended")
    deciding.add_argument(
        "--mode",
        choices=(Step.Mode.ALONE.value, Step.Mode.DEPUTY.value),
        default="",
        help="decide for good so that later steps are skipped, or in the place of somebody absent",
    )
    for one in (showing, deciding):
        one.add_argument("approval", metavar="APPROVAL", help="its number")


def run(args: argparse.Namespace) -> int:
    """Carry out a parsed command; returns the exit code."""
    return carry_out(args, "docs/reviews.md")


def _rows(who: Person, view: str) -> QuerySet[Approval]:
    found = eligibility.visible(who)
    if view == "drafted":
        found = found.filter(drafted_by=who)
    elif view == "mine":
        found = Approval.objects.filter(pk__in=eligibility.steps_for(who).values("approval"))
    steps = Prefetch("steps", Step.objects.select_related("person"))
    return found.select_related("department", "drafted_by", "decided_by").prefetch_related(steps)


def _dict(row: Approval) -> dict[str, Any]:
    waiting = eligibility.current_steps(row, row.steps.all())
    return {
        "id": row.pk,
        "title": row.title,
        "kind": row.subject_kind,
        "state": row.state,
        "waiting_for": [one.person.staff_number if one.person else one.role for one in waiting],
        "department": row.department.code if row.department is not None else "",
        "drafted_by": row.drafted_by.staff_number,
        "drafted_at": row.drafted_at,
        "decided_by": row.decided_by.staff_number if row.decided_by is not None else "",
        "decided_at": row.decided_at,
        "document_number": row.document_number,
    }


def _list(args: argparse.Namespace) -> None:
    found = _rows(person(args, "approvals.read"), args.view)
    if args.state:
        found = found.filter(state=args.state)
    told = [_dict(row) for row in found]
    show(args, told, rows(told, "id", "drafted_at", "state", "kind", "waiting_for", "drafted_by", "title"))


def _one(who: Person, asked: str) -> Approval:
    number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 19 else 0
    rows = Approval.objects.select_related("municipality", "department", "drafted_by", "decided_by")
    found: Approval | None = rows.filter(municipality=who.municipality, pk=number).first()
    if found is None or not who.has_perm("approvals.read", found):
        raise NotThere(
            f"決裁 {asked} は、ないか、この職員には見られません。 / There is no approval {asked} that this person may see."
        )
    return found


def _step(one: Step) -> dict[str, Any]:
    return {
        "order": one.order,
        "kind": one.kind,
        "by": one.person.staff_number if one.person is not None else one.role,
        "outcome": one.outcome,
        "mode": one.mode,
        "acted_by": one.acted_by.staff_number if one.acted_by is not None else "",
        "acted_at": one.acted_at,
        "comment": one.comment,
    }


def _show(args: argparse.Namespace) -> None:
    who = person(args, "approvals.read")
    row = _one(who, args.approval)
    material = _material(row, who) if args.material else None
    steps = steps_of(row)
    mine, modes = turn(who, row, steps)
    told = {
        **_dict(row),
        "comment": row.comment,
        "steps": [_step(one) for one in steps],
        "frozen": {key: value for key, value in row.frozen.items() if not key.startswith("_")},
        "digest": row.digest,
        "intact": integrity.is_intact(row),
        "my_step": mine.order if mine is not None else None,
        "my_modes": [mode or "normal" for mode, _label in modes],
        "hindrance": actions.hindrance(row, who) if mine is not None else "",
    }
    if material is not None:
        told["material"] = material
    show(args, told, lambda: _lines(row, told))


def _lines(row: Approval, told: dict[str, Any]) -> Iterator[str]:
    """For people: facts in lines, the copy and the material as they are read on the page, line breaks and all."""
    yield from facts({key: one for key, one in told.items() if key not in ("frozen", "material")})
    yield from ["", "== frozen copy", *_drawn(drawing.draw(row.subject_kind, row.frozen))]
    if "material" in told:
        yield from ["", "== material", *_drawn(drawing.draw("", told["material"]))]


def _drawn(node: drawing.Node, indent: str = "") -> Iterator[str]:
    if node.kind == "text":
        yield from (f"{indent}{line}" for line in node.text.split("\n"))
    for group in (node.pairs, *node.rows):
        for label, one in group:
            if one.kind == "text" and "\n" not in one.text:
                yield f"{indent}{label}: {one.text}"
            else:
                yield f"{indent}{label}:"
                yield from _drawn(one, f"{indent}  ")
    for one in node.nodes:
        yield from _drawn(one, f"{indent}- " if one.kind == "text" else f"{indent}  ")


def _material(row: Approval, who: Person) -> dict[str, Any]:
    try:
        kind = subject(row.subject_kind)
        if kind.material is None:
            return {}
        return kind.material(kind.load(row.municipality_id, row.subject_id), who)
    except (KeyError, ObjectDoesNotExist):
        return {}


def _decide(args: argparse.Namespace) -> None:
    who = person(args, "approvals.read")
    row = _one(who, args.approval)
    steps = steps_of(row)
    if args.digest != row.digest:
        raise ValidationError(
            _("決裁する内容の識別値が一致しません。showで内容を確かめてから、その識別値を指定してください。"),
            code="digest",
        )
    mine, modes = turn(who, row, steps)
    if mine is None:
        if row.state != Approval.State.SUBMITTED:
            raise ValidationError(actions.already_decided(row, steps[-1]), code="decided")
        raise PermissionDenied
    if args.mode not in {mode for mode, _label in modes}:
        raise ValidationError(_("決裁のしかたを選んでください。"), code="mode")
    deputy = args.mode == Step.Mode.DEPUTY
    if args.decision == RETURN:
        actions.return_(who, mine, comment=args.comment[:4000], deputy=deputy)
    else:
        alone = args.mode == Step.Mode.ALONE
        actions.approve(who, mine, comment=args.comment[:4000], deputy=deputy, alone=alone)
    row = _rows(who, "all").get(pk=row.pk)
    told = _dict(row) | {"step": mine.order, "decision": args.decision}
    show(args, told, [f"{row.pk}: {args.decision}, {row.state}"])
