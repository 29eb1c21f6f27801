"""自分の設定."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse

from kijun.governance.accounts.models import Person
from kijun.governance.accounts.views.me import device
from kijun.governance.audit.models import Entry
from tests.governance.accounts.test_sign_in import PASSWORD, is_signed_in, sign_in

ClientOf = Callable[[Person], Client]
NEW = {"current": PASSWORD, "new_password": "another long phrase", "again": "another long phrase"}


@pytest.fixture
def two(staff: Person) -> tuple[Client, Client]:
    """Two browsers of the same person."""
    browsers = (Client(), Client())
    for browser in browsers:
        sign_in(browser, "131016", "0004")
        assert is_signed_in(browser)
    return browsers


def test_it_works(two: tuple[Client, Client]) -> None:
    page = two[0].get(reverse("accounts:me"))
    for text in ("介護 三郎", "0004", "介護保険課", "職員（AI利用者）", "未設定", "期限なし"):
        assert text in page.content.decode()
    assert [one.is_current for one in page.context["sessions"]] == [True, False]


def test_signed_out(client: Client, db: None) -> None:
    for name in ("me", "password", "choose_language", "end_session"):
        assert client.get(reverse(f"accounts:{name}")).status_code == 302


def test_end_all_others(two: tuple[Client, Client]) -> None:
    two[0].post(reverse("accounts:end_session"))
    assert is_signed_in(two[0])
    assert not is_signed_in(two[1])
    assert Entry.objects.get().detail == {"sessions_ended": 1}


def test_end_one(two: tuple[Client, Client]) -> None:
    other = next(one for one in two[0].get(reverse("accounts:me")).context["sessions"] if not one.is_current)
    two[0].post(reverse("accounts:end_session"), {"session": other.pk})
    assert not is_signed_in(two[1])


def test_sessions_of_others_cannot_be_ended(
    two: tuple[Client, Client], neighbour: Person, client_of: ClientOf
) -> None:
    theirs = client_of(neighbour)
    theirs.get(reverse("accounts:me"))
    session = UserSession.objects.get(user=neighbour)
    two[0].post(reverse("accounts:end_session"), {"session": session.pk})
    two[0].post(reverse("accounts:end_session"), {"session": "x"})
    assert is_signed_in(theirs)
    assert is_signed_in(two[1])


def test_change_password(two: tuple[Client, Client]) -> None:
    assert two[0].get(reverse("accounts:password")).status_code == 200
    assert two[0].post(reverse("accounts:password"), NEW)["Location"] == reverse("accounts:me")
    assert is_signed_in(two[0])
    assert not is_signed_in(two[1])
    assert sign_in(Client(), "131016", "0004", NEW["new_password"]).status_code == 302
    assert Entry.objects.get().action == "accounts.password_changed"


def test_change_password_needs_the_present_one(two: tuple[Client, Client]) -> None:
    for _ in range(4):
        page = two[0].post(reverse("accounts:password"), NEW | {"current": "wrong"})
        assert "今のパスワードが違います。" in page.content.decode()
    assert two[0].post(reverse("accounts:password"), NEW | {"current": "wrong"}).status_code == 429


def test_language(two: tuple[Client, Client], staff: Person) -> None:
    response = two[0].post(reverse("accounts:choose_language"), {"language": "en"})
    assert response.cookies["kijun_language"].value == "en"
    staff.refresh_from_db()
    assert staff.language == "en"
    two[0].post(reverse("accounts:choose_language"), {"language": "xx"})
    staff.refresh_from_db()
    assert staff.language == "en"


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0",
            "Edge（Windows）",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1", "Safari（iOS）"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0", "Firefox（Linux）"),
        ("curl/8.0", "curl/8.0"),
        ("", "不明な機器"),
    ],
)
def test_device(agent: str, name: str) -> None:
    assert device(agent) == name
