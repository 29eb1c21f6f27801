import dataclasses
import io
import subprocess
import sys
import zipfile
from pathlib import Path

from docx import Document
from docx.oxml.ns import qn

from kijun.governance.reports import word
from kijun.governance.reports.contents import Report


def words_of(content: bytes) -> str:
    document = Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in document.paragraphs] + cells)


def test_it_works(report: Report) -> None:
    text = words_of(word.render(report))

    assert "AIガバナンス報告書" in text
    assert "偏りの点検が終わっていない" in text
    assert "{%" not in text


def test_the_charts_are_pictures_with_words(report: Report) -> None:
    document = Document(io.BytesIO(word.render(report)))

    told = [part.get("descr") for part in document.element.body.iter(qn("wp:docPr"))]
    assert len(told) == 3
    assert told[0].startswith("1 人間中心：実施済 6")
    assert "50.0" in told[2]


def test_a_first_report_has_nothing_to_compare(report: Report) -> None:
    first = dataclasses.replace(report, comparison=None, trend=report.trend[1:], findings=())
    text = words_of(word.render(first))

    assert "前回の点検がないため、比較できません。" in text
    assert "完了していない指摘はありません。" in text


def test_every_page_says_whose_it_is(report: Report) -> None:
    section = Document(io.BytesIO(word.render(report))).sections[0]

    assert "𠮷野市" in section.header.paragraphs[0].text
    assert "NUMPAGES" in section.footer._element.xml


def test_what_people_typed_is_text(report: Report) -> None:
    """Neither XML nor Jinja in a reason runs."""
    assert "<b>太字</b> & {{ 7*7 }}" in words_of(word.render(report))


def test_the_template_is_what_its_script_makes(tmp_path: Path) -> None:
    made = tmp_path / "report.docx"
    subprocess.run([sys.executable, "tools/word_template.py", str(made)], check=True)

    assert body(made) == body(word.TEMPLATE)


def body(path: Path) -> bytes:
    with zipfile.ZipFile(path) as archive:
        return archive.read("word/document.xml")
