"""Roles are granted for a period and ended on a day."""

from __future__ import annotations

import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts.actions._may import (
    Actor,
    check_department,
    keep_an_administrator,
    lock,
    require_manager,
)
from kijun.governance.accounts.models import Person, RoleGrant
from kijun.governance.accounts.roles import TOWN_WIDE, Role
from kijun.governance.audit.actions import record
from kijun.governance.organisation.models import Department


def _detail(grant: RoleGrant) -> dict[str, str | None]:
    return {
        "role": grant.role,
        "department": grant.department.name if grant.department else None,
        "valid_from": grant.valid_from.isoformat(),
        "valid_to": grant.valid_to.isoformat() if grant.valid_to else None,
    }


def _check(
    person: Person,
    role: Role,
    department: Department | None,
    valid_from: datetime.date,
    valid_to: datetime.date | None,
) -> None:
    if department is not None and department.municipality_id != person.municipality_id:
        raise PermissionDenied
    if department is not None and role in TOWN_WIDE:
        raise ValidationError(
            {"department": _("この役割は団体全体に対するものです。部署を選ばずに付けてください。")}
        )
    if department is not None:
        check_department(department, valid_from)
    if valid_to is not None and valid_to < valid_from:
        raise ValidationError({"valid_to": _("終了日は、開始日より後の日にしてください。")})
    overlapping = RoleGrant.objects.filter(person=person, role=role, department=department).filter(
        Q(valid_to=None) | Q(valid_to__gte=valid_from)
    )
    if valid_to is not None:
        overlapping = overlapping.filter(valid_from__lte=valid_to)
    if overlapping.exists():
        raise ValidationError({"role": _("同じ役割が、重なる期間にすでに付いています。")})


@transaction.atomic
def grant_role(
    actor: Actor,
    person: Person,
    role: Role | str,
    *,
    department: Department | None = None,
    valid_from: datetime.date,
    valid_to: datetime.date | None = None,
) -> RoleGrant:
    """Give a role from ``valid_from`` to ``valid_to`` (both count), in a department with what is below it or,
    without one, in the whole municipality. Administrators may grant to themselves; the trail then says so."""
    require_manager(actor, person)
    role = Role(role)
    lock(person)
    _check(person, role, department, valid_from, valid_to)
    grant = RoleGrant.objects.create(
        municipality=person.municipality,
        person=person,
        role=role,
        department=department,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    person.forget_cached()
    detail = _detail(grant) | ({"to_oneself": "true"} if actor == person else {})
    record(person.municipality.chain, actor, "accounts.role_granted", person, detail)
    return grant


@transaction.atomic
def end_grant(actor: Actor, grant: RoleGrant, last_day: datetime.date) -> None:
    """The role holds until ``last_day``, which may be the day before it begins: then it never was."""
    person = grant.person
    require_manager(actor, person)
    if grant.valid_to is not None and grant.valid_to < last_day:
        raise ValidationError({"last_day": _("この役割は、もっと早い日に終わっています。")})
    if grant.role == Role.ADMINISTRATOR:
        keep_an_administrator(person.municipality, without=grant)
    detail = _detail(grant) | {"last_day": last_day.isoformat()}
    if last_day < grant.valid_from:
        grant.delete()
    else:
        grant.valid_to = last_day
        grant.save(update_fields=["valid_to"])
    person.forget_cached()
    record(person.municipality.chain, actor, "accounts.role_ended", person, detail)
