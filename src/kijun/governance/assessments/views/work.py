"""Who is asked: assignments of an assessment."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kijun.governance.assessments import actions, queries, staffing
from kijun.governance.assessments.forms import AssignForm, AssignmentForm
from kijun.governance.assessments.models import Assessment, Assignment
from kijun.governance.assessments.views.common import Desk, find, page
from kijun.governance.organisation.tenancy import StaffRequest, get_mine
from kijun.web.who_may import require, who_may


@who_may("assessments.view")
def work(request: StaffRequest, pk: int) -> HttpResponse:
    """The departments that are asked, how far they are; the manager asks more."""
    found = find(request, pk)
    desk = Desk.of(request, found)
    may_manage = request.user.has_perm("assessments.manage", found) and found.is_open
    form = None
    if may_manage:
        form = AssignForm(found, desk.results.roles, initial={"due_on": found.due_on})
    if request.method == "POST":
        require(request, "assessments.manage", found)
        form = AssignForm(found, desk.results.roles, request.POST)
        if form.is_valid():
            try:
                actions.assign(request.user, found, **form.cleaned_data)
            except ValidationError as error:
                form.add_error(None, error)
            else:
                messages.success(request, _("担当を割り当てました。"))
                return redirect("assessments:work", pk=found.pk)
    rows = desk.assignments
    for one in rows:
        one.assessment = found
    may_finish = {one.pk for one in rows if request.user.has_perm("assessments.finish", one)}
    context = page(
        request,
        desk,
        work=queries.works(rows),
        form=form,
        may_finish=may_finish,
        obstacles=_obstacles(desk) if may_manage else [],
        today=timezone.localdate(),
    )
    status = 422 if form is not None and form.is_bound else 200
    return render(request, "assessments/work.html", context, status=status)


def _obstacles(desk: Desk) -> list[staffing.Obstacle]:
    job = staffing.Job.under_way(desk.assessment, desk.results.roles, desk.assignments)
    return staffing.obstacles(desk.assessment.municipality, [job])


def _assignment(request: StaffRequest, pk: int) -> Assignment:
    rows = Assignment.objects.select_related("department", "person", "municipality")
    found: Assignment = get_mine(request, rows, pk=pk)
    found.assessment = find(request, found.assessment_id)
    return found


@who_may("assessments.manage")
def edit_work(request: StaffRequest, pk: int) -> HttpResponse:
    """Change department, person or day of an assignment."""
    found = _assignment(request, pk)
    require(request, "assessments.manage", found.assessment)
    form = AssignmentForm(found)
    if request.method == "POST":
        form = AssignmentForm(found, request.POST)
        if form.is_valid():
            values = dict(form.cleaned_data)
            revision = values.pop("revision")
            try:
                actions.change_assignment(request.user, found, seen_revision=revision, **values)
            except ValidationError as error:
                form.add_error(None, error)
            else:
                messages.success(request, _("担当を変更しました。"))
                return redirect("assessments:work", pk=found.assessment_id)
    context = {"assignment": found, "assessment": found.assessment, "form": form}
    return render(request, "assessments/edit_work.html", context, status=422 if form.is_bound else 200)


@require_POST
@who_may("assessments.view")
def finish(request: StaffRequest, pk: int) -> HttpResponse:
    """完了: the department has answered everything."""
    found = _assignment(request, pk)
    if found.assessment.is_open and not request.user.has_perm("assessments.manage", found.assessment):
        require(request, "assessments.finish", found)
    return _do(request, found.assessment, _("担当分を完了にしました。"), lambda: actions.finish(
        request.user, found, seen_revision=_revision(request)
    ))  # fmt: skip


@require_POST
@who_may("assessments.manage")
def reopen(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask the department to look again."""
    found = _assignment(request, pk)
    return _do(request, found.assessment, _("担当分を作業中に戻しました。"), lambda: actions.reopen(
        request.user, found, seen_revision=_revision(request)
    ))  # fmt: skip


@require_POST
@who_may("assessments.manage")
def remove_work(request: StaffRequest, pk: int) -> HttpResponse:
    """Take the work away from the department."""
    found = _assignment(request, pk)
    return _do(request, found.assessment, _("担当を外しました。"), lambda: actions.remove_assignment(
        request.user, found
    ))  # fmt: skip


def _revision(request: StaffRequest) -> int | None:
    text = request.POST.get("revision", "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _do(request: StaffRequest, assessment: Assessment, words: str, act: Callable[[], object]) -> HttpResponse:
    try:
        act()
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, words)
    return redirect("assessments:work", pk=assessment.pk)
