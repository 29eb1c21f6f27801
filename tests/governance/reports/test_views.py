"""Reports on screen and as files: who may have which, and what is not there."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from kijun.governance.accounts.models import Person
from kijun.governance.accounts.roles import Role
from kijun.governance.assessments.models import Cycle
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Department, Municipality
from kijun.governance.reports.models import Issue
from tests.conftest import make_department, make_person
from tests.governance.assessments.made import make_system, open_cycle, prove

ClientOf = Callable[[Person], Client]
STARTS = {"pdf": b"%PDF-", "xlsx": b"PK", "docx": b"PK"}


@pytest.fixture
def system(town: Municipality, it_department: Department, care: Department, owner: Person) -> AISystem:
    return make_system(town, 1, provider=it_department, users=(care,), owner=owner)


@pytest.fixture
def cycle(town: Municipality, system: AISystem, it_staff: Person) -> Cycle:
    return open_cycle(it_staff, town)


def every(system: AISystem) -> list[str]:
    """Every address of the report of a system."""
    return [
        reverse("reports:system", args=[system.pk]),
        *(reverse("reports:system_file", args=[system.pk, form]) for form in STARTS),
        reverse("reports:system_controls", args=[system.pk, "1"]),
    ]


def test_it_works(client_of: ClientOf, it_staff: Person, system: AISystem, cycle: Cycle) -> None:
    client = client_of(it_staff)
    assert system.name in client.get(reverse("reports:index")).content.decode()
    for address in (reverse("reports:organisation"), reverse("reports:system", args=[system.pk])):
        page = client.get(address).content.decode()
        assert system.name in page
        assert cycle.name in page


def test_the_controls_of_a_principle_stand_on_a_page_of_their_own(
    client_of: ClientOf, it_staff: Person, system: AISystem, cycle: Cycle
) -> None:
    assessment = cycle.assessments.get(system=system)
    answer = assessment.answers.filter(principle="1").first()
    assert answer is not None
    answer.reason = "記録を毎月見ている"
    answer.save(update_fields=["reason"])
    prove(assessment, answer.control_id)
    client = client_of(it_staff)
    address = reverse("reports:system_controls", args=[system.pk, "1"])

    assert address in client.get(reverse("reports:system", args=[system.pk])).content.decode()
    page = client.get(address).content.decode()

    assert "記録を毎月見ている" in page
    assert "自動の証跡" in page
    assert "組織全体の回答" in page
    assert answer.control_id in page
    assert "P2.1.1" not in page
    for wrong in ("99", "x", "G"):  # the organisation's own duties are no part of a system's report
        assert client.get(reverse("reports:system_controls", args=[system.pk, wrong])).status_code == 404
    assert client.get(reverse("reports:organisation_controls", args=["G"])).status_code == 200
    assert (
        client.get(reverse("reports:organisation_controls", args=["G"]), {"cycle": cycle.pk}).status_code
        == 200
    )


@pytest.mark.parametrize("form", STARTS)
def test_files(client_of: ClientOf, it_staff: Person, system: AISystem, cycle: Cycle, form: str) -> None:
    client = client_of(it_staff)
    for address in (
        reverse("reports:organisation_file", args=[form]),
        reverse("reports:system_file", args=[system.pk, form]),
    ):
        response = client.get(address)
        assert response.status_code == 200
        assert response.content.startswith(STARTS[form])
        assert response["Content-Disposition"].startswith("attachment")
        assert response["X-Content-Type-Options"] == "nosniff"


def test_a_name_that_is_html_and_a_formula(
    client_of: ClientOf, it_staff: Person, system: AISystem, cycle: Cycle
) -> None:
    system.name = '=HYPERLINK("http://x")<script>alert(1)</script>/../\r\nX: y'
    system.save(update_fields=["name"])
    client = client_of(it_staff)

    for address in every(system):
        response = client.get(address)
        assert response.status_code == 200
        assert b"<script>alert(1)" not in response.content
    book = openpyxl.load_workbook(BytesIO(client.get(every(system)[2]).content))
    assert not [cell for sheet in book for row in sheet for cell in row if cell.data_type == "f"]


def test_an_earlier_cycle(client_of: ClientOf, it_staff: Person, town: Municipality, cycle: Cycle) -> None:
    later = open_cycle(it_staff, town, "2027年度 自己点検")
    address = reverse("reports:organisation")

    page = client_of(it_staff).get(address, {"cycle": cycle.pk}).content.decode()

    assert f'<option value="{cycle.pk}" selected' in page
    assert f'<option value="{later.pk}" selected' not in page


@pytest.mark.parametrize("asked", ["0", "x", "-1", "9" * 300, "１", "1 or 1=1", "²", "\x00"])
def test_a_cycle_that_is_none(client_of: ClientOf, it_staff: Person, cycle: Cycle, asked: str) -> None:
    expected = 404 if asked != "１" else {200, 404}
    response = client_of(it_staff).get(reverse("reports:organisation"), {"cycle": asked})
    assert response.status_code == expected or (
        isinstance(expected, set) and response.status_code in expected
    )


def test_a_cycle_of_another_town(
    client_of: ClientOf, it_staff: Person, outsider: Person, system: AISystem, cycle: Cycle
) -> None:
    theirs = open_cycle(outsider, outsider.municipality)
    client = client_of(it_staff)
    for address in (
        *every(system),
        reverse("reports:organisation"),
        reverse("reports:organisation_controls", args=["1"]),
        reverse("reports:organisation_file", args=["pdf"]),
    ):
        assert client.get(address, {"cycle": theirs.pk}).status_code == 404


@pytest.mark.parametrize("form", ["csv", "PDF", "pdf-", "html"])
def test_a_format_that_is_none(client_of: ClientOf, it_staff: Person, system: AISystem, form: str) -> None:
    client = client_of(it_staff)
    assert client.get(reverse("reports:organisation_file", args=[form])).status_code == 404
    assert client.get(reverse("reports:system_file", args=[system.pk, form])).status_code == 404


def test_another_town(client_of: ClientOf, outsider: Person, system: AISystem, cycle: Cycle) -> None:
    client = client_of(outsider)
    for address in every(system):
        assert client.get(address).status_code == 404
    for address in (reverse("reports:index"), reverse("reports:organisation")):
        page = client.get(address).content.decode()
        assert system.name not in page
        assert cycle.name not in page


def test_staff_of_another_department(client_of: ClientOf, neighbour: Person, system: AISystem) -> None:
    client = client_of(neighbour)
    for address in every(system):
        assert client.get(address).status_code in {403, 404}
    assert client.get(reverse("reports:organisation")).status_code == 403
    assert client.get(reverse("reports:organisation_controls", args=["1"])).status_code == 403
    assert client.get(reverse("reports:organisation_file", args=["pdf"])).status_code == 403
    assert system.name not in client.get(reverse("reports:index")).content.decode()


def test_staff_of_the_department_that_uses_it(
    client_of: ClientOf, staff: Person, system: AISystem, cycle: Cycle
) -> None:
    for address in every(system):
        assert client_of(staff).get(address).status_code == 200


def test_a_person_without_a_role(
    client_of: ClientOf, town: Municipality, it_department: Department, system: AISystem
) -> None:
    nobody = make_person(town, "0099", "無役 九子", it_department)
    for address in (*every(system), reverse("reports:index"), reverse("reports:issue")):
        assert client_of(nobody).get(address).status_code == 403


def test_signed_out(client: Client, system: AISystem) -> None:
    for address in (*every(system), reverse("reports:index"), reverse("reports:organisation")):
        response = client.get(address)
        assert response.status_code == 302
        assert response["Location"].startswith(reverse("accounts:sign_in"))


def test_a_draft_has_no_report(client_of: ClientOf, it_staff: Person, system: AISystem) -> None:
    AISystem.objects.filter(pk=system.pk).update(registered_at=None)
    for address in every(system):
        assert client_of(it_staff).get(address).status_code == 404


def test_what_was_given_out_is_kept(client_of: ClientOf, it_staff: Person) -> None:
    client = client_of(it_staff)
    data = {"audience": "assembly", "title": "令和8年度<b>報告</b>", "issued_on": "令和8年4月1日"}

    assert client.post(reverse("reports:issue"), data).status_code == 302

    assert Issue.objects.get().title == data["title"]
    page = client.get(reverse("reports:index")).content.decode()
    assert "令和8年度&lt;b&gt;" in page


@pytest.mark.parametrize("change", [{"audience": "nobody"}, {"issued_on": "令和8年13月1日"}, {"title": ""}])
def test_mistakes_change_nothing(client_of: ClientOf, it_staff: Person, change: dict[str, str]) -> None:
    data = {"audience": "assembly", "title": "報告", "issued_on": "2026-04-01"} | change
    assert client_of(it_staff).post(reverse("reports:issue"), data).status_code == 422
    assert not Issue.objects.exists()


def test_who_may_not_keep_the_record(
    client_of: ClientOf, staff: Person, auditor: Person, other_town: Municipality
) -> None:
    theirs = make_person(other_town, "1", "他市 一", make_department(other_town, "1", "課"), Role.OWNER)
    data = {"audience": "assembly", "title": "報告", "issued_on": "2026-04-01"}
    for person in (staff, auditor, theirs):
        assert client_of(person).post(reverse("reports:issue"), data).status_code == 403
    assert not Issue.objects.exists()
