"""Who may enter a page.

Every view wears exactly one of these decorators; a test walks all urls and fails on one that wears none.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.urls import Resolver404, resolve
from django.views.decorators.cache import never_cache

P = ParamSpec("P")
View = Callable[Concatenate[Any, P], HttpResponse]  # the request may be a narrower class


def _mark(view: Any, who: str) -> Any:
    view.who_may = who
    return view


def _back_to(request: HttpRequest) -> str:
    """Where to go after signing in: the page asked for, or for a form the page that it stood on.

    What was typed is gone either way, and many addresses that take a form are no pages of their own.
    """
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    came_from = request.META.get("HTTP_REFERER", "")
    here = f"{request.scheme}://{request.get_host()}/"
    return came_from[len(here) - 1 :] if came_from.startswith(here) else request.get_full_path()


def who_may(permission: str) -> Callable[[View[P]], View[P]]:
    """A signed-in person of a municipality who has ``permission`` (without an object).

    Signed out: to the sign-in page and back. Without the permission: 403.
    The object's own check is :func:`require` inside the view.
    """

    def decorate(view: View[P]) -> View[P]:
        @functools.wraps(view)
        @never_cache
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(_back_to(request), resolve_url(settings.LOGIN_URL))
            if getattr(request, "municipality", None) is None or not request.user.has_perm(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return cast("View[P]", _mark(guarded, permission))

    return decorate


def signed_in(view: View[P]) -> View[P]:
    """Any signed-in person of a municipality."""

    @functools.wraps(view)
    @never_cache
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(_back_to(request), resolve_url(settings.LOGIN_URL))
        if getattr(request, "municipality", None) is None:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return cast("View[P]", _mark(guarded, "signed in"))


def everyone(view: View[P]) -> View[P]:
    """Residents and anybody else: the page shows only what is public, or checks a token itself."""
    return cast("View[P]", _mark(view, "everyone"))


def may_open(person: Any, url: str) -> bool:
    """Whether a link to one of our pages leads this person anywhere; what the page asks of its object is not known here."""
    try:
        needed = getattr(resolve(urlsplit(url).path).func, "who_may", "everyone")
    except Resolver404:
        return True
    return needed in {"everyone", "signed in"} or bool(person.has_perm(needed))


def require(request: HttpRequest, permission: str, thing: Model) -> None:
    """Raise PermissionDenied (a 403 page) unless the person has ``permission`` on ``thing``."""
    if not request.user.has_perm(permission, thing):
        raise PermissionDenied
