"""Every way in asks for the second factor of who has one; setting it up and removing it."""

from __future__ import annotations

import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from kijun.governance.accounts import actions, waiting
from kijun.governance.accounts.models import Person
from kijun.governance.audit.models import Entry
from tests.governance.accounts.test_sign_in import PASSWORD, is_signed_in, sign_in

SECRET = "JBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def no_memory_of_attempts() -> None:
    cache.clear()


def code(secret: str = SECRET) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


@pytest.fixture
def guarded(staff: Person) -> Person:
    """Staff with an authenticator app and recovery codes."""
    TOTP.activate(staff, SECRET)
    RecoveryCodes.activate(staff)
    return staff


def test_password_alone_does_not_sign_in(client: Client, guarded: Person) -> None:
    response = sign_in(client, "131016", "0004", next="/staff/people/me/")
    assert response["Location"] == reverse("mfa_authenticate")
    assert not is_signed_in(client)
    page = client.get(reverse("mfa_authenticate"))
    assert page.status_code == 200
    done = client.post(reverse("mfa_authenticate"), {"code": code()})
    assert done["Location"] == "/staff/people/me/"
    assert is_signed_in(client)


def test_who_governs_is_asked_to_set_one_up(administrator: Person, it_staff: Person, staff: Person) -> None:
    def asked(person: Person) -> bool:
        return any("二段階認証を設定する" in str(task.title) for task in waiting.tasks(person))

    assert asked(administrator)
    assert asked(it_staff)
    assert not asked(staff)
    TOTP.activate(administrator, SECRET)
    assert not asked(administrator)


def test_no_passkey_is_offered_to_who_has_none(
    client: Client, guarded: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(client, "131016", "0004")
    assert "パスキー" not in client.get(reverse("mfa_authenticate")).content.decode()
    options = {"publicKey": {"allowCredentials": [{"id": "x", "type": "public-key"}]}}
    monkeypatch.setattr("allauth.mfa.base.views.webauthn_auth.begin_authentication", lambda _user: options)
    assert "パスキーで確かめる" in client.get(reverse("mfa_authenticate")).content.decode()


def test_full_width_code(client: Client, guarded: Person) -> None:
    sign_in(client, "131016", "0004")
    wide = code().translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    client.post(reverse("mfa_authenticate"), {"code": f"{wide[:3]} {wide[3:]}"})
    assert is_signed_in(client)


def test_wrong_code(client: Client, guarded: Person) -> None:
    sign_in(client, "131016", "0004")
    wrong = "000000" if code() != "000000" else "111111"
    page = client.post(reverse("mfa_authenticate"), {"code": wrong})
    assert "確認できませんでした" in page.content.decode()
    assert not is_signed_in(client)


def test_codes_cannot_be_guessed_on(client: Client, guarded: Person) -> None:
    sign_in(client, "131016", "0004")
    for _ in range(5):
        client.post(reverse("mfa_authenticate"), {"code": "abcdef"})
    page = client.post(reverse("mfa_authenticate"), {"code": code()})
    assert "5分たってから" in page.content.decode()
    assert not is_signed_in(client)


def test_recovery_code_once(client: Client, guarded: Person) -> None:
    spare = Authenticator.objects.get(user=guarded, type="recovery_codes").wrap().get_unused_codes()[0]
    sign_in(client, "131016", "0004")
    client.post(reverse("mfa_authenticate"), {"code": spare})
    assert is_signed_in(client)
    again = Client()
    sign_in(again, "131016", "0004")
    again.post(reverse("mfa_authenticate"), {"code": spare})
    assert not is_signed_in(again)


def test_second_factor_page_needs_a_password_first(client: Client, guarded: Person) -> None:
    assert client.get(reverse("mfa_authenticate"))["Location"] == reverse("accounts:sign_in")
    assert client.post(reverse("mfa_authenticate"), {"code": code()})["Location"] == reverse(
        "accounts:sign_in"
    )
    assert not is_signed_in(client)


def test_a_sign_in_that_stands_half_way_can_be_left(client: Client, guarded: Person) -> None:
    sign_in(client, "131016", "0004")
    client.post(reverse("accounts:sign_out"))
    assert client.get(reverse("mfa_authenticate"))["Location"] == reverse("accounts:sign_in")


def test_deactivated_between_password_and_code(client: Client, guarded: Person) -> None:
    sign_in(client, "131016", "0004")
    Person.objects.filter(pk=guarded.pk).update(is_active=False)
    client.post(reverse("mfa_authenticate"), {"code": code()})
    assert not is_signed_in(client)


def test_recovery_keeps_the_second_factor(client: Client, guarded: Person, administrator: Person) -> None:
    token = actions.make_recovery_link(administrator, guarded)
    client.get(reverse("accounts:recover"), {"code": token})
    response = client.post(
        reverse("accounts:recover"), {"new_password": "another long phrase", "again": "another long phrase"}
    )
    assert response["Location"] == reverse("accounts:sign_in")
    assert not is_signed_in(client)
    response = sign_in(client, "131016", "0004", "another long phrase")
    assert response["Location"] == reverse("mfa_authenticate")


def test_passkey_sign_in_without_a_key(client: Client, staff: Person) -> None:
    options = client.get(reverse("mfa_login_webauthn"), headers={"Accept": "application/json"}).json()
    assert options["request_options"]["publicKey"]["userVerification"] == "required"
    for credential in ("{}", "null", "[]", "x", '{"response": {"userHandle": "MQ"}}'):
        client.post(reverse("mfa_login_webauthn"), {"credential": credential})
        assert not is_signed_in(client)


def test_setting_up_an_app(client_of: Any, staff: Person) -> None:
    client = client_of(staff)
    response = client.get(reverse("mfa_activate_totp"))
    assert response["Location"].startswith(reverse("account_reauthenticate")), (
        "the password is asked for again"
    )
    wrong = client.post(response["Location"], {"password": "wrong", "next": reverse("mfa_activate_totp")})
    assert "パスワードが違います。" in wrong.content.decode()
    client.post(response["Location"], {"password": PASSWORD, "next": reverse("mfa_activate_totp")})
    page = client.get(reverse("mfa_activate_totp"))
    assert page.status_code == 200
    secret = page.context["form"].secret
    done = client.post(reverse("mfa_activate_totp"), {"code": code(secret)})
    assert done["Location"] == reverse("mfa_view_recovery_codes")
    kept = Authenticator.objects.get(user=staff, type="totp").data["secret"]
    assert kept != secret, "it is encrypted"
    assert "アカウント" not in client.get(reverse("mfa_index")).content.decode()
    for name in (
        "mfa_index",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_deactivate_totp",
        "mfa_list_webauthn",
        "mfa_add_webauthn",
        "mfa_download_recovery_codes",
    ):
        assert client.get(reverse(name)).status_code == 200, name
    client.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.filter(user=staff).exists()


def test_trail_tells_of_second_factors(
    client_of: Any, staff: Person, django_capture_on_commit_callbacks: Any
) -> None:
    client = client_of(staff)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("mfa_activate_totp"), {"code": code(secret)})
    client.post(reverse("mfa_deactivate_totp"))
    told = list(Entry.objects.order_by("seq").values_list("action", flat=True))
    assert "accounts.second_factor_added" in told
    assert "accounts.second_factor_removed" in told
    assert secret not in str(list(Entry.objects.values()))


