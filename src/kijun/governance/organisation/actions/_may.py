"""Who acts: a person with the permission, or a job or command of the installation itself."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Model

from kijun.governance.audit.refs import Ref

Actor = Any  # accounts.Person (this app stands before accounts) or a Ref of a job or command


def check(actor: Actor, thing: Model, permission: str = "organisation.manage") -> None:
    """Raise PermissionDenied unless the person may; a ``Ref`` (SYSTEM, CONSOLE) may."""
    if isinstance(actor, Ref):
        return
    # A municipality is its own town: the rule compares the person's town with the thing's.
    owner = getattr(thing, "municipality_id", thing.pk)
    if owner != actor.municipality_id or not actor.has_perm(permission):
        raise PermissionDenied
