"""人事異動 as pages, and from Excel."""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from kijun.governance.accounts import belongings, transfers
from kijun.governance.accounts.belongings import Belonging, Keeper
from kijun.governance.accounts.models import Handover, Person, Transfer, TransferLine
from kijun.governance.accounts.roles import Role
from kijun.governance.organisation.models import Department, Municipality
from tests.conftest import make_person

Sign = Callable[[Person], Client]
TODAY = timezone.localdate()
DAY = TODAY + datetime.timedelta(days=30)


def url(name: str, *args: int) -> str:
    return reverse(f"accounts:{name}", args=args)


@pytest.fixture
def draft(administrator: Person, town: Municipality) -> Transfer:
    return transfers.draft_transfer(administrator, town, name="4月の異動", effective_on=DAY)


@pytest.fixture
def owned(staff: Person) -> Iterator[str]:
    """One thing that is the staff member's."""
    thing = Belonging("test.thing", "7", "議事録AI", "責任者", "owner", "/staff/")
    before = dict(belongings._keepers)
    belongings.register(
        Keeper("test.thing:owner", lambda p: [thing] if p.pk == staff.pk else [], lambda *_: None)
    )
    yield "test.thing|owner|7"
    belongings._keepers.clear()
    belongings._keepers.update(before)


def test_it_works(
    client_of: Sign, administrator: Person, staff: Person, approver: Person, tax: Department
) -> None:
    client = client_of(administrator)
    assert "まだ人事異動がありません" in client.get(url("transfers")).content.decode()
    page = client.post(url("add_transfer"), {"name": "異動", "effective_on": f"{DAY:%Y/%m/%d}"})
    made = Transfer.objects.get()
    assert page.url == url("transfer", made.pk)
    assert client.get(page.url).status_code == 200
    data = {"person": staff.pk, "to_department": tax.pk, "title": "主事", "roles": ["staff"]}
    assert client.get(url("add_transfer_line", made.pk)).status_code == 200
    assert client.post(url("add_transfer_line", made.pk), data).status_code == 302
    assert client.post(url("add_transfer_line", made.pk), data).status_code == 422
    assert client.get(url("stage_transfer", made.pk)).status_code == 200
    assert client.post(url("stage_transfer", made.pk), {"revision": 0}).status_code == 422  # not confirmed
    assert client.post(url("stage_transfer", made.pk), {"revision": 0, "confirmed": "on"}).status_code == 302
    html = client.get(url("transfer", made.pk)).content.decode()
    assert "発効待ち" in html
    assert client.post(url("apply_transfer", made.pk), {"confirmed": "on"}).status_code == 422  # not its day
    client.post(url("reopen_transfer", made.pk))
    data = {"name": "異動", "effective_on": f"{TODAY:%Y/%m/%d}", "revision": 1}
    assert client.post(url("change_transfer", made.pk), data).status_code == 302
    client.post(url("stage_transfer", made.pk), {"revision": 2, "confirmed": "on"})
    assert client.post(url("apply_transfer", made.pk), {"confirmed": "on"}).status_code == 302
    assert "発効済" in client.get(url("transfer", made.pk)).content.decode()
    assert "発効済" in client.get(url("transfers")).content.decode()


def test_from_where_to_where_and_page_by_page(
    client_of: Sign, administrator: Person, draft: Transfer, town: Municipality, care: Department,
    tax: Department,
) -> None:  # fmt: skip
    people = [make_person(town, f"9{n:03}", f"職員{n}", care, Role.STAFF) for n in range(60)]
    TransferLine.objects.bulk_create(
        TransferLine(municipality=town, transfer=draft, person=one, to_department=tax, roles=["staff"])
        for one in people
    )
    client = client_of(administrator)
    first = client.get(url("transfer", draft.pk))
    assert len(first.context["lines"]) == 50
    assert {tuple(before) for _line, before, _roles in first.context["lines"]} == {("介護保険課",)}
    assert "60 <small>人" in first.content.decode()
    last = client.get(url("transfer", draft.pk), {"page": 2})
    assert len(last.context["lines"]) == 10
    assert client.get(url("transfer", draft.pk), {"page": "x"}).status_code == 200


