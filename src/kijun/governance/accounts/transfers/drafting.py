"""A transfer until its day: drafted, looked at, staged, taken back."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts.actions._may import require_manager
from kijun.governance.accounts.models import Handover, Person, Transfer, TransferLine
from kijun.governance.accounts.roles import Role
from kijun.governance.accounts.transfers.review import review
from kijun.governance.audit.actions import changes, record
from kijun.governance.audit.refs import Ref
from kijun.governance.organisation.models import Department, Municipality

Actor = Person | Ref
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Choice:
    """What becomes of one thing: a successor, or ``keeps``, or neither (not decided)."""

    line: TransferLine
    thing_kind: str
    role_key: str
    thing_id: str
    label: str
    successor: Person | None = None
    keeps: bool = False


def may_change(actor: Actor, transfer: Transfer, *states: str) -> Transfer:
    """The transfer, locked; PermissionDenied, or ValidationError when it stands in another state."""
    require_manager(actor, transfer)
    locked: Transfer = Transfer.objects.select_for_update().get(pk=transfer.pk)
    if locked.state not in states:
        raise ValidationError(
            _("この人事異動は「%(state)s」のため、この操作はできません。"),
            params={"state": locked.get_state_display()},
            code="state",
        )
    return locked


@transaction.atomic
def draft_transfer(
    actor: Person, municipality: Municipality, *, name: str, effective_on: datetime.date
) -> Transfer:
    """A new transfer without lines."""
    transfer = Transfer(
        municipality=municipality, name=name.strip(), effective_on=effective_on, made_by=actor
    )
    require_manager(actor, transfer)
    transfer.save()
    record(
        municipality.chain, actor, "accounts.transfer_drafted", transfer, {"effective_on": str(effective_on)}
    )
    return transfer


@transaction.atomic
def change_transfer(
    actor: Actor, transfer: Transfer, *, name: str, effective_on: datetime.date, seen_revision: int | None
) -> Transfer:
    """Another name or day, while it is a draft."""
    transfer = may_change(actor, transfer, Transfer.State.DRAFT)
    transfer.claim(seen_revision)
    before = {"name": transfer.name, "effective_on": transfer.effective_on}
    transfer.name, transfer.effective_on = name.strip(), effective_on
    transfer.save(update_fields=["name", "effective_on"])
    detail = changes(before, {"name": transfer.name, "effective_on": effective_on})
    if detail["after"]:
        record(transfer.municipality.chain, actor, "accounts.transfer_changed", transfer, detail)
    return transfer


@transaction.atomic
def add_line(
    actor: Actor,
    transfer: Transfer,
    *,
    person: Person,
    to_department: Department | None,
    title: str = "",
    roles: Sequence[str] = (),
    end_wide: bool = False,
) -> TransferLine:
    """One person's move; ``to_department`` None: the person leaves the town hall."""
    transfer = may_change(actor, transfer, Transfer.State.DRAFT)
    for thing in (person, to_department):
        if thing is not None and thing.municipality_id != transfer.municipality_id:
            raise PermissionDenied
    if transfer.lines.filter(person=person).exists():
        raise ValidationError({"person": _("この職員はすでに入っています。先にその行を削除してください。")})
    line = TransferLine.objects.create(
        municipality=transfer.municipality,
        transfer=transfer,
        person=person,
        to_department=to_department,
        title=title.strip() if to_department else "",
        roles=checked_roles(roles) if to_department else [],
        end_wide=end_wide,
    )
    record(transfer.municipality.chain, actor, "accounts.transfer_line_added", transfer, line_detail(line))
    return line


def checked_roles(roles: Iterable[str]) -> list[str]:
    """Known roles, each once, in the order of the design; ValueError for one that is none."""
    wanted = {Role(role) for role in roles}
    return [role.value for role in Role if role in wanted]


def line_detail(line: TransferLine) -> dict[str, object]:
    """A line as the trail tells it."""
    return {
        "person": line.person.name,
        "staff_number": line.person.staff_number,
        "department": line.to_department.name if line.to_department else "",
        "title": line.title,
        "roles": list(line.roles),
        "leaves": line.leaves,
    }


