"""Grants: list, page, form with confirmation, change, revocation."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from kijun.governance.access import actions, cards, lists, queries, spending, states
from kijun.governance.access.grant_forms import ChangeGrantForm, GrantForm
from kijun.governance.access.models import Grant
from kijun.governance.access.upstream_forms import ReasonForm
from kijun.governance.access.views._shared import carried, see, sent, start_of
from kijun.governance.access.views.keys import show_once
from kijun.governance.organisation.tenancy import StaffRequest, get_mine
from kijun.web.forms import add_errors
from kijun.web.who_may import who_may


def find(request: StaffRequest, pk: int, permission: str = "access.view_grant") -> Grant:
    """A grant of this town that the person may see, else 404; without ``permission`` on it 403."""
    found: Grant = get_mine(request, queries.grants(request.municipality), pk=pk)
    see(request, "access.view_grant", permission, found)
    return found


@who_may("access.list_grants")
def grants(request: StaffRequest) -> HttpResponse:
    """Who may use what for what."""
    rows = queries.visible_grants(request.user)
    if lists.GRANTS.wants_excel(request):
        return lists.GRANTS.as_excel(request, queries.with_stale(rows), _("AIの利用権.xlsx"))
    holding = queries.holding(rows)
    figures = [
        (label, queries.STALE[key](holding).count(), key) for key, label in states.STALE_LABELS.items()
    ]
    context = {
        "shown": lists.GRANTS.show(request, rows),
        "holding": holding.count(),
        "figures": figures,
        "start": start_of(request),
    }
    return render(request, "access/grants.html", context)


@who_may("access.view_grant")
def grant(request: StaffRequest, pk: int) -> HttpResponse:
    """One grant: its card, its keys, its limits."""
    thing = find(request, pk)
    label, tone = states.grant_state(thing)
    may_change = thing.revoked_at is None and request.user.has_perm("access.change", thing)
    may_hold = thing.revoked_at is None and request.user.has_perm("access.hold_key", thing)
    now = timezone.now()
    keys = [(one, one.works(now)) for one in thing.keys.select_related("made_by")]
    context = {
        "grant": thing,
        "state": label,
        "tone": tone,
        "not_yet": cards.not_yet(thing),
        "stop": queries.stop_for(thing, queries.stops_on(request.municipality)),
        "keys": keys,
        "working": any(works for _key, works in keys),
        "may_change": may_change,
        "may_hold": may_hold,
        "may_list": request.user.has_perm("access.list_grants"),
        "client": cards.client(thing),
        "budgets": spending.budgets(thing),
        "spent": spending.spent(thing),
        "again_on": spending.again_on(),
    }
    return render(request, "access/grant.html", context)


@who_may("access.change")
def add(request: StaffRequest) -> HttpResponse:
    """A new grant: filled in, looked at once more, made. A new key is shown on the page that answers, and never again."""
    chosen = {name: request.GET.get(name, "") for name in ("system", "purpose")}
    form = GrantForm(request.POST or None, municipality=request.municipality, chosen=chosen)
    status = 200
    if request.method == "POST" and request.POST.get("step") != "back":
        status = 422
        if form.is_valid():
            try:
                return _confirm_or_make(request, form)
            except ValidationError as error:
                add_errors(form, error)
    context = {"form": form, "grant": None, "missing": form.missing(), "start": start_of(request)}
    return render(request, "access/grant_form.html", context, status=status)


def _confirm_or_make(request: StaffRequest, form: GrantForm) -> HttpResponse:
    """What the action would refuse is told before anybody is asked to confirm it."""
    values = form.values()
    if request.POST.get("step") != "confirmed":
        with_key = values.pop("with_key")
        proposed = actions.propose_grant(request.user, request.municipality, **values)
        context = {
            "grant": proposed,
            "with_key": with_key or not proposed.person_id,
            "carried": carried(request),
            "not_yet": cards.not_yet(proposed),
            "may_change": True,
        }
        return render(request, "access/grant_confirm.html", context)
    made = actions.create_grant(request.user, request.municipality, **values)
    if cards.not_yet(made.grant):
        messages.warning(request, _("利用権を与えました。使えるようになるまでに、残っていることがあります。"))
    else:
        messages.success(request, _("利用権を与えました。数秒で使えるようになります。"))
    return show_once(request, made.grant, made.key) if made.key else redirect("access:grant", made.grant.pk)


@who_may("access.change")
def change(request: StaffRequest, pk: int) -> HttpResponse:
    """Other days or limits."""
    thing = find(request, pk, "access.change")
    form = ChangeGrantForm(request.POST or None, grant=thing)

    def carry_out(valid: Any) -> HttpResponse:
        actions.change_grant(request.user, thing, valid.values(), valid.cleaned_data["revision"])
        messages.success(request, _("保存しました。数秒でゲートウェイに反映されます。"))
        return redirect("access:grant", pk)

    return sent(request, form, carry_out, "access/grant_form.html", {"grant": thing})


@who_may("access.hold_key")
def revoke(request: StaffRequest, pk: int) -> HttpResponse:
    """The grant ends now."""
    thing = find(request, pk, "access.hold_key")
    form = ReasonForm(request.POST or None, initial={"revision": thing.revision})

    def carry_out(valid: Any) -> HttpResponse:
        data = valid.cleaned_data
        actions.revoke_grant(request.user, thing, why=data["reason"], seen_revision=data["revision"])
        messages.success(request, _("利用権を取り消しました。キーはもう使えません。"))
        return redirect("access:grant", pk)

    return sent(request, form, carry_out, "access/grant_revoke.html", {"grant": thing})
