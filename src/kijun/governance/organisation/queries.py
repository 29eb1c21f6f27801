"""The tree of departments as of a day, and what is planned for it."""

from __future__ import annotations

import datetime
from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Exists, Min, OuterRef, QuerySet
from django.utils import timezone

from kijun.governance.organisation.models import ClosingDay, Department, DepartmentVersion, Municipality
from kijun.web.search import folded


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


def exists_on(department: Department, day: datetime.date) -> bool:
    """The department has begun by ``day`` and is not closed yet."""
    if department.closed_on is not None and department.closed_on <= day:
        return False
    return DepartmentVersion.objects.on(day).filter(department=department).exists()


def beginning_later(municipality: Municipality) -> list[Department]:
    """Departments that are planned and do not exist yet, the next one first."""
    today = timezone.localdate()
    begun = DepartmentVersion.objects.filter(department=OuterRef("pk"), valid_from__lte=today)
    first = Min("versions__valid_from")
    rows = Department.objects.of(municipality).filter(~Exists(begun)).annotate(begins_on=first)
    return list(rows.filter(begins_on__gt=today).order_by("begins_on", "order", "code"))


@dataclass(frozen=True, slots=True)
class Planned:
    """Something that happens to a department after today. ``kind``: begins, changes or closes."""

    day: datetime.date
    kind: str
    department_id: int
    name: str
    parent: str
    reason: str


def planned(municipality: Municipality) -> list[Planned]:
    """What takes effect after today, the next day first; two queries."""
    today = timezone.localdate()
    rows = DepartmentVersion.objects.of(municipality).filter(valid_from__gt=today)
    earlier = DepartmentVersion.objects.filter(
        department=OuterRef("department"), valid_from__lt=OuterRef("valid_from")
    )
    found = [
        Planned(
            one.valid_from,
            "changes" if one.is_change else "begins",
            one.department_id,
            one.name,
            one.parent.name if one.parent else "",
            one.reason,
        )
        for one in rows.select_related("parent")
        .annotate(is_change=Exists(earlier))
        .order_by("department__code")
    ]
    closing = Department.objects.of(municipality).filter(closed_on__gt=today).order_by("code")
    found += [Planned(one.closed_on, "closes", one.pk, one.name, "", "") for one in closing]
    return sorted(found, key=lambda one: one.day)


def search(nodes: list[Node], words: str) -> list[Node]:
    """The departments whose name, reading or code has every word, with what stands above them."""
    wanted = folded(words).split()
    above = {node.id: node.parent_id for node in nodes}
    kept: set[int | None] = set()
    for node in nodes:
        text = folded(f"{node.name} {node.kana} {node.code} {node.name_en}")
        if all(word in text for word in wanted):
            at: int | None = node.id
            while at is not None and at not in kept:
                kept.add(at)
                at = above.get(at)
    return [node for node in nodes if node.id in kept]


def versions(department: Department) -> list[DepartmentVersion]:
    """All versions of a department, the newest first."""
    return list(department.versions.select_related("parent").order_by("-valid_from"))


def closing_days(municipality: Municipality) -> QuerySet[ClosingDay]:
    return ClosingDay.objects.of(municipality).order_by("day")
