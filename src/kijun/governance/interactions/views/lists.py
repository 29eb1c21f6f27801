"""Holds, and calls that were refused."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from kijun.governance.interactions import ledger, refused_list
from kijun.governance.interactions import refused as refusing
from kijun.governance.interactions.looks import release_reasons
from kijun.governance.interactions.names import resolve
from kijun.governance.interactions.reach import reach_of
from kijun.governance.interactions.searching import moment
from kijun.governance.interactions.views._shared import with_ledger
from kijun.governance.organisation.models import Department
from kijun.governance.organisation.tenancy import StaffRequest
from kijun.ledger.holding import holds_of
from kijun.web.templatetags.kit import named
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
    """Calls that were refused, newest first: of all departments, or of those that the person approves for. Below them keys that opened nothing."""
    reach = reach_of(request.user)
    offered = [
        (str(one.pk), named(one))
        for one in Department.objects.of(request.municipality).order_by("path")
        if reach.everything or str(one.pk) in reach.departments
    ]
    within = None if reach.everything else reach.departments
    if (chosen := request.GET.get("department", "")) in dict(offered):
        within = frozenset({chosen})
    period = request.GET.get("period", "")
    found = refusing.listed(request.municipality, within, *refused_list.days_of(period))
    rows = refused_list.lines(request.user, found.rows)
    table = refused_list.table(request, rows, offered, may_open=request.user.has_perm("access.view"))
    if table.wants_excel(request):
        filename = f"{_('断った利用')}_{timezone.localdate():%Y%m%d}.xlsx"
        return table.as_excel(request, rows, filename)  # type: ignore[arg-type]  # lines, where a table has a queryset
    shown = table.show(request, rows)  # type: ignore[arg-type]  # the same
    first = shown.page.number == 1 and not shown.narrowed
    context = {
        "shown": shown,
        "cut": found.cut,
        "unread": found.unread,
        "limited": not reach.everything,
        "keys": _wrong_keys(request) if reach.everything and first else None,
    }
    return render(request, "interactions/refused.html", context)


def _wrong_keys(request: StaffRequest) -> list[dict[str, Any]] | None:
    keys = refusing.wrong_keys(request.municipality)
    if keys is None:
        return None
    return [
        {"network": refused_list.source(one.network), "count": one.count, "last": moment(one.last)}
        for one in keys
    ]
