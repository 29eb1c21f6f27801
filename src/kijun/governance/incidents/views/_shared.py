"""What the views share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpResponse

from kijun.governance.incidents import queries
from kijun.governance.incidents.models import Incident
from kijun.governance.organisation.tenancy import StaffRequest, get_mine
from kijun.web.doing import Saved, filled


def seen(request: StaffRequest, pk: int) -> Incident:
    """An incident within reach. Any other is not there."""
    return get_mine(request, queries.visible(request.user), pk=pk)


def to_lead(request: StaffRequest, pk: int) -> Incident:
    """An incident that this person leads, or may lead."""
    row = seen(request, pk)
    if not request.user.has_perm("incidents.lead", row):
        raise PermissionDenied
    return row


def part(rows: Any, **lookup: Any) -> Any:
    """A row that belongs to what is shown; any other is not there."""
    try:
        found = rows.filter(**lookup).first()
    except (ValueError, OverflowError):
        found = None
    if found is None:
        raise Http404
    return found


def act(
    request: StaffRequest,
    row: Incident,
    form: Form,
    title: Any,
    button: Any,
    save: Callable[[dict[str, Any]], Saved],
    lead: Any = "",
) -> HttpResponse:
    """A step of an incident that asks for something: one form, one button, the way back."""
    context = {"incident": row, "title": title, "button": button, "lead": lead}
    return filled(request, "incidents/act.html", form, context, save)
