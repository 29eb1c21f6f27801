"""Services: list, page, form, switch, opt-out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kijun.governance.access import actions, lists, publishing, queries, states
from kijun.governance.access.models import Upstream
from kijun.governance.access.upstream_forms import OptOutForm, ReasonForm, UpstreamForm
from kijun.governance.access.views._shared import sent, start_of, switching
from kijun.governance.organisation.tenancy import StaffRequest, get_mine
from kijun.web.who_may import require, who_may


def _find(request: StaffRequest, pk: int, permission: str = "access.view") -> Upstream:
    found: Upstream = get_mine(request, Upstream.objects.select_related("municipality", "opt_out_by"), pk=pk)
    require(request, permission, found)
    return found


@who_may("access.view")
def upstreams(request: StaffRequest) -> HttpResponse:
    """The services that answer."""
    rows = lists.upstream_rows(queries.upstreams(request.municipality))
    if lists.UPSTREAMS.wants_excel(request):
        return lists.UPSTREAMS.as_excel(request, rows.select_related("opt_out_by"), _("AIの接続先.xlsx"))
    context = {
        "shown": lists.UPSTREAMS.show(request, rows),
        "published": publishing.state(),
        "gateway": publishing.base_url(),
        "start": start_of(request),
    }
    return render(request, "access/upstreams.html", context)


@who_may("access.view")
def upstream(request: StaffRequest, pk: int) -> HttpResponse:
    """One service: where it is, whether it trains, what leads there. Its key is never shown."""
    thing = _find(request, pk)
    label, tone = states.upstream_state(thing)
    context = {
        "upstream": thing,
        "state": label,
        "tone": tone,
        "routes": thing.routes.select_related("model__system").order_by("model__name", "order"),
        "header_names": list(thing.headers),
        "may_change": request.user.has_perm("access.change", thing),
        "concerned": 0 if thing.opted_out else queries.personal_grants_behind(thing),
    }
    return render(request, "access/upstream.html", context)


@who_may("access.change")
def add(request: StaffRequest) -> HttpResponse:
    """A new service."""
    return _save(request, UpstreamForm(request.POST or None), None)


@who_may("access.change")
def change(request: StaffRequest, pk: int) -> HttpResponse:
    """Change a service."""
    thing = _find(request, pk, "access.change")
    return _save(request, UpstreamForm(request.POST or None, upstream=thing), thing)


def _save(request: StaffRequest, form: UpstreamForm, thing: Upstream | None) -> HttpResponse:
    had_opt_out = thing is not None and thing.opted_out

    def carry_out(valid: Any) -> HttpResponse:
        saved = actions.save_upstream(
            request.user,
            request.municipality,
            thing,
            valid.values(),
            valid.cleaned_data["revision"],
            **valid.secrets(),
        )
        messages.success(request, _("保存しました。数秒でゲートウェイに反映されます。"))
        if had_opt_out and not saved.opted_out:
            messages.warning(request, _("接続先が変わったので、学習に使われないことを確かめ直してください。"))
        return redirect("access:upstream", saved.pk)

    return sent(request, form, carry_out, "access/upstream_form.html", {"upstream": thing})


@who_may("access.change")
def switch(request: StaffRequest, pk: int) -> HttpResponse:
    """Use the service, or use it no longer."""
    thing = _find(request, pk, "access.change")
    on, form = switching(request, thing)

    def carry_out(valid: Any) -> HttpResponse:
        data = valid.cleaned_data
        actions.switch_upstream(request.user, thing, on, data["revision"], why=data.get("reason", ""))
        messages.success(request, _("使い始めました。") if on else _("使わなくしました。"))
        return redirect("access:upstream", pk)

    used = thing.routes.select_related("model").order_by("model__name")
    return sent(
        request, form, carry_out, "access/upstream_switch.html", {"upstream": thing, "on": on, "routes": used}
    )


@who_may("access.change")
def opt_out(request: StaffRequest, pk: int) -> HttpResponse:
    """Record that the service does not train on what is sent."""
    thing = _find(request, pk, "access.change")
    form = OptOutForm(request.POST or None, initial={"revision": thing.revision})

    def carry_out(valid: Any) -> HttpResponse:
        data = valid.cleaned_data
        actions.record_opt_out(
            request.user, thing, on=data["on"], proof=data["proof"], seen_revision=data["revision"]
        )
        messages.success(request, _("確認を記録しました。"))
        return redirect("access:upstream", pk)

    return sent(request, form, carry_out, "access/opt_out.html", {"upstream": thing})


@who_may("access.change")
def withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    """The record is taken back: nothing personal goes there any more."""
    thing = _find(request, pk, "access.change")
    form = ReasonForm(request.POST or None, initial={"revision": thing.revision})

    def carry_out(valid: Any) -> HttpResponse:
        data = valid.cleaned_data
        actions.withdraw_opt_out(request.user, thing, why=data["reason"], seen_revision=data["revision"])
        messages.success(request, _("確認を取り消しました。個人情報は、もうこの接続先に送られません。"))
        return redirect("access:upstream", pk)

    context = {"upstream": thing, "concerned": queries.personal_grants_behind(thing)}
    return sent(request, form, carry_out, "access/opt_out_withdraw.html", context)
