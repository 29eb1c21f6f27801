"""Addresses that no row can have, and addresses that only a form may ask for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from kijun.sites.views import errors

LARGEST_KEY = 2**63 - 1
"""What a key in the database can hold. ``<int:…>`` takes more digits, and the database then refuses the question."""


class AddressMiddleware:
    """404 for a number that is too large to be a key; a page that helps where Django's answer 405 is empty.

    A form that was refused is shown under an address that takes POST alone. Who loads it anew, bookmarks it or
    changes the language there asks with GET.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 405 or response.content:
            return response
        page = errors.wrong_method(request)
        page["Allow"] = response["Allow"]
        return page

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]) -> None:
        if any(isinstance(value, int) and value > LARGEST_KEY for value in kwargs.values()):
            raise Http404