@transaction.atomic
def remove_line(actor: Actor, line: TransferLine) -> None:
    """Take a person out of a draft."""
    transfer = may_change(actor, line.transfer, Transfer.State.DRAFT)
    record(transfer.municipality.chain, actor, "accounts.transfer_line_removed", transfer, line_detail(line))
    line.delete()


@transaction.atomic
def choose_handovers(actor: Actor, transfer: Transfer, choices: Iterable[Choice]) -> None:
    """Who takes over what; a choice without successor and ``keeps`` takes an earlier one back."""
    transfer = may_change(actor, transfer, Transfer.State.DRAFT, Transfer.State.STAGED)
    told = []
    for one in choices:
        heir = one.successor
        if one.line.transfer_id != transfer.pk or (heir and heir.municipality_id != transfer.municipality_id):
            raise PermissionDenied
        if heir is not None and heir.pk == one.line.person_id:
            raise ValidationError(_("異動する本人は引き継げません。「引き続き担当する」を選んでください。"))
        key: dict[str, Any] = {
            "line": one.line,
            "thing_kind": one.thing_kind,
            "thing_id": one.thing_id,
            "role": one.role_key,
        }
        if heir is None and not one.keeps:
            Handover.objects.filter(**key).delete()
            continue
        Handover.objects.update_or_create(
            **key,
            defaults={
                "municipality": transfer.municipality,
                "thing_label": one.label[:300],
                "successor": heir,
                "keeps": one.keeps and heir is None,
            },
        )
        told.append(f"{one.label} → {heir.name if heir else one.line.person.name}")
    if told:
        record(transfer.municipality.chain, actor, "accounts.handovers_chosen", transfer, {"handovers": told})


@transaction.atomic
def stage_transfer(
    actor: Actor, transfer: Transfer, *, leftover_reason: str = "", seen_revision: int | None = None
) -> Transfer:
    """The transfer waits for its day. Refused with problems, and with leftovers unless a reason is given."""
    transfer = may_change(actor, transfer, Transfer.State.DRAFT)
    transfer.claim(seen_revision)
    found = review(transfer)
    if not found.lines:
        raise ValidationError(_("対象の職員がいません。先に職員を追加してください。"))
    if found.problems:
        raise ValidationError(found.problems[:_SHOWN])
    refuse_leftovers(found.open, leftover_reason)
    transfer.state = Transfer.State.STAGED
    transfer.leftover_reason = leftover_reason.strip() if found.open else ""
    transfer.blocked = ""
    transfer.save(update_fields=["state", "leftover_reason", "blocked"])
    record(
        transfer.municipality.chain,
        actor,
        "accounts.transfer_staged",
        transfer,
        {
            "effective_on": str(transfer.effective_on),
            "lines": len(found.lines),
            "left": found.open,
            "reason": transfer.leftover_reason,
        },
    )
    return transfer


def refuse_leftovers(count: int, reason: str) -> None:
    """ValidationError when something is left over and nobody said why that is right."""
    if count and not reason.strip():
        raise ValidationError(
            {
                "leftover_reason": ValidationError(
                    _(
                        "担当者や承認者がいなくなるものが%(count)s件あります。引継ぎを決めるか、"
                        "このまま進める理由を入力してください。"
                    ),
                    params={"count": count},
                    code="left",
                )
            }
        )


@transaction.atomic
def reopen_transfer(actor: Actor, transfer: Transfer) -> Transfer:
    """Back to a draft, to be changed; nothing had taken effect yet."""
    transfer = may_change(actor, transfer, Transfer.State.STAGED)
    transfer.state, transfer.leftover_reason, transfer.blocked = Transfer.State.DRAFT, "", ""
    transfer.save(update_fields=["state", "leftover_reason", "blocked"])
    record(transfer.municipality.chain, actor, "accounts.transfer_reopened", transfer)
    return transfer


@transaction.atomic
def cancel_transfer(actor: Actor, transfer: Transfer, *, reason: str) -> Transfer:
    """Take the whole transfer back before it takes effect."""
    transfer = may_change(actor, transfer, Transfer.State.DRAFT, Transfer.State.STAGED)
    transfer.state, transfer.blocked = Transfer.State.CANCELLED, ""
    transfer.save(update_fields=["state", "blocked"])
    record(transfer.municipality.chain, actor, "accounts.transfer_cancelled", transfer, {"reason": reason})
    return transfer
