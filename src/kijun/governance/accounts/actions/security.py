"""Passwords, sessions, lock-outs and second factors."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils import timezone

from kijun.governance.accounts import security
from kijun.governance.accounts.actions._may import Actor, require_manager
from kijun.governance.accounts.models import Person
from kijun.governance.audit.actions import record


def _itself_or_manager(actor: Actor, person: Person) -> None:
    if actor != person:
        require_manager(actor, person)


@transaction.atomic
def change_password(person: Person, password: str, *, session_key: str | None = None) -> None:
    """The person's own new password, already checked; every other session ends."""
    person.set_password(password)
    person.password_changed_at = timezone.now()
    person.save(update_fields=["password", "password_changed_at"])
    ended = security.end_all_sessions(person, but=session_key)
    record(person.municipality.chain, person, "accounts.password_changed", person, {"sessions_ended": ended})


@transaction.atomic
def end_sessions(actor: Actor, person: Person, *, but: str | None = None, only: int | None = None) -> int:
    """End the person's sessions: all except ``but`` (a session key), or the one with primary key ``only``."""
    _itself_or_manager(actor, person)
    if only is None:
        ended = security.end_all_sessions(person, but=but)
    else:
        found = list(UserSession.objects.filter(user=person, pk=only).exclude(session_key=but))
        for session in found:
            security.drop_session(session)
        ended = len(found)
    if ended:
        record(person.municipality.chain, actor, "accounts.sessions_ended", person, {"sessions_ended": ended})
    return ended


@transaction.atomic
def unlock(actor: Actor, person: Person) -> None:
    """End the lock-out after failed sign-ins before its time."""
    require_manager(actor, person)
    if security.clear_failures(person):
        record(person.municipality.chain, actor, "accounts.unlocked", person)


@transaction.atomic
def reset_second_factor(actor: Actor, person: Person) -> None:
    """Remove every second factor, for somebody who lost the device; all sessions end."""
    require_manager(actor, person)
    kinds = sorted(set(Authenticator.objects.filter(user=person).values_list("type", flat=True)))
    if not kinds:
        return
    Authenticator.objects.filter(user=person).delete()
    security.end_all_sessions(person)
    record(person.municipality.chain, actor, "accounts.second_factor_reset", person, {"kinds": kinds})
