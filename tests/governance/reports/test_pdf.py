import dataclasses
import io
import re

from pypdf import PdfReader

from kijun.governance.reports import pdf
from kijun.governance.reports.contents import Report


def text_of(content: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).replace("\n", "")


def test_it_works(report: Report) -> None:
    text = text_of(pdf.render(report))

    assert "AIガバナンス報告書" in text.replace(" ", "")
    assert "F-0001" in text
    assert "2026年11月23日（令和8年）" in text.replace(" ", "")


def test_it_compares_with_the_last_cycle(report: Report) -> None:
    text = text_of(pdf.render(report)).replace(" ", "")

    assert "同じ対策8件で比べると" in text
    assert "+25" in text


def test_it_is_tagged_and_says_its_language(report: Report) -> None:
    catalog = PdfReader(io.BytesIO(pdf.render(report))).trailer["/Root"]

    assert catalog["/MarkInfo"]["/Marked"]
    assert catalog["/Lang"] == "ja"


def test_rare_characters_are_drawn(report: Report) -> None:
    """𠮷 is outside the basic plane; a town's own name must not turn into a box."""
    assert "𠮷野市" in text_of(pdf.render(report))


def test_what_people_typed_is_text_not_markup(report: Report) -> None:
    nasty = dataclasses.replace(report, title='#panic("x") *bold* $x$ [link]')

    assert '#panic("x") *bold* $x$ [link]' in text_of(pdf.render(nasty))


def test_a_word_without_a_blank_stays_in_its_column(report: Report) -> None:
    """It is broken: no line of it is longer than the column of reasons."""
    long = dataclasses.replace(report.controls[0], reason="b" * 400)
    reader = PdfReader(io.BytesIO(pdf.render(dataclasses.replace(report, controls=(long,)))))
    text = "\n".join(page.extract_text() for page in reader.pages)
    runs = re.findall("b+", text.replace("\u200b", ""))
    assert sum(map(len, runs)) >= 400
    assert max(map(len, runs)) < 60


def test_an_empty_report_still_prints(report: Report) -> None:
    empty = dataclasses.replace(
        report,
        by_principle=(),
        by_role=(),
        trend=(),
        comparison=None,
        findings=(),
        controls=(),
        facts=(),
        systems=(),
        risk_lines=(),
    )

    assert "完了していない指摘はありません。" in text_of(pdf.render(empty)).replace(" ", "")


def test_equal_contents_give_equal_files(report: Report) -> None:
    assert pdf.render(report) == pdf.render(report)
