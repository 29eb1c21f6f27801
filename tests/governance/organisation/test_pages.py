"""Departments, the town's settings and closing days as pages."""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from kijun.governance.accounts.models import Person
from kijun.governance.organisation import actions, calendar
from kijun.governance.organisation.models import ClosingDay, Department, Municipality

Sign = Callable[[Person], Client]
TODAY = timezone.localdate()
SOON = TODAY + datetime.timedelta(days=30)


def test_it_works(client_of: Sign, administrator: Person, care: Department) -> None:
    page = client_of(administrator).get(reverse("organisation:departments"))
    assert page.status_code == 200
    assert '<span class="depth-1"><a href="' in page.content.decode()


def test_the_tree_of_another_day(client_of: Sign, administrator: Person, tax: Department) -> None:
    client = client_of(administrator)
    actions.revise_department(administrator, tax, name="収税課", valid_from=SOON, reason="改正")
    url = reverse("organisation:departments")
    assert [n.name for n in client.get(url, {"on": str(SOON)}).context["nodes"]][-1] == "収税課"
    assert "収税課" in client.get(url).content.decode()  # among what is planned
    assert [n.name for n in client.get(url).context["nodes"]][-1] == "税務課"
    assert client.get(url, {"on": "令和元年5月1日"}).context["nodes"] == []
    assert client.get(url, {"on": "いつか"}).status_code == 200


def test_a_department_of_next_april_can_take_others_below_it(
    client_of: Sign, administrator: Person, town: Municipality, tax: Department
) -> None:
    """組織改正: the new department is planned first, then what goes below it."""
    client = client_of(administrator)
    made = actions.add_department(administrator, town, code="40", name="財務部", valid_from=SOON)
    url = reverse("organisation:revise", args=[tax.pk])
    assert f"財務部（40 {SOON:%Y/%m/%d}に新設）" in client.get(url).content.decode()
    data = {"name": tax.name, "parent": made.pk, "reason": "改正", "revision": tax.revision}
    early = client.post(url, data | {"valid_from": str(TODAY)})
    assert "上位の部署がありません" in early.content.decode()
    assert f"{TODAY.year}年{TODAY.month}月" in early.content.decode(), "the day is written as people write it"
    assert client.post(url, data | {"valid_from": str(SOON)}).status_code == 302
    page = client.get(reverse("organisation:departments"), {"on": str(SOON), "q": "税務"})
    assert [(one.depth, one.name) for one in page.context["nodes"]] == [(0, "財務部"), (1, "税務課")]


def test_taking_back_a_department_of_next_april(
    client_of: Sign, administrator: Person, town: Municipality
) -> None:
    client = client_of(administrator)
    made = actions.add_department(administrator, town, code="40", name="財務部", valid_from=SOON)
    answer = client.post(reverse("organisation:cancel_version", args=[made.versions.get().pk]))
    assert answer.url == reverse("organisation:departments")
    assert "財務部" not in client.get(answer.url).content.decode()


def test_adding_renaming_and_closing(
    client_of: Sign, administrator: Person, town: Municipality, welfare: Department
) -> None:
    client = client_of(administrator)
    data = {
        "code": "22",
        "name": "障害福祉課",
        "parent": welfare.pk,
        "valid_from": "令和6年4月1日",
        "order": "",
    }
    page = client.post(reverse("organisation:add"), data)
    made = Department.objects.get(code="22")
    assert page.url == reverse("organisation:department", args=[made.pk])
    assert client.get(page.url).status_code == 200
    assert client.post(reverse("organisation:add"), data).status_code == 422  # the code is taken
    url = reverse("organisation:revise", args=[made.pk])
    data = {
        "name": "障がい福祉課",
        "parent": "",
        "valid_from": f"{TODAY:%Y/%m/%d}",
        "reason": "改称",
        "revision": 0,
    }
    assert client.get(url).status_code == 200
    assert client.post(url, data).status_code == 302
    made.refresh_from_db()
    assert (made.name, made.path) == ("障がい福祉課", "22/")
    stale = client.post(url, data | {"name": "別の名"})
    assert stale.status_code == 422
    assert "別の人が更新しました" in stale.content.decode()
    assert "別の名" in stale.content.decode()
    url = reverse("organisation:close", args=[made.pk])
    page = client.post(url, {"closed_on": str(SOON), "reason": "統合", "revision": made.revision})
    assert page.status_code == 302
    assert "廃止予定" in client.get(page.url).content.decode()
    client.post(reverse("organisation:reopen", args=[made.pk]))
    made.refresh_from_db()
    assert made.closed_on is None
    url = reverse("organisation:details", args=[made.pk])
    assert client.get(url).status_code == 200
    client.post(url, {"name_en": "Welfare", "order": "３", "revision": made.revision})
    made.refresh_from_db()
    assert (made.name_en, made.order) == ("Welfare", 3)


