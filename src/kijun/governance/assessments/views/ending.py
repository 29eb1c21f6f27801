"""Submitting, closing, and moving to a newer catalogue."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kijun.catalog import changed_lines
from kijun.governance.assessments import actions
from kijun.governance.assessments.actions.upgrading import plan_upgrade
from kijun.governance.assessments.forms import SubmitForm
from kijun.governance.assessments.models import GAPS
from kijun.governance.assessments.readiness import missing
from kijun.governance.assessments.views.common import Desk, find, lang, page
from kijun.governance.organisation.tenancy import StaffRequest
from kijun.web.who_may import require, who_may


@who_may("assessments.submit")
def submit(request: StaffRequest, pk: int) -> HttpResponse:
    """What is missing, or else what will be put forward, and the button."""
    found = find(request, pk)
    require(request, "assessments.submit", found)
    desk = Desk.of(request, found)
    form = SubmitForm(initial={"revision": found.revision})
    if request.method == "POST":
        form = SubmitForm(request.POST)
        if form.is_valid():
            try:
                approval = actions.submit(
                    request.user,
                    found,
                    comment=form.cleaned_data["comment"],
                    seen_revision=form.cleaned_data["revision"],
                )
            except ValidationError as error:
                form.add_error(None, error)
                found = find(request, pk)
            else:
                messages.success(request, _("提出しました。決裁が終わるまで、回答は変更できません。"))
                return redirect("approvals:detail", approval.pk)
    context = page(request, desk, form=form, missing=missing(found, lang()), gaps=_gaps(desk))
    return render(request, "assessments/submit.html", context, status=422 if form.is_bound else 200)


def _gaps(desk: Desk) -> list[tuple[object, object]]:
    return [(desk.control(one.control_id), one) for one in desk.answers if one.status in GAPS]


@require_POST
@who_may("assessments.manage")
def close(request: StaffRequest, pk: int) -> HttpResponse:
    """完了."""
    found = find(request, pk)
    require(request, "assessments.manage", found)
    try:
        actions.close(request.user, found)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("点検を完了にしました。"))
    return redirect("assessments:results", pk=found.pk)


@who_may("assessments.manage")
def upgrade(request: StaffRequest, pk: int) -> HttpResponse:
    """What a newer catalogue changes here; then do it."""
    found = find(request, pk)
    require(request, "assessments.manage", found)
    if request.method == "POST":
        text = request.POST.get("revision", "")
        try:
            actions.upgrade(
                request.user,
                found,
                seen_revision=int(text) if text.isdecimal() else None,
                seen=request.POST.get("seen", ""),
            )
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect("assessments:upgrade", pk=pk)
        messages.success(request, _("対策一覧を更新しました。変わらない対策の回答は引き継ぎました。"))
        return redirect("assessments:assessment", pk=pk)
    desk = Desk.of(request, found)
    plan = plan_upgrade(found)
    changes = [(one, changed_lines(one, lang())) for one in plan.difference.changed]
    context = page(request, desk, plan=plan, changes=changes)
    return render(request, "assessments/upgrade.html", context)
