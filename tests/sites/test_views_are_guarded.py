"""Every page of Kijun says who may enter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.checks.urls import check_url_config
from django.urls import URLPattern, get_resolver
from django.views.i18n import set_language

UNGUARDED = {set_language}
"""Django's own view that changes nothing but a cookie."""


def patterns(entries: Any = None, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """(address, view) of every pattern, included ones too."""
    for entry in get_resolver().url_patterns if entries is None else entries:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield route, entry.callback
        else:
            yield from patterns(entry.url_patterns, route)


def test_every_view_wears_a_decorator() -> None:
    found = list(patterns())
    assert len(found) > 40
    bare = [route for route, view in found if view not in UNGUARDED and not getattr(view, "who_may", "")]
    assert not bare, f"say who may enter with who_may, signed_in or everyone: {bare}"


def test_every_permission_exists() -> None:
    import rules

    asked = {view.who_may for _route, view in patterns() if getattr(view, "who_may", "")}
    unknown = [name for name in asked - {"everyone", "signed in"} if not rules.perm_exists(name)]
    assert not unknown


@pytest.mark.parametrize("prefix", ["staff/"])
def test_staff_pages_open_to_everyone_are_few(prefix: str) -> None:
    """What nobody needs to sign in for on the staff site is counted here, so that a new one is a decision."""
    open_pages = {
        route
        for route, view in patterns()
        if route.startswith(prefix) and getattr(view, "who_may", "") == "everyone"
    }
    assert open_pages == {
        "staff/set-up/",
        "staff/people/sign-in/",
        "staff/people/sign-in/second-factor/",
        "staff/people/sign-in/passkey/",
        "staff/people/sign-out/",
        "staff/people/recover/",
    }


def test_addresses_are_sound() -> None:
    assert settings.ROOT_URLCONF
    assert check_url_config(None) == []
