"""The language of residents' pages by their address: ``?lang=ja-easy``, as a poster or another site may carry it."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)


class AddressLanguageMiddleware:
    """After the other language middleware: ``lang`` in the address counts, and the browser remembers it.

    Staff pages keep out of it: theirs has a meaning of its own (a preview), and their switch is a form.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.GET.get("lang", "")
        if chosen not in LANGUAGES or request.path.startswith("/staff/"):
            return self.get_response(request)
        translation.activate(chosen)
        request.LANGUAGE_CODE = chosen
        response = self.get_response(request)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            samesite="Lax",
            secure=settings.LANGUAGE_COOKIE_SECURE,
        )
        return response
