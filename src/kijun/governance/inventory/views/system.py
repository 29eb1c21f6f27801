"""A system's page, and the change of its stage."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from kijun.governance.inventory import actions, gates, lists, panels, remains
from kijun.governance.inventory.actions.stages import asks_gates, needs_reason, next_stage
from kijun.governance.inventory.check_forms import StageForm
from kijun.governance.inventory.models import AISystem, Stage
from kijun.governance.inventory.queries import is_back
from kijun.governance.organisation.tenancy import StaffRequest, get_mine
from kijun.web.forms import add_errors
from kijun.web.who_may import require, who_may


def find(request: StaffRequest, pk: int, permission: str = "inventory.view") -> AISystem:
    """A system of this town that the person may see (or ``permission``): else 404 or 403."""
    rows = AISystem.objects.select_related("provider_department", "owner", "municipality")
    system: AISystem = get_mine(request, rows, pk=pk)
    require(request, permission, system)
    return system


@who_may("inventory.view")
def system(request: StaffRequest, pk: int, section: str = "overview") -> HttpResponse:
    """One system: figures, one section at a time, history."""
    thing = find(request, pk)
    if thing.is_draft:
        return redirect("inventory:resume", pk)
    shown = panels.panels(request, thing)
    panel = next((one for one in shown if one.key == section), None)
    if panel is None:
        raise Http404
    body = render_to_string(
        panel.template, {**panel.context(request, thing), "system": thing, "panel": panel}, request=request
    )
    may_change = request.user.has_perm("inventory.change", thing)
    return render(
        request,
        "inventory/system.html",
        {
            "system": thing,
            "panel": panel,
            "body": body,
            "tabs": [(one.label, _address(thing, one.key), one is panel) for one in shown],
            "figures": panels.figures(request, thing),
            "stage_label": lists.stage_label(thing),
            "stage_tone": lists.stage_tone(thing),
            "next": _next(thing) if may_change else None,
            "may_change": may_change,
            "remains": remains.remaining(thing) if thing.is_retired and may_change else [],
        },
    )


def _address(system: AISystem, key: str) -> str:
    if key == "overview":
        return reverse("inventory:system", args=[system.pk])
    return reverse("inventory:section", args=[system.pk, key])


def _next(system: AISystem) -> tuple[str, str] | None:
    """The one next sensible step: (label, address)."""
    stage = next_stage(system)
    if stage is None:
        return None
    words = {"stage": Stage(stage).label}
    ready = not gates.obstacles(system, stage)
    label = _("「%(stage)s」に進める") % words if ready else _("「%(stage)s」に進む準備をする") % words
    return label, reverse("inventory:stage", args=[system.pk]) + f"?to={stage}"


@who_may("inventory.change")
def stage(request: StaffRequest, pk: int) -> HttpResponse:
    """The gates in front of a stage as a checklist, and the change itself."""
    thing = find(request, pk, "inventory.change")
    if thing.is_draft:
        return redirect("inventory:resume", pk)
    asked = request.POST.get("to") or request.GET.get("to") or str(next_stage(thing) or "")
    others = [(one, is_back(thing.stage, one)) for one in Stage if one != thing.stage]
    if asked not in Stage.values or asked == thing.stage:
        context = {"system": thing, "others": others}
        return render(request, "inventory/stage_choose.html", context)
    target = Stage(asked)
    checklist = _checklist(thing, target)
    closed = sum(1 for _gate, obstacle in checklist if obstacle)
    form = StageForm(
        request.POST or None,
        needs_reason=needs_reason(thing.stage, target),
        retires=target == Stage.RETIRED,
        initial={"revision": thing.revision},
    )
    status = 200
    if request.method == "POST":
        if form.is_valid() and _move(request, thing, target, form):
            messages.success(request, _("段階を「%(stage)s」に変えました。") % {"stage": target.label})
            return redirect("inventory:system", pk)
        status = 422
    context = {
        "system": thing,
        "target": target,
        "checklist": checklist,
        "closed": closed,
        "remains": remains.remaining(thing) if target == Stage.RETIRED else [],
        "form": form,
        "back": is_back(thing.stage, target),
        "others": [pair for pair in others if pair[0] != target],
    }
    return render(request, "inventory/stage.html", context, status=status)


def _checklist(system: AISystem, target: Stage) -> list[tuple[gates.Gate, gates.Obstacle | None]]:
    if not asks_gates(system.stage, target):
        return []
    return [(gate, gate.check(system)) for gate in gates.gates(target)]


def _move(request: StaffRequest, system: AISystem, target: Stage, form: StageForm) -> bool:
    data = form.cleaned_data
    try:
        actions.change_stage(
            request.user,
            system,
            target,
            on=data["on"],
            reason=data["reason"],
            seen_revision=data["revision"],
        )
    except PermissionDenied:
        raise
    except ValidationError as error:
        add_errors(form, error)
        return False
    return True
