"""A department's prompts: written by anybody of it, shared when an approver of the department has read them.

A shared one is never left to nobody: when its author leaves it is read again, when its department is closed it is kept until it is moved.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts.models import Person
from kijun.governance.audit.actions import changes, record
from kijun.governance.audit.refs import SYSTEM
from kijun.governance.chat.models import Prompt
from kijun.governance.organisation.models import Department

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
    # What nobody is there to mend is kept, not given back.
    back = State.RETURNED if row.author.is_active else State.ARCHIVED
    row.state = State.SHARED if share else back
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


@transaction.atomic
def move_prompt(
    person: Person, row: Prompt, department: Department, seen_revision: int | None = None
) -> Prompt:
    """To another department, whose approver reads it before anybody there is offered it; a draft stays one."""
    _allow(person, "chat.move_prompt", row)
    _expect(row, State.DRAFT, State.RETURNED, State.REVIEW, State.SHARED, State.ARCHIVED)
    if department.municipality_id != row.municipality_id or is_closed(department):
        raise ValidationError({"department": [_("今ある部署から選んでください。")]})
    if department.pk == row.department_id and row.state != State.ARCHIVED:
        raise ValidationError({"department": [_("今と違う部署を選んでください。")]})
    row.claim(seen_revision)
    return _move(person, row, department)


def pass_on_prompt(actor: Any, row: Prompt, department: Department) -> None:
    """To the successor of a closed department; organisation checked that ``actor`` may and where to."""
    row.claim(None)
    _move(actor, row, department)


def _move(actor: Any, row: Prompt, department: Department) -> Prompt:
    before = row.department
    row.department = department
    if row.state not in OPEN:
        row.state, row.sent_at = State.REVIEW, timezone.now()
    row.save(update_fields=["department", "state", "sent_at"])
    detail = changes({"department": before}, {"department": department})
    record(row.municipality.chain, actor, "chat.prompt_moved", row, detail)
    return row


def is_closed(department: Department) -> bool:
    """It is gone today."""
    return department.closed_on is not None and department.closed_on <= timezone.localdate()


def hand_over_prompt(actor: Person, row: Prompt, old: Person, new: Person) -> None:
    """To the successor of a person who moves; accounts checked that ``actor`` may."""
    if row.author_id != old.pk:
        return
    row.claim(None)
    row.author = new
    row.save(update_fields=["author"])
    detail = changes({"author": old}, {"author": new})
    record(row.municipality.chain, actor, "chat.prompt_handed_over", row, detail)


def end_of_departed(people: Iterable[Person]) -> int:
    """People left: what they shared is read again by the department's approver, what they had not shared is kept away. Gives how many."""
    gone = Person.objects.filter(pk__in=[one.pk for one in people], is_active=False)
    rows = Prompt.objects.filter(author__in=gone, state__in=[*OPEN, State.SHARED])
    found = list(rows.select_related("municipality"))
    for row in found:
        _rest(row, State.REVIEW if row.state == State.SHARED else State.ARCHIVED)
    return len(found)


def archive_closed() -> int:
    """Prompts of departments that are gone are offered to nobody any more; gives how many. Doing it twice changes nothing."""
    rows = Prompt.objects.filter(department__closed_on__lte=timezone.localdate())
    found = list(rows.exclude(state__in=[State.WITHDRAWN, State.ARCHIVED]).select_related("municipality"))
    for row in found:
        _rest(row, State.ARCHIVED)
    return len(found)


@transaction.atomic
def _rest(row: Prompt, state: str) -> None:
    """By itself: its department or its author is gone."""
    row.claim(None)
    row.state = state
    if state == State.REVIEW:
        row.sent_at = timezone.now()
    row.save(update_fields=["state", "sent_at"])
    action = "chat.prompt_reread" if state == State.REVIEW else "chat.prompt_archived"
    record(row.municipality.chain, SYSTEM, action, row, {})
