"""What changes responsibilities: mandates, requests, bodies, meetings, plans. Each function checks, saves, tells."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts.models import Person
from kijun.governance.audit.actions import changes, record
from kijun.governance.mandates.models import Body, Mandate, Meeting, Member, Plan, ResourceRequest
from kijun.governance.organisation.models import Municipality
from kijun.governance.organisation.tenancy import Tenant

T = TypeVar("T", Mandate, Body, Member, Meeting, Plan)
DAY = datetime.timedelta(days=1)


def _may(actor: Person, row: Tenant, permission: str = "mandates.edit") -> None:
    """PermissionDenied unless the person may, and everything that the row names is of the same municipality."""
    if not actor.has_perm(permission, row):
        raise PermissionDenied
    for name in ("person", "deputy", "body", "mandate"):
        other = getattr(row, name, None) if getattr(row, f"{name}_id", None) else None
        if other is not None and other.municipality_id != row.municipality_id:
            raise PermissionDenied


def _save(actor: Person, row: T, fields: dict[str, Any], seen: int | None, noun: str) -> T:
    """Set ``fields``, validate, claim the revision, save, tell what changed."""
    is_new = row._state.adding
    before = {} if is_new else {name: getattr(row, name) for name in fields}
    for name, value in fields.items():
        setattr(row, name, value)
    _may(actor, row)
    _check_period(row)
    row.full_clean(exclude=["municipality"])
    detail = changes(before, fields)
    if not is_new and not detail["after"]:
        return row
    if not is_new:
        row.claim(seen)
    row.save()
    verb = "added" if is_new else "changed"
    record(row.municipality.chain, actor, f"mandates.{noun}_{verb}", row, detail)
    return row


def _check_period(row: Any) -> None:
    for first, last in (("valid_from", "valid_to"), ("starts_on", "ends_on")):
        start, end = getattr(row, first, None), getattr(row, last, None)
        if start and end and end < start:
            raise ValidationError({last: _("始まりの日より後の日にしてください。")})


@transaction.atomic
def save_mandate(
    actor: Person,
    municipality: Municipality,
    mandate: Mandate | None,
    *,
    seen_revision: int | None,
    **fields: Any,
) -> Mandate:
    """Name or change who answers for something: duty, person, post, deputy, scope, powers, resources, period."""
    return _save(actor, mandate or Mandate(municipality=municipality), fields, seen_revision, "mandate")


@transaction.atomic
def save_body(
    actor: Person, municipality: Municipality, body: Body | None, *, seen_revision: int | None, **fields: Any
) -> Body:
    """A review body: name, purpose, rules, period."""
    return _save(actor, body or Body(municipality=municipality), fields, seen_revision, "body")


@transaction.atomic
def save_member(
    actor: Person, body: Body, member: Member | None, *, seen_revision: int | None = None, **fields: Any
) -> Member:
    """A member: a person of the town hall, or somebody from outside by name."""
    row = member or Member(municipality=body.municipality, body=body)
    if not fields.get("person", row.person) and not fields.get("name", row.name):
        raise ValidationError({"name": _("職員を選ぶか、外部の人の氏名を入力してください。")})
    return _save(actor, row, fields, seen_revision, "member")


@transaction.atomic
def save_meeting(
    actor: Person,
    body: Body,
    meeting: Meeting | None,
    *,
    seen_revision: int | None,
    attendees: Iterable[Member] = (),
    **fields: Any,
) -> Meeting:
    """A meeting with what it decided and who was there."""
    people = list(attendees)
    if any(one.body_id != body.pk for one in people):
        raise PermissionDenied
    row = meeting or Meeting(municipality=body.municipality, body=body)
    before = sorted(map(str, row.attendees.all())) if row.pk else []
    row = _save(actor, row, fields, seen_revision, "meeting")
    row.attendees.set(people)
    after = sorted(map(str, people))
    if before != after:
        detail = changes({"attendees": before}, {"attendees": after})
        record(row.municipality.chain, actor, "mandates.attendees_changed", row, detail)
    return row


@transaction.atomic
def save_plan(
    actor: Person, municipality: Municipality, plan: Plan | None, *, seen_revision: int | None, **fields: Any
) -> Plan:
    """A plan that names AI, with its period and the passage."""
    return _save(actor, plan or Plan(municipality=municipality), fields, seen_revision, "plan")


@transaction.atomic
def end(actor: Person, row: Mandate | Body | Member, last_day: datetime.date) -> None:
    """The mandate, body or membership holds until ``last_day``."""
    _may(actor, row)
    if last_day < row.valid_from:
        raise ValidationError({"last_day": _("始まりの日より後の日にしてください。")})
    before = row.valid_to
    row.valid_to = last_day
    row.claim(None)
    row.save(update_fields=["valid_to"])
    detail = changes({"valid_to": before}, {"valid_to": last_day})
    record(row.municipality.chain, actor, f"mandates.{row._meta.model_name}_ended", row, detail)


@transaction.atomic
def ask(
    actor: Person, municipality: Municipality, *, what: str, reason: str, mandate: Mandate | None
) -> ResourceRequest:
    """Ask for people or money; an answer is owed within 30 days."""
    row = ResourceRequest(
        municipality=municipality,
        mandate=mandate,
        what=what.strip(),
        reason=reason,
        asked_on=timezone.localdate(),
        asked_by=actor,
    )
    _may(actor, row, "mandates.ask")
    row.full_clean(exclude=["municipality"])
    row.save()
    record(municipality.chain, actor, "mandates.request_added", row, {"what": row.what})
    return row


@transaction.atomic
def answer(
    actor: Person, request: ResourceRequest, *, answer: str, answer_note: str, seen_revision: int | None
) -> ResourceRequest:
    """Answer a request with the reason. Who asked does not answer their own."""
    _may(actor, request)
    if request.asked_by_id == actor.pk:
        raise ValidationError(_("自分が出した求めには、ほかの人が回答してください。"))
    before = {"answer": request.answer, "answer_note": request.answer_note}
    request.answer, request.answer_note = answer, answer_note
    request.answered_on = timezone.localdate()
    request.full_clean(exclude=["municipality"])
    request.claim(seen_revision)
    request.save()
    detail = changes(before, {"answer": answer, "answer_note": answer_note})
    record(request.municipality.chain, actor, "mandates.request_answered", request, detail)
    return request


@transaction.atomic
def succeed(row: Mandate | Member, new: Person, actor: Person) -> None:
    """A transfer hands a mandate or membership over: the old one ends the day before today, a new one begins."""
    today = timezone.localdate()
    chain, old = row.municipality.chain, str(row.person)
    if row.valid_from >= today:
        row.person = new
        row.save(update_fields=["person"])
        record(
            chain, actor, f"mandates.{row._meta.model_name}_handed_over", row, {"from": old, "to": str(new)}
        )
        return
    last, row.valid_to = row.valid_to, today - DAY
    row.save(update_fields=["valid_to"])
    row.pk, row._state.adding = None, True
    row.person, row.valid_from, row.valid_to = new, today, last
    row.save(force_insert=True)
    record(chain, actor, f"mandates.{row._meta.model_name}_handed_over", row, {"from": old, "to": str(new)})


@transaction.atomic
def succeed_deputy(row: Mandate, new: Person, actor: Person) -> None:
    """A transfer names another deputy in the place of the one who moves."""
    detail = changes({"deputy": row.deputy}, {"deputy": new})
    row.deputy = new
    row.claim(None)
    row.save(update_fields=["deputy"])
    record(row.municipality.chain, actor, "mandates.deputy_handed_over", row, detail)
