"""What the actions share."""

from __future__ import annotations

import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from kijun.governance.accounts.acting import Actor
from kijun.governance.accounts.models import Person
from kijun.governance.incidents.models import Event, Harm, Incident, State, joined

OLDEST = datetime.timedelta(days=3660)
AHEAD = datetime.timedelta(minutes=5)
"""How far a browser's clock may be ahead of ours."""


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


def refuse(words: StrOrPromise, code: str) -> ValidationError:
    return ValidationError(words, code=code)


def still_open(incident: Incident) -> None:
    """What is over is not worked on."""
    if not incident.is_open:
        raise refuse(_("このインシデントは終わっています。"), "state")


def hold(incident: Incident) -> None:
    """The incident as it stands now, held until the transaction ends: nobody ends it while something is added to it or done. Refused where it is over."""
    rows = Incident.objects.select_for_update(of=("self",), no_key=True)
    now = rows.only("state", "first_action_at").get(pk=incident.pk)
    incident.state, incident.first_action_at = now.state, now.first_action_at
    still_open(incident)


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
