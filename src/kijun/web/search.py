"""Search over what the apps hold: each app registers a finder in ``AppConfig.ready``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.http import HttpRequest
from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Hit:
    label: str
    url: str
    hint: str = ""


Finder = Callable[[HttpRequest, str], Iterable[Hit]]
_finders: list[tuple[StrOrPromise, Finder]] = []


def register(title: StrOrPromise, finder: Finder) -> None:
    """``finder(request, words)`` yields at most 20 hits that this person may open."""
    _finders.append((title, finder))


def find(request: HttpRequest, words: str) -> list[tuple[StrOrPromise, list[Hit]]]:
    """Hits by kind of thing; kinds without a hit are left out."""
    if not words.strip():
        return []
    results = ((title, list(finder(request, words.strip()))[:20]) for title, finder in _finders)
    return [(title, hits) for title, hits in results if hits]
