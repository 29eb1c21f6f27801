"""The list of people and the page of one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kijun.governance.accounts import actions
from kijun.governance.accounts.models import Person, RoleGrant
from kijun.governance.accounts.roles import Role
from kijun.governance.organisation.models import Department, Municipality
from tests.conftest import make_person
from tests.governance.accounts.test_sign_in import is_signed_in, sign_in

ClientOf = Callable[[Person], Client]


def names(response: Any) -> list[str]:
    return [row[0].value for row in response.context["shown"].rows]


def test_it_works(
    client_of: ClientOf, administrator: Person, staff: Person, neighbour: Person, outsider: Person
) -> None:
    response = client_of(administrator).get(reverse("accounts:people"))
    assert names(response) == ["介護 三郎", "管理 花子", "税務 七海"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=三郎", ["介護 三郎"]),
        ("q=かいご", ["介護 三郎"]),
        ("q=ｶｲｺﾞ", ["介護 三郎"]),
        ("q=0008", ["税務 七海"]),
        ("q=いない", []),
    ],
)
def test_search(
    client_of: ClientOf, administrator: Person, staff: Person, neighbour: Person, query: str, found: list[str]
) -> None:
    assert names(client_of(administrator).get(f"{reverse('accounts:people')}?{query}")) == found


def test_filters(client_of: ClientOf, administrator: Person, staff: Person, neighbour: Person) -> None:
    client, url = client_of(administrator), reverse("accounts:people")
    assert names(client.get(url, {"department": "20/"})) == ["介護 三郎"], (
        "a department with what is below it"
    )
    assert names(client.get(url, {"role": "administrator"})) == ["管理 花子"]
    actions.deactivate(administrator, neighbour)
    assert names(client.get(url, {"state": "inactive"})) == ["税務 七海"]
    assert names(client.get(url, {"state": "no_factor"})) == ["介護 三郎", "管理 花子"]
    RoleGrant.objects.filter(person=staff).delete()
    assert names(client.get(url, {"state": "no_role"})) == ["介護 三郎"]


@pytest.mark.parametrize("count", [3, 30])
def test_number_of_queries(
    client_of: ClientOf,
    administrator: Person,
    town: Municipality,
    care: Department,
    count: int,
    django_assert_max_num_queries: Any,
) -> None:
    for place in range(count):
        make_person(town, f"1{place:03}", f"職員{place}", care, Role.STAFF, kana="ショクイン")
    client = client_of(administrator)
    client.get(reverse("accounts:people"))
    with django_assert_max_num_queries(29):
        client.get(reverse("accounts:people"))
    with django_assert_max_num_queries(16):
        client.get(reverse("accounts:people") + "?format=xlsx")


@pytest.mark.parametrize(
    ("who", "status"),
    [("auditor", 200), ("it_staff", 200), ("executive", 200), ("staff", 403), ("owner", 403)],
)
def test_who_may_read(client_of: ClientOf, request: Any, who: str, status: int, neighbour: Person) -> None:
    client = client_of(request.getfixturevalue(who))
    for url in (reverse("accounts:people"), reverse("accounts:person", args=[neighbour.pk])):
        response = client.get(url)
        assert response.status_code == status
        assert "回復リンクを作る" not in response.content.decode()
    assert client.get(reverse("accounts:add_person")).status_code == 403


def test_outsider_finds_nobody(client_of: ClientOf, outsider: Person, staff: Person) -> None:
    client = client_of(outsider)
    for name in (
        "person",
        "edit_person",
        "deactivate",
        "unlock",
        "add_grant",
        "add_posting",
        "reset_second_factor",
        "end_sessions_of",
        "reactivate",
    ):
        assert client.post(reverse(f"accounts:{name}", args=[staff.pk])).status_code == 404, name
    for name, row in (("end_grant", staff.grants.get()), ("end_posting", staff.postings.get())):
        assert client.post(reverse(f"accounts:{name}", args=[row.pk])).status_code == 404, name


def test_add_a_person(client_of: ClientOf, administrator: Person, care: Department) -> None:
    client = client_of(administrator)
    assert client.get(reverse("accounts:add_person")).status_code == 200
    data = {
        "staff_number": "０１２３",
        "name": "新人 一郎",
        "kana": "しんじん いちろう",
        "department": care.pk,
        "roles": ["staff", "auditor"],
    }
    response = client.post(reverse("accounts:add_person"), data)
    person = Person.objects.get(staff_number="0123")
    assert response["Location"] == reverse("accounts:person", args=[person.pk])
    assert {(grant.role, grant.department) for grant in person.grants.all()} == {
        ("staff", care),
        ("auditor", None),
    }
    again = client.post(reverse("accounts:add_person"), data)
    assert again.status_code == 422
    assert "ほかの職員に使われています" in again.content.decode()
    assert "新人 一郎" in again.content.decode(), "what was typed stays"


def test_page_of_a_person(client_of: ClientOf, administrator: Person, staff: Person) -> None:
    actions.grant_role(administrator, staff, Role.APPROVER, valid_from=timezone.localdate())
    page = client_of(administrator).get(reverse("accounts:person", args=[staff.pk])).content.decode()
    for text in ("介護 三郎", "0004", "介護保険課", "職員（AI利用者）", "停止する", "変更の履歴"):
        assert text in page


def test_edit_stale(client_of: ClientOf, administrator: Person, staff: Person) -> None:
    client, url = client_of(administrator), reverse("accounts:edit_person", args=[staff.pk])
    data = {"staff_number": "0004", "name": "介護 四郎", "kana": "カイゴ　シロウ", "revision": staff.revision}
    assert client.post(url, data).status_code == 302
    late = client.post(url, data | {"name": "介護 五郎"})
    assert late.status_code == 422
    assert "別の人が更新しました" in late.content.decode()
    assert "介護 五郎" in late.content.decode()
    assert Person.objects.get(pk=staff.pk).name == "介護 四郎"


def test_roles_on_the_page(
    client_of: ClientOf, administrator: Person, staff: Person, care: Department
) -> None:
    client = client_of(administrator)
    url = reverse("accounts:add_grant", args=[staff.pk])
    assert (
        client.post(
            url, {"grant-role": "owner", "grant-department": care.pk, "grant-valid_from": "R6.4.1"}
        ).status_code
        == 302
    )
    assert (
        client.post(
            url, {"grant-role": "auditor", "grant-department": care.pk, "grant-valid_from": "R6.4.1"}
        ).status_code
        == 422
    )
    grant = RoleGrant.objects.get(person=staff, role="owner")
    end = reverse("accounts:end_grant", args=[grant.pk])
    assert client.get(end).status_code == 200
    assert client.post(end, {"last_day": "きのう"}).status_code == 422
    assert client.post(end, {"last_day": "令和7年3月31日"}).status_code == 302
    assert "終わった役割" in client.get(reverse("accounts:person", args=[staff.pk])).content.decode()


def test_posts_on_the_page(
    client_of: ClientOf, administrator: Person, staff: Person, tax: Department
) -> None:
    client = client_of(administrator)
    url = reverse("accounts:add_posting", args=[staff.pk])
    assert client.post(url, {"post-department": tax.pk, "post-valid_from": ""}).status_code == 422
    today = f"{timezone.localdate():%Y/%m/%d}"
    assert (
        client.post(
            url, {"post-department": tax.pk, "post-valid_from": today, "post-concurrent": "on"}
        ).status_code
        == 302
    )
    posting = staff.postings.get(department=tax)
    end = reverse("accounts:end_posting", args=[posting.pk])
    assert client.get(end).status_code == 200
    assert client.post(end, {"last_day": today}).status_code == 302


def test_deactivate_on_the_page(client_of: ClientOf, administrator: Person, staff: Person) -> None:
    theirs = Client()
    sign_in(theirs, "131016", "0004")
    assert is_signed_in(theirs)
    client = client_of(administrator)
    client.post(reverse("accounts:deactivate", args=[staff.pk]), {"reason-reason": "退職"})
    assert not is_signed_in(theirs)
    refused = client.post(reverse("accounts:deactivate", args=[administrator.pk]), follow=True)
    assert "最後のシステム管理者" in refused.content.decode()
    client.post(reverse("accounts:reactivate", args=[staff.pk]))
    assert Person.objects.get(pk=staff.pk).is_active


def test_unlock(client_of: ClientOf, administrator: Person, staff: Person) -> None:
    theirs = Client()
    for _ in range(5):
        sign_in(theirs, "131016", "0004", "wrong")
    client = client_of(administrator)
    assert "ロック中" in client.get(reverse("accounts:person", args=[staff.pk])).content.decode()
    client.post(reverse("accounts:unlock", args=[staff.pk]))
    assert sign_in(theirs, "131016", "0004").status_code == 302


def test_found_by_the_search_over_everything(
    client_of: ClientOf, administrator: Person, staff: Person, neighbour: Person
) -> None:
    page = client_of(administrator).get(reverse("search"), {"q": "かいご"}).content.decode()
    assert "介護 三郎" in page
    assert "税務 七海" not in page
    assert "税務 七海" not in client_of(staff).get(reverse("search"), {"q": "税務"}).content.decode()
