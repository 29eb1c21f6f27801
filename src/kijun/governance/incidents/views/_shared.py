"""What the views share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from kijun.governance.incidents import queries
from kijun.governance.incidents.models import Incident
from kijun.governance.organisation.tenancy import StaffRequest, get_mine
from kijun.web.forms import add_errors

Saved = tuple[Any, str]
"""What is told, and where the person goes next."""


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


def revision(request: StaffRequest) -> int | None:
    """The revision that a plain button carries."""
    text = request.POST.get("revision", "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def pressed(request: StaffRequest, to: str, words: Any, do: Callable[[], object]) -> HttpResponse:
    """A button of a page: done and told, or refused and told; back to the page."""
    try:
        do()
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, words)
    return redirect(to)


def filled(
    request: StaffRequest,
    template: str,
    form: Form,
    context: dict[str, Any],
    save: Callable[[dict[str, Any]], Saved],
) -> HttpResponse:
    """A page with one form: ``save(cleaned data)`` gives what to say and where to go."""
    if request.method == "POST" and form.is_valid():
        try:
            words, to = save(form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, words)
            return redirect(to)
    status = 422 if request.method == "POST" else 200
    return render(request, template, {"form": form, **context}, status=status)


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
