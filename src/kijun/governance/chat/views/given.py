"""A source that the AI's service gave: what it says of it, where it leads, and that it was opened."""

from __future__ import annotations

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from kijun.governance.chat import actions, queries, sources
from kijun.governance.organisation.tenancy import StaffRequest
from kijun.web.who_may import who_may


def _own_or_404(request: StaffRequest, interaction: str, number: int) -> sources.GivenSource:
    found = sources.given_source(request.user, interaction, number)
    if found is None:
        raise Http404
    return found


@who_may("chat.use")
def given(request: StaffRequest, interaction: str, number: int) -> HttpResponse:
    """One's own answer's source. One without an address on the web has been opened by reading this page."""
    one = _own_or_404(request, interaction, number)
    if not one.leads:
        actions.open_given(request.user, interaction, number)
    context = {"one": one, "turn": queries.turn_of(request.user, interaction)}
    return render(request, "chat/given.html", context)


@who_may("chat.use")
def open_given(request: StaffRequest, interaction: str, number: int) -> HttpResponse:
    """Note that it was opened, and go where it leads: only to an address that the ledger holds for one's own answer."""
    one = _own_or_404(request, interaction, number)
    if not one.leads:
        raise Http404
    actions.open_given(request.user, interaction, number)
    answer = HttpResponseRedirect(one.url)
    answer.headers["referrer-policy"] = "no-referrer"
    return answer
