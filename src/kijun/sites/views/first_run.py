"""The first-run page: municipality and first administrator, opened by the one-time link from the console."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kijun.web.who_may import everyone


@everyone
def set_up(request: HttpRequest) -> HttpResponse:
    """Replaced by the accounts work."""
    return render(request, "sites/error.html", status=404)