def test_a_planned_change_can_be_taken_back(client_of: Sign, administrator: Person, tax: Department) -> None:
    version = actions.revise_department(administrator, tax, name="収税課", valid_from=SOON, reason="改正")
    client = client_of(administrator)
    assert "予定を取り消す" in client.get(reverse("organisation:department", args=[tax.pk])).content.decode()
    client.post(reverse("organisation:cancel_version", args=[version.pk]))
    assert tax.versions.count() == 1


def test_the_towns_settings(client_of: Sign, administrator: Person, town: Municipality) -> None:
    client, url = client_of(administrator), reverse("organisation:settings")
    assert client.get(url).status_code == 200
    data = {
        "name": "千代田区",
        "kana": "ちよだく",
        "population": "６７，０００",
        "contact": "電話",
        "revision": 0,
    }
    assert client.post(url, data).status_code == 302
    town.refresh_from_db()
    assert (town.kana, town.population) == ("チヨダク", 67000)
    more = data | {"contact_en": "Telephone", "contact_easy": "電話《でんわ》", "revision": town.revision}
    assert client.post(url, more | {"contact_en": "x" * 201}).status_code == 422
    assert client.post(url, more).status_code == 302
    town.refresh_from_db()
    assert (town.contact, town.contact_en, town.contact_easy) == ("電話", "Telephone", "電話《でんわ》")
    assert client.post(url, data | {"contact": "別"}).status_code == 422
    assert client.post(url, data | {"kana": "漢字", "revision": 1}).status_code == 422


def test_closing_days(client_of: Sign, administrator: Person, town: Municipality) -> None:
    client, url = client_of(administrator), reverse("organisation:closing_days")
    assert client.get(url).status_code == 200
    assert client.post(url, {"day": "令和12年8月14日", "name": "夏季閉庁日"}).status_code == 302
    assert client.post(url, {"day": "令和12年8月14日", "name": "夏季閉庁日"}).status_code == 422
    lines = "令和12年8月14日 夏季閉庁日\n\n2030/8/15\t夏季閉庁日\n2030-08-16　夏季閉庁日"
    assert client.post(url, {"lines": lines}).status_code == 302
    assert ClosingDay.objects.of(town).count() == 3
    assert calendar.due_date(town, 1, datetime.date(2030, 8, 13)) == datetime.date(2030, 8, 19)
    bad = client.post(url, {"lines": "2030/8/20 休み\n2030/2/30 ない日"})
    assert bad.status_code == 422
    assert "2行目" in bad.content.decode()
    assert ClosingDay.objects.count() == 3
    client.post(reverse("organisation:remove_closing_day", args=[ClosingDay.objects.first().pk]))
    assert ClosingDay.objects.count() == 2


def upload(client: Client, content: bytes, name: str = "部署.xlsx", day: str = str(TODAY)) -> object:
    file = io.BytesIO(content)
    file.name = name
    data = {"file": file, "valid_from": day, "reason": "組織改正"}
    return client.post(reverse("organisation:import"), data, follow=True)


def test_a_round_trip_changes_nothing(client_of: Sign, administrator: Person, care: Department) -> None:
    client = client_of(administrator)
    out = client.get(reverse("organisation:departments"), {"format": "xlsx"})
    page = upload(client, out.content)
    assert page.context["counts"] == {"add": 0, "change": 0, "same": 3, "error": 0, "missing": 0}
    assert client.get(reverse("organisation:import_template")).status_code == 200


def test_importing_csv_in_cp932(
    client_of: Sign, administrator: Person, town: Municipality, care: Department
) -> None:
    client = client_of(administrator)
    text = "部署コード,部署名,フリガナ,上位の部署コード\n20,健康福祉部,,\n23,係,かかり,２４\n24,新設課,ｼﾝｾﾂｶ,20\n"
    page = upload(client, text.encode("cp932"), "部署.csv", str(SOON))
    assert page.context["counts"] == {"add": 2, "change": 1, "same": 0, "error": 0, "missing": 2}
    assert "福祉部 → 健康福祉部" in page.content.decode()
    assert Department.objects.count() == 3
    done = client.post(page.redirect_chain[-1][0], follow=True)
    assert "2件を追加し、1件を変更しました" in done.content.decode()
    assert Department.objects.get(code="23").path == "20/24/23/"
    assert Department.objects.get(code="20").name == "福祉部"  # until that day
    assert client.post(page.redirect_chain[-1][0]).status_code == 404  # carried out once


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("40,,", "必須"),
        ("4/0,課,", "半角の英数字"),
        ("40,課,99", "「99」がありません"),
        ("40,課,40", "自身に戻って"),
        ("20,福祉部,21", "自身に戻って"),
        ("21,a,20\n21,b,20", "3行目にもあります"),
    ],
)
def test_each_error_stands_at_its_row(
    client_of: Sign, administrator: Person, care: Department, line: str, message: str
) -> None:
    client = client_of(administrator)
    page = upload(client, f"部署コード,部署名,上位の部署コード\n{line}\n".encode(), "a.csv")
    assert message in page.content.decode()
    assert page.context["counts"]["error"] >= 1
    again = client.post(page.redirect_chain[-1][0], follow=True)
    assert "誤りのある行があります" in again.content.decode()
    assert Department.objects.count() == 3


