"""Keys: replaced, taken, and the one page on which a new key stands."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kijun.governance.access import actions, cards, queries
from kijun.governance.access.grant_forms import RotateForm
from kijun.governance.access.models import Grant, GrantKey
from kijun.governance.access.upstream_forms import ConfirmForm
from kijun.governance.access.views._shared import see, sent
from kijun.governance.organisation.tenancy import StaffRequest, get_mine
from kijun.web.forms import add_errors
from kijun.web.who_may import who_may


def _find(request: StaffRequest, pk: int) -> Grant:
    found: Grant = get_mine(request, queries.grants(request.municipality), pk=pk)
    see(request, "access.view_grant", "access.hold_key", found)
    return found


def show_once(request: StaffRequest, grant: Grant, key: str) -> HttpResponse:
    """The page with a new key. It is kept nowhere: not in the session, not in the database, not in the browser's cache."""
    client = cards.client(grant)
    context = {
        "grant": grant,
        "key": key,
        "client": client,
        "snippets": cards.snippets(client, key),
        "not_yet": cards.not_yet(grant),
        "may_change": request.user.has_perm("access.change", grant),
    }
    response = render(request, "access/key.html", context)
    response["Cache-Control"] = "no-store, private"
    return response


@who_may("access.hold_key")
def rotate(request: StaffRequest, pk: int) -> HttpResponse:
    """A new key; the old one goes on for some days, or ends at once."""
    thing = _find(request, pk)
    form, status = RotateForm(request.POST or None, initial={"revision": thing.revision}), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            try:
                key = actions.rotate_key(
                    request.user, thing, grace_days=data["grace_days"], seen_revision=data["revision"]
                )
            except ValidationError as error:
                add_errors(form, error)
            else:
                return show_once(request, thing, key)
    working = queries.working_keys(thing)
    context = {"grant": thing, "form": form, "working": working}
    return render(request, "access/key_rotate.html", context, status=status)


@who_may("access.hold_key")
def revoke(request: StaffRequest, pk: int, key: int) -> HttpResponse:
    """One key works no longer; the grant stays."""
    thing = _find(request, pk)
    try:
        row = GrantKey.objects.select_related("grant", "municipality").get(pk=key, grant=thing)
    except (GrantKey.DoesNotExist, OverflowError) as error:
        raise Http404 from error
    form = ConfirmForm(request.POST or None, initial={"revision": thing.revision})

    def carry_out(valid: Any) -> HttpResponse:
        actions.revoke_key(request.user, row, valid.cleaned_data["revision"])
        messages.success(request, _("キーを取り消しました。"))
        return redirect("access:grant", pk)

    return sent(request, form, carry_out, "access/key_revoke.html", {"grant": thing, "key": row})
