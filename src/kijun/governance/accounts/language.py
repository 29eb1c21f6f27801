"""The language of a signed-in person who has chosen none in this browser."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation


class LanguageMiddleware:
    """After authentication: ``Person.language`` counts unless the browser's own choice (a cookie) says otherwise."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            chosen = getattr(request.user, "language", "")
            if chosen in {code for code, _name in settings.LANGUAGES}:
                translation.activate(chosen)
                request.LANGUAGE_CODE = chosen
        return self.get_response(request)
