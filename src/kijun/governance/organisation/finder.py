"""Departments in the search over everything."""

from __future__ import annotations

from collections.abc import Iterable
from unicodedata import normalize

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse

from kijun.governance.organisation.models import Department
from kijun.web.search import Hit, containing


def find_departments(request: HttpRequest, words: str) -> Iterable[Hit]:
    """Departments whose name, reading or code has all the words; for those who may open them."""
    if not request.user.has_perm("organisation.manage"):
        return
    rows = Department.objects.of(request.municipality)  # type: ignore[attr-defined]  # set by TenancyMiddleware
    for word in words.split():
        rows = rows.filter(containing(word, ("name", "kana")) | Q(code=normalize("NFKC", word)))
    for one in rows[:20]:
        yield Hit(one.name, reverse("organisation:department", args=[one.pk]), one.code)
