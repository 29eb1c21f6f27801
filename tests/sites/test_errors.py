"""Pages for what went wrong: what happened, what to do next, in the reader's language, on the right site."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kijun.governance.accounts.models import Person
from kijun.sites.logs import Formatter
from kijun.sites.views import base

ClientOf = Callable[[Person], Client]


def in_language(client: Client, language: str) -> Client:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    return client


@pytest.mark.parametrize(
    ("address", "language", "words"),
    [
        ("/staff/nowhere/", "ja", ["ページが見つかりません", "次にすること", 'class="staff"']),
        ("/staff/nowhere/", "en", ["Page not found", "What to do next"]),
        ("/nowhere/", "ja", ["ページが見つかりません", 'class="residents"']),
        ("/nowhere/", "en", ["Page not found", 'class="residents"']),
        (
            "/nowhere/",
            "ja-easy",
            ['<ruby>見<rp>（</rp><rt aria-hidden="true">み</rt><rp>）</rp></ruby>つかりません'],
        ),
    ],
)
def test_a_page_that_is_not_there(
    client: Client, db: None, address: str, language: str, words: list[str]
) -> None:
    page = in_language(client, language).get(address)
    assert page.status_code == 404
    assert all(word in page.content.decode() for word in words)


@pytest.mark.parametrize(
    ("language", "words"), [("ja", "権限がありません"), ("en", "You may not open this page")]
)
def test_a_page_that_is_not_for_me(client_of: ClientOf, staff: Person, language: str, words: str) -> None:
    page = in_language(client_of(staff), language).get(reverse("organisation:departments"))
    assert page.status_code == 403
    assert words in page.content.decode()
    assert 'class="menu"' in page.content.decode(), "the way on stands in the menu"


@pytest.mark.parametrize(
    ("address", "language", "words"),
    [
        ("/staff/people/sign-in/", "ja", "この住所（URL）では開けません"),
        ("/staff/people/sign-in/", "en", "This address (URL) cannot be used"),
        ("/", "ja", "別の住所（URL）で公開されています"),
        ("/", "en", "published at another address"),
        (
            "/",
            "ja-easy",
            '<ruby>見<rp>（</rp><rt aria-hidden="true">み</rt><rp>）</rp></ruby>ることができません',
        ),
    ],
)
def test_a_name_that_kijun_does_not_have(client: Client, address: str, language: str, words: str) -> None:
    """The commonest mistake of a first installation says which variable to set."""
    page = in_language(client, language).get(address, headers={"host": "kijun.example.lg.jp"})
    assert page.status_code == 400
    assert words in page.content.decode()
    assert "KIJUN_ALLOWED_HOSTS" in page.content.decode()


def test_what_was_refused_takes_one_line_of_the_log(
    client_of: ClientOf, staff: Person, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "django"):
        Client().get("/", headers={"host": "scan.example"})
        client_of(staff).get(reverse("organisation:departments"))
    lines = [Formatter().format(one) for one in caplog.records if one.exc_info]
    assert len(lines) == 2
    assert "scan.example" in lines[0]
    assert "/staff/departments/" in lines[1]
    assert "\n" not in lines[0] + lines[1]


@pytest.mark.parametrize(
    ("language", "words"), [("ja", "送信を中止しました"), ("en", "For safety, nothing was sent")]
)
def test_a_form_without_its_token(staff: Person, language: str, words: str) -> None:
    client = in_language(Client(enforce_csrf_checks=True), language)
    page = client.post(reverse("accounts:sign_in"), {"number": "0004"})
    assert page.status_code == 403
    assert words in page.content.decode()


@pytest.mark.parametrize(
    ("name", "start", "whom"),
    [
        ("home", "/staff/", "システム管理者に知らせてください"),
        ("residents_home", "/", "役所に知らせてください"),
    ],
)
def test_a_fault_of_ours_is_told_in_both_languages(
    client_of: ClientOf, staff: Person, monkeypatch: pytest.MonkeyPatch, name: str, start: str, whom: str
) -> None:
    """Even with the database gone: nothing on that page asks it."""

    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError("個人 花子")

    monkeypatch.setattr(base, "render", fail)
    monkeypatch.setattr(base.Municipality.objects, "order_by", fail)
    client = client_of(staff)
    client.raise_request_exception = False
    page = client.get(reverse(name))
    text = page.content.decode()
    assert page.status_code == 500
    assert ("<ruby>" in page.content.decode()) == (
        name == "residents_home"
    )  # residents read it in plain Japanese too
    assert "花子" not in text
    assert whom in text
    assert f'<a href="{start}">' in text
    assert '<div lang="en"><h2>Something went wrong' in text
    assert f"{timezone.localtime():%Y/%m/%d %H:}" in text, "the time to tell the administrator"


@pytest.mark.parametrize("address", ["/staff/people/sign-in/", "/", "/nowhere/"])
def test_every_answer_carries_the_headers_that_protect(client: Client, db: None, address: str) -> None:
    headers = client.get(address).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"
