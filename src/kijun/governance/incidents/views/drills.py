"""訓練."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kijun.governance.incidents import actions, lists, queries
from kijun.governance.incidents.preparing_forms import DrillForm
from kijun.governance.organisation.tenancy import StaffRequest, get_mine
from kijun.web.doing import Saved, filled
from kijun.web.who_may import who_may


@require_safe
@who_may("incidents.playbook")
def drills(request: StaffRequest) -> HttpResponse:
    """Drills that were held, and when the next one is due."""
    rows = queries.drills(request.municipality)
    if lists.DRILLS.wants_excel(request):
        return lists.DRILLS.as_excel(request, rows, _("インシデント対応の訓練.xlsx"))
    context = {
        "shown": lists.DRILLS.show(request, rows),
        "next_drill": queries.next_drill(request.municipality),
        "may_drill": request.user.has_perm("incidents.drill"),
    }
    return render(request, "incidents/drills.html", context)


@require_safe
@who_may("incidents.playbook")
def drill(request: StaffRequest, pk: int) -> HttpResponse:
    """One drill."""
    row = get_mine(request, queries.drills(request.municipality), pk=pk)
    return render(request, "incidents/drill.html", {"drill": row, "harms": queries.harms_of(row)})


@who_may("incidents.drill")
def add(request: StaffRequest) -> HttpResponse:
    """訓練を記録する."""
    form = DrillForm(
        request.POST if request.method == "POST" else None,
        systems=queries.reportable_systems(request.user),
        initial={"system": request.GET.get("system", "")},
    )

    def save(data: dict[str, Any]) -> Saved:
        made = actions.record_drill(request.user, data)
        return _("訓練を記録しました。手順書を見直してください。"), made.get_absolute_url()

    context = {"title": _("訓練を記録する"), "button": _("記録する"), "drills": True}
    return filled(request, "incidents/prepare.html", form, context, save)
