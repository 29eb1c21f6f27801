"""The roles of the design, and the predicates over them.

A role is granted for a period and either for a department with everything below it or for the whole municipality.
"""

from __future__ import annotations

from typing import Any

import rules
from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    ADMINISTRATOR = "administrator", _("システム管理者")
    IT_STAFF = "it_staff", _("IT担当者（AI提供者）")
    STAFF = "staff", _("職員（AI利用者）")
    APPROVER = "approver", _("上長（承認者）")
    OWNER = "owner", _("AIサービス責任者")
    EXECUTIVE = "executive", _("首長・CDO")
    AUDITOR = "auditor", _("監査")


TOWN_WIDE = frozenset({Role.ADMINISTRATOR, Role.IT_STAFF, Role.EXECUTIVE, Role.AUDITOR})
"""Roles that concern the whole municipality: they are never granted for a department alone."""


def has_role(*roles: Role) -> Any:
    """Predicate: the person holds one of ``roles`` today, whatever the department."""

    @rules.predicate(f"has_role:{'|'.join(roles)}")  # type: ignore[untyped-decorator]  # rules ships no types
    def predicate(person: Any) -> bool:
        return getattr(person, "is_active", False) and bool(person.roles_today() & set(roles))

    return predicate


@rules.predicate  # type: ignore[untyped-decorator]  # rules ships no types
def same_municipality(person: Any, thing: Any) -> bool:
    """The thing is the person's own municipality's. True without a thing (the page's own check)."""
    if thing is None:
        return True
    return bool(
        getattr(person, "municipality_id", None)
        and getattr(thing, "municipality_id", None) == person.municipality_id
    )


is_administrator = has_role(Role.ADMINISTRATOR)
is_it_staff = has_role(Role.IT_STAFF)
is_staff_member = has_role(*Role)
is_approver = has_role(Role.APPROVER)
is_executive = has_role(Role.EXECUTIVE)
is_auditor = has_role(Role.AUDITOR)
sees_everything = has_role(Role.IT_STAFF, Role.EXECUTIVE, Role.AUDITOR)
"""Who reads the whole municipality; the others read what concerns their departments."""


def add_perm(name: str, predicate: Any) -> None:
    """Register a permission ``app.verb``; the thing's municipality is always checked as well."""
    rules.add_perm(name, same_municipality & predicate)
