"""Departments: what they are called and where they stand, from a day on.

Every change is a :class:`DepartmentVersion`; the department's own name, parent and path are copies of the version of
today. What lies ahead is copied on its day by :func:`apply_versions`. The municipality's row is locked while its tree
changes, so that two moves at once cannot make a cycle.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kijun.governance.audit.actions import changes, record, record_many
from kijun.governance.audit.refs import SYSTEM
from kijun.governance.organisation.actions._may import Actor, check
from kijun.governance.organisation.actions.succeeding import put_successors
from kijun.governance.organisation.actions.tree import (
    DAY,
    KEEP,
    lock,
    put_department,
    put_version,
    refuse_broken_tree,
    sync_tree,
)
from kijun.governance.organisation.dependents import dependents, work
from kijun.governance.organisation.models import Department, DepartmentVersion, Municipality
from kijun.web.punctuation import listed

_SHOWN: Final = 5


@transaction.atomic
def add_department(
    actor: Actor,
    municipality: Municipality,
    *,
    code: str,
    name: str,
    kana: str = "",
    name_en: str = "",
    parent: Department | None = None,
    valid_from: datetime.date,
    order: int = 0,
    reason: str = "",
) -> Department:
    """A new department from ``valid_from`` on. ValidationError keyed by field."""
    check(actor, municipality)
    lock(municipality)
    department = put_department(
        municipality, code=code, name=name, kana=kana, name_en=name_en, parent=parent,
        valid_from=valid_from, order=order, reason=reason,
    )  # fmt: skip
    refuse_broken_tree(municipality, valid_from)
    sync_tree(municipality)
    department.refresh_from_db()
    detail = {"code": department.code, "name": name, "parent": parent, "valid_from": valid_from}
    record(municipality.chain, actor, "organisation.department_added", department, _plain(detail))
    return department


@transaction.atomic
def revise_department(
    actor: Actor,
    department: Department,
    *,
    valid_from: datetime.date,
    reason: str,
    name: str | None = None,
    kana: str | None = None,
    parent: Any = KEEP,
    seen_revision: int | None = None,
) -> DepartmentVersion:
    """Rename or move a department from a day on, with the reason. ``parent`` None is the top of the tree.

    A change that lies ahead takes effect on its day. ValidationError for a cycle, a parent that is closed, no
    change at all, or a day before a change that is planned already.
    """
    check(actor, department)
    lock(department.municipality)
    department.claim(seen_revision)
    version, detail = put_version(
        department, valid_from=valid_from, reason=reason, name=name, kana=kana, parent=parent
    )
    if not detail["after"]:
        raise ValidationError(_("変更された項目がありません。名称か上位の部署を変えてください。"))
    refuse_broken_tree(department.municipality, valid_from)
    sync_tree(department.municipality)
    department.refresh_from_db()
    detail |= {"valid_from": str(valid_from), "reason": reason}
    record(department.municipality.chain, actor, "organisation.department_revised", department, detail)
    return version


@transaction.atomic
def change_department(
    actor: Actor, department: Department, *, name_en: str, order: int, seen_revision: int | None
) -> Department:
    """What has no history: the English name and the place in lists."""
    check(actor, department)
    department.claim(seen_revision)
    detail = changes(
        {"name_en": department.name_en, "order": department.order}, {"name_en": name_en, "order": order}
    )
    department.name_en, department.order = name_en, order
    department.save(update_fields=["name_en", "order"])
    if detail["after"]:
        record(department.municipality.chain, actor, "organisation.department_changed", department, detail)
    return department


@transaction.atomic
def close_department(
    actor: Actor,
    department: Department,
    *,
    closed_on: datetime.date,
    reason: str,
    successors: Sequence[Department] = (),
    seen_revision: int | None = None,
) -> Department:
    """The department is gone from ``closed_on`` on, and ``successors`` follow it. Refused while a department or people belong to it then.

    Its work forbids it only when it would close at once (see ``dependents.py``).
    """
    check(actor, department)
    lock(department.municipality)
    department.claim(seen_revision)
    versions = list(department.versions.order_by("valid_from"))
    if department.closed_on:
        raise ValidationError(_("この部署はすでに廃止されているか、廃止が予定されています。"))
    if versions[-1].valid_from >= closed_on:
        raise ValidationError(
            {"closed_on": _("この部署の始まりか、予定された変更より後の日にしてください。")}
        )
    below = DepartmentVersion.objects.filter(parent=department).exclude(valid_to__lt=closed_on)
    left = [version.name for version in below] + dependents(department, closed_on)
    if left:
        names = listed(left[:_SHOWN]) + ("…" if len(left) > _SHOWN else "")
        raise ValidationError(
            _("この部署には、まだ%(count)s件が残っています（%(names)s）。先に移すか終えてください。"),
            params={"count": len(left), "names": names},
        )
    versions[-1].valid_to = closed_on - DAY
    versions[-1].save(update_fields=["valid_to"])
    department.closed_on = closed_on
    department.save(update_fields=["closed_on"])
    detail = {"closed_on": str(closed_on), "reason": reason}
    record(department.municipality.chain, actor, "organisation.department_closed", department, detail)
    put_successors(actor, department, successors)
    return department


@transaction.atomic
def reopen_department(actor: Actor, department: Department) -> Department:
    """Take a closing back, before its day or after."""
    check(actor, department)
    lock(department.municipality)
    if not department.closed_on:
        raise ValidationError(_("この部署は廃止されていません。"))
    last = department.versions.order_by("valid_from").last()
    assert last is not None
    last.valid_to = None
    last.save(update_fields=["valid_to"])
    closed_on, department.closed_on = department.closed_on, None
    department.save(update_fields=["closed_on"])
    department.successors.clear()
    refuse_broken_tree(department.municipality, closed_on)
    record(department.municipality.chain, actor, "organisation.department_reopened", department)
    return department


@transaction.atomic
def cancel_version(actor: Actor, version: DepartmentVersion) -> bool:
    """Take a planned change back, or a whole department that has not begun; gives whether the department remains.

    Refused when it has begun, and for a beginning when something is planned for the department already.
    """
    check(actor, version)
    department = version.department
    lock(version.municipality)
    if version.valid_from <= timezone.localdate():
        raise ValidationError(_("すでに始まった変更は取り消せません。新しい変更を登録してください。"))
    before = department.versions.filter(valid_from__lt=version.valid_from).order_by("valid_from").last()
    if before is None:
        _remove_unbegun(actor, department, version)
        return False
    before.valid_to = version.valid_to
    since = version.valid_from
    version.delete()
    before.save(update_fields=["valid_to"])
    refuse_broken_tree(department.municipality, since)
    detail = {"name": version.name, "valid_from": str(since)}
    record(
        department.municipality.chain, actor, "organisation.department_change_cancelled", department, detail
    )
    return True


def _remove_unbegun(actor: Actor, department: Department, first: DepartmentVersion) -> None:
    """A department that never was leaves no row, only what the trail tells."""
    left = [one.name for one in DepartmentVersion.objects.filter(parent=department)]
    left += dependents(department, first.valid_from) + work([department]).get(department.pk, [])
    if department.versions.exclude(pk=first.pk).exists() or left:
        raise ValidationError(
            _("この部署には、すでに予定されたもの（%(names)s）があります。先に取り消してください。"),
            params={"names": listed(left[:_SHOWN]) or _("名称・位置の変更")},
        )
    detail = {"code": department.code, "name": first.name, "valid_from": str(first.valid_from)}
    record(department.municipality.chain, actor, "organisation.department_plan_cancelled", department, detail)
    try:
        department.delete()
    except ProtectedError as error:
        raise ValidationError(
            _("この部署を使っているものがあるため、取り消せません。廃止してください。")
        ) from error


@transaction.atomic
def apply_versions(municipality: Municipality) -> list[Department]:
    """Copy today's versions into their departments; gives those that changed. Doing it twice changes nothing."""
    lock(municipality)
    changed = sync_tree(municipality)
    record_many(
        municipality.chain,
        SYSTEM,
        [("organisation.department_applied", one, {"name": one.name, "path": one.path}) for one in changed],
    )
    return changed


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {key: str(value) for key, value in values.items() if value is not None}
