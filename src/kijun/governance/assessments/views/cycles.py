"""Cycles: the list, a new one, and how far one is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from kijun.governance.assessments import actions, plans, queries, staffing
from kijun.governance.assessments.forms import CycleForm
from kijun.governance.assessments.models import DONE_WITH, SETTLED_STATES, Assessment, Cycle
from kijun.governance.assessments.tallies import Results, Tally
from kijun.governance.inventory.queries import registered
from kijun.governance.organisation.calendar import due_date
from kijun.governance.organisation.models import Municipality
from kijun.governance.organisation.tenancy import StaffRequest, get_mine, mine
from kijun.web import dates
from kijun.web.excel import SheetColumn
from kijun.web.tables import Column, Table
from kijun.web.templatetags.kit import named
from kijun.web.who_may import require, who_may

MONTHS_OPEN = 40
"""Opening days that a new cycle is given unless somebody says otherwise: about two months."""


def _state(cycle: Any) -> str:
    if cycle.closed_at:
        return _("完了")
    if not cycle.left:
        return _("承認済")
    return _("提出期限超過") if _late(cycle) else _("実施中")


def _late(cycle: Any) -> bool:
    return bool(cycle.due_on < timezone.localdate() and cycle.left)


def _tone(cycle: Any) -> str:
    return "success" if cycle.closed_at or not cycle.left else "danger" if _late(cycle) else "progress"


TABLE = Table(
    name="cycles",
    caption=gettext_lazy("自己点検の一覧"),
    columns=[
        Column(
            "name",
            gettext_lazy("名称"),
            lambda row: row.name,
            ("name",),
            lambda row: reverse("assessments:cycle", args=[row.pk]),
        ),
        Column("state", gettext_lazy("状態"), _state, tone=_tone),
        Column(
            "year",
            gettext_lazy("年度"),
            lambda row: dates.fiscal_year_label(row.fiscal_year),
            ("fiscal_year",),
        ),
        Column("starts_on", gettext_lazy("開始日"), lambda row: row.starts_on, ("starts_on",), kind="date"),
        Column("due_on", gettext_lazy("提出期限"), lambda row: row.due_on, ("due_on",), kind="date"),
        Column("number", gettext_lazy("点検の数"), lambda row: row.number, ("number",), kind="number"),
        Column(
            "approved",
            gettext_lazy("承認済"),
            lambda row: row.approved,
            ("approved",),
            kind="number",
        ),
    ],
    search=("name",),
    default=("-starts_on",),
    empty=gettext_lazy(
        "まだ自己点検がありません。自己点検は、対策が実施できているかを部署ごとに確かめ、決裁を受けるものです。"
    ),
    first_step=gettext_lazy("自己点検を始める"),
    first_step_url=lambda request: (
        reverse("assessments:new_cycle") if request.user.has_perm("assessments.manage") else None
    ),
    sheet=[
        SheetColumn("name", gettext_lazy("名称")),
        SheetColumn("fiscal_year", gettext_lazy("年度"), kind="number"),
        SheetColumn("starts_on", gettext_lazy("開始日"), kind="date"),
        SheetColumn("due_on", gettext_lazy("提出期限"), kind="date"),
        SheetColumn("number", gettext_lazy("点検の数"), kind="number"),
        SheetColumn("approved", gettext_lazy("承認済"), kind="number"),
    ],
    sheet_row=lambda row: {
        "name": row.name,
        "fiscal_year": row.fiscal_year,
        "starts_on": row.starts_on,
        "due_on": row.due_on,
        "number": row.number,
        "approved": row.approved,
    },
)


@who_may("assessments.view")
def cycles(request: StaffRequest) -> HttpResponse:
    """All rounds of self-assessment, and what waits for the person."""
    rows = mine(request, Cycle).annotate(
        number=Count("assessments", filter=~Q(assessments__state=Assessment.State.DROPPED)),
        approved=Count("assessments", filter=Q(assessments__state__in=SETTLED_STATES)),
        left=Count("assessments", filter=~Q(assessments__state__in=DONE_WITH)),
    )
    if TABLE.wants_excel(request):
        return TABLE.as_excel(request, rows, _("自己点検") + ".xlsx")
    work = queries.works(queries.open_work(request.user))
    context = {
        "shown": TABLE.show(request, rows),
        "work": work,
        "today": timezone.localdate(),
        "may_manage": request.user.has_perm("assessments.manage"),
    }
    return render(request, "assessments/cycles.html", context)


def _new_name(town: Municipality, year: int) -> str:
    """A name that is not taken: 2026年度 自己点検, then with a number."""
    name = _("%(year)s年度 自己点検") % {"year": year}
    taken = set(Cycle.objects.filter(municipality=town).values_list("name", flat=True))
    number = 2
    while (wanted := name if number == 2 and name not in taken else f"{name} {number}") in taken:
        number += 1
    return wanted


@who_may("assessments.manage")
def new_cycle(request: StaffRequest) -> HttpResponse:
    """Name and days; then a page that says what will be made; then it is made."""
    town = request.municipality
    if request.method != "POST":
        today = timezone.localdate()
        year = dates.fiscal_year(today)
        initial = {
            "name": _new_name(town, year),
            "fiscal_year": year,
            "starts_on": today,
            "due_on": due_date(town, MONTHS_OPEN, today),
        }
        return render(request, "assessments/new_cycle.html", {"form": CycleForm(town, initial=initial)})
    form = CycleForm(town, request.POST)
    if not form.is_valid() or "back" in request.POST:
        status = 200 if "back" in request.POST else 422
        return render(request, "assessments/new_cycle.html", {"form": form}, status=status)
    if "confirmed" not in request.POST:
        plan = plans.plan_cycle(town)
        jobs = [staffing.Job.planned(one) for one in plan.planned]
        context = {"form": form, "plan": plan, "obstacles": staffing.obstacles(town, jobs)}
        return render(request, "assessments/confirm_cycle.html", context)
    try:
        made = actions.open_cycle(request.user, town, **form.cleaned_data)
    except ValidationError as error:
        form.add_error(None, error)
        return render(request, "assessments/new_cycle.html", {"form": form}, status=422)
    messages.success(request, _("自己点検を始めました。担当の部署のホームに、作業が表示されます。"))
    return redirect("assessments:cycle", pk=made.pk)


@who_may("assessments.view")
def cycle(request: StaffRequest, pk: int) -> HttpResponse:
    """How far each assessment and each department is."""
    found = get_mine(request, Cycle, pk=pk)
    of_cycle = queries.visible_assessments(request.user).filter(cycle=found).order_by("system", "pk")
    rows = list(of_cycle.select_related("cycle", "system__provider_department", "system__owner"))
    rows.sort(key=lambda one: (one.system_id is not None, one.system.number if one.system else 0))
    results = queries.results_of(rows)
    assignments = _assignments([one for one in rows if one.state != Assessment.State.DROPPED])
    may_manage = request.user.has_perm("assessments.manage", found)
    present = {one.system_id for one in found.assessments.all()} if may_manage else set()
    plan_later = plans.current_risks(request.municipality) if may_manage and not found.closed_at else {}
    context = {
        "cycle": found,
        "rows": [(one, results[one.pk].total) for one in rows],
        "departments": _by_department(queries.works(assignments)),
        "late": sum(
            one.finished_at is None and one.assessment.is_open and one.due_on < timezone.localdate()
            for one in assignments
        ),
        "settled": sum(one.is_settled for one in rows),
        "counted": sum(one.state != Assessment.State.DROPPED for one in rows),
        "left": any(one.state not in DONE_WITH for one in rows),
        "waiting": plans.waiting_systems(request.municipality) if may_manage else [],
        "obstacles": _obstacles(request, rows, results, assignments) if may_manage else [],
        "addable": _addable(request, plan_later, present),
        "may_manage": may_manage,
        "today": timezone.localdate(),
    }
    return render(request, "assessments/cycle.html", context)


def _obstacles(
    request: StaffRequest, rows: list[Assessment], results: dict[int, Results], assignments: list[Any]
) -> list[staffing.Obstacle]:
    """What nobody can do in those that are still to be submitted."""
    by_assessment: dict[int, list[Any]] = {}
    for one in assignments:
        by_assessment.setdefault(one.assessment_id, []).append(one)
    jobs = [
        staffing.Job.under_way(one, results[one.pk].roles, by_assessment.get(one.pk, []))
        for one in rows
        if one.is_open
    ]
    return staffing.obstacles(request.municipality, jobs)


@dataclass(slots=True)
class DepartmentWork:
    """All that one department has to do in a cycle."""

    name: str
    works: list[queries.Work] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)

    @property
    def finished(self) -> int:
        return sum(one.assignment.finished_at is not None for one in self.works)

    @property
    def late(self) -> int:
        today = timezone.localdate()
        return sum(
            one.assignment.finished_at is None
            and one.assignment.assessment.is_open
            and one.assignment.due_on < today
            for one in self.works
        )


def _by_department(works: list[queries.Work]) -> list[DepartmentWork]:
    found: dict[int, DepartmentWork] = {}
    for one in works:
        department = one.assignment.department
        row = found.setdefault(department.pk, DepartmentWork(named(department)))
        row.works.append(one)
        row.tally.merge(one.tally)
    return list(found.values())


def _assignments(rows: list[Any]) -> list[Any]:
    from kijun.governance.assessments.models import Assignment

    by_pk = {one.pk: one for one in rows}
    found = list(
        Assignment.objects.filter(assessment__in=by_pk)
        .select_related("department", "person")
        .order_by("department__path", "due_on", "pk")
    )
    for one in found:
        one.assessment = by_pk[one.assessment_id]
    return found


def _addable(request: StaffRequest, risks: dict[int, Any], present: set[int | None]) -> list[Any]:
    """Systems whose risk assessment came after the cycle was opened."""
    if not risks:
        return []
    rows = registered(request.municipality).filter(pk__in=risks)
    return [one for one in rows if one.pk not in present]


@require_POST
@who_may("assessments.manage")
def add_missing(request: StaffRequest, pk: int) -> HttpResponse:
    """Add the systems that have a risk assessment by now."""
    found = get_mine(request, Cycle, pk=pk)
    require(request, "assessments.manage", found)
    try:
        made = actions.add_missing(request.user, found)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        words = ngettext("%(n)s件の点検を加えました。", "%(n)s件の点検を加えました。", len(made))
        messages.success(
            request, words % {"n": len(made)} if made else _("加えるAIシステムはありませんでした。")
        )
    return redirect("assessments:cycle", pk=found.pk)
