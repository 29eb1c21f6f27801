"""Sessions, lock-outs and second factors of one person: small reads and ends over allauth's and axes' tables."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from importlib import import_module

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from axes.utils import reset
from django.conf import settings
from django.db.models import Max, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from kijun.governance.accounts import waiting
from kijun.governance.accounts.models import Person
from kijun.governance.accounts.roles import Role

COOL_OFF = datetime.timedelta(hours=settings.AXES_COOLOFF_TIME)
STRONG = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""What counts as a second factor; recovery codes alone do not."""


def locked_until(person: Person) -> datetime.datetime | None:
    """When the lock-out ends; None when the person is not locked out."""
    now = timezone.now()
    found = AccessAttempt.objects.filter(
        username=person.username, attempt_time__gte=now - COOL_OFF
    ).aggregate(failures=Sum("failures_since_start"), last=Max("attempt_time"))
    if (found["failures"] or 0) < settings.AXES_FAILURE_LIMIT:
        return None
    until: datetime.datetime = found["last"] + COOL_OFF
    return until


def clear_failures(person: Person) -> int:
    """Forget failed attempts, and with them the lock-out; returns how many rows there were."""
    return int(reset(username=person.username))


def second_factors(person: Person) -> list[str]:
    """Kinds of second factors that the person has set up: ``totp``, ``webauthn``; empty without one."""
    rows = Authenticator.objects.filter(user=person, type__in=STRONG).values_list("type", flat=True)
    return sorted(set(rows))


def factor_to_set_up(person: Person) -> Iterable[waiting.Task]:
    """Who governs the town's accounts or systems is asked to set up a second factor (P6.1.2)."""
    if person.roles_today() & {Role.ADMINISTRATOR, Role.IT_STAFF} and not second_factors(person):
        yield waiting.Task(_("二段階認証を設定する"), _("サインインの守り"), reverse("mfa_index"))


def drop_session(session: UserSession) -> None:
    """End one session at once."""
    engine = import_module(settings.SESSION_ENGINE)
    engine.SessionStore().delete(session.session_key)
    session.delete()


def end_all_sessions(person: Person, *, but: str | None = None) -> int:
    """End every session of the person except the one with session key ``but``; returns how many."""
    sessions = [one for one in UserSession.objects.filter(user=person) if one.session_key != but]
    for session in sessions:
        drop_session(session)
    return len(sessions)
