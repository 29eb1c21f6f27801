"""A transfer takes effect: all of it or nothing, once."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Min, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts import belongings, departures, security
from kijun.governance.accounts.models import Person, Posting, RoleGrant, Transfer, TransferLine
from kijun.governance.accounts.roles import Role
from kijun.governance.accounts.transfers.drafting import Actor, line_detail, may_change, refuse_leftovers
from kijun.governance.accounts.transfers.review import Review, ended_grants, granted, review
from kijun.governance.audit.actions import record, record_many
from kijun.governance.audit.refs import SYSTEM, Ref
from kijun.web.punctuation import bracketed

DAY = datetime.timedelta(days=1)
_SHOWN = 10


def due_transfers() -> QuerySet[Transfer]:
    """Staged transfers whose day has come, the oldest first."""
    return Transfer.objects.filter(
        state=Transfer.State.STAGED, effective_on__lte=timezone.localdate()
    ).order_by("effective_on", "pk")


@transaction.atomic
def apply_transfer(actor: Actor, transfer: Transfer, *, leftover_reason: str = "") -> Transfer:
    """Let the transfer take effect on its day or after; a second call changes nothing.

    Old postings and department-bound roles end the day before, new ones begin on the day, things go to their
    successors, and who leaves can no longer sign in. ValidationError (nothing is changed) when the day has not come,
    when there is a problem, or when something is left over without a reason.
    """
    states = (Transfer.State.STAGED, Transfer.State.EFFECTIVE)
    transfer = may_change(actor, transfer, *states)
    if transfer.state == Transfer.State.EFFECTIVE:
        return transfer
    if transfer.effective_on > timezone.localdate():
        raise ValidationError(_("発令日になっていません。"))
    found = review(transfer)
    if found.problems:
        raise ValidationError(found.problems[:_SHOWN])
    transfer.leftover_reason = leftover_reason.strip() or transfer.leftover_reason
    refuse_leftovers(found.open, transfer.leftover_reason)
    handed = _hand_over(found, transfer.made_by if isinstance(actor, Ref) else actor)
    before = departments_before(found.lines, transfer.effective_on)
    _move(transfer, found.lines)
    _keep_an_administrator(transfer)
    transfer.state, transfer.applied_at, transfer.blocked = Transfer.State.EFFECTIVE, timezone.now(), ""
    transfer.save(update_fields=["state", "applied_at", "leftover_reason", "blocked"])
    _tell(actor, transfer, found, before, handed)
    departures.tell(line.person for line in found.lines)
    return transfer


def _hand_over(found: Review, actor: Person) -> int:
    handed = 0
    for one in found.left:
        if one.handover is not None and one.handover.successor is not None:
            thing = one.belonging
            belongings.hand_over(
                thing.thing_kind,
                thing.role_key,
                thing.thing_id,
                one.line.person,
                one.handover.successor,
                actor,
            )
            handed += 1
    return handed


def departments_before(lines: Iterable[TransferLine], day: datetime.date) -> dict[int, list[str]]:
    """Where the people work until the day before, the main post first; one query."""
    names: dict[int, list[str]] = {}
    rows = Posting.objects.on(day - DAY).filter(person__in=[line.person_id for line in lines])
    for person, name in rows.order_by("concurrent", "pk").values_list("person", "department__name"):
        names.setdefault(person, []).append(name)
    return names


def _move(transfer: Transfer, lines: list[TransferLine]) -> None:
    """Postings and roles, in a constant number of statements."""
    town, day = transfer.municipality, transfer.effective_on
    people = [line.person_id for line in lines]
    leaving = [line.person for line in lines if line.leaves]
    running = Q(valid_to=None) | Q(valid_to__gte=day)
    for rows in (
        Posting.objects.filter(running, person__in=people),
        RoleGrant.objects.filter(running & ended_grants(lines, day)),
    ):
        rows.filter(Q(valid_from=day) | Q(valid_from__gt=day, person__in=leaving)).delete()
        rows.filter(valid_from__lt=day).update(valid_to=day - DAY)
    later = dict(  # a post that was registered for a later day stands, and this one ends before it
        Posting.objects.filter(person__in=people, concurrent=False, valid_from__gt=day)
        .order_by()
        .values_list("person")
        .annotate(Min("valid_from"))
    )
    Posting.objects.bulk_create(
        Posting(
            municipality=town,
            person=line.person,
            department=line.to_department,
            title=line.title,
            valid_from=day,
            valid_to=later[line.person_id] - DAY if line.person_id in later else None,
        )
        for line in lines
        if line.to_department is not None
    )
    held = set(
        RoleGrant.objects.on(day).filter(person__in=people, department=None).values_list("person", "role")
    )
    RoleGrant.objects.bulk_create(
        RoleGrant(municipality=town, person=line.person, role=role, department=department, valid_from=day)
        for line in lines
        for role, department in granted(line)
        if department is not None or (line.person_id, role) not in held
    )
    Person.objects.filter(pk__in=[one.pk for one in leaving]).update(is_active=False)
    for person in leaving:
        security.end_all_sessions(person)


def _keep_an_administrator(transfer: Transfer) -> None:
    grants = RoleGrant.objects.of(transfer.municipality).on(transfer.effective_on)
    if not grants.filter(role=Role.ADMINISTRATOR, person__is_active=True).exists():
        raise ValidationError(
            _(
                "システム管理者が一人もいなくなります。先に、ほかの職員にシステム管理者の役割を付けてください。"
            ),
            code="last_administrator",
        )


def _tell(actor: Actor, transfer: Transfer, found: Review, before: dict[int, list[str]], handed: int) -> None:
    chain, day = transfer.municipality.chain, str(transfer.effective_on)
    events = [
        (
            "accounts.transferred",
            line.person,
            {"from": before.get(line.person_id, []), "effective_on": day} | line_detail(line),
        )
        for line in found.lines
    ]
    counts = Counter("leaving" if line.leaves else "moving" for line in found.lines)
    left = [bracketed(one.belonging.label, one.belonging.role) for one in found.unsettled]
    left += [one.name for one in found.uncovered]
    record_many(chain, actor, events)
    record(
        chain,
        actor,
        "accounts.transfer_applied",
        transfer,
        {
            "effective_on": day,
            "moving": counts["moving"],
            "leaving": counts["leaving"],
            "handed_over": handed,
            "left": left,
            "reason": transfer.leftover_reason,
        },
    )


@transaction.atomic
def block(transfer: Transfer, why: str) -> None:
    """Write down why a transfer could not take effect on its day; told in the trail once a reason."""
    transfer = Transfer.objects.select_for_update().get(pk=transfer.pk)
    if transfer.state != Transfer.State.STAGED or transfer.blocked == why:
        return
    transfer.blocked = why
    transfer.save(update_fields=["blocked"])
    record(transfer.municipality.chain, SYSTEM, "accounts.transfer_blocked", transfer, {"reason": why})
