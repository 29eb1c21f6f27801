"""Long-term plans that name AI."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from kijun.governance.mandates import actions
from kijun.governance.mandates.forms import PlanForm
from kijun.governance.mandates.models import Plan
from kijun.governance.mandates.views._shared import form_page, initial_of, posted, split_revision
from kijun.governance.organisation.tenancy import StaffRequest, get_mine, mine
from kijun.web.who_may import require, who_may


@require_GET
@who_may("mandates.read")
def plans(request: StaffRequest) -> HttpResponse:
    """All plans, those in force first."""
    today = timezone.localdate()
    rows = list(mine(request, Plan).order_by("-ends_on", "pk"))
    context = {
        "now": [row for row in rows if row.ends_on >= today],
        "past": [row for row in rows if row.ends_on < today],
        "today": today,
        "may_edit": request.user.has_perm("mandates.edit"),
    }
    return render(request, "mandates/plans.html", context)


@require_GET
@who_may("mandates.read")
def plan(request: StaffRequest, pk: int) -> HttpResponse:
    """One plan with the passage that names AI."""
    found = get_mine(request, Plan, pk=pk)
    context = {"plan": found, "may_edit": request.user.has_perm("mandates.edit", found)}
    return render(request, "mandates/plan.html", context)


@who_may("mandates.edit")
def add_plan(request: StaffRequest) -> HttpResponse:
    """A plan that names AI."""
    form = PlanForm(posted(request))
    return form_page(
        request,
        form,
        lambda data: actions.save_plan(request.user, request.municipality, None, **split_revision(data)),
        title=_("計画を登録する"),
        back=reverse("mandates:plans"),
        back_label=_("計画"),
    )


@who_may("mandates.edit")
def change_plan(request: StaffRequest, pk: int) -> HttpResponse:
    """Correct a plan."""
    found = get_mine(request, Plan, pk=pk)
    require(request, "mandates.edit", found)
    form = PlanForm(posted(request), initial=initial_of(found, PlanForm))
    return form_page(
        request,
        form,
        lambda data: actions.save_plan(request.user, request.municipality, found, **split_revision(data)),
        title=_("計画の内容を変える"),
        back=reverse("mandates:plan", args=[pk]),
        back_label=found.name,
    )
