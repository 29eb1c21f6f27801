"""A conversation begins with its first turn, is named, and goes; what was said stays in the ledger as long as it is kept there."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kijun.governance.access.models import Grant
from kijun.governance.accounts.models import Person
from kijun.governance.audit.actions import record
from kijun.governance.chat import holding
from kijun.governance.chat.models import Attachment, Conversation, Draft, Turn, slot_of
from kijun.ledger.model import RETENTIONS

LONGEST_TITLE = 80


@dataclass(frozen=True, slots=True)
class Said:
    """What the person told about a question: where its input comes from, and the files that go with it.

    ``without``: files whose text is gone, which the person knows; ``without_earlier``: so is what was said before.
    """

    input_source: str = ""
    input_date: datetime.date | None = None
    attachments: tuple[int, ...] = ()
    without: tuple[int, ...] = ()
    without_earlier: bool = False


def _allow(person: Person, conversation: Conversation) -> None:
    if not person.has_perm("chat.use", conversation):
        raise PermissionDenied


def begin(person: Person, grant: Grant) -> Conversation:
    """A conversation of the person's own, inside of the caller's transaction."""
    if grant.person_id != person.pk or grant.municipality_id != person.municipality_id:
        raise PermissionDenied
    row = Conversation(
        municipality=person.municipality,
        person=person,
        grant=grant,
        department=grant.department or person.department,
    )
    row.save(force_insert=True)
    record(row.municipality.chain, person, "chat.begun", row, {"purpose": grant.purpose_id})
    return row


@transaction.atomic
def record_turn(
    person: Person, grant: Grant, conversation: uuid.UUID | None, interaction: str, said: Said
) -> Turn:
    """The gateway has recorded a question and its answer begins: a turn of the conversation, or the first of a new one."""
    row = _begun(person, grant, conversation)
    last = row.turns.order_by("-order").values_list("order", flat=True).first()
    turn = Turn.objects.create(
        conversation=row,
        interaction=interaction,
        order=(last or 0) + 1,
        input_source=said.input_source[:200],
        input_date=said.input_date,
        without_earlier=said.without_earlier,
    )
    row.touched_at = turn.at
    row.erases_on = _later(row.erases_on, grant.purpose.retention)
    row.save(update_fields=["touched_at", "erases_on"])
    _send_along(person, grant, turn, said.attachments)
    _leave_out(person, grant, turn, said.without)
    slots = {slot_of(row, grant), *([] if conversation is not None else [slot_of(None, grant)])}
    Draft.objects.filter(person=person, slot__in=slots).delete()
    return turn


def _begun(person: Person, grant: Grant, conversation: uuid.UUID | None) -> Conversation:
    """The conversation, locked: of two questions at once each gets its own place."""
    if conversation is None:
        return begin(person, grant)
    rows = Conversation.objects.select_for_update().filter(pk=conversation, person=person)
    row: Conversation | None = rows.first()
    if row is None:  # deleted in another window while the answer was on its way
        return begin(person, grant)
    row.claim(None)
    return row


def _later(day: datetime.date | None, retention: str) -> datetime.date | None:
    """When the newest turn is erased; None where its retention is unknown or has no end."""
    years = RETENTIONS.get(retention)
    if years is None:
        return None
    today = timezone.localdate()
    fresh = datetime.date(today.year + years + today.month // 12, today.month % 12 + 1, 1)
    return max(fresh, day) if day is not None else fresh


def _send_along(person: Person, grant: Grant, turn: Turn, attachments: Iterable[int]) -> None:
    rows = Attachment.objects.filter(pk__in=attachments, person=person, grant=grant, turn=None)
    for one in rows.filter(removed_at=None):
        one.turn, one.conversation = turn, turn.conversation
        one.save(update_fields=["turn", "conversation"])
        pk, code = one.pk, person.municipality.code
        transaction.on_commit(lambda code=code, pk=pk: holding.forget(code, pk))  # type: ignore[misc]


def _leave_out(person: Person, grant: Grant, turn: Turn, attachments: Iterable[int]) -> None:
    """Files that the question was to go with, and that were gone: they stay beside it, as sent without."""
    rows = Attachment.objects.filter(pk__in=attachments, person=person, grant=grant, turn=None)
    for one in rows.filter(removed_at=None):
        one.turn, one.conversation, one.left_out_at = turn, turn.conversation, turn.at
        one.save(update_fields=["turn", "conversation", "left_out_at"])
        holding.forget(person.municipality.code, one.pk)  # what cannot be opened is of no use to anybody
        record(one.municipality.chain, person, "chat.sent_without", one, {"digest": one.digest})


@transaction.atomic
def rename(person: Person, row: Conversation, title: str, seen_revision: int | None = None) -> Conversation:
    """Give it a name; an empty one takes the name away."""
    _allow(person, row)
    title = " ".join(title.split())
    if len(title) > LONGEST_TITLE:
        raise ValidationError({"title": [_("名前は80文字以内で入力してください。")]})
    row.claim(seen_revision)
    row.title = title
    row.save(update_fields=["title"])
    record(row.municipality.chain, person, "chat.renamed", row, {})
    return row


@transaction.atomic
def delete(person: Person, row: Conversation, seen_revision: int | None = None) -> None:
    """Its rows go, with drafts and files that were not sent. The ledger's records stay by their retention."""
    _allow(person, row)
    row.claim(seen_revision)
    remove(person, row)


def remove(by: Person | None, row: Conversation) -> None:
    """Inside the caller's transaction: by the person, or (None) by the night's job after the ledger erased all of it."""
    for one in row.attachments.filter(turn=None):
        pk, code = one.pk, row.municipality.code
        transaction.on_commit(lambda code=code, pk=pk: holding.forget(code, pk))  # type: ignore[misc]
    Draft.objects.filter(person=row.person, slot=slot_of(row, None)).delete()
    if by is not None:
        record(row.municipality.chain, by, "chat.deleted", row, {"turns": row.turns.count()})
    row.delete()
