"""決裁ルート: the list, one route, its steps."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kijun.governance.approvals import actions
from kijun.governance.approvals.forms import RouteForm, RouteStepForm, step_forms
from kijun.governance.approvals.models import Route
from kijun.governance.approvals.routes import describe
from kijun.governance.approvals.subjects import kinds
from kijun.governance.organisation.tenancy import StaffRequest, get_mine, mine
from kijun.web.who_may import require, who_may


@who_may("approvals.manage_routes")
def routes(request: StaffRequest) -> HttpResponse:
    """Every route of the municipality; the default one stands first."""
    if not mine(request, Route).filter(subject_kind="", department=None).exists():
        actions.ensure_default_route(request.municipality)
    labels = dict(kinds())
    rows = mine(request, Route).select_related("department").prefetch_related("steps__person")
    shown = [
        {
            "route": route,
            "kind": labels.get(route.subject_kind, route.subject_kind) or _("すべての対象"),
            "department": route.department or _("すべての部署（標準）"),
            "steps": describe(list(route.steps.all())),
        }
        for route in sorted(rows, key=lambda r: (r.department.path if r.department else "", r.subject_kind))
    ]
    return render(request, "approvals/routes.html", {"rows": shown})


@who_may("approvals.manage_routes")
def add_route(request: StaffRequest) -> HttpResponse:
    """A new route, offered with the default's steps."""
    initial = [
        {"order": step.order, "kind": step.kind, "role": step.role, "person": step.person_id}
        for step in actions.ensure_default_route(request.municipality).steps.all()
    ]
    return _edit(request, None, initial)


@who_may("approvals.manage_routes")
def route(request: StaffRequest, pk: int) -> HttpResponse:
    """Change one route."""
    found = get_mine(request, Route, pk=pk)
    require(request, "approvals.manage_routes", found)
    initial = [
        {
            "order": step.order,
            "kind": step.kind,
            "role": step.role,
            "person": step.person_id,
            "may_decide_alone": step.may_decide_alone,
        }
        for step in found.steps.all()
    ]
    return _edit(request, found, initial)


def _edit(request: StaffRequest, found: Route | None, steps: list[dict[str, Any]]) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    head = {
        "name": found.name if found else "",
        "subject_kind": found.subject_kind if found else "",
        "department": found.department_id if found else None,
        "revision": found.revision if found else None,
    }
    form = RouteForm(data, initial=head, municipality=request.municipality, route=found)
    rows = step_forms(data, request.municipality, steps)
    if data is not None and form.is_valid() and all(row.is_valid() for row in rows):
        try:
            saved = _save(request, found, form, rows)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("「%(name)s」を保存しました。") % {"name": saved.name})
            return redirect("approvals:routes")
    is_default = found is not None and not found.subject_kind and found.department_id is None
    context = {"form": form, "rows": rows, "route": found, "is_default": is_default}
    return render(request, "approvals/route.html", context, status=422 if data is not None else 200)


def _save(request: StaffRequest, found: Route | None, form: RouteForm, rows: list[RouteStepForm]) -> Route:
    return actions.save_route(
        request.user,
        request.municipality,
        route=found,
        name=form.cleaned_data["name"],
        subject_kind=form.cleaned_data["subject_kind"],
        department=form.cleaned_data["department"],
        steps=[step for step in (row.data_of_step() for row in rows) if step is not None],
        seen_revision=form.cleaned_data["revision"],
    )


@who_may("approvals.manage_routes")
def delete_route(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a route away, with its confirmation page."""
    found = get_mine(request, Route, pk=pk)
    if request.method == "POST":
        try:
            actions.delete_route(request.user, found)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, _("ルートを削除しました。"))
        return redirect("approvals:routes")
    return render(request, "approvals/route_delete.html", {"route": found})
