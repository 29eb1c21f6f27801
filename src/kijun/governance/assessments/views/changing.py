"""What changes an assessment from outside: its risk tier moved, it is dropped or goes on, its cycle ends."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kijun.governance.assessments import actions
from kijun.governance.assessments.actions.dropping import plan_ending
from kijun.governance.assessments.forms import ReasonForm
from kijun.governance.assessments.models import Cycle
from kijun.governance.assessments.tiering import plan_tier
from kijun.governance.assessments.views.common import Desk, find, page
from kijun.governance.organisation.tenancy import StaffRequest, get_mine
from kijun.web.who_may import require, who_may


@who_may("assessments.manage")
def tier(request: StaffRequest, pk: int) -> HttpResponse:
    """What the new risk assessment asks more or less; then do it."""
    found = find(request, pk)
    require(request, "assessments.manage", found)
    if request.method == "POST":
        text = request.POST.get("revision", "")
        seen = int(text) if text.isdecimal() and len(text) < 10 else 0
        try:
            actions.follow_tier(request.user, found, seen_revision=seen)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect("assessments:tier", pk=pk)
        messages.success(request, _("対策をリスク区分に合わせました。変わらない対策の回答はそのままです。"))
        return redirect("assessments:assessment", pk=pk)
    desk, plan = Desk.of(request, found), plan_tier(found)
    lost = [(desk.control(one.control_id), one) for one in plan.dropped] if plan else []
    return render(request, "assessments/tier.html", page(request, desk, plan=plan, lost=lost))


@who_may("assessments.manage")
def drop(request: StaffRequest, pk: int) -> HttpResponse:
    """End it without an approval, with a reason."""
    found = find(request, pk)
    require(request, "assessments.manage", found)
    form = ReasonForm(request.POST or None, initial={"revision": found.revision})
    if request.method == "POST" and form.is_valid():
        try:
            actions.drop(
                request.user,
                found,
                reason=form.cleaned_data["reason"],
                seen_revision=form.cleaned_data["revision"],
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("この点検を取りやめました。"))
            return redirect("assessments:cycle", pk=found.cycle_id)
    context = page(request, Desk.of(request, found), form=form)
    return render(request, "assessments/drop.html", context, status=422 if form.is_bound else 200)


@require_POST
@who_may("assessments.manage")
def resume(request: StaffRequest, pk: int) -> HttpResponse:
    """A dropped one goes on."""
    found = find(request, pk)
    require(request, "assessments.manage", found)
    try:
        actions.resume(request.user, found)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("点検を再開しました。"))
    return redirect("assessments:assessment", pk=pk)


@who_may("assessments.manage")
def end_cycle(request: StaffRequest, pk: int) -> HttpResponse:
    """Close what was approved, drop the rest: first what that means, then the button."""
    found = get_mine(request, Cycle, pk=pk)
    require(request, "assessments.manage", found)
    plan = plan_ending(found)
    initial = {"revision": found.revision}
    form = ReasonForm(request.POST or None, asked=bool(plan.drop), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.end_cycle(
                request.user,
                found,
                reason=form.cleaned_data.get("reason", ""),
                seen_revision=form.cleaned_data["revision"],
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("この自己点検を終えました。"))
            return redirect("assessments:cycle", pk=pk)
    context = {"cycle": found, "plan": plan, "form": form}
    return render(request, "assessments/end_cycle.html", context, status=422 if form.is_bound else 200)
