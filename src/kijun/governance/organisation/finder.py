"""Departments in the search over everything."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse

from kijun.governance.organisation.models import Department
from kijun.web.search import Hit


def find_departments(request: HttpRequest, words: str) -> Iterable[Hit]:
    """Departments whose name, reading or code has all the words; for those who may open them."""
    if not request.user.has_perm("organisation.manage"):
        return
    rows = Department.objects.of(request.municipality)  # type: ignore[attr-defined]  # set by TenancyMiddleware
    for word in words.replace("\u3000", " ").split():
        rows = rows.filter(Q(name__icontains=word) | Q(kana__icontains=word) | Q(code=word))
    for one in rows[:20]:
        yield Hit(one.name, reverse("organisation:department", args=[one.pk]), one.code)
