"""The staff site's menu: eight groups that never change, filled by the apps.

An app registers its links in ``AppConfig.ready``; a group appears when it has a link that the person may
open. Counts are what waits for this person.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

GROUPS: dict[str, StrOrPromise] = {
    "home": _("ホーム"),
    "use": _("AIを使う"),
    "inventory": _("台帳"),
    "checks": _("点検"),
    "monitoring": _("記録・監視"),
    "desk": _("窓口"),
    "learning": _("学ぶ・決まり"),
    "publication": _("公開・報告"),
    "settings": _("設定"),
}

Count = Callable[[HttpRequest], int]


@dataclass(frozen=True, slots=True)
class Link:
    """One entry of the menu; ``permission`` is a rules permission or "" for every signed-in person."""

    group: str
    label: StrOrPromise
    url_name: str
    permission: str = ""
    order: int = 50
    count: Count | None = None


@dataclass(frozen=True, slots=True)
class ShownLink:
    label: StrOrPromise
    url: str
    count: int
    current: bool


_links: list[Link] = []


def register(link: Link) -> None:
    """Add a link; registering the same url name twice is a mistake of the programmer."""
    if link.group not in GROUPS:
        raise ValueError(f"no such group: {link.group}")
    if any(known.url_name == link.url_name for known in _links):
        raise ValueError(f"registered twice: {link.url_name}")
    _links.append(link)


def links() -> tuple[Link, ...]:
    return tuple(_links)


def menu(request: HttpRequest) -> list[tuple[StrOrPromise, list[ShownLink]]]:
    """The groups with the links that this person may open, in their order."""
    shown = []
    for group, title in GROUPS.items():
        entries = []
        for link in sorted((x for x in _links if x.group == group), key=lambda x: x.order):
            if link.permission and not request.user.has_perm(link.permission):
                continue
            url = reverse(link.url_name)
            current = request.path == url or (link.url_name != "home" and request.path.startswith(url))
            entries.append(ShownLink(link.label, url, link.count(request) if link.count else 0, current))
        if entries:
            shown.append((title, entries))
    everything = [entry for _title, entries in shown for entry in entries]
    best = max((e for e in everything if e.current), key=lambda e: len(e.url), default=None)
    return [(title, [dataclasses.replace(e, current=e is best) for e in entries]) for title, entries in shown]


def context(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the menu for signed-in people, the languages for everyone."""
    values: dict[str, Any] = {
        "languages": settings.LANGUAGES,
        "site_mode": settings.KIJUN_SITE,
        "municipality": getattr(request, "municipality", None),
    }
    if (
        getattr(request, "municipality", None)
        and getattr(request, "user", None)
        and request.user.is_authenticated
    ):
        values["menu"] = functools.cache(lambda: menu(request))  # asked only by templates that show it, once
    return values
