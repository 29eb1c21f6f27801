"""What transfers tell the rest: words for the trail, what waits for administrators, what keeps a department open."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kijun.governance.accounts import waiting
from kijun.governance.accounts.models import Person, Posting, RoleGrant, Transfer, TransferLine
from kijun.governance.audit import words
from kijun.governance.organisation import dependents
from kijun.governance.organisation.models import Department
from kijun.web.punctuation import bracketed

SOON = datetime.timedelta(days=14)


def blocked_or_near(person: Person) -> Iterable[waiting.Task]:
    """Transfers that could not take effect, and drafts whose day is near."""
    if not person.has_perm("accounts.manage_people"):
        return
    rows = Transfer.objects.filter(municipality=person.municipality_id).filter(
        Q(state=Transfer.State.STAGED) & ~Q(blocked="")
        | Q(state=Transfer.State.DRAFT, effective_on__lte=timezone.localdate() + SOON)
    )
    for transfer in rows:
        title = _("発効できない「%(name)s」を直す") if transfer.blocked else _("「%(name)s」を予約する")
        yield waiting.Task(
            title % {"name": transfer.name},
            _("人事異動"),
            reverse("accounts:transfer", args=[transfer.pk]),
            transfer.effective_on,
        )


def closing_with_people(person: Person) -> Iterable[waiting.Task]:
    """Departments that close soon, or have closed, with somebody still in them: a transfer was taken back, say."""
    if not person.has_perm("accounts.manage_people"):
        return
    found: set[int] = set()
    for model in (Posting, RoleGrant):
        rows = _left_in(model, F("department__closed_on"), OuterRef("department__closed_on")).filter(
            municipality=person.municipality_id, department__closed_on__lte=timezone.localdate() + SOON
        )
        found |= set(rows.order_by().values_list("department", flat=True))
    for department in Department.objects.filter(pk__in=found).order_by("closed_on", "code"):
        title = _("廃止する「%(name)s」に残る職員と役割を移す") % {"name": department.name}
        url = f"{reverse('accounts:people')}?{urlencode({'department': department.path})}"
        yield waiting.Task(title, _("部署の廃止"), url, department.closed_on)


def closing_with_work(person: Person) -> Iterable[waiting.Task]:
    """Departments that close soon, or have closed, with work that nobody has moved."""
    if not person.has_perm("organisation.manage"):
        return
    rows = Department.objects.filter(
        municipality=person.municipality_id, closed_on__lte=timezone.localdate() + SOON
    )
    closing = list(rows.select_related("municipality").order_by("closed_on", "code"))
    left = dependents.work(closing)
    for department in closing:
        if department.pk in left:
            title = _("廃止する「%(name)s」に残る仕事を移す") % {"name": department.name}
            url = reverse("organisation:department", args=[department.pk])
            yield waiting.Task(title, gettext_lazy("部署の廃止"), url, department.closed_on)


def _left_in(model: type[Posting | RoleGrant], day: Any, day_of_row: Any = None) -> QuerySet[Any]:
    """Posts or roles of active people that go on beyond ``day`` and that no staged transfer ends by then.

    ``day_of_row``: the same day as a row of the outer query has it, when ``day`` is a field and no date.
    """
    moves = TransferLine.objects.filter(
        person=OuterRef("person"),
        transfer__state=Transfer.State.STAGED,
        transfer__effective_on__lte=day_of_row or day,
    )
    rows = model.objects.filter(Q(valid_to=None) | Q(valid_to__gte=day), person__is_active=True)
    return rows.exclude(Exists(moves))


def in_department(department: Department, day: datetime.date) -> Iterable[str]:
    """People who would still work in a department, and roles that would still be granted for it, on a day."""
    posts = _left_in(Posting, day).filter(department=department)
    yield from (f"{one.person}" for one in posts.select_related("person"))
    grants = _left_in(RoleGrant, day).filter(department=department)
    yield from (f"{one.person} {one.get_role_display()}" for one in grants.select_related("person"))
    lines = TransferLine.objects.filter(to_department=department, transfer__state=Transfer.State.STAGED)
    yield from (bracketed(one.person, one.transfer) for one in lines.select_related("person", "transfer"))


def register() -> None:
    """Called once, when the app is ready."""
    waiting.register(blocked_or_near)
    waiting.register(closing_with_people)
    waiting.register(closing_with_work)
    dependents.register(in_department)
    words.add_actions(
        {
            "accounts.transferred": gettext_lazy("人事異動が発効した"),
            "accounts.transfer_drafted": gettext_lazy("人事異動を登録した"),
            "accounts.transfer_changed": gettext_lazy("人事異動の名称・発令日を変更した"),
            "accounts.transfer_line_added": gettext_lazy("人事異動に職員を追加した"),
            "accounts.transfer_line_changed": gettext_lazy("人事異動の職員の内容を変更した"),
            "accounts.transfer_line_removed": gettext_lazy("人事異動から職員を外した"),
            "accounts.handovers_chosen": gettext_lazy("引継ぎを決めた"),
            "accounts.transfer_staged": gettext_lazy("人事異動を予約した"),
            "accounts.transfer_reopened": gettext_lazy("人事異動の予約を外した"),
            "accounts.transfer_cancelled": gettext_lazy("人事異動を取り消した"),
            "accounts.transfer_applied": gettext_lazy("人事異動を発効した"),
            "accounts.transfer_blocked": gettext_lazy("人事異動が発効できなかった"),
        }
    )
    words.add_kinds({"accounts.transfer": gettext_lazy("人事異動"), "accounts.person": gettext_lazy("職員")})
    words.add_fields(
        {
            "effective_on": gettext_lazy("発令日"),
            "from": gettext_lazy("前の部署"),
            "department": gettext_lazy("部署"),
            "title": gettext_lazy("職名"),
            "roles": gettext_lazy("役割"),
            "leaves": gettext_lazy("退職・転出"),
            "person": gettext_lazy("職員"),
            "staff_number": gettext_lazy("職員番号"),
            "lines": gettext_lazy("人数"),
            "left": gettext_lazy("残ったもの"),
            "moving": gettext_lazy("異動"),
            "leaving": gettext_lazy("退職・転出"),
            "handed_over": gettext_lazy("引き継いだ件数"),
            "handovers": gettext_lazy("引継ぎ"),
        }
    )
