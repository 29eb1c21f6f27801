"""AIシステムごとの備え: who stops it, work by hand, finding and helping those affected."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kijun.governance.incidents import actions, queries
from kijun.governance.incidents.models import SystemPlan, named
from kijun.governance.incidents.preparing_forms import PlanForm
from kijun.governance.inventory.models import AISystem
from kijun.governance.inventory.queries import in_use, visible_systems
from kijun.governance.organisation.tenancy import StaffRequest, get_mine
from kijun.web.doing import Saved, filled
from kijun.web.who_may import require, who_may

PARTS = ("foreseen", "stop", "by_hand", "find", "redress")


@require_safe
@who_may("incidents.playbook")
def plans(request: StaffRequest) -> HttpResponse:
    """Which systems in use have one, and when stopping was tried."""
    systems = list(
        visible_systems(request.user).filter(pk__in=in_use(request.municipality)).order_by("number")
    )
    known = {one.system_id: one for one in SystemPlan.objects.filter(system__in=systems)}
    tried = {
        one.system_id: one
        for one in queries.drills(request.municipality)
        .filter(system__in=systems, stop_minutes__isnull=False)
        .order_by("held_on", "number")
    }
    context = {"rows": [(one, known.get(one.pk), tried.get(one.pk)) for one in systems]}
    return render(request, "incidents/plans.html", context)


def _system(request: StaffRequest, pk: int) -> AISystem:
    rows = visible_systems(request.user).filter(registered_at__isnull=False)
    return get_mine(request, rows.select_related("municipality", "owner"), pk=pk)


@require_safe
@who_may("incidents.playbook")
def plan(request: StaffRequest, pk: int) -> HttpResponse:
    """One system's own part of the procedure."""
    system = _system(request, pk)
    row = SystemPlan.objects.filter(system=system).select_related("changed_by").first()
    context = {
        "system": system,
        "plan": row,
        "parts": [] if row is None else [(named(SystemPlan, one), getattr(row, one)) for one in PARTS],
        "may_plan": request.user.has_perm("incidents.plan", system),
    }
    return render(request, "incidents/plan.html", context)


@who_may("incidents.plan")
def edit(request: StaffRequest, pk: int) -> HttpResponse:
    """備えを書く."""
    system = _system(request, pk)
    require(request, "incidents.plan", system)
    row = SystemPlan.objects.filter(system=system).first()
    initial = {} if row is None else {name: getattr(row, name) for name in (*PARTS, "revision")}
    form = PlanForm(request.POST if request.method == "POST" else None, initial=initial)

    def save(data: dict[str, Any]) -> Saved:
        seen_revision = data.pop("revision")
        made = actions.save_plan(request.user, system, data, seen_revision)
        return _("備えを保存しました。"), made.get_absolute_url()

    context = {"title": _("%(name)sの備えを書く") % {"name": system.shown_name}, "button": _("保存する")}
    return filled(request, "incidents/prepare.html", form, context | {"system": system}, save)
