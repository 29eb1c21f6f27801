"""Purposes: list, service card, form with the matrix, switch."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kijun.governance.access import actions, cards, lists, queries, states
from kijun.governance.access.models import Purpose
from kijun.governance.access.purpose_forms import PurposeForm
from kijun.governance.access.views._shared import see, sent, start_of, switching
from kijun.governance.organisation.tenancy import StaffRequest, get_mine
from kijun.web.who_may import who_may


def _find(request: StaffRequest, pk: int, permission: str = "access.view_purpose") -> Purpose:
    found: Purpose = get_mine(request, Purpose.objects.select_related("municipality", "owner"), pk=pk)
    see(request, "access.view_purpose", permission, found)
    return found


@who_may("access.view")
def purposes(request: StaffRequest) -> HttpResponse:
    """What AI may be used for."""
    rows = lists.purpose_rows(queries.purposes(request.municipality))
    if lists.PURPOSES.wants_excel(request):
        return lists.PURPOSES.as_excel(request, rows, _("AIの利用目的.xlsx"))
    context = {"shown": lists.PURPOSES.show(request, rows), "start": start_of(request)}
    return render(request, "access/purposes.html", context)


@who_may("access.view_purpose")
def purpose(request: StaffRequest, pk: int) -> HttpResponse:
    """The service card of one purpose: what for, on which basis, with which data, what happens to what is found."""
    thing = _find(request, pk)
    label, tone = states.purpose_state(thing)
    context = {
        "purpose": thing,
        "card": cards.card(thing),
        "state": label,
        "tone": tone,
        "stops": [one for one in queries.stops_on(request.municipality) if one.purpose_id == thing.pk],
        "grants": queries.grants(request.municipality).filter(purpose=thing, revoked_at=None).count(),
        "may_change": request.user.has_perm("access.change", thing),
        "may_list": request.user.has_perm("access.list_grants"),
        "may_list_purposes": request.user.has_perm("access.view"),
    }
    return render(request, "access/purpose.html", context)


@who_may("access.change")
def add(request: StaffRequest) -> HttpResponse:
    """A new purpose."""
    form = PurposeForm(request.POST or None, municipality=request.municipality)
    return _save(request, form, None)


@who_may("access.change")
def change(request: StaffRequest, pk: int) -> HttpResponse:
    """Change a purpose."""
    thing = _find(request, pk, "access.change")
    form = PurposeForm(request.POST or None, municipality=request.municipality, purpose=thing)
    return _save(request, form, thing)


def _save(request: StaffRequest, form: PurposeForm, thing: Purpose | None) -> HttpResponse:
    def carry_out(valid: Any) -> HttpResponse:
        revision = valid.cleaned_data["revision"]
        saved = actions.save_purpose(request.user, request.municipality, thing, valid.values(), revision)
        messages.success(request, _("保存しました。数秒でゲートウェイに反映されます。"))
        return redirect("access:purpose", saved.pk)

    return sent(request, form, carry_out, "access/purpose_form.html", {"purpose": thing})


@who_may("access.change")
def switch(request: StaffRequest, pk: int) -> HttpResponse:
    """Nobody may use AI for it any more, or again."""
    thing = _find(request, pk, "access.change")
    on, form = switching(request, thing)

    def carry_out(valid: Any) -> HttpResponse:
        data = valid.cleaned_data
        actions.switch_purpose(request.user, thing, on, data["revision"], why=data.get("reason", ""))
        messages.success(request, _("使えるようにしました。") if on else _("使えなくしました。"))
        return redirect("access:purpose", pk)

    grants = queries.grants(request.municipality).filter(purpose=thing, revoked_at=None).count()
    return sent(
        request, form, carry_out, "access/purpose_switch.html", {"purpose": thing, "on": on, "grants": grants}
    )
