"""People in from Excel and CSV: preview, errors, confirmation, and the round trip."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from kijun.governance.accounts import actions, sheets
from kijun.governance.accounts.models import Person
from kijun.governance.accounts.roles import Role
from kijun.governance.audit import queries as trail
from kijun.governance.audit.models import Entry
from kijun.governance.organisation.models import Department, Municipality
from kijun.web import excel, imports
from kijun.web.models import StagedImport

ClientOf = Callable[[Person], Client]
TODAY = timezone.localdate()


def send(client: Client, text: str | bytes, name: str = "職員.csv") -> Any:
    content = text.encode("cp932") if isinstance(text, str) else text
    return client.post(reverse("accounts:import_people"), {"file": SimpleUploadedFile(name, content)})


def preview(client: Client, text: str | bytes, name: str = "職員.csv") -> Any:
    response = send(client, text, name)
    assert response.status_code == 302, response.content.decode()
    return client.get(response["Location"])


def errors(page: Any) -> list[tuple[int, str, str]]:
    return [
        (line.row_number, str(label), message)
        for line in page.context["lines"]
        for label, message in line.errors
    ]


@pytest.fixture
def admin(client_of: ClientOf, administrator: Person) -> Client:
    return client_of(administrator)


def test_it_works(admin: Client, care: Department) -> None:
    page = preview(
        admin,
        "職員番号,氏名,フリガナ,部署コード,職名,役割\r\n００９１,髙﨑　一,たかさき はじめ,21,主事,職員@21、監査\r\n",
    )
    assert page.context["counts"]["add"] == 1
    assert not Person.objects.filter(staff_number="0091").exists(), "nothing changes before the confirmation"
    assert admin.post(page.request["PATH_INFO"])["Location"] == reverse("accounts:people")
    person = Person.objects.get(staff_number="0091")
    assert (person.name, person.kana, person.department) == ("髙﨑　一", "タカサキ　ハジメ", care)
    assert {(grant.role, grant.department) for grant in person.grants.all()} == {
        ("staff", care),
        ("auditor", None),
    }
    assert Entry.objects.filter(action="accounts.imported").exists()
    assert not StagedImport.objects.exists()


def test_full_width_codes_and_departments_that_close_later(
    admin: Client, administrator: Person, staff: Person, care: Department, tax: Department
) -> None:
    """A department whose closing is planned still has its people: an exported list comes back without a change."""
    care.closed_on = TODAY + datetime.timedelta(days=60)
    care.save()
    page = preview(
        admin,
        "職員番号,氏名,部署コード,兼務の部署コード,役割\r\n"
        "0004,介護 三郎,２１,,職員＠２１\r\n０００５,新人,３０,２０／２１,職員@３０\r\n",
    )
    assert errors(page) == []
    counts = page.context["counts"]
    assert (counts["same"], counts["add"]) == (1, 1)
    admin.post(page.request["PATH_INFO"])
    assert {one.department.code for one in Person.objects.get(staff_number="0005").postings_today()} == {
        "30", "20", "21"
    }  # fmt: skip


def test_many_new_people_take_as_many_queries_as_few(
    admin: Client, administrator: Person, town: Municipality, care: Department, tax: Department
) -> None:
    counts = []
    for first, size in ((100, 3), (200, 60)):
        rows = "".join(
            f"{first + n:04},職員{n},ショクイン,21,主事,30,職員@21、監査,,\r\n" for n in range(size)
        )
        head = "職員番号,氏名,フリガナ,部署コード,職名,兼務の部署コード,役割,メールアドレス,状態\r\n"
        page = preview(admin, head + rows)
        with CaptureQueriesContext(connection) as queries:
            assert admin.post(page.request["PATH_INFO"]).status_code == 302
        counts.append(len(queries))
    assert counts[0] == counts[1]
    told = Entry.objects.filter(action="accounts.added").last()
    assert told is not None
    assert told.detail["after"] | {"staff_number": "", "name": ""} == {
        "staff_number": "", "name": "", "kana": "ショクイン", "email": "", "department": "介護保険課",
        "title": "主事", "concurrent": ["税務課"],
        "roles": [{"role": "staff", "department": "介護保険課"}, {"role": "auditor"}],
    }  # fmt: skip
    shown = [change.after for change in trail.changes(told)]
    assert "役割：職員（AI利用者）、部署：介護保険課、役割：監査" in shown


def test_a_number_that_somebody_takes_at_the_same_moment(
    admin: Client,
    administrator: Person,
    town: Municipality,
    care: Department,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = preview(admin, "職員番号,氏名,部署コード\r\n0091,新人,21\r\n0092,新人,21\r\n")
    actions.add_person(administrator, town, staff_number="0092", name="先の人", kana="", department=care)
    monkeypatch.setattr(imports, "outdated", lambda *_: [])  # between the check and the writing
    answer = admin.post(page.request["PATH_INFO"], follow=True)
    assert "ほかの職員に使われています" in answer.content.decode()
    assert not Person.objects.filter(staff_number="0091").exists()


def test_differences(admin: Client, staff: Person, tax: Department) -> None:
    page = preview(admin, "職員番号,氏名,部署コード\r\n0004,介護　花子,30\r\n")
    (line,) = page.context["lines"]
    assert [(str(label), before, after) for label, before, after in line.changes] == [
        ("氏名", "介護 三郎", "介護　花子"),
        ("部署コード", "21", "30"),
    ]
    admin.post(page.request["PATH_INFO"])
    staff.refresh_from_db()
    assert staff.department == tax
    assert staff.kana == "カイゴ　サブロウ", "what the file does not have stays"
    assert Role.STAFF in staff.roles_today()
    assert staff.postings.order_by("valid_from").first().valid_to == TODAY - datetime.timedelta(days=1)  # type: ignore[union-attr]


def test_an_error_a_row(admin: Client, staff: Person, care: Department) -> None:
    page = preview(
        admin,
        "職員番号,氏名,フリガナ,部署コード,役割,メールアドレス,状態\r\n"
        "4,まちがい,ア,21,,,\r\n"
        "0091,,ア,21,,,\r\n"
        "0092,名,漢字,99,,x,\r\n"
        "0093,名,,21,王様,,\r\n"
        "0094,名,,21,監査@21,,謎\r\n"
        "0095,名,,21,,,\r\n0095,名,,21,,,\r\n"
        "あ,名,,21,,,\r\n",
    )
    found = errors(page)
    words = " ".join(f"{row} {label} {message}" for row, label, message in found)
    for expected in (
        "先頭の0",
        "氏名",
        "カタカナ",
        "「99」の部署はありません",
        "メールアドレス",
        "「王様」",
        "団体全体の役割",
        "状態",
        "8行目にもあります",
        "職員番号は、20文字",
    ):
        assert expected in words, expected
    assert {row for row, _label, _message in found} == {2, 3, 4, 5, 6, 7, 8, 9}
    before = Person.objects.count()
    assert "この内容で取り込む" not in page.content.decode()
    admin.post(page.request["PATH_INFO"])
    assert Person.objects.count() == before


def test_last_administrator(admin: Client, administrator: Person) -> None:
    page = preview(admin, "職員番号,役割\r\n0001,監査\r\n")
    assert "一人もいなくなります" in errors(page)[0][2]
    page = preview(admin, "職員番号,状態\r\n0001,停止中\r\n")
    assert "一人もいなくなります" in errors(page)[0][2]


def test_administrators_change_hands_in_one_file(admin: Client, administrator: Person, staff: Person) -> None:
    page = preview(admin, "職員番号,役割\r\n0001,\r\n0004,システム管理者\r\n")
    assert page.context["ok"]
    assert admin.post(page.request["PATH_INFO"])["Location"] == reverse("accounts:people")
    assert Person.objects.get(pk=staff.pk).roles_today() == {Role.ADMINISTRATOR}
    assert Person.objects.get(pk=administrator.pk).roles_today() == set()


def test_deactivate_and_reactivate(admin: Client, staff: Person) -> None:
    for word, active in (("停止中", False), ("有効", True)):
        admin.post(preview(admin, f"職員番号,状態\r\n0004,{word}\r\n").request["PATH_INFO"])
        assert Person.objects.get(pk=staff.pk).is_active is active


def test_changed_meanwhile(admin: Client, administrator: Person, staff: Person) -> None:
    page = preview(admin, "職員番号,氏名\r\n0004,介護 花子\r\n")
    actions.update_person(administrator, staff, None, name="別の人", kana="", email="")
    response = admin.post(page.request["PATH_INFO"], follow=True)
    assert "ほかの人が1人の内容を変更しました" in response.content.decode()
    assert Person.objects.get(pk=staff.pk).name == "別の人"


def test_added_meanwhile(admin: Client, administrator: Person, town: Municipality, care: Department) -> None:
    page = preview(admin, "職員番号,氏名,部署コード\r\n0091,新人,21\r\n")
    actions.add_person(administrator, town, staff_number="0091", name="先の人", kana="", department=care)
    assert "変更しました" in admin.post(page.request["PATH_INFO"], follow=True).content.decode()


def test_all_or_nothing(
    admin: Client, administrator: Person, staff: Person, care: Department, town: Municipality
) -> None:
    """A role that begins later stands in the way of the second row: the first row is not carried out either."""
    actions.grant_role(administrator, staff, Role.AUDITOR, valid_from=TODAY + datetime.timedelta(days=3))
    page = preview(admin, "職員番号,氏名,部署コード,役割\r\n0091,新人,21,\r\n0004,介護 三郎,21,監査\r\n")
    response = admin.post(page.request["PATH_INFO"], follow=True)
    assert "3行目" in response.content.decode()
    assert not Person.objects.filter(staff_number="0091").exists()


def test_round_trip(
    admin: Client,
    administrator: Person,
    staff: Person,
    neighbour: Person,
    it_staff: Person,
    care: Department,
    tax: Department,
) -> None:
    actions.update_person(
        administrator,
        staff,
        None,
        name='=𠮷野　"屋"',
        kana="ヨシノヤ",
        email="a@example.jp",
        staff_number="0012",
    )
    actions.post_person(administrator, staff, tax, concurrent=True, valid_from=TODAY)
    actions.grant_role(administrator, staff, Role.OWNER, department=care, valid_from=TODAY)
    actions.deactivate(administrator, neighbour)
    content = admin.get(reverse("accounts:people") + "?format=xlsx").content
    for language in ("ja", "en"):
        admin.cookies["kijun_language"] = language
        page = preview(admin, content, "職員.xlsx")
        assert page.context["counts"] == {"add": 0, "change": 0, "same": 4, "error": 0, "missing": 0}, errors(
            page
        )
        content = admin.get(reverse("accounts:people") + "?format=xlsx").content


def test_template(admin: Client) -> None:
    result = excel.read_table(
        admin.get(reverse("accounts:import_template")).content, "x.xlsx", sheets.COLUMNS
    )
    assert (result.rows, result.problems) == ([], []) or "行" in result.problems[0]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "a.csv"),
        (b"x", "a.exe"),
        (b"PK\x03\x04broken", "a.xlsx"),
        ("氏名\r\n名".encode("cp932"), "a.csv"),
    ],
)
def test_unreadable_files(admin: Client, content: bytes, name: str) -> None:
    assert send(admin, content, name).status_code == 422
    assert not StagedImport.objects.exists()


def test_expired_and_foreign_plans(
    admin: Client, client_of: ClientOf, staff: Person, outsider: Person
) -> None:
    page = preview(admin, "職員番号,氏名\r\n0004,介護 花子\r\n")
    path = page.request["PATH_INFO"]
    assert client_of(outsider).post(path)["Location"] == reverse("accounts:import_people")
    assert client_of(staff).post(path).status_code == 403
    StagedImport.objects.update(
        made_at=timezone.now() - StagedImport.LIFETIME - datetime.timedelta(seconds=1)
    )
    assert admin.post(path)["Location"] == reverse("accounts:import_people")
    assert Person.objects.get(pk=staff.pk).name == "介護 三郎"


def test_number_of_queries_of_a_plan(
    town: Municipality, administrator: Person, care: Department, django_assert_max_num_queries: Any
) -> None:
    rows = "".join(f"{n:05},名{n},21\r\n" for n in range(200))
    result = excel.read_table(f"職員番号,氏名,部署コード\r\n{rows}".encode(), "a.csv", sheets.COLUMNS)
    with django_assert_max_num_queries(6):
        assert sheets.make_plan(town, result).counts["add"] == 200
