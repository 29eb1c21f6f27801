"""Answers as Excel: out, in, preview with an error per row, then all or nothing."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import openpyxl
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kijun.governance.accounts.models import Person
from kijun.governance.assessments import actions
from kijun.governance.assessments.models import Answer, AskedRole, Assessment, Status
from tests.governance.assessments.made import prove

ClientOf = Callable[[Person], Client]
HEADS = ["番号", "実施状況", "理由・内容", "実施予定日", "申告"]


def upload(*rows: list[Any], heads: list[str] = HEADS) -> SimpleUploadedFile:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(heads)
    for row in rows:
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return SimpleUploadedFile("answers.xlsx", file.getvalue())


def path(assessment: Assessment, name: str = "import") -> str:
    return f"/staff/assessments/{assessment.pk}/{name}/"


def plan_of(response: Any) -> str:
    found = BeautifulSoup(response.content, "html.parser").find("input", {"name": "plan"})
    return str(found["value"]) if found else ""


def test_round_trip(client_of: ClientOf, staff: Person, assessment: Assessment, user_answer: Answer) -> None:
    prove(assessment)
    client = client_of(staff)
    saved = client.get(path(assessment, "sheet"))
    book = openpyxl.load_workbook(io.BytesIO(saved.content))
    sheet = book.worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    assert sheet.max_row == assessment.answers.count() + 1
    place = {str(head): number for number, head in enumerate(heads, 1)}
    for row in range(2, sheet.max_row + 1):
        if sheet.cell(row, 1).value == user_answer.control_id:
            assert "12件" in str(sheet.cell(row, place["証跡（読み込みません）"]).value)
            sheet.cell(row, place["実施状況"]).value = "一部"
            sheet.cell(row, place["理由・内容"]).value = "窓口だけ実施"
    file = io.BytesIO()
    book.save(file)
    shown = client.post(path(assessment), {"file": SimpleUploadedFile("a.xlsx", file.getvalue())})
    assert shown.status_code == 200
    assert "窓口だけ実施" in shown.content.decode()
    user_answer.refresh_from_db()
    assert user_answer.status == ""
    done = client.post(path(assessment), {"plan": plan_of(shown)})
    assert done.status_code == 302
    user_answer.refresh_from_db()
    assert (user_answer.status, user_answer.reason, user_answer.answered_by) == (
        "partly",
        "窓口だけ実施",
        staff,
    )
    again = client.get(path(assessment, "sheet"))
    same = client.post(path(assessment), {"file": SimpleUploadedFile("a.xlsx", again.content)})
    assert "変わる回答はありません" in same.content.decode()


def test_every_wrong_row_says_why(
    client_of: ClientOf, staff: Person, assessment: Assessment, user_answer: Answer, provider_answer: Answer
) -> None:
    others = list(assessment.answers.filter(role=AskedRole.USER).exclude(pk=user_answer.pk)[:3])
    rows = [
        [user_answer.control_id, "一部", "", "", ""],
        [provider_answer.control_id, "一部", "理由", "", ""],
        ["P99.9.9", "一部", "理由", "", ""],
        [others[0].control_id, "予定", "理由", "いつか", ""],
        [others[1].control_id, "実施済", "", "", ""],
        [others[2].control_id, "完璧", "理由", "", ""],
    ]
    shown = client_of(staff).post(path(assessment), {"file": upload(*rows)})
    assert shown.status_code == 422
    assert plan_of(shown) == ""
    page = BeautifulSoup(shown.content, "html.parser")
    body = page.find("tbody")
    assert body is not None
    errors = [row.find_all("td")[-1].text.strip() for row in body.find_all("tr")]
    assert len(errors) == 6
    assert all(errors)
    assert "権限がありません" in errors[1]
    assert "という対策はありません" in errors[2]
    assert "証跡がまだありません" in errors[4]
    assert not assessment.answers.exclude(status="").exists()


def test_what_is_wrong_stands_first(
    client_of: ClientOf, staff: Person, assessment: Assessment, user_answer: Answer
) -> None:
    other = assessment.answers.filter(role=AskedRole.USER).exclude(pk=user_answer.pk)[0]
    rows = [[user_answer.control_id, "一部", "理由", "", ""], [other.control_id, "完璧", "理由", "", ""]]
    shown = client_of(staff).post(path(assessment), {"file": upload(*rows)})
    page = BeautifulSoup(shown.content, "html.parser")
    notice = page.find(class_="notice-danger")
    assert notice is not None
    table = notice.find_next("tbody")
    assert table is not None
    assert [other.control_id in row.text for row in table.find_all("tr")] == [True, False]


def test_somebody_saved_between_preview_and_confirmation(
    client_of: ClientOf, staff: Person, approver: Person, assessment: Assessment, user_answer: Answer
) -> None:
    client = client_of(staff)
    shown = client.post(
        path(assessment), {"file": upload([user_answer.control_id, "未実施", "人手", "", ""])}
    )
    actions.answer(approver, user_answer, status=Status.PARTLY, reason="先", seen_revision=0)
    response = client.post(path(assessment), {"plan": plan_of(shown)})
    assert response["Location"] == path(assessment)
    user_answer.refresh_from_db()
    assert user_answer.reason == "先"


def test_done_in_the_sheet_attests(
    client_of: ClientOf, staff: Person, assessment: Assessment, user_answer: Answer
) -> None:
    words = "令和8年4月から全員が記入している。"
    client = client_of(staff)
    shown = client.post(path(assessment), {"file": upload([user_answer.control_id, "実施済", "", "", words])})
    client.post(path(assessment), {"plan": plan_of(shown)})
    user_answer.refresh_from_db()
    assert user_answer.status == Status.DONE


def test_a_forged_plan_and_a_foreign_file_are_refused(
    client_of: ClientOf, staff: Person, approver: Person, assessment: Assessment, user_answer: Answer
) -> None:
    shown = client_of(staff).post(
        path(assessment), {"file": upload([user_answer.control_id, "未実施", "人手", "", ""])}
    )
    for value in ("forged", plan_of(shown)):
        assert client_of(approver).post(path(assessment), {"plan": value}).status_code == 302
    user_answer.refresh_from_db()
    assert user_answer.status == ""
    rubbish = SimpleUploadedFile("a.xlsx", b"rubbish")
    assert client_of(staff).post(path(assessment), {"file": rubbish}).status_code == 422
    assert client_of(staff).post(path(assessment), {}).status_code == 422
