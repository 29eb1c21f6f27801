"""Who acts, and whether they may: what every app's actions begin with."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db.models import Model

from kijun.governance.accounts.models import Person
from kijun.governance.audit.refs import Ref

Actor = Person | Ref
"""A person, or a command or job that acts by itself."""


def allow(actor: Actor, permission: str, thing: Model | None) -> None:
    """Raise PermissionDenied unless the person may; a command or a job (a Ref) always may."""
    if isinstance(actor, Person) and not actor.has_perm(permission, thing):
        raise PermissionDenied


def person_of(actor: Actor) -> Person | None:
    """Who acts, where it is a person: a command or a job leaves the column empty."""
    return actor if isinstance(actor, Person) else None
