"""What the views share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from kijun.governance.feedback import queries
from kijun.governance.feedback.models import ImprovementRequest, Report
from kijun.governance.organisation.tenancy import StaffRequest, get_mine
from kijun.web.forms import add_errors


def seen(request: StaffRequest, pk: int) -> Report:
    """A report within reach: one's own, or by role. Any other is not there."""
    report = get_mine(request, queries.reports(request.municipality), pk=pk)
    if not request.user.has_perm("feedback.read", report):
        raise Http404
    return report


def seen_request(request: StaffRequest, pk: int) -> ImprovementRequest:
    return get_mine(request, queries.visible_requests(request.user), pk=pk)


def revision(request: StaffRequest) -> int | None:
    """The revision that a plain button carries."""
    text = request.POST.get("revision", "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def back(request: StaffRequest, otherwise: str) -> str:
    """Where the page says to go next, if that is ours."""
    to = request.POST.get("next", "")
    fits = url_has_allowed_host_and_scheme(to, {request.get_host()}, require_https=request.is_secure())
    return to if to.startswith("/") and fits else otherwise


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
    save: Callable[[dict[str, Any]], tuple[Any, str]],
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
