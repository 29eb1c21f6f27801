"""A municipality's own control from the import to the report, in both languages."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kijun.catalog import (
    Control,
    Evidence,
    Frequency,
    Level,
    Role,
    Text,
    Tier,
    load,
    read_own_controls,
    write_template,
)
from kijun.governance.accounts.models import Person
from kijun.governance.accounts.roles import Role as PersonRole
from kijun.governance.approvals.actions import approve
from kijun.governance.approvals.models import Route, RouteStep, StepKind
from kijun.governance.assessments import actions
from kijun.governance.assessments.models import Assessment
from kijun.governance.evidence.models import Finding, Item
from kijun.governance.organisation.models import Department, Municipality
from tests.governance.assessments.made import fill, make_system, open_cycle, prove
from tests.governance.reports.test_pdf import text_of
from tests.governance.reports.test_word import words_of

ClientOf = Callable[[Person], Client]
FILTERS = Control(
    id="L5.1.1",
    topic="5.1",
    role=Role.USER,
    level=Level.SYSTEM,
    title=Text("画面の目隠し", "Screen filters"),
    statement=Text("窓口の端末に目隠しを付ける。", "Counter screens have filters."),
    done_when=(Text("すべての窓口端末に付いている", "Every counter screen has one"),),
    place="要綱 第5条",
    frequency=Frequency.MONTHLY,
    tiers=Tier.LOW.upward,
    evidence=(Evidence.ATTESTATION,),
)


@pytest.fixture
def assessment(
    town: Municipality,
    it_staff: Person,
    executive: Person,
    it_department: Department,
    care: Department,
    owner: Person,
) -> Assessment:
    route = Route.objects.create(municipality=town, name="標準")
    RouteStep.objects.create(
        municipality=town, route=route, order=1, kind=StepKind.DECIDE, role=PersonRole.EXECUTIVE
    )
    system = make_system(town, 1, provider=it_department, users=(care,), owner=owner)
    file = BytesIO()  # through the sheet, as people bring it
    write_template(file, load(), [FILTERS])
    actions.import_own(it_staff, town, read_own_controls(file.getvalue(), load()).controls)
    return open_cycle(it_staff, town).assessments.get(system=system)


def test_from_the_import_to_the_report(
    client_of: ClientOf,
    staff: Person,
    it_staff: Person,
    executive: Person,
    assessment: Assessment,
) -> None:
    answer = assessment.answers.get(control_id="L5.1.1")
    browser = client_of(staff)
    page = reverse("assessments:control", args=[assessment.pk, "L5.1.1"])
    assert "すべての窓口端末に付いている" in browser.get(page).content.decode()
    english = browser.get(page, headers={"accept-language": "en"}).content.decode()
    assert "Every counter screen has one" in english

    # evidence beside it
    scope = f"system-{assessment.system_id}"
    assert "L5.1.1 画面の目隠し" in browser.get(reverse("evidence:choose")).content.decode()
    add = reverse("evidence:add", args=["attestation"]) + f"?scope={scope}&control=L5.1.1"
    form = browser.get(add).content.decode()
    assert "画面の目隠し" in form
    assert "すべての窓口端末に付いている" in form
    days = {"effective_on": "2026/1/5", "expires_on": "2040/3/31"}
    sent = {"checks0": ["0"], "note": "窓口を見て回った", "verdict": "met", **days}
    assert browser.post(add, sent).status_code == 302
    item = Item.objects.get(control_id="L5.1.1")
    shown = browser.get(item.get_absolute_url()).content.decode()
    assert "L5.1.1 画面の目隠し" in shown
    assert "画面の目隠し" in browser.get(reverse("evidence:items") + "?control=L5.1.1").content.decode()
    assert (
        "Screen filters"
        in browser.get(item.get_absolute_url(), headers={"accept-language": "en"}).content.decode()
    )

    # answered as a gap, approved: a finding
    fill(assessment, it_staff)
    answer.refresh_from_db()
    saved = {"status": "partly", "reason": "出張所が残る", "revision": answer.revision}
    url = reverse("assessments:save_answer", args=[assessment.pk, "L5.1.1"])
    assert browser.post(url, saved).status_code == 302
    approve(executive, actions.submit(it_staff, assessment).steps.get())
    finding = Finding.objects.get(control_id="L5.1.1")
    text = client_of(it_staff).get(finding.get_absolute_url()).content.decode()
    assert "L5.1.1 画面の目隠し" in text
    assert "窓口の端末に目隠しを付ける。" in text

    # a finding by hand
    hand = {"scope": scope, "control_id": "L5.1.1", "title": "端末3台に付いていない"}
    assert client_of(it_staff).post(reverse("evidence:raise"), hand).status_code == 302
    assert Finding.objects.filter(control_id="L5.1.1").count() == 2

    # results and reports
    results = client_of(it_staff).get(reverse("assessments:results", args=[assessment.pk])).content.decode()
    assert "画面の目隠し" in results
    for lang, title in (("ja", "画面の目隠し"), ("en", "Screen filters")):
        _in_every_report(client_of(it_staff), assessment, lang, title)


def _in_every_report(browser: Client, assessment: Assessment, lang: str, title: str) -> None:
    def get(name: str, *args: object) -> bytes:
        response = browser.get(reverse(name, args=args), headers={"accept-language": lang})
        assert response.status_code == 200
        return b"".join(response.streaming_content) if response.streaming else response.content

    system = assessment.system_id
    assert title in get("reports:system_controls", system, "5").decode()
    assert title in get("reports:system", system).decode()
    file = "reports:system_file"
    assert title in text_of(get(file, system, "pdf")).replace("\u200b", "")
    assert title in words_of(get(file, system, "docx"))
    book = openpyxl.load_workbook(BytesIO(get(file, system, "xlsx")))
    cells = [str(cell) for one in book for row in one.iter_rows(values_only=True) for cell in row]
    assert any(title in cell for cell in cells)


def test_another_town_cannot_use_them(client_of: ClientOf, outsider: Person, assessment: Assessment) -> None:
    browser = client_of(outsider)
    scope = f"organisation-{outsider.municipality_id}"
    add = reverse("evidence:add", args=["link"]) + f"?scope={scope}&control=L5.1.1"
    assert browser.get(add).status_code == 404
    assert "L5.1.1" not in browser.get(reverse("evidence:choose")).content.decode()
    hand = {"scope": scope, "control_id": "L5.1.1", "title": "x"}
    assert browser.post(reverse("evidence:raise"), hand).status_code == 422


def test_a_list_of_own_controls_asks_no_more_with_more_rows(
    client_of: ClientOf, staff: Person, assessment: Assessment
) -> None:
    browser = client_of(staff)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(reverse("evidence:items")).status_code == 200
        return len(queries)

    prove(assessment, "L5.1.1")
    asked()
    few = asked()
    for number in range(5):
        Item.objects.filter(collector="tests.prove").update(collector=f"tests.{number}")
        prove(assessment, "L5.1.1")
    assert asked() == few
