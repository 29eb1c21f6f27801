"""Whatever is put into an address, a form or a header: an answer, never a failure, and nobody else's page.

Everything is asked for by somebody who may do everything in the sample town, so that every view gets to its own work.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

import pytest
from bs4 import BeautifulSoup
from bs4.element import Tag
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pytest_django import DjangoDbBlocker

from kijun.governance.accounts.models import Person
from kijun.governance.accounts.roles import Role
from kijun.governance.organisation.models import Department
from tests.conftest import make_person
from tests.sites.test_outsiders import (
    OF_NOBODY,
    PARAMETER,
    World,
    addresses,
    data,
    its_ledger,
    signed_in_as,
    staff_routes,
    world,
)

__all__ = ["data", "its_ledger", "world"]  # the fixtures: one sample town and its data folder for this module

NO_PAGE = (
    "people/sign-out/",
    "departments/import/<int:pk>/",
    "people/transfers/<int:pk>/import/<int:staged_pk>/",
)
"""Signing out ends the test's own session; the prepared imports of `world` hold no plan."""

QUERIES = (
    "page=-1&sort=x;&q=%00&from=99999-99-99&to=%00&year=99999999999999&cycle=%00&next=//evil.example/",
    "page=9999999999999999999999&sort=-pk&q=%F0%A0%AE%B7%ff%fe&cycle=9999999999999999999999&department=-1"
    "&scope=system-99999999999999999999999&system=99999999999999999999999&person=99999999999999999999999"
    "&control=x&kind="
    + "%E3%81%82" * 2000
    + "&step=99999999999999999999999&with=99999999999999999999999&xlsx=1",
)
MARKUP = "<script>alert(1)</script>{{7*7}}{% x %}"
VALUES = (MARKUP + "\x00", "9" * 30, "令和9999999999年13月45日")


@pytest.fixture
def client(world: World) -> Client:
    return somebody(world)


def somebody(world: World) -> Client:
    """Somebody with every role in the sample town."""
    department = Department.objects.filter(municipality=world.town)[0]
    return signed_in_as(make_person(world.town, "7777", "全部 一子", department, *Role))


@pytest.fixture(scope="module")
def all_forms(world: World, django_db_blocker: DjangoDbBlocker) -> list[tuple[str, str, dict[str, Any]]]:
    """(page, address, {field: what it holds}) of every form of every page that changes something; read once for this module."""
    with django_db_blocker.unblock(), transaction.atomic(), translation.override("ja"):
        client = somebody(world)
        found = [(page, *form) for page in pages(world) for form in forms(client, page)]
        transaction.set_rollback(True)
    return found


def pages(world: World) -> list[str]:
    """One address of every staff page."""
    found = []
    for route in staff_routes():
        if route in NO_PAGE or route.startswith(tuple(OF_NOBODY)):
            continue
        found.append(addresses(route, world)[-1] if PARAMETER.search(route) else f"/staff/{route}")
    return found


def forms(client: Client, page: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """(address, {field: what it holds}) of the forms on a page that change something."""
    response = client.get(page)
    if response.status_code != 200 or not response["Content-Type"].startswith("text/html"):
        return
    main = BeautifulSoup(response.content, "html.parser").find("main")
    assert isinstance(main, Tag), page
    for form in main.find_all("form", method="post"):
        fields: dict[str, Any] = {
            str(one["name"]): one for one in form.find_all(["input", "select", "textarea"]) if one.get("name")
        }
        buttons: dict[str, Any] = {
            str(one["name"]): one.get("value", "") for one in form.find_all("button") if one.get("name")
        }
        held: dict[str, Any] = dict(list(buttons.items())[:1])
        for name, one in fields.items():
            if one.get("type") != "file":
                held[name] = one.get("value", "") if one.get("type") == "hidden" else None
        yield urljoin(page, str(form.get("action") or page)), held


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("query", [QUERIES[0], pytest.param(QUERIES[1], marks=pytest.mark.postgresql)])
def test_addresses(world: World, client: Client, query: str) -> None:
    failed = []
    for page in pages(world):
        response = client.get(f"{page}?{query}")
        away = response.status_code == 302 and not response["Location"].startswith("/staff/")
        if response.status_code >= 500 or away:
            failed.append((page, response.status_code))
    assert not failed


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.xdist_group("forms")  # read once, for all of them
@pytest.mark.usefixtures("menu_without_counts")
@pytest.mark.parametrize("value", VALUES)
def test_forms(
    world: World, client: Client, all_forms: list[tuple[str, str, dict[str, Any]]], value: str
) -> None:
    failed, sent = [], 0
    for page, address, held in all_forms:
        data = {name: value if before is None else before for name, before in held.items()}
        with transaction.atomic():
            response = client.post(address, data)
            transaction.set_rollback(True)
        sent += 1
        if response.status_code >= 500 or b"<script>alert(1)" in response.content:
            failed.append((page, address, response.status_code))
    assert sent > 80
    assert not failed


@pytest.mark.django_db
@pytest.mark.parametrize(
    "asked", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "\x00"]
)
def test_signing_in_leads_nowhere_else(world: World, asked: str) -> None:
    world.clerk.set_password("correct horse 1")
    Person.objects.filter(pk=world.clerk.pk).update(password=world.clerk.password)
    data = {
        "municipality": world.town.code,
        "staff_number": "8001",
        "password": "correct horse 1",
        "next": asked,
    }
    response = Client().post(reverse("accounts:sign_in") + "?next=" + asked, data)
    assert response.status_code == 302
    assert response["Location"] == reverse("home")


@pytest.mark.django_db
@pytest.mark.parametrize("asked", ["https://evil.example/", "//evil.example/", "/\\evil.example"])
def test_a_language_leads_nowhere_else(client: Client, asked: str) -> None:
    for address in (reverse("set_language"), reverse("accounts:choose_language")):
        response = client.post(address, {"language": "en", "next": asked})
        assert "evil" not in response.get("Location", "")
        assert response.status_code < 500


@pytest.mark.django_db
def test_without_a_token_nothing_is_taken(world: World) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(world.clerk, backend="django.contrib.auth.backends.ModelBackend")
    for address in (reverse("accounts:password"), reverse("set_language"), reverse("accounts:sign_in")):
        response = strict.post(address, {"language": "en"})
        assert response.status_code == 403
        assert "次にすること" in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("host", ["evil.example", "testserver@evil.example", "a b", "あ", "x" * 5000])
def test_another_host(client: Client, host: str) -> None:
    response = client.get("/staff/", headers={"host": host})
    assert response.status_code == 400
    assert "evil" not in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("value", ["", "x" * 4000, '"; x=y', "\xe3\x81\x82", "../../etc/passwd", "\x01"])
def test_cookies_that_are_none(world: World, value: str) -> None:
    client = Client()
    names = (
        settings.SESSION_COOKIE_NAME,
        settings.CSRF_COOKIE_NAME,
        settings.LANGUAGE_COOKIE_NAME,
        "messages",
    )
    for name in names:
        client.cookies[name] = value
    assert client.get("/").status_code in {200, 302}
    assert client.get("/staff/").status_code == 302
