"""The staff site's menu: eight groups that never change, filled by the apps.

An app registers its links in ``AppConfig.ready``; a group appears when it has a link that the person may
open. Only the group of the current page stands open, so that the menu fits on one screen. Counts are what
waits for this person, on the page and, summed, on its group.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from kijun.web.search import Hit, folded

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
    """One entry of the menu; ``permission`` is a rules permission or "" for every signed-in person.

    ``label`` is a short noun; ``about`` says in one line what one does there, for the page of all pages and the search.
    """

    group: str
    label: StrOrPromise
    url_name: str
    permission: str = ""
    order: int = 50
    count: Count | None = None
    about: StrOrPromise = ""


@dataclass(frozen=True, slots=True)
class ShownLink:
    """``current``: "page" on the page itself, "true" on pages below it, "" elsewhere; the values of ``aria-current``."""

    label: StrOrPromise
    url: str
    count: int
    current: str
    about: StrOrPromise = ""


@dataclass(frozen=True, slots=True)
class Group:
    """``flat``: its links stand in the menu itself, without a fold around them."""

    key: str
    title: StrOrPromise
    links: tuple[ShownLink, ...]
    flat: bool = False

    @property
    def count(self) -> int:
        """What waits on any of its pages."""
        return sum(link.count for link in self.links)

    @property
    def current(self) -> bool:
        return any(link.current for link in self.links)


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


def open_to(request: HttpRequest) -> list[Link]:
    """The links that this person may open."""
    return [link for link in _links if not link.permission or request.user.has_perm(link.permission)]


def find(request: HttpRequest, words: str) -> Iterator[Hit]:
    """A finder for the search: pages by name, group and what they are for."""
    wanted = [folded(word) for word in words.split()]
    for link in open_to(request):
        text = folded(f"{GROUPS[link.group]} {link.label} {link.about}")
        if all(word in text for word in wanted):
            yield Hit(f"{GROUPS[link.group]} › {link.label}", reverse(link.url_name), str(link.about))


def menu(request: HttpRequest) -> list[Group]:
    """The groups with the links that this person may open, in their order."""
    shown, may = [], open_to(request)
    for key, title in GROUPS.items():
        here = sorted((link for link in may if link.group == key), key=lambda link: link.order)
        if here:
            shown.append(Group(key, title, tuple(_shown(link, request) for link in here), key == "home"))
    near = [link.url for group in shown for link in group.links if link.current]
    best = max(near, key=len, default="")
    return [
        dataclasses.replace(group, links=tuple(_alone(link, best) for link in group.links)) for group in shown
    ]


def _shown(link: Link, request: HttpRequest) -> ShownLink:
    url, count = reverse(link.url_name), link.count(request) if link.count else 0
    below = link.url_name != "home" and request.path.startswith(url)
    current = "page" if request.path == url else "true" if below else ""
    return ShownLink(link.label, url, count, current, link.about)


def _alone(link: ShownLink, best: str) -> ShownLink:
    """Of several pages whose address begins alike, the nearest alone is the current one."""
    return link if link.url == best else dataclasses.replace(link, current="")


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
