"""People in the search over everything."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse

from kijun.governance.accounts.models import Person
from kijun.governance.accounts.names import normalise_number
from kijun.web.search import Hit, containing


def find_people(request: HttpRequest, words: str) -> Iterator[Hit]:
    """People by name, フリガナ or 職員番号, for those who may open their pages."""
    if not request.user.has_perm("accounts.read_people"):
        return
    people = Person.objects.of(request.municipality)  # type: ignore[attr-defined]  # set by TenancyMiddleware
    for word in words.split():
        people = people.filter(
            containing(word, ("name", "kana")) | Q(staff_number__startswith=normalise_number(word))
        )
    for person in people[:20]:
        yield Hit(person.name, reverse("accounts:person", args=[person.pk]), person.staff_number)
