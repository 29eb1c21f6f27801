"""The tree of departments, one department, and what may be done with it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from kijun.governance.organisation import actions, dependents, queries, succession
from kijun.governance.organisation.columns import COLUMNS, as_rows
from kijun.governance.organisation.forms import CloseForm, DepartmentForm, DetailsForm, RevisionForm
from kijun.governance.organisation.models import Department, DepartmentVersion
from kijun.governance.organisation.tenancy import StaffRequest, get_mine
from kijun.web.excel import Sheet, write_workbook
from kijun.web.forms import DateField, Form, add_errors
from kijun.web.tables import excel_response
from kijun.web.who_may import who_may


class ShowForm(Form):
    """Which day's tree, and what to look for in it."""

    q = forms.CharField(label=gettext_lazy("一覧を検索"), required=False, max_length=80)
    on = DateField(
        label=gettext_lazy("この日の組織を見る"),
        required=False,
        help_text="",
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("例：令和8年4月1日")}),
    )


@require_GET
@who_may("organisation.manage")
def departments(request: StaffRequest) -> HttpResponse:
    """The tree as of a day."""
    form = ShowForm({"on": request.GET.get("on", ""), "q": request.GET.get("q", "")})
    form.is_valid()
    day = form.cleaned_data.get("on") or timezone.localdate()
    words = form.cleaned_data.get("q", "")
    if request.GET.get("format") == "xlsx":
        rows = as_rows(request.municipality, day).values()
        return excel_response(write_workbook([Sheet(_("部署"), COLUMNS, rows)]), f"部署_{day}.xlsx")
    return render(
        request,
        "organisation/departments.html",
        {
            "form": form,
            "day": day,
            "is_today": day == timezone.localdate(),
            "words": words,
            "nodes": queries.search(queries.tree(request.municipality, day), words),
            "planned": queries.planned(request.municipality),
        },
    )


@require_GET
@who_may("organisation.manage")
def department(request: StaffRequest, pk: int) -> HttpResponse:
    """One department with its versions, past and planned."""
    found = get_mine(request, Department, pk=pk)
    today = timezone.localdate()
    return render(
        request,
        "organisation/department.html",
        {
            "department": found,
            "versions": queries.versions(found),
            "below": [node for node in queries.tree(request.municipality) if node.parent_id == found.pk],
            "today": today,
            "is_open": not found.closed_on or found.closed_on > today,
            "work": dependents.work([found]).get(found.pk, []) if found.closed_on else [],
            "successors": found.successors.all(),
            "predecessors": found.predecessors.all(),
            "left": succession.left(found) if found.closed_on else [],
        },
    )


@who_may("organisation.manage")
def add(request: StaffRequest) -> HttpResponse:
    """A new department."""
    form = DepartmentForm(
        request.POST or None,
        town=request.municipality,
        initial={"valid_from": timezone.localdate(), "parent": request.GET.get("parent", ""), "order": 0},
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.add_department(request.user, request.municipality, **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("%(name)sを追加しました。") % {"name": made.name})
            return redirect("organisation:department", made.pk)
    context = {
        "title": _("部署を追加する"),
        "button": _("追加する"),
        "back": reverse("organisation:departments"),
    }
    return _form_page(request, form, context)


def _form_page(request: StaffRequest, form: forms.Form, context: dict[str, Any]) -> HttpResponse:
    status = 422 if form.is_bound else 200
    return render(request, "organisation/form.html", {"form": form, **context}, status=status)


def _change_page(
    request: StaffRequest, found: Department, form: forms.Form, title: str, button: str, lead: str = ""
) -> HttpResponse:
    back = reverse("organisation:department", args=[found.pk])
    context = {"title": title, "button": button, "lead": lead, "back": back, "department": found}
    return _form_page(request, form, context)


@who_may("organisation.manage")
def revise(request: StaffRequest, pk: int) -> HttpResponse:
    """Another name or another place, from a day on."""
    found = get_mine(request, Department, pk=pk)
    initial = {
        "name": found.name, "kana": found.kana, "parent": found.parent_id or "", "revision": found.revision
    }  # fmt: skip
    form = RevisionForm(request.POST or None, department=found, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        try:
            version = actions.revise_department(
                request.user, found, seen_revision=data.pop("revision"), **data
            )
        except ValidationError as error:
            add_errors(form, error)
        else:
            if version.valid_from > timezone.localdate():
                messages.success(request, _("予定を保存しました。その日になると自動で切り替わります。"))
            else:
                messages.success(request, _("保存しました。"))
            return redirect("organisation:department", pk)
    lead = _("先の日付を指定すると、その日に自動で切り替わります。それまでは今の名称と位置のままです。")
    title = _("%(name)sの名称・位置を変える") % {"name": found.name}
    return _change_page(request, found, form, title, _("保存する"), lead)


@who_may("organisation.manage")
def details(request: StaffRequest, pk: int) -> HttpResponse:
    """English name and order."""
    found = get_mine(request, Department, pk=pk)
    initial = {"name_en": found.name_en, "order": found.order, "revision": found.revision}
    form = DetailsForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.change_department(
                request.user,
                found,
                name_en=data["name_en"],
                order=data["order"],
                seen_revision=data["revision"],
            )
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("保存しました。"))
            return redirect("organisation:department", pk)
    title = _("%(name)sの英語名・並び順を変える") % {"name": found.name}
    return _change_page(request, found, form, title, _("保存する"))


@who_may("organisation.manage")
def close(request: StaffRequest, pk: int) -> HttpResponse:
    """Close a department from a day on."""
    found = get_mine(request, Department, pk=pk)
    form = CloseForm(request.POST or None, department=found, initial={"revision": found.revision})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.close_department(
                request.user, found,
                closed_on=data["closed_on"], reason=data["reason"],
                successors=data["successors"], seen_revision=data["revision"],
            )  # fmt: skip
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("廃止を保存しました。"))
            return redirect("organisation:department", pk)
    lead = _("部署の記録は残ります。下の部署、職員、役割などが残っている間は廃止できません。")
    return _change_page(
        request, found, form, _("%(name)sを廃止する") % {"name": found.name}, _("廃止する"), lead
    )


@require_POST
@who_may("organisation.manage")
def reopen(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a closing back."""
    found = get_mine(request, Department, pk=pk)
    try:
        actions.reopen_department(request.user, found)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("廃止を取り消しました。"))
    return redirect("organisation:department", pk)


@require_POST
@who_may("organisation.manage")
def cancel_version(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a planned change back."""
    version = get_mine(request, DepartmentVersion, pk=pk)
    department_id = version.department_id
    try:
        remains = actions.cancel_version(request.user, version)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("organisation:department", department_id)
    messages.success(request, _("予定を取り消しました。"))
    return (
        redirect("organisation:department", department_id)
        if remains
        else redirect("organisation:departments")
    )
