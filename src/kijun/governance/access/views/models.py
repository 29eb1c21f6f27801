"""Models: list, page, form, removal."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kijun.governance.access import actions, lists, queries, states
from kijun.governance.access.models import Model
from kijun.governance.access.upstream_forms import AiModelForm, ConfirmForm
from kijun.governance.access.views._shared import sent, start_of
from kijun.governance.organisation.tenancy import StaffRequest, get_mine
from kijun.web.who_may import require, who_may


def _find(request: StaffRequest, pk: int, permission: str = "access.view") -> Model:
    found: Model = get_mine(
        request, queries.models(request.municipality).select_related("municipality", "system"), pk=pk
    )
    require(request, permission, found)
    return found


@who_may("access.view")
def models(request: StaffRequest) -> HttpResponse:
    """Models as clients name them."""
    rows = lists.model_rows(queries.models(request.municipality))
    if lists.MODELS.wants_excel(request):
        return lists.MODELS.as_excel(request, rows, _("AIのモデル.xlsx"))
    context = {"shown": lists.MODELS.show(request, rows), "start": start_of(request)}
    return render(request, "access/models.html", context)


@who_may("access.view")
def model(request: StaffRequest, pk: int) -> HttpResponse:
    """One model with its ways."""
    thing = _find(request, pk)
    label, tone = states.served(thing.system)
    context = {
        "model": thing,
        "state": label,
        "tone": tone,
        "routes": [(one, *states.opt_out_state(one.upstream)) for one in thing.routes.all()],
        "may_change": request.user.has_perm("access.change", thing),
    }
    return render(request, "access/model.html", context)


@who_may("access.change")
def add(request: StaffRequest) -> HttpResponse:
    """A new model."""
    form = AiModelForm(
        request.POST or None, municipality=request.municipality, system=request.GET.get("system", "")
    )
    return _save(request, form, None)


@who_may("access.change")
def change(request: StaffRequest, pk: int) -> HttpResponse:
    """Another name, system or other ways."""
    thing = _find(request, pk, "access.change")
    form = AiModelForm(request.POST or None, municipality=request.municipality, model=thing)
    return _save(request, form, thing)


def _save(request: StaffRequest, form: AiModelForm, thing: Model | None) -> HttpResponse:
    def carry_out(valid: Any) -> HttpResponse:
        data = valid.cleaned_data
        saved = actions.save_model(
            request.user,
            request.municipality,
            thing,
            name=data["name"],
            system=data["system"],
            routes=valid.ways(),
            seen_revision=data["revision"],
        )
        messages.success(request, _("保存しました。数秒でゲートウェイに反映されます。"))
        return redirect("access:model", saved.pk)

    context = {
        "model": thing,
        "no_upstream": not queries.upstreams(request.municipality).exists(),
        "no_system": not queries.usable_systems(request.municipality).exists(),
    }
    return sent(request, form, carry_out, "access/model_form.html", context)


@who_may("access.change")
def remove(request: StaffRequest, pk: int) -> HttpResponse:
    """The name answers no longer."""
    thing = _find(request, pk, "access.change")
    form = ConfirmForm(request.POST or None, initial={"revision": thing.revision})

    def carry_out(valid: Any) -> HttpResponse:
        actions.remove_model(request.user, thing, valid.cleaned_data["revision"])
        messages.success(request, _("モデル「%(name)s」を削除しました。") % {"name": thing.name})
        return redirect("access:models")

    return sent(request, form, carry_out, "access/model_remove.html", {"model": thing})
