"""The first run: a link from the console, the municipality, the first administrator."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kijun.governance.accounts import actions, entry
from kijun.governance.accounts.models import EntryLink, Person
from kijun.governance.accounts.roles import Role
from kijun.governance.audit.models import Chain, Entry
from kijun.governance.organisation.models import Department, Municipality
from kijun.sites import startup

GOOD = {
    "code": "１３１０１６",
    "name": "千代田区",
    "kana": "ちよだく",
    "department": "デジタル推進課",
    "department_code": "1",
    "staff_number": "0001",
    "person_name": "管理 花子",
    "person_kana": "カンリ ハナコ",
    "new_password": "a quiet long phrase",
    "again": "a quiet long phrase",
}


@pytest.fixture
def token(db: None) -> str:
    return actions.make_set_up_link()


def open_with(client: Client, token: str) -> Any:
    response = client.get(reverse("set_up"), {"code": token})
    assert response["Location"] == reverse("set_up"), "the code leaves the address bar"
    return client.get(reverse("set_up"))


def test_it_works(client: Client, token: str) -> None:
    page = open_with(client, token)
    assert "最初のシステム管理者" in page.content.decode()
    response = client.post(reverse("set_up"), GOOD)
    assert response["Location"] == f"{reverse('accounts:sign_in')}?town=131016"
    town = Municipality.objects.get()
    assert (town.code, town.name, town.kana, town.is_sample) == ("131016", "千代田区", "チヨダク", False)
    person = Person.objects.get()
    assert person.roles_today() == {Role.ADMINISTRATOR}
    assert person.department == Department.objects.get()
    assert Chain.objects.filter(key="131016").exists()
    assert Entry.objects.filter(chain__key="131016", actor_kind="console", action="accounts.added").exists()
    signed_in = client.post(
        reverse("accounts:sign_in"),
        {"municipality": "131016", "staff_number": "0001", "password": GOOD["new_password"]},
    )
    assert signed_in["Location"] == reverse("home")


def test_empty_installation_leads_here(client: Client, db: None) -> None:
    response = client.get("/staff/", follow=True)
    assert response.redirect_chain[-1][0] == reverse("set_up")
    page = response.content.decode()
    assert "kijun setup-link" in page
    assert 'name="code"' in page
    assert 'name="staff_number"' not in page


@pytest.mark.parametrize("code", ["", "x", "あ" * 500, "../../etc"])
def test_wrong_code_opens_nothing(client: Client, db: None, code: str) -> None:
    page = open_with(client, code).content.decode()
    assert "この初期設定コードは使えません" in page
    assert 'name="staff_number"' not in page
    client.post(reverse("set_up"), GOOD)
    assert not Municipality.objects.exists()


def test_no_code_opens_nothing(client: Client, token: str) -> None:
    client.post(reverse("set_up"), GOOD)
    assert not Municipality.objects.exists()


def test_pasted_code_or_whole_link(client: Client, token: str) -> None:
    for text in (f" {token}\n", f"http://127.0.0.1:8000/staff/set-up/?code={token}"):
        response = client.post(reverse("set_up"), {"paste": "1", "code": text})
        assert response["Location"] == reverse("set_up")
        assert 'name="staff_number"' in client.get(reverse("set_up")).content.decode()
    assert (
        "「初期設定コード」を入力してください"
        in client.post(reverse("set_up"), {"paste": "1", "code": ""}).content.decode()
    )


def test_only_once(client: Client, token: str) -> None:
    open_with(client, token)
    client.post(reverse("set_up"), GOOD)
    other = Client()
    assert "使えません" in open_with(other, token).content.decode()
    other.post(reverse("set_up"), GOOD | {"code": "141003"})
    assert Municipality.objects.count() == 1


def test_after_24_hours(client: Client, token: str) -> None:
    open_with(client, token)
    EntryLink.objects.update(expires_at=timezone.now() - datetime.timedelta(seconds=1))
    client.post(reverse("set_up"), GOOD)
    assert not Municipality.objects.exists()


def test_lifetime_and_what_is_kept(client: Client, token: str) -> None:
    link = EntryLink.objects.get()
    assert link.digest == entry.digest(token)
    assert abs(link.expires_at - timezone.now() - datetime.timedelta(hours=24)) < datetime.timedelta(
        minutes=1
    )
    open_with(client, token)
    assert token not in str([session.get_decoded() for session in Session.objects.all()])
    assert token not in str(list(EntryLink.objects.values()) + list(Entry.objects.values()))


def test_recovery_token_is_no_set_up_token(client: Client, staff: Person, administrator: Person) -> None:
    page = open_with(client, actions.make_recovery_link(administrator, staff))
    assert 'name="staff_number"' not in page.content.decode()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("code", "131017", "検査数字"),
        ("code", "13101", "5桁"),
        ("again", "another", "一致しません"),
        ("new_password", "short", "今は5文字です"),
        ("person_kana", "漢字", "カタカナ"),
        ("staff_number", "/", "職員番号は"),
        ("department_code", "1/2", "使えません"),
    ],
)
def test_mistakes_change_nothing(client: Client, token: str, field: str, value: str, words: str) -> None:
    open_with(client, token)
    page = client.post(reverse("set_up"), GOOD | {field: value})
    assert page.status_code == 422
    assert words in page.content.decode()
    assert not Municipality.objects.exists()
    assert client.post(reverse("set_up"), GOOD).status_code == 302, "the link is still good"


def test_a_second_town(client: Client, staff: Person) -> None:
    assert "初期設定は終わっています" in client.get(reverse("set_up")).content.decode()
    open_with(client, actions.make_set_up_link())
    assert client.post(reverse("set_up"), GOOD).status_code == 422, "this town is there already"
    assert client.post(reverse("set_up"), GOOD | {"code": "141003", "name": "横浜市"}).status_code == 302
    newcomer = Person.objects.get(municipality__code="141003")
    assert not newcomer.has_perm("accounts.manage_people", staff)


def test_startup_prints_the_link_while_there_is_no_town(client: Client, db: None, settings: Any) -> None:
    settings.KIJUN_ADDRESS = "http://127.0.0.1:8765"
    lines = startup.prepare(sample=False)
    link = next(line.strip() for line in lines if "code=" in line)
    assert link.startswith("http://127.0.0.1:8765/staff/set-up/?code=")
    assert 'name="staff_number"' in open_with(client, link.rpartition("code=")[2]).content.decode()
    startup.prepare(sample=False)
    assert EntryLink.objects.count() == 1


def test_startup_says_nothing_when_there_is_a_town(staff: Person) -> None:
    assert startup.prepare(sample=False) == []
    assert not EntryLink.objects.exists()


def test_startup_of_the_residents_site_alone_makes_no_link(db: None, settings: Any) -> None:
    settings.KIJUN_SITE = "residents"
    assert startup.prepare(sample=False) == []
    assert not EntryLink.objects.exists()


def test_the_sample_alone_founds_nothing(client: Client, staff: Person) -> None:
    Municipality.objects.update(is_sample=True)
    lines = startup.prepare(sample=False)
    assert "あなたの団体を登録する" in "\n".join(lines)
    assert "初期設定は終わっています" not in client.get(reverse("set_up")).content.decode()
    assert reverse("set_up") in client.get(reverse("accounts:sign_in")).content.decode()
    link = next(line.strip() for line in lines if "code=" in line)
    open_with(client, link.rpartition("code=")[2])
    assert client.post(reverse("set_up"), GOOD | {"code": "141003", "name": "横浜市"}).status_code == 302
    assert startup.prepare(sample=False) == []
    assert reverse("set_up") not in client.get(reverse("accounts:sign_in")).content.decode()
