"""An improvement request as Word and PDF, in Japanese and English: what a vendor needs, and nobody's name."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from kijun.governance.accounts.models import Person
from kijun.governance.feedback import actions, drafting
from kijun.governance.feedback.models import ImprovementRequest
from kijun.web import papers
from kijun.web.dates import format_date
from tests.governance.commanding import refused, told
from tests.governance.feedback.conftest import VALUES


@pytest.fixture
def draft(report: Any, staff: Person, owner: Person) -> ImprovementRequest:
    one = report(staff)
    return actions.save_request(owner, one.system, None, VALUES, reports=[one])


def words_of_word(content: bytes) -> str:
    from docx import Document

    return "\n".join(one.text for one in Document(io.BytesIO(content)).paragraphs)


def words_of_pdf(content: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).replace("\n", "")


def get(client: Any, row: ImprovementRequest, kind: str, language: str = "") -> Any:
    url = reverse("feedback:letter_as", args=[row.pk, kind])
    return client.get(url, {"language": language} if language else {})


def test_it_works(
    client_of: Any, asked: ImprovementRequest, owner: Person, staff: Person, it_staff: Person
) -> None:
    client = client_of(owner)
    word = get(client, asked, "docx")
    pdf = get(client, asked, "pdf")
    assert word["Content-Type"] == papers.TYPES["docx"]
    assert pdf["Content-Type"] == "application/pdf"
    assert f'filename="{asked.code}.pdf"' in pdf["Content-Disposition"]
    assert asked.due_on is not None
    wanted = (
        asked.code,
        format_date(timezone.localdate(), "ja"),
        format_date(asked.due_on, "ja"),
        "株式会社さくらAI 御中",
        asked.system.name,
        "負担割合を2割と答える。正しくは3割。",
        "試験質問50問のうち正答41",
        "回答の宛先",
        asked.municipality.name,
    )
    for text in (words_of_word(word.content), words_of_pdf(pdf.content)):
        for one in wanted:
            assert one.replace(" ", "") in text.replace(" ", ""), one
        for somebody in (owner, staff, it_staff):
            assert somebody.name not in text
            assert somebody.name.replace(" ", "") not in text.replace(" ", "")
        assert "help@example.co.jp" not in text, "nobody's address either"


def test_in_english(client_of: Any, asked: ImprovementRequest, owner: Person) -> None:
    pdf = get(client_of(owner), asked, "pdf", "en")
    assert f'filename="{asked.code}-en.pdf"' in pdf["Content-Disposition"]
    text = words_of_pdf(pdf.content)
    assert "Request for improvement" in text
    assert "Please tell us by" in text
    assert "負担割合を2割" in text.replace(" ", ""), "what people wrote stays as they wrote it"
    assert "回答の期限" not in text
    word = words_of_word(get(client_of(owner), asked, "docx", "en").content)
    assert "Answer due: " in word


def test_it_waits_until_nobody_can_be_told_from_it(
    client_of: Any, draft: ImprovementRequest, owner: Person
) -> None:
    client = client_of(owner)
    page = client.get(draft.get_absolute_url()).content.decode()
    assert reverse("feedback:letter_as", args=[draft.pk, "pdf"]) not in page
    answer = get(client, draft, "pdf")
    assert answer["Location"] == draft.get_absolute_url()
    assert "WordとPDFにできます" in client.get(draft.get_absolute_url()).content.decode()
    actions.save_request(owner, draft.system, draft, VALUES, nobody_named=True)
    page = client.get(draft.get_absolute_url()).content.decode()
    assert reverse("feedback:letter_as", args=[draft.pk, "pdf"]) in page
    text = words_of_pdf(get(client, draft, "pdf").content)
    assert "20開庁日以内" in text.replace(" ", ""), "it has no day yet"


def test_asked_again_says_so(asked: ImprovementRequest) -> None:
    asked.times = 2
    assert dict(drafting.paper(asked).facts)["番号"] == f"{asked.code}（2回目）"


@pytest.mark.parametrize(
    "body",
    [
        "\x00\x0b\x7f制御\ud800文字",
        "<w:p>&amp;</w:p> #heading[x] $x$",
        "あ" * 4000,
        "𠮷田町　①㈱",
        "x" * 3000,
        "よい😀 ไทย",
    ],
)
def test_whatever_was_written_can_be_set(asked: ImprovementRequest, body: str) -> None:
    asked.body = body
    assert zipfile.is_zipfile(io.BytesIO(drafting.as_file(asked, "docx")))
    assert drafting.as_file(asked, "pdf").startswith(b"%PDF")


def test_others(
    client_of: Any, asked: ImprovementRequest, neighbour: Person, outsider: Person, owner: Person, client: Any
) -> None:
    assert get(client_of(neighbour), asked, "pdf").status_code == 403
    assert get(client_of(outsider), asked, "pdf").status_code == 404
    assert get(client, asked, "pdf").status_code == 302
    assert get(client_of(owner), asked, "exe").status_code == 404


def test_by_command(capsys: Any, asked: ImprovementRequest, tmp_path: Path) -> None:
    letter = ("feedback", "request", "letter", asked.code, "--as", "0003")
    target = tmp_path / "letter.pdf"
    told(capsys, *letter, "--form", "pdf", "--language", "en", "--out", str(target))
    assert "Request for improvement" in words_of_pdf(target.read_bytes())
    assert refused(capsys, *letter, "--form", "docx")[0] == 2
