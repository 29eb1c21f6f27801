"""What views do again and again: a button that is pressed, a page with one form, where to go next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from kijun.web.forms import add_errors

Saved = tuple[Any, str]
"""What is told, and where the person goes next."""


def revision(request: HttpRequest) -> int | None:
    """The revision that a plain button carries."""
    text = request.POST.get("revision", "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def back(request: HttpRequest, otherwise: str) -> str:
    """Where the page says to go next, if that is ours."""
    to = request.POST.get("next", "")
    fits = url_has_allowed_host_and_scheme(to, {request.get_host()}, require_https=request.is_secure())
    return to if to.startswith("/") and fits else otherwise


def pressed(request: HttpRequest, to: str, words: Any, do: Callable[[], object]) -> HttpResponse:
    """A button of a page: done and told, or refused and told; back to the page."""
    try:
        do()
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, words)
    return redirect(to)


def filled(
    request: HttpRequest,
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
