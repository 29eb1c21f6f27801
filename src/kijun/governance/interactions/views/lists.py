"""Holds, and who looked at whose records."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from kijun.governance.interactions import ledger, wording
from kijun.governance.interactions import looks as looking
from kijun.governance.interactions.names import resolve
from kijun.governance.interactions.searching import moment
from kijun.governance.interactions.views._shared import number, with_ledger
from kijun.governance.organisation.tenancy import StaffRequest
from kijun.ledger.holding import holds_of
from kijun.web.who_may import who_may


@who_may("interactions.hold")
@with_ledger
def holds(request: StaffRequest) -> HttpResponse:
    """What is kept from being erased, then what was."""
    with ledger.reading() as book:
        found = holds_of(book, request.municipality.code)
    people = [one.by for one in found] + [one.released_by for one in found]
    names = resolve(request.municipality, {"person": people})
    rows = [
        (
            one,
            names.of("person", one.by),
            moment(one.at),
            names.of("person", one.released_by),
            None if one.released_at is None else moment(one.released_at),
        )
        for one in found
    ]
    context = {
        "active": [row for row in rows if row[0].released_at is None],
        "over": [row for row in rows if row[0].released_at is not None],
    }
    return render(request, "interactions/holds.html", context)


@who_may("interactions.view_looks")
@with_ledger
def looks(request: StaffRequest) -> HttpResponse:
    """Who looked at whose records, when and why, newest first."""
    page = looking.looks(request.municipality, number(request.GET.get("before")))
    people = {one.person for one in page.rows} | {id for one in page.rows for id in one.whose}
    names = resolve(request.municipality, {"person": people})
    rows = [
        {
            "at": moment(one.at),
            "who": names.of("person", one.person),
            "by_command": one.by_command,
            "what": wording.LOOKS.get(one.what, one.what),
            "whose": [names.of("person", id) for id in one.whose],
            "why": one.why,
            "interaction": one.interaction,
            "count": one.count,
        }
        for one in page.rows
    ]
    context = {"rows": rows, "next": page.before, "unread": page.unread}
    return render(request, "interactions/looks.html", context)
