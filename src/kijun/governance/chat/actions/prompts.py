"""A department's prompts: written by anybody of it, shared when an approver of the department has read them."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts.models import Person
from kijun.governance.audit.actions import record
from kijun.governance.chat.models import Prompt

State = Prompt.State
OPEN = frozenset({State.DRAFT, State.RETURNED})


def _allow(person: Person, permission: str, row: Prompt | None) -> None:
    if row is not None and row.municipality_id != person.municipality_id:
        raise PermissionDenied
    if not person.has_perm(permission, row):
        raise PermissionDenied


def _expect(row: Prompt, *states: str) -> None:
    if row.state not in states:
        raise ValidationError(_("今の状態ではできません。画面を開き直して、状態を確かめてください。"))


@transaction.atomic
def save_prompt(
    person: Person, row: Prompt | None, values: dict[str, Any], seen_revision: int | None = None
) -> Prompt:
    """Write or change one that is not shared; a shared one is changed by writing another."""
    _allow(person, "chat.write_prompt", row)
    department, purpose = values["department"], values.get("purpose")
    for one in (department, purpose):
        if one is not None and one.municipality_id != person.municipality_id:
            raise PermissionDenied
    if not person.works_in(department):
        raise ValidationError({"department": [_("あなたの部署から選んでください。")]})
    made = row is None
    if row is None:
        row = Prompt(municipality=person.municipality, author=person)
    else:
        _expect(row, *OPEN)
        row.claim(seen_revision)
    for name, value in values.items():
        setattr(row, name, value)
    row.clean_fields(exclude=["revision"])
    row.save()
    record(row.municipality.chain, person, "chat.prompt_made" if made else "chat.prompt_changed", row, {})
    return row


@transaction.atomic
def send_prompt(person: Person, row: Prompt, seen_revision: int | None = None) -> Prompt:
    """To the department's approver."""
    _allow(person, "chat.write_prompt", row)
    _expect(row, *OPEN)
    row.claim(seen_revision)
    row.state, row.sent_at = State.REVIEW, timezone.now()
    row.save(update_fields=["state", "sent_at"])
    record(row.municipality.chain, person, "chat.prompt_sent", row, {})
    return row


@transaction.atomic
def decide_prompt(
    person: Person, row: Prompt, *, share: bool, comment: str, seen_revision: int | None = None
) -> Prompt:
    """An approver of the department shares it or gives it back; giving back says why. Of two at once one decides."""
    _allow(person, "chat.review_prompt", row)
    _expect(row, State.REVIEW)
    comment = comment.strip()
    if not share and not comment:
        raise ValidationError({"comment": [_("どこを直すかを書いてください。")]})
    row.claim(seen_revision)
    row.state = State.SHARED if share else State.RETURNED
    row.decided_by, row.decided_at, row.comment = person, timezone.now(), comment[:300]
    row.save(update_fields=["state", "decided_by", "decided_at", "comment"])
    action = "chat.prompt_shared" if share else "chat.prompt_returned"
    record(row.municipality.chain, person, action, row, {"comment": row.comment})
    return row


@transaction.atomic
def withdraw_prompt(person: Person, row: Prompt, seen_revision: int | None = None) -> Prompt:
    """Nobody is offered it any more."""
    _allow(person, "chat.withdraw_prompt", row)
    if row.state == State.WITHDRAWN:
        return row
    row.claim(seen_revision)
    row.state = State.WITHDRAWN
    row.save(update_fields=["state"])
    record(row.municipality.chain, person, "chat.prompt_withdrawn", row, {})
    return row