def test_leaving_and_removing(client_of: Sign, administrator: Person, draft: Transfer, staff: Person) -> None:
    client = client_of(administrator)
    bad = client.post(url("add_transfer_line", draft.pk), {"person": staff.pk, "to_department": ""})
    assert "異動先の部署を選んでください" in bad.content.decode()
    client.post(
        url("add_transfer_line", draft.pk), {"person": staff.pk, "to_department": "leave", "another": "1"}
    )
    assert "退職・転出" in client.get(url("transfer", draft.pk)).content.decode()
    client.post(url("remove_transfer_line", TransferLine.objects.get().pk))
    assert not draft.lines.exists()


def test_handovers(
    client_of: Sign, administrator: Person, draft: Transfer, staff: Person, neighbour: Person,
    tax: Department, owned: str,
) -> None:  # fmt: skip
    client = client_of(administrator)
    line = transfers.add_line(administrator, draft, person=staff, to_department=tax)
    html = client.get(url("transfer", draft.pk)).content.decode()
    assert "うち1件の引継ぎが決まっていません" in html
    key = f"{line.pk}|{owned}"
    page = url("transfer_handovers", draft.pk)
    assert "議事録AI" in client.get(page).content.decode()
    assert "当てはまる職員がいません" in client.post(page, {f"to|{key}": "9999"}).content.decode()
    assert "本人です" in client.post(page, {f"to|{key}": staff.staff_number}).content.decode()
    both = {f"to|{key}": "0008", f"keep|{key}": "on"}
    assert "どちらか一方" in client.post(page, both).content.decode()
    for typed in ("０００８　税務 七海", "七海"):
        assert client.post(page, {f"to|{key}": typed}).status_code == 302
        assert Handover.objects.get().successor == neighbour
        assert "税務 七海（0008）" in client.get(page).content.decode()
    assert client.post(page, {f"keep|{key}": "on"}).status_code == 302
    assert Handover.objects.get().keeps
    client.post(page, {})
    assert not Handover.objects.exists()
    held = client.post(url("stage_transfer", draft.pk), {"revision": 0, "confirmed": "on"})
    assert held.status_code == 422
    reason = {"revision": 0, "confirmed": "on", "leftover_reason": "後任が決まるまで課長が兼ねる"}
    assert client.post(url("stage_transfer", draft.pk), reason).status_code == 302
    assert "課長が兼ねる" in client.get(url("transfer", draft.pk)).content.decode()


def test_cancelling(client_of: Sign, administrator: Person, draft: Transfer) -> None:
    client = client_of(administrator)
    assert client.get(url("cancel_transfer", draft.pk)).status_code == 200
    assert client.post(url("cancel_transfer", draft.pk), {"reason": ""}).status_code == 422
    client.post(url("cancel_transfer", draft.pk), {"reason": "延期"})
    draft.refresh_from_db()
    assert draft.state == "cancelled"


# --- Excel and CSV --------------------------------------------------------------------------------


def upload(client: Client, transfer: Transfer, content: bytes, name: str = "a.csv") -> object:
    file = io.BytesIO(content)
    file.name = name
    return client.post(url("import_transfer", transfer.pk), {"file": file}, follow=True)


