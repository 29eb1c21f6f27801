"""The tree of departments as of a day, and what is planned for it."""

from __future__ import annotations

import datetime
from collections import defaultdict
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone

from kijun.governance.organisation.models import ClosingDay, Department, DepartmentVersion, Municipality


@dataclass(frozen=True, slots=True)
class Node:
    """A department as it was called on a day; ``depth`` 0 is the top."""

    id: int
    code: str
    name: str
    kana: str
    name_en: str
    depth: int
    order: int
    parent_id: int | None
    since: datetime.date
    until: datetime.date | None


def tree(municipality: Municipality, day: datetime.date | None = None) -> list[Node]:
    """The departments of a day in the order of the tree; one query."""
    rows = DepartmentVersion.objects.of(municipality).on(day or timezone.localdate())
    below: dict[int | None, list[DepartmentVersion]] = defaultdict(list)
    versions: list[DepartmentVersion] = list(rows.select_related("department"))
    present = {version.department_id for version in versions}
    for version in versions:
        below[version.parent_id if version.parent_id in present else None].append(version)
    nodes: list[Node] = []
    waiting = [(version, 0) for version in _sorted(below[None], last_first=True)]
    while waiting:
        version, depth = waiting.pop()
        one = version.department
        nodes.append(
            Node(
                one.pk, one.code, version.name, version.kana, one.name_en, depth, one.order,
                version.parent_id, version.valid_from, version.valid_to,
            )
        )  # fmt: skip
        waiting += [(child, depth + 1) for child in _sorted(below[one.pk], last_first=True)]
    return nodes


def _sorted(versions: list[DepartmentVersion], *, last_first: bool) -> list[DepartmentVersion]:
    return sorted(versions, key=lambda v: (v.department.order, v.department.code), reverse=last_first)


def open_departments(municipality: Municipality, day: datetime.date | None = None) -> QuerySet[Department]:
    """The departments that exist on ``day`` (default: today), for choices in forms."""
    on = DepartmentVersion.objects.of(municipality).on(day or timezone.localdate())
    return Department.objects.of(municipality).filter(pk__in=on.values("department"))


def planned(municipality: Municipality) -> list[DepartmentVersion]:
    """Changes that take effect after today, the next one first."""
    rows = DepartmentVersion.objects.of(municipality).filter(valid_from__gt=timezone.localdate())
    return list(rows.select_related("department", "parent").order_by("valid_from", "department__code"))


def versions(department: Department) -> list[DepartmentVersion]:
    """All versions of a department, the newest first."""
    return list(department.versions.select_related("parent").order_by("-valid_from"))


def closing_days(municipality: Municipality) -> QuerySet[ClosingDay]:
    return ClosingDay.objects.of(municipality).order_by("day")