def test_wrong_passwords_while_confirming_count_towards_the_lock_out(client_of: Any, staff: Person) -> None:
    client = client_of(staff)
    for _ in range(5):
        last = client.post(reverse("account_reauthenticate"), {"password": "wrong"})
    assert last.status_code == 429


def test_secret_of_another_installation_lets_nobody_in(
    client: Client, guarded: Person, settings: Any
) -> None:
    settings.SECRET_KEY = "another installation's key"
    sign_in(client, "131016", "0004")
    for guess in (code(), code("A" * 16), str(format_hotp_value(hotp_value("", int(time.time()) // 30)))):
        client.post(reverse("mfa_authenticate"), {"code": guess})
        assert not is_signed_in(client)


@pytest.fixture
def key(staff: Person, monkeypatch: pytest.MonkeyPatch) -> Authenticator:
    """A passkey of staff whose answers the browser's side has already checked."""
    from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm

    key = Authenticator.objects.create(user=staff, type="webauthn", data={"name": "鍵", "credential": {}})
    monkeypatch.setattr(
        AuthenticateWebAuthnForm, "clean_credential", lambda self: Authenticator.objects.get(pk=key.pk)
    )
    return key


def test_passkey_alone_signs_in(client: Client, key: Authenticator) -> None:
    response = client.post(reverse("mfa_login_webauthn"), {"credential": "[1]", "next": "/staff/people/me/"})
    assert response["Location"] == "/staff/people/me/"
    assert is_signed_in(client)


def test_passkey_sign_in_leads_nowhere_else(client: Client, key: Authenticator) -> None:
    response = client.post(
        reverse("mfa_login_webauthn"), {"credential": "[1]", "next": "https://example.com/"}
    )
    assert response["Location"] == reverse("home")


def test_passkey_of_somebody_deactivated(client: Client, key: Authenticator) -> None:
    Person.objects.update(is_active=False)
    response = client.post(reverse("mfa_login_webauthn"), {"credential": "[1]"}, follow=True)
    assert "停止中の職員です" in response.content.decode()
    assert not is_signed_in(client)


def test_who_has_only_a_passkey_is_asked_for_it_after_the_password(
    client: Client, key: Authenticator
) -> None:
    from allauth.mfa.adapter import get_adapter

    assert get_adapter().is_mfa_enabled(key.user, ["totp", "webauthn"])
    assert sign_in(client, "131016", "0004")["Location"] == reverse("mfa_authenticate")
    assert not is_signed_in(client)