def test_a_file_that_is_none(client_of: Sign, administrator: Person, town: Municipality) -> None:
    page = upload(client_of(administrator), b"%PDF-1.7", "a.pdf")
    assert page.status_code == 422
    assert "Excel（.xlsx）かCSV" in page.content.decode()


def test_somebody_was_faster(client_of: Sign, administrator: Person, tax: Department) -> None:
    client = client_of(administrator)
    page = upload(client, "部署コード,部署名\n30,収税課\n".encode(), "a.csv")
    actions.revise_department(administrator, tax, name="納税課", valid_from=TODAY, reason="x")
    after = client.post(page.redirect_chain[-1][0], follow=True)
    assert "別の人が部署を変更しました" in after.content.decode()
    tax.refresh_from_db()
    assert tax.name == "納税課"
    gone = client.post(page.redirect_chain[-1][0], {"discard": "1"}, follow=True)
    assert "何も変えていません" in gone.content.decode()


def test_somebody_pressed_twice(client_of: Sign, administrator: Person, tax: Department) -> None:
    page = upload(client_of(administrator), "部署コード,部署名\n30,収税課\n".encode(), "a.csv")
    staged = page.context["staged"]
    actions.carry_out(administrator, tax.municipality, staged)
    staged.pk = int(page.redirect_chain[-1][0].rstrip("/").rpartition("/")[2])
    with pytest.raises(ValidationError, match="すでに終わっています"):
        actions.carry_out(administrator, tax.municipality, staged)


def test_the_sheet_has_one_row_a_department(client_of: Sign, administrator: Person, care: Department) -> None:
    out = client_of(administrator).get(reverse("organisation:departments"), {"format": "xlsx"})
    sheet = openpyxl.load_workbook(io.BytesIO(out.content)).active
    assert sheet is not None
    assert [row[0] for row in sheet.values] == ["部署コード", "10", "20", "21"]


def test_outsiders(
    client_of: Sign,
    client: Client,
    it_staff: Person,
    administrator: Person,
    outsider: Person,
    tax: Department,
) -> None:
    pages = ["departments", "add", "import", "import_template", "settings", "closing_days"]
    for name in pages:
        url = reverse(f"organisation:{name}")
        assert client.get(url).status_code == 302
        assert client_of(it_staff).get(url).status_code == 403
    other = client_of(outsider)
    staged = upload(client_of(administrator), "部署コード,部署名\n30,x\n".encode(), "a.csv")
    version = tax.versions.get()
    day = ClosingDay.objects.create(municipality=tax.municipality, day=SOON, name="x")
    for url in [
        *(
            reverse(f"organisation:{name}", args=[tax.pk])
            for name in ("department", "revise", "details", "close")
        ),
        staged.redirect_chain[-1][0],
    ]:
        assert other.get(url).status_code == 404
    for name, pk in [("reopen", tax.pk), ("cancel_version", version.pk), ("remove_closing_day", day.pk)]:
        url = reverse(f"organisation:{name}", args=[pk])
        assert other.post(url).status_code == 404
        assert client_of(it_staff).post(url).status_code == 403


def test_queries_do_not_grow(
    client_of: Sign, administrator: Person, town: Municipality, tax: Department
) -> None:
    client, counts = client_of(administrator), []
    client.get(reverse("organisation:departments"))
    for upto in (3, 30):
        for number in range(upto):
            if not Department.objects.filter(code=f"x{number}").exists():
                actions.add_department(
                    administrator, town, code=f"x{number}", name="課", parent=tax, valid_from=TODAY
                )
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("organisation:departments"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_departments_are_found(
    client_of: Sign, administrator: Person, staff: Person, outsider: Person, care: Department
) -> None:
    def hits(person: Person) -> str:
        return client_of(person).get(reverse("search"), {"q": "介護"}).content.decode()

    page = reverse("organisation:department", args=[care.pk])
    assert page in hits(administrator)
    assert page not in hits(staff)
    assert page not in hits(outsider)
