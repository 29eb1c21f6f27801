import io
import subprocess
import sys
import zipfile
from pathlib import Path

from docx import Document

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
