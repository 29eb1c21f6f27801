"""Several findings for somebody else: those that were chosen in the list, then who, and why."""

from __future__ import annotations

import re

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kijun.governance.evidence import actions, queries
from kijun.governance.evidence.actions.reassigning import MOST
from kijun.governance.evidence.finding_forms import ReassignForm
from kijun.governance.evidence.lists import chosen_value, scope_labels
from kijun.governance.evidence.models import Finding
from kijun.governance.organisation.tenancy import StaffRequest
from kijun.web.punctuation import listed
from kijun.web.who_may import who_may

CHOSEN = re.compile(r"([0-9]{1,15})\.([0-9]{1,9})")
"""Primary key and revision, as the list's boxes carry them."""


@who_may("evidence.raise_finding")
def reassign(request: StaffRequest) -> HttpResponse:
    """``?chosen=12.3&chosen=15.0`` shows them and asks who; sent, it is done, all or none."""
    sent = request.POST if request.method == "POST" else request.GET
    back = reverse("evidence:findings") + _back(sent.get("back", ""))
    chosen = _chosen(sent.getlist("chosen"))
    if not chosen:
        messages.error(request, _("担当を変える指摘を、一覧で選んでください。"))
        return redirect(back)
    form = ReassignForm(request.POST or None, municipality=request.municipality)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            changed = actions.reassign(request.user, chosen, **given)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            text = ngettext("%(n)s件の担当を変えました。", "%(n)s件の担当を変えました。", len(changed))
            messages.success(request, text % {"n": len(changed)})
            return redirect(back)
    rows = _rows(request, chosen)
    if not rows:
        return redirect(back)
    context = {"form": form, "rows": rows, "back": sent.get("back", ""), "back_url": back}
    return render(request, "evidence/reassign.html", context, status=422 if form.is_bound else 200)


def _chosen(values: list[str]) -> dict[int, int]:
    matches = [CHOSEN.fullmatch(one) for one in values[: MOST + 1]]
    if not all(matches):
        raise Http404
    return {int(one[1]): int(one[2]) for one in matches if one}


def _rows(request: StaffRequest, chosen: dict[int, int]) -> list[tuple[Finding, str, str]]:
    """(finding, its scope, what the form sends back for it: today's revision). 404 for one that may not be changed.

    What is no longer worked on by now is left out, and told.
    """
    rows = queries.visible_findings(request.user).filter(queries.led_by(request.user), pk__in=chosen)
    found = list(rows.select_related("owner", "department", "item"))
    if len(found) != len(chosen):
        raise Http404
    done = [one.code for one in found if one.state not in queries.WORKING]
    if done:
        text = _("%(codes)sは実施済みか完了になったため、外しました。") % {"codes": listed(done)}
        messages.warning(request, text)
    labels = scope_labels(request)
    return [
        (one, labels.get(f"{one.scope_kind}-{one.scope_id}", ""), chosen_value(one))
        for one in found
        if one.state in queries.WORKING
    ]


def _back(query: str) -> str:
    """The list's filters and page, as they stood."""
    return f"?{query}" if query and len(query) < 1000 and "\n" not in query else ""