def test_importing(
    client_of: Sign, administrator: Person, draft: Transfer, staff: Person, neighbour: Person,
    owner: Person, tax: Department, care: Department,
) -> None:  # fmt: skip
    client = client_of(administrator)
    assert client.get(url("transfer_template")).status_code == 200
    text = (
        "職員番号,氏名,区分,異動先の部署コード,職名,異動先での役割\n"
        "0004,介護　三郎,異動,３０,係長,職員、上長（承認者）\n0008,,,21,,\n0003,,退職・転出,,,\n"
    )
    page = upload(client, draft, text.encode("cp932"))
    assert page.context["counts"]["add"] == 3
    assert "税務課（30）" in page.content.decode(), "a code alone tells nobody where the person goes"
    done = client.post(page.redirect_chain[-1][0], follow=True)
    assert "3人を追加し" in done.content.decode()
    lines = {line.person.staff_number: line for line in draft.lines.select_related("person")}
    assert (lines["0004"].title, lines["0004"].roles) == ("係長", ["staff", "approver"])
    assert (lines["0008"].to_department, lines["0008"].roles) == (care, ["staff"])
    assert lines["0003"].leaves
    out = client.get(url("transfer", draft.pk), {"format": "xlsx"})
    again = upload(client, draft, out.content, "a.xlsx")
    assert again.context["counts"] == {"add": 0, "change": 0, "same": 3, "error": 0, "missing": 0}
    few = upload(client, draft, "職員番号,異動先の部署コード\n0004,20\n".encode())
    assert few.context["counts"]["change"] == 1
    client.post(few.redirect_chain[-1][0])
    line = draft.lines.get(person=staff)
    assert (line.to_department.name, line.title, line.roles) == ("福祉部", "係長", ["staff", "approver"])


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("9999,,,30,,", "この職員番号の職員はいません"),
        ("4,,,30,,", "職員番号「0004」の職員がいます"),
        ("0004,別人,,30,,", "介護 三郎"),
        ("0004,,,99,,", "このコードの部署はありません"),
        ("0004,,,,,", "部署コードを入力"),
        ("0004,,退職・転出,30,,", "空欄にしてください"),
        ("0004,,,30,,社長", "「社長」という役割はありません"),
        ("0004,,左遷,30,,", "左遷"),
        ("0004,,,30,,\n0004,,,30,,", "3行目にもあります"),
    ],
)
def test_each_error_stands_at_its_row(
    client_of: Sign, administrator: Person, draft: Transfer, staff: Person, tax: Department,
    row: str, message: str,
) -> None:  # fmt: skip
    client = client_of(administrator)
    head = "職員番号,氏名,区分,異動先の部署コード,職名,異動先での役割\n"
    page = upload(client, draft, f"{head}{row}\n".encode())
    assert message in page.content.decode()
    again = client.post(page.redirect_chain[-1][0], follow=True)
    assert "誤りのある行があります" in again.content.decode()
    assert not draft.lines.exists()
    client.post(page.redirect_chain[-1][0], {"discard": "1"})
    assert client.get(page.redirect_chain[-1][0]).status_code == 404


def test_outsiders(
    client_of: Sign, client: Client, it_staff: Person, administrator: Person, outsider: Person,
    draft: Transfer, staff: Person, tax: Department,
) -> None:  # fmt: skip
    line = transfers.add_line(administrator, draft, person=staff, to_department=tax)
    names = [
        "transfer", "change_transfer", "add_transfer_line", "import_transfer", "transfer_handovers",
        "stage_transfer", "apply_transfer", "cancel_transfer",
    ]  # fmt: skip
    for name in names:
        address = url(name, draft.pk)
        assert client.get(address).status_code == 302
        assert client_of(it_staff).get(address).status_code == 403
        assert client_of(outsider).get(address).status_code == 404
    for name, pk in [("reopen_transfer", draft.pk), ("remove_transfer_line", line.pk)]:
        assert client_of(it_staff).post(url(name, pk)).status_code == 403
        assert client_of(outsider).post(url(name, pk)).status_code == 404
    staged = upload(client_of(administrator), draft, "職員番号,異動先の部署コード\n0004,30\n".encode())
    assert client_of(outsider).get(staged.redirect_chain[-1][0]).status_code == 404
    assert client_of(outsider).get(url("transfers")).context["shown"].total == 0


def test_queries_do_not_grow(
    client_of: Sign,
    administrator: Person,
    town: Municipality,
    draft: Transfer,
    care: Department,
    tax: Department,
) -> None:
    client, counts = client_of(administrator), []
    kept, belongings._keepers = belongings._keepers, {}
    client.get(url("transfer", draft.pk))
    for first, last in ((0, 3), (3, 30)):
        for number in range(first, last):
            person = make_person(town, f"8{number:03}", f"職員{number}", care, Role.STAFF)
            transfers.add_line(administrator, draft, person=person, to_department=tax)
        with CaptureQueriesContext(connection) as queries:
            client.get(url("transfer", draft.pk))
        counts.append(len(queries))
    belongings._keepers = kept
    assert counts[0] == counts[1]
