"""A way back in by a one-time link that an administrator hands over."""

from __future__ import annotations

import datetime
import logging
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kijun.governance.accounts import actions, entry, security
from kijun.governance.accounts.models import EntryLink, Person
from kijun.governance.audit.models import Entry
from tests.governance.accounts.test_sign_in import is_signed_in, sign_in

NEW = {"new_password": "another long phrase", "again": "another long phrase"}


def open_link(client: Client, token: str) -> Any:
    first = client.get(reverse("accounts:recover"), {"code": token})
    assert first["Location"] == reverse("accounts:recover"), "the token leaves the address bar"
    return client.get(reverse("accounts:recover"))


def test_it_works(client: Client, staff: Person, administrator: Person) -> None:
    token = actions.make_recovery_link(administrator, staff)
    page = open_link(client, token)
    assert staff.name in page.content.decode()
    assert client.post(reverse("accounts:recover"), NEW)["Location"] == reverse("accounts:sign_in")
    assert sign_in(client, "131016", "0004").status_code == 422, "the old password is gone"
    assert sign_in(client, "131016", "0004", NEW["new_password"]).status_code == 302
    assert list(Entry.objects.values_list("action", flat=True)) == [
        "accounts.recovery_link_made",
        "accounts.recovered",
    ]


def test_all_sessions_and_the_lock_out_end(client: Client, staff: Person, administrator: Person) -> None:
    sign_in(client, "131016", "0004")
    is_signed_in(client)
    other = Client()
    for _ in range(5):
        sign_in(other, "131016", "0004", "wrong")
    assert security.locked_until(staff)
    token = actions.make_recovery_link(administrator, staff)
    open_link(other, token)
    other.post(reverse("accounts:recover"), NEW)
    assert not is_signed_in(client)
    assert security.locked_until(staff) is None
    assert sign_in(other, "131016", "0004", NEW["new_password"]).status_code == 302


def test_only_once(client: Client, staff: Person, administrator: Person) -> None:
    token = actions.make_recovery_link(administrator, staff)
    open_link(client, token)
    client.post(reverse("accounts:recover"), NEW)
    assert open_link(Client(), token).status_code == 410


def test_two_who_press_at_once(staff: Person, administrator: Person) -> None:
    token = actions.make_recovery_link(administrator, staff)
    one, two = (entry.find("recovery", entry.digest(token)) for _ in range(2))
    assert one
    assert two
    actions.recover(one, "first long phrase")
    with pytest.raises(ValidationError):
        actions.recover(two, "second long phrase")
    staff.refresh_from_db()
    assert staff.check_password("first long phrase")


def test_expired(client: Client, staff: Person, administrator: Person) -> None:
    token = actions.make_recovery_link(administrator, staff)
    assert open_link(client, token).status_code == 200
    EntryLink.objects.update(expires_at=timezone.now() - datetime.timedelta(seconds=1))
    assert client.post(reverse("accounts:recover"), NEW).status_code == 410


def test_new_link_voids_the_old(client: Client, staff: Person, administrator: Person) -> None:
    old = actions.make_recovery_link(administrator, staff)
    actions.make_recovery_link(administrator, staff)
    assert open_link(client, old).status_code == 410


def test_deactivated_person(client: Client, staff: Person, administrator: Person) -> None:
    token = actions.make_recovery_link(administrator, staff)
    actions.deactivate(administrator, staff)
    assert open_link(client, token).status_code == 410
    with pytest.raises(ValidationError):
        actions.make_recovery_link(administrator, staff)


def test_set_up_token_is_no_recovery_token(client: Client, staff: Person) -> None:
    assert open_link(client, actions.make_set_up_link()).status_code == 410


def test_typed_from_paper(client: Client, staff: Person, administrator: Person) -> None:
    token = actions.make_recovery_link(administrator, staff)
    page = client.get(reverse("accounts:recover"))
    assert page.status_code == 200
    assert "回復コードの入力" in page.content.decode()
    typed = token.replace("-", " ").lower().replace("0", "o").replace("1", "l").replace("7", "７")
    response = client.post(reverse("accounts:recover"), {"paste": "1", "code": f" {typed}"})
    assert response["Location"] == reverse("accounts:recover")
    assert staff.name in client.get(reverse("accounts:recover")).content.decode()
    assert client.post(reverse("accounts:recover"), {"paste": "1", "code": ""}).status_code == 422


@pytest.mark.parametrize("token", ["", "x", "あ", "a" * 5000])
def test_wrong_token(client: Client, staff: Person, token: str) -> None:
    assert open_link(client, token).status_code == 410


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"new_password": "short", "again": "short"}, "今は5文字です"),
        ({"new_password": "another long phrase", "again": "another long phrasf"}, "一致しません"),
        ({"new_password": "password123456", "again": "password123456"}, "よく使われる"),
        ({"new_password": "131016-0004xx", "again": "131016-0004xx"}, "ほとんど同じです"),
    ],
)
def test_poor_passwords(
    client: Client, staff: Person, administrator: Person, data: dict[str, str], words: str
) -> None:
    open_link(client, actions.make_recovery_link(administrator, staff))
    page = client.post(reverse("accounts:recover"), data)
    assert page.status_code == 422
    assert words in page.content.decode()
    assert client.post(reverse("accounts:recover"), NEW).status_code == 302, "the link is still good"


def test_token_is_nowhere_kept(client_of: Any, staff: Person, administrator: Person, caplog: Any) -> None:
    caplog.set_level(logging.DEBUG)
    admin = client_of(administrator)
    page = admin.post(reverse("accounts:make_recovery_link", args=[staff.pk]))
    token = page.context["link"].rpartition("code=")[2]
    assert len(token) == 29
    assert page["Cache-Control"].startswith("max-age=0, no-cache, no-store")
    client = Client()
    open_link(client, token)
    client.post(reverse("accounts:recover"), NEW)
    kept = [str(list(model.objects.values())) for model in (EntryLink, Entry)]
    kept += [str(session.get_decoded()) for session in Session.objects.all()]
    assert not any(token in text for text in kept)
    assert not any(
        token in record.getMessage() for record in caplog.records if not record.name.startswith("django.db")
    )
    assert EntryLink.objects.get().digest == entry.digest(token)


def test_asks_before_making(client_of: Any, staff: Person, administrator: Person) -> None:
    page = client_of(administrator).get(reverse("accounts:make_recovery_link", args=[staff.pk]))
    assert page.status_code == 200
    assert not EntryLink.objects.exists()


def test_who_may(client_of: Any, staff: Person, it_staff: Person, outsider: Person) -> None:
    url = reverse("accounts:make_recovery_link", args=[staff.pk])
    assert client_of(it_staff).post(url).status_code == 403
    assert client_of(outsider).post(url).status_code == 404
    assert Client().post(url).status_code == 302
    for actor in (it_staff, outsider, staff):
        with pytest.raises(PermissionDenied):
            actions.make_recovery_link(actor, staff)
    assert not EntryLink.objects.exists()


def test_second_factor_reset_is_a_step_of_its_own(
    client_of: Any, staff: Person, administrator: Person
) -> None:
    TOTP.activate(staff, "JBSWY3DPEHPK3PXP")
    client, url = client_of(administrator), reverse("accounts:reset_second_factor", args=[staff.pk])
    assert client.get(url).status_code == 200
    assert Authenticator.objects.filter(user=staff).exists()
    client.post(url)
    assert not Authenticator.objects.filter(user=staff).exists()
    assert Entry.objects.get().detail == {"kinds": ["totp"]}
