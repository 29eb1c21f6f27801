"""What a transfer would leave behind: things without their person, departments without an approver."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils.translation import gettext as _

from kijun.governance.accounts.belongings import Belonging, belongings_of
from kijun.governance.accounts.models import Handover, Posting, RoleGrant, Transfer, TransferLine
from kijun.governance.accounts.roles import TOWN_WIDE, Role
from kijun.governance.organisation.models import Department, Municipality
from kijun.governance.organisation.queries import open_departments


@dataclass(frozen=True, slots=True)
class Left:
    """One thing that hangs on a person who moves, and what was decided about it."""

    line: TransferLine
    belonging: Belonging
    handover: Handover | None

    @property
    def is_settled(self) -> bool:
        one = self.handover
        return one is not None and (one.successor_id is not None or (one.keeps and not self.line.leaves))

    @property
    def key(self) -> str:
        """Tells the thing apart within the transfer, as a form field's name."""
        return (
            f"{self.line.pk}|{self.belonging.thing_kind}|{self.belonging.role_key}|{self.belonging.thing_id}"
        )


@dataclass(frozen=True, slots=True)
class Review:
    """A transfer as it would take effect. ``problems`` must be mended; ``open`` may be confirmed with a reason."""

    lines: list[TransferLine]
    left: list[Left]
    uncovered: list[Department]
    """Departments with staff that have an approver today and would have none."""
    problems: list[str] = field(default_factory=list)

    @property
    def unsettled(self) -> list[Left]:
        return [one for one in self.left if not one.is_settled]

    @property
    def open(self) -> int:
        """How many things would be left without their person or approver."""
        return len(self.unsettled) + len(self.uncovered)

    @property
    def leaving(self) -> int:
        return sum(line.leaves for line in self.lines)


def review(transfer: Transfer) -> Review:
    """Look at a transfer as a whole; the number of queries does not depend on the number of lines."""
    rows = transfer.lines.select_related("person__municipality", "to_department")
    lines = list(rows.order_by("person__kana_sort", "pk"))
    chosen: dict[tuple[int, str, str, str], Handover] = {
        (one.line_id, one.thing_kind, one.role, one.thing_id): one
        for one in Handover.objects.filter(line__transfer=transfer).select_related("successor")
    }
    found = belongings_of([line.person for line in lines])
    left = [
        Left(line, one, chosen.get((line.pk, one.thing_kind, one.role_key, one.thing_id)))
        for line in lines
        for one in found.get(line.person_id, [])
    ]
    return Review(lines, left, uncovered(transfer, lines), list(_problems(transfer, lines, left)))


def _problems(transfer: Transfer, lines: Sequence[TransferLine], left: Iterable[Left]) -> Iterable[str]:
    day = transfer.effective_on
    existing = set(open_departments(transfer.municipality, day).values_list("pk", flat=True))
    leaving = {line.person_id for line in lines if line.leaves}
    for line in lines:
        names = {"name": line.person.name, "number": line.person.staff_number}
        if not line.person.is_active:
            yield _("%(name)s（%(number)s）は無効になっています。行を削除してください。") % names
        if line.to_department_id is not None and line.to_department_id not in existing:
            yield _("%(name)s（%(number)s）の異動先は、発令日には存在しない部署です。") % names
    others = TransferLine.objects.filter(
        transfer__municipality=transfer.municipality,
        transfer__state=Transfer.State.STAGED,
        person__in=[line.person_id for line in lines],
    ).exclude(transfer=transfer)
    for other in others.select_related("person", "transfer"):
        yield _("%(name)sは、予約済みの「%(transfer)s」にも入っています。") % {
            "name": other.person.name,
            "transfer": other.transfer.name,
        }
    for one in left:
        heir = one.handover.successor if one.handover else None
        if heir is not None and (not heir.is_active or heir.pk in leaving):
            yield _("「%(thing)s」を引き継ぐ%(name)sは、発令日にはいません。別の人を選んでください。") % {
                "thing": one.belonging.label,
                "name": heir.name,
            }


def ended_grants(lines: Sequence[TransferLine], day: datetime.date) -> Q:
    """Grants that a transfer of these lines ends on ``day``, as a condition on :class:`RoleGrant`."""
    wide = [line.person_id for line in lines if line.leaves or line.end_wide]
    people = [line.person_id for line in lines]
    return Q(person__in=people, department__isnull=False) | Q(person__in=wide, department__isnull=True)


def uncovered(transfer: Transfer, lines: Sequence[TransferLine]) -> list[Department]:
    """Departments with staff after the transfer whose only approvers it takes away."""
    town, day = transfer.municipality, transfer.effective_on
    moving = {line.person_id for line in lines}
    grants = RoleGrant.objects.of(town).on(day).filter(role=Role.APPROVER, person__is_active=True)
    now = _paths(grants)
    after = _paths(grants.exclude(ended_grants(lines, day)))
    after |= {line.to_department.path for line in lines if line.to_department and Role.APPROVER in line.roles}
    staffed = set(_staffed(town, day, moving)) | {line.to_department_id for line in lines}
    return [
        one
        for one in open_departments(town, day).order_by("path")
        if one.pk in staffed and _covered(one.path, now) and not _covered(one.path, after)
    ]


def _paths(grants: Iterable[RoleGrant]) -> set[str]:
    rows = grants.values_list("department__path", flat=True)  # type: ignore[attr-defined]  # a queryset
    return {path or "" for path in rows}


def _covered(path: str, above: set[str]) -> bool:
    return any(path.startswith(one) for one in above)


def _staffed(town: Municipality, day: datetime.date, moving: set[int]) -> Iterable[int]:
    rows = Posting.objects.of(town).on(day).filter(person__is_active=True)
    return (pk for pk, person in rows.values_list("department", "person") if person not in moving)


def granted(line: TransferLine) -> list[tuple[Role, Department | None]]:
    """The roles that a line gives, each with its department (None: the whole municipality)."""
    if line.to_department is None:
        return []
    roles = [Role(role) for role in line.roles]
    return [(role, None if role in TOWN_WIDE else line.to_department) for role in roles]
