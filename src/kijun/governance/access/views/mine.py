"""One's own: what one may use AI for, with which data."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from kijun.governance.access import cards, queries, spending, states
from kijun.governance.organisation.tenancy import StaffRequest
from kijun.web.who_may import who_may


@who_may("access.use")
def mine(request: StaffRequest) -> HttpResponse:
    """A card for each of the person's grants, what is stopped said first; then the applications whose keys they keep."""
    on = list(queries.stops_on(request.municipality))
    held = list(queries.grants_of(request.user))
    applications = list(queries.kept_applications(request.user).order_by("application"))
    spending.attach([*held, *applications])
    context = {
        "cards": [
            (one, cards.card(one.purpose), queries.stop_for(one, on), spending.budgets(one)) for one in held
        ],
        "applications": [(one, *states.grant_state(one), spending.budgets(one)) for one in applications],
        "again_on": spending.again_on(),
        "stopped": next((one for one in on if one.scope == one.Scope.EVERYTHING), None),
        "contact": cards.contact(request.municipality),
    }
    return render(request, "access/mine.html", context)
