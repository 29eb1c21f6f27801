"""What allauth and axes report goes to the trail: second factors set up or removed, lock-outs."""

from __future__ import annotations

from typing import Any

from allauth.mfa import signals as mfa
from axes.signals import user_locked_out
from django.conf import settings
from django.dispatch import receiver
from django.http import HttpRequest

from kijun.governance.accounts.models import Person
from kijun.governance.audit.actions import record
from kijun.governance.audit.refs import SYSTEM


@receiver(mfa.authenticator_added, dispatch_uid="accounts.second_factor_added")
def second_factor_added(user: Person, authenticator: Any, **_kwargs: Any) -> None:
    record(user.municipality.chain, user, "accounts.second_factor_added", user, {"kind": authenticator.type})


@receiver(mfa.authenticator_removed, dispatch_uid="accounts.second_factor_removed")
def second_factor_removed(user: Person, authenticator: Any, **_kwargs: Any) -> None:
    record(
        user.municipality.chain, user, "accounts.second_factor_removed", user, {"kind": authenticator.type}
    )


@receiver(mfa.authenticator_reset, dispatch_uid="accounts.recovery_codes_renewed")
def recovery_codes_renewed(user: Person, **_kwargs: Any) -> None:
    record(user.municipality.chain, user, "accounts.recovery_codes_renewed", user)


@receiver(user_locked_out, dispatch_uid="accounts.locked_out")
def locked_out(request: HttpRequest, username: str | None, **_kwargs: Any) -> None:
    """Only the failure that closes the door is told, not each knock after it."""
    if getattr(request, "axes_failures_since_start", None) != settings.AXES_FAILURE_LIMIT:
        return
    person = Person.objects.filter(username=username or "").first()
    if person is not None:
        record(person.municipality.chain, SYSTEM, "accounts.locked_out", person)
