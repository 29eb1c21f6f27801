"""``@proves``: small functions that turn a fact of the system into evidence for controls.

Each app's ``evidence.py`` holds them; they are found when Django starts. A collector takes a :class:`Scope` and
returns a :class:`Proof`, or None where it has nothing to say in that scope.
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import lazy
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import get_language
from django_stubs_ext import StrOrPromise

from kijun.governance.evidence.models import ScopeKind, Verdict
from kijun.governance.organisation.models import Municipality
from kijun.web import dates


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a control is proven: the municipality, or one of its AI systems (``id`` its primary key)."""

    municipality: Municipality
    kind: ScopeKind
    id: int

    @property
    def municipality_id(self) -> int:
        return self.municipality.pk

    @property
    def key(self) -> str:
        """As it stands in addresses: ``system-12``."""
        return f"{self.kind.value}-{self.id}"

    @classmethod
    def organisation(cls, municipality: Municipality) -> Scope:
        return cls(municipality, ScopeKind.ORGANISATION, municipality.pk)


@dataclass(frozen=True, slots=True)
class Proof:
    """What a collector found. ``value`` is one line in Japanese and English for people (a lazy text or format);

    ``figures`` the numbers behind it; ``url`` the page where it can be seen; ``expires_on`` the last day it holds.
    """

    title: StrOrPromise
    value: StrOrPromise
    verdict: Verdict
    url: str
    as_of: datetime.datetime
    expires_on: datetime.date | None = None
    figures: dict[str, Any] = field(default_factory=dict)


Collect = Callable[[Scope], Proof | None]


def line(message: StrOrPromise, **params: object) -> StrOrPromise:
    """A lazy text with its figures filled in: ``line(_("%(n)s件"), n=3)`` reads in Japanese and in English."""
    return lazystr_of(lambda: str(message) % params)


def shown_day(value: datetime.date | None) -> StrOrPromise:
    """A day in the middle of a text: 2026/11/23, in English 23 November 2026; a dash for None."""
    return lazystr_of(lambda: _day(value))


def _day(value: datetime.date | None) -> str:
    if value is None:
        return "–"
    english = (get_language() or "ja").startswith("en")
    return dates.format_date(value, "en") if english else f"{value:%Y/%m/%d}"


def lazystr_of(make: Callable[[], str]) -> StrOrPromise:
    """A text made when it is read, in the language of that moment."""
    lazy_make: Callable[[], StrOrPromise] = lazy(make, str)
    return lazy_make()


@dataclass(frozen=True, slots=True)
class Collector:
    name: str
    controls: tuple[str, ...]
    scopes: frozenset[ScopeKind]
    page: str
    """The url name of the page that answers the controls (docs/coverage.md)."""
    collect: Collect


_collectors: dict[str, Collector] = {}


def proves(
    *controls: str, page: str, scopes: tuple[ScopeKind, ...] = (ScopeKind.ORGANISATION,)
) -> Callable[[Collect], Collect]:
    """Register a collector for ``controls``; ``page`` is the url name where the fact is worked on."""

    def decorate(collect: Collect) -> Collect:
        name = f"{collect.__module__.removeprefix('kijun.governance.')}.{collect.__name__}"
        if name in _collectors:
            raise ValueError(f"registered twice: {name}")
        _collectors[name] = Collector(name, controls, frozenset(scopes), page, collect)
        return collect

    return decorate


@functools.cache
def _discover() -> None:
    autodiscover_modules("evidence")


def collectors(control_id: str | None = None) -> list[Collector]:
    """All collectors, or those of one control, by name. Finds each app's ``evidence.py`` at the first call."""
    _discover()
    return sorted(
        (one for one in _collectors.values() if control_id is None or control_id in one.controls),
        key=lambda one: one.name,
    )
