"""The guided form: one topic a page, saved at each step, check-your-answers at the end."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_stubs_ext import StrOrPromise

from kijun.governance.inventory import actions, queries, steps
from kijun.governance.inventory.forms import STEP_FORMS, StepForm
from kijun.governance.inventory.models import AISystem
from kijun.governance.inventory.presentation import facts
from kijun.governance.organisation.tenancy import StaffRequest, get_mine
from kijun.web.forms import add_errors
from kijun.web.who_may import require, who_may


@who_may("inventory.register")
def start(request: StaffRequest) -> HttpResponse:
    """What to have at hand; the button makes the draft."""
    if request.method == "POST":
        system = actions.start_system(request.user, request.municipality)
        return redirect("inventory:step", system.pk, steps.STEPS[0].slug)
    drafts = queries.visible_systems(request.user).filter(registered_at__isnull=True).order_by("-pk")
    return render(request, "inventory/start.html", {"drafts": drafts, "steps": steps.STEPS})


def _changeable(request: StaffRequest, pk: int) -> AISystem:
    system: AISystem = get_mine(request, AISystem, pk=pk)
    if system.is_draft and not queries.visible_systems(request.user).filter(pk=pk).exists():
        raise Http404
    require(request, "inventory.change", system)
    return system


@who_may("inventory.change")
def resume(request: StaffRequest, pk: int) -> HttpResponse:
    """Continue a draft where it was left."""
    system = _changeable(request, pk)
    number = min(system.step, steps.CHECK.number)
    if number == steps.CHECK.number:
        return redirect("inventory:check", pk)
    return redirect("inventory:step", pk, steps.STEPS[number - 1].slug)


def stepper(system: AISystem, current: steps.Step) -> list[tuple[StrOrPromise, str, str]]:
    """The steps for the kit's stepper: every answered step can be opened again."""
    entries: list[tuple[StrOrPromise, str, str]] = []
    for step in (*steps.STEPS, steps.CHECK):
        done = step.number < system.step
        state = "current" if step == current else "done" if done else "todo"
        url = reverse("inventory:step", args=[system.pk, step.slug]) if step.fields else ""
        if step == steps.CHECK:
            url = reverse("inventory:check", args=[system.pk])
        entries.append((step.label, url if done or step.number <= system.step else "", state))
    return entries


@who_may("inventory.change")
def step(request: StaffRequest, pk: int, slug: str) -> HttpResponse:
    """One topic of a draft, or of a registered system that is being changed."""
    if slug not in steps.BY_SLUG:
        raise Http404
    system, this = _changeable(request, pk), steps.BY_SLUG[slug]
    later = "later" in request.POST
    form = STEP_FORMS[slug](request.POST or None, system=system, step=this, partial=later and system.is_draft)
    status = 200
    if request.method == "POST":
        if form.is_valid() and _save(request, system, this, form, finished=not later):
            return _after(request, system, this, later=later)
        status = 422
    context = {
        "system": system,
        "form": form,
        "step": this,
        "stepper": stepper(system, this) if system.is_draft else None,
        "previous": _previous(system, this),
    }
    return render(request, "inventory/step.html", context, status=status)


def _save(
    request: StaffRequest, system: AISystem, this: steps.Step, form: StepForm, *, finished: bool
) -> bool:
    try:
        actions.save_step(
            request.user, system, this.number, form.values(), form.cleaned_data["revision"], finished=finished
        )
    except ValidationError as error:
        add_errors(form, error)
        return False
    return True


def _after(request: StaffRequest, system: AISystem, this: steps.Step, *, later: bool) -> HttpResponse:
    if this.slug == "basics":
        for other in queries.same_name(system):
            text = _("同じ名称のAIシステム（%(code)s）があります。二重の登録でないか確かめてください。")
            messages.warning(request, text % {"code": other.code})
    if not system.is_draft:
        messages.success(request, _("保存しました。"))
        return redirect("inventory:system", system.pk)
    if later:
        messages.success(request, _("下書きを保存しました。続きは、いつでもここから始められます。"))
        return redirect("inventory:start")
    if "back_to_check" in request.POST or this == steps.STEPS[-1]:
        return redirect("inventory:check", system.pk)
    return redirect("inventory:step", system.pk, steps.STEPS[this.number].slug)


def _previous(system: AISystem, this: steps.Step) -> str:
    if not system.is_draft:
        return reverse("inventory:system", args=[system.pk])
    if this.number == 1:
        return reverse("inventory:start")
    return reverse("inventory:step", args=[system.pk, steps.STEPS[this.number - 2].slug])


@who_may("inventory.register")
def check(request: StaffRequest, pk: int) -> HttpResponse:
    """Check the answers; everything that is missing is listed with a link; then register."""
    system = _changeable(request, pk)
    if not system.is_draft:
        return redirect("inventory:system", pk)
    refused: list[str] = []
    if request.method == "POST":
        seen = request.POST.get("revision", "")
        try:
            actions.register_system(request.user, system, int(seen) if seen.isdecimal() else None)
        except ValidationError as error:
            refused = error.messages
        else:
            messages.success(request, _("登録しました。次は、段階を「企画」に進める準備です。"))
            return redirect("inventory:system", pk)
    context = {
        "system": system,
        "sections": [(one, facts(system, one.fields)) for one in steps.STEPS],
        "problems": steps.problems(system),
        "refused": refused if not steps.problems(system) else [],
        "same": queries.same_name(system),
        "stepper": stepper(system, steps.CHECK),
    }
    return render(request, "inventory/check.html", context, status=422 if refused else 200)


@who_may("inventory.register")
@require_POST
def discard(request: StaffRequest, pk: int) -> HttpResponse:
    """Throw a draft away."""
    system = _changeable(request, pk)
    try:
        actions.discard_draft(request.user, system)
    except ValidationError as error:
        raise PermissionDenied from error
    messages.success(request, _("下書きを削除しました。"))
    return redirect("inventory:start")
