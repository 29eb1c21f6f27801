"""Holds, and calls that were refused."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kijun.governance.access.models import Grant
from kijun.governance.interactions import ledger
from kijun.governance.interactions import refused as refusing
from kijun.governance.interactions.by_time import place_of
from kijun.governance.interactions.looks import release_reasons
from kijun.governance.interactions.names import names_of, resolve
from kijun.governance.interactions.searching import moment
from kijun.governance.interactions.views._shared import with_ledger
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
    why = release_reasons(request.municipality) if any(one.released_at for one in found) else {}
    rows = [
        (
            one,
            names.of("person", one.by),
            moment(one.at),
            names.of("person", one.released_by),
            None if one.released_at is None else moment(one.released_at),
            why.get(one.id, ""),
        )
        for one in found
    ]
    context = {
        "active": [row for row in rows if row[0].released_at is None],
        "over": [row for row in rows if row[0].released_at is not None],
    }
    return render(request, "interactions/holds.html", context)


@who_may("interactions.view_refusals")
@with_ledger
def refused(request: StaffRequest) -> HttpResponse:
    """Calls that were refused before they became a question, newest first; on the first page also keys that opened nothing."""
    before = place_of(request.GET.get("before"))
    page = refusing.refused(request.municipality, before=before)
    names = names_of(request.municipality, [one.record for one in page.rows])
    known = set(Grant.objects.of(request.municipality).values_list("pk", flat=True))
    may_open = request.user.has_perm("access.view")
    rows = [
        {
            "at": moment(one.last),
            "who": names.who(one.record),
            "grant": one.record.grant if may_open and one.record.grant in map(str, known) else "",
            "purpose": names.of("purpose", one.record.purpose),
            "system": names.of("system", one.record.system),
            "reason": refusing.REASONS.get(one.reason, one.reason),
            "count": one.count,
            "networks": one.networks,
        }
        for one in page.rows
    ]
    keys = refusing.wrong_keys(request.municipality) if before is None else None
    told = (
        None
        if keys is None
        else [{"network": _source(one.network), "count": one.count, "last": moment(one.last)} for one in keys]
    )
    context = {
        "rows": rows,
        "next": page.before,
        "unread": page.unread,
        "keys": told,
        "later": before is not None,
    }
    return render(request, "interactions/refused.html", context)


def _source(network: str) -> str:
    """A source network, for people."""
    return {"other": _("そのほかの場所"), "unknown": _("分からない")}.get(network, network)
