"""What the actions share."""

from __future__ import annotations

import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Max, Model
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from kijun.governance.accounts.models import Person
from kijun.governance.audit.refs import Ref
from kijun.governance.incidents.models import Event, Harm, Incident, State, joined
from kijun.governance.organisation.models import Municipality
from kijun.web.versions import Versioned

Actor = Person | Ref
OLDEST = datetime.timedelta(days=3660)
AHEAD = datetime.timedelta(minutes=5)
"""How far a browser's clock may be ahead of ours."""


def allow(actor: Person, permission: str, thing: Model | None) -> None:
    """Raise PermissionDenied unless the person may."""
    if not actor.has_perm(permission, thing):
        raise PermissionDenied


def claim(row: Versioned, seen_revision: int | None) -> None:
    """As `Versioned.claim`; without a revision that the person saw, the one that the row was read with."""
    row.claim(row.revision if seen_revision is None else seen_revision)


def next_number(model: Any, municipality: Municipality) -> int:
    """The running number of the municipality's next row; the municipality's row is locked until the transaction ends."""
    Municipality.objects.select_for_update().get(pk=municipality.pk)
    last = model.objects.filter(municipality=municipality).aggregate(last=Max("number"))["last"]
    return int(last or 0) + 1


def said(text: str, field: str, most: int) -> str:
    """A text that was given; ValidationError where it is empty or too long."""
    text = at_most(text, field, most)
    if not text:
        raise ValidationError({field: [_("入力してください。")]})
    return text


def at_most(text: str, field: str, most: int) -> str:
    """A text that may be empty; ValidationError where it is too long."""
    text = text.replace("\0", "").strip()
    if len(text) > most:
        told = ValidationError(_("%(most)s文字以内で入力してください。"), params={"most": f"{most:,}"})
        raise ValidationError({field: [told]})
    return text


def chosen(value: str, choices: Any, field: str) -> str:
    """One of the choices."""
    if value not in choices.values:
        raise ValidationError({field: [_("選んでください。")]})
    return value


def harms(kinds: list[str], field: str = "harms") -> str:
    """Kinds of harm as they are kept; at least one, all known."""
    if not kinds or set(kinds) - set(Harm.values):
        raise ValidationError({field: [_("害の種類を選んでください。")]})
    if Harm.NEAR in kinds and len(kinds) > 1:
        raise ValidationError(
            {field: [_("「ひやりとした（害は出ていない）」と、ほかの害は、同時に選べません。")]}
        )
    return joined(kinds)


def was(at: datetime.datetime | None, field: str) -> datetime.datetime:
    """A moment that was, within the last ten years."""
    if at is None:
        raise ValidationError({field: [_("日時を入力してください。")]})
    now = timezone.now()
    if at > now + AHEAD:
        raise ValidationError({field: [_("今より前の日時を入力してください。")]})
    if at < now - OLDEST:
        raise ValidationError({field: [_("10年より前の日時です。年を確かめてください。")]})
    return min(at, now)


def past_day(day: datetime.date | None, field: str) -> datetime.date:
    """A day that was: today or before."""
    if day is None:
        raise ValidationError({field: [_("日付を入力してください。")]})
    if day > timezone.localdate():
        raise ValidationError({field: [_("今日までの日付を入力してください。")]})
    return day


def refuse(words: StrOrPromise, code: str) -> ValidationError:
    return ValidationError(words, code=code)


def still_open(incident: Incident) -> None:
    """What is over is not worked on."""
    if not incident.is_open:
        raise refuse(_("このインシデントは終わっています。"), "state")


def note(
    incident: Incident,
    actor: Actor,
    kind: str,
    text: StrOrPromise,
    at: datetime.datetime | None = None,
) -> Event:
    """One more line of the timeline."""
    made: Event = Event.objects.create(
        municipality=incident.municipality,
        incident=incident,
        kind=kind,
        at=at or timezone.now(),
        text=str(text),
        by=actor if isinstance(actor, Person) else None,
    )
    return made


def acted(incident: Incident, at: datetime.datetime) -> list[str]:
    """A first measure was taken: the incident is being handled. Gives the fields that changed."""
    changed = []
    if incident.first_action_at is None or at < incident.first_action_at:
        incident.first_action_at = at
        changed.append("first_action_at")
    if incident.state == State.RECEIVED:
        incident.state = State.HANDLING
        changed.append("state")
    return changed
