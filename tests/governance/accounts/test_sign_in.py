"""Signing in: municipality, number, password, lock-out, and the way back."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kijun.governance.accounts.models import Person
from kijun.governance.audit.models import Entry
from kijun.governance.organisation.models import Municipality

PASSWORD = "correct horse 1"


def sign_in(client: Client, code: str, number: str, password: str = PASSWORD, **more: str) -> Any:
    data = {"municipality": code, "staff_number": number, "password": password} | more
    return client.post(reverse("accounts:sign_in"), data)


def is_signed_in(client: Client) -> bool:
    return client.get(reverse("accounts:me")).status_code == 200


def test_it_works(client: Client, staff: Person) -> None:
    response = sign_in(client, "131016", "0004")
    assert response.status_code == 302
    assert response["Location"] == reverse("home")
    assert is_signed_in(client)
    assert response.cookies["kijun_town"].value == "131016"


def test_full_width_number(client: Client, staff: Person) -> None:
    sign_in(client, "131016", "　００ ０４")
    assert is_signed_in(client)


def test_numbers_repeat_between_towns(client: Client, it_staff: Person, outsider: Person) -> None:
    assert it_staff.staff_number == outsider.staff_number
    sign_in(client, "141003", "0002")
    assert client.get(reverse("accounts:me")).context["person"] == outsider


@pytest.mark.parametrize(
    ("code", "number", "password"),
    [
        ("131016", "0004", "wrong"),
        ("131016", "9999", PASSWORD),
        ("141003", "0004", PASSWORD),
        ("131016", "x" * 39, PASSWORD),
    ],
)
def test_same_words_for_every_mistake(
    client: Client, staff: Person, outsider: Person, code: str, number: str, password: str
) -> None:
    response = sign_in(client, code, number, password)
    assert response.status_code == 422
    assert "団体、職員番号、パスワードのどれかが違います。" in response.content.decode()
    assert not is_signed_in(client)


def test_unknown_number_costs_as_much_as_a_wrong_password(
    client: Client, staff: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.contrib.auth.hashers import MD5PasswordHasher

    hashed: list[str] = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(
        MD5PasswordHasher,
        "encode",
        lambda self, password, salt: hashed.append(password) or encode(self, password, salt),
    )
    sign_in(client, "131016", "0004", "wrong one")
    known = len(hashed)
    sign_in(client, "131016", "9999", "wrong one")
    assert len(hashed) - known == known > 0


def test_inactive_person_is_a_wrong_password(client: Client, staff: Person) -> None:
    Person.objects.update(is_active=False)
    assert sign_in(client, "131016", "0004").status_code == 422


def test_locked_out_after_five_failures(client: Client, staff: Person) -> None:
    for _ in range(4):
        assert sign_in(client, "131016", "0004", "wrong").status_code == 422
    fifth = sign_in(client, "131016", "0004", "wrong")
    assert fifth.status_code == 429
    assert "サインインを止めています" in fifth.content.decode()
    assert 0 < int(fifth["Retry-After"]) <= 900
    assert sign_in(client, "131016", "0004").status_code == 429, "the right password does not help now"
    entries = Entry.objects.filter(action="accounts.locked_out")
    assert [entry.thing_id for entry in entries] == [str(staff.pk)]


def test_lock_out_ends_after_fifteen_minutes_however_often_one_knocks(client: Client, staff: Person) -> None:
    for _ in range(8):
        sign_in(client, "131016", "0004", "wrong")
    AccessAttempt.objects.update(attempt_time=timezone.now() - datetime.timedelta(minutes=15, seconds=1))
    assert sign_in(client, "131016", "0004").status_code == 302


def test_lock_out_is_told_alike_for_numbers_nobody_has(client: Client, staff: Person) -> None:
    for _ in range(5):
        response = sign_in(client, "131016", "9999", "wrong")
    assert response.status_code == 429
    assert not Entry.objects.filter(action="accounts.locked_out").exists()


def test_lock_out_of_one_town_leaves_the_other_alone(
    client: Client, it_staff: Person, outsider: Person
) -> None:
    for _ in range(5):
        sign_in(client, "131016", "0002", "wrong")
    assert sign_in(client, "141003", "0002").status_code == 302


def test_no_password_is_kept_with_failures(client: Client, staff: Person) -> None:
    sign_in(client, "131016", "0004", "very secret words")
    assert "very secret" not in str(AccessAttempt.objects.values())


def test_next_leads_to_own_pages(client: Client, staff: Person) -> None:
    response = sign_in(client, "131016", "0004", next="/staff/people/me/")
    assert response["Location"] == "/staff/people/me/"


@pytest.mark.parametrize(
    "wanted",
    [
        "https://example.com/",
        "//example.com/x",
        "javascript:alert(1)",
        "https://localhost/",
        "/\\example.com",
    ],
)
def test_next_leads_nowhere_else(client: Client, staff: Person, wanted: str) -> None:
    response = sign_in(client, "131016", "0004", next=wanted)
    assert response["Location"] == reverse("home")


def test_one_town_needs_no_choice(client: Client, staff: Person) -> None:
    page = client.get(reverse("accounts:sign_in"))
    assert '<select name="municipality"' not in page.content.decode()
    assert 'value="131016"' in page.content.decode()


def test_several_towns_are_chosen_and_remembered(client: Client, staff: Person, outsider: Person) -> None:
    assert '<select name="municipality"' in client.get(reverse("accounts:sign_in")).content.decode()
    sign_in(client, "141003", "0002")
    client.post(reverse("accounts:sign_out"))
    page = client.get(reverse("accounts:sign_in"))
    assert page.context["form"]["municipality"].value() == "141003"


def test_the_sample_beside_one_real_town_is_a_link(client: Client, staff: Person, outsider: Person) -> None:
    Municipality.objects.filter(code="141003").update(is_sample=True)
    page = client.get(reverse("accounts:sign_in")).content.decode()
    assert '<select name="municipality"' not in page
    assert "?town=141003" in page
    assert client.get(reverse("accounts:sign_in") + "?town=141003").context["town"].code == "141003"


def test_who_is_signed_in_goes_home(client_of: Any, staff: Person) -> None:
    assert client_of(staff).get(reverse("accounts:sign_in"))["Location"] == reverse("home")


def test_sign_out_only_by_post(client_of: Any, staff: Person) -> None:
    client = client_of(staff)
    assert client.get(reverse("accounts:sign_out")).status_code == 405
    assert client.post(reverse("accounts:sign_out"))["Location"] == reverse("accounts:sign_in")
    assert not is_signed_in(client)


def test_signed_out_pages_lead_to_sign_in_and_back(client: Client, staff: Person) -> None:
    response = client.get(reverse("accounts:me"))
    assert response["Location"] == f"{reverse('accounts:sign_in')}?next={reverse('accounts:me')}"


@pytest.mark.parametrize(
    "path",
    ["signup/", "password/reset/", "email/", "confirm-email/", "login/", "password/set/", "login/code/"],
)
def test_allauths_other_pages_do_not_exist(client: Client, staff: Person, path: str) -> None:
    for base in ("/staff/people/", "/accounts/", "/"):
        assert client.get(base + path).status_code == 404


def test_language_of_the_person(client_of: Any, staff: Person) -> None:
    english = {"accept-language": "en-GB,en;q=0.9"}
    page = client_of(staff).get(reverse("accounts:me"), headers=english).content.decode()
    assert '<html lang="en">' in page  # nothing chosen: the browser's
    Person.objects.filter(pk=staff.pk).update(language="en")
    client = client_of(staff)
    assert '<html lang="en">' in client.get(reverse("accounts:me")).content.decode()
    client.cookies["kijun_language"] = "ja"
    assert '<html lang="ja">' in client.get(reverse("accounts:me")).content.decode()
