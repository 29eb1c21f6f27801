"""Make the Word template of the reports (src/kijun/governance/reports/report.docx).

Run it after a change here and commit the file; a test holds the two together. The template is filled by docxtpl with
the same document that the PDF's template draws (:func:`kijun.governance.reports.pdf.document`).
"""

from __future__ import annotations

import sys
from pathlib import Path

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

TARGET = Path(__file__).resolve().parent.parent / "src/kijun/governance/reports/report.docx"
FONT = "Noto Sans JP"


def make(target: Path) -> None:
    document = Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(18)
    for name in ("Normal", "Heading 1", "Heading 2", "Title", "List Bullet", "Table Grid"):
        style = document.styles[name]
        style.font.name = FONT
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), FONT)
    document.styles["Normal"].font.size = Pt(9.5)
    document.add_paragraph("{{ municipality }}{% if is_sample %}（{{ words.sample }}）{% endif %}")
    document.add_heading("{{ title }}", 0)
    document.add_paragraph(
        "{{ cycle }}　{{ state }}　{{ made_on_text }} {{ words.as_of }}　{{ words.made_by }}：{{ made_by }}"
    )
    document.add_paragraph("{{ approved }}")
    rows(document, "figures", ["{{ row.label }}", "{{ row.value }}", "{{ row.note }}"], [], "words.figures")
    rows(document, "facts", ["{{ row.label }}", "{{ row.value }}"], [], "words.facts")
    section_if(document, "risk_lines", "words.risk")
    bullets(document, "risk_lines")
    results(document, "by_principle")
    results(document, "by_role")
    rows(
        document,
        "trend",
        ["{{ row[0] }}", "{{ row[1] }}", "{{ row[2] }}"],
        ["cycle", "total", "rate"],
        "words.trend",
    )
    rows(document, "systems", [f"{{{{ row[{i}] }}}}" for i in range(7)],
         ["code", "name", "stage", "tier", "rate", "open", "published"], "words.systems")  # fmt: skip
    rows(document, "findings", [f"{{{{ row[{i}] }}}}" for i in range(6)],
         ["number", "title", "control", "owner", "due", "state"], "words.findings")  # fmt: skip
    document.add_heading("{{ words.controls }}", 1)
    document.add_paragraph("{%p for group in controls %}")
    document.add_heading("{{ group.label }}", 2)
    rows(document, "group.rows", [f"{{{{ row[{i}] }}}}" for i in range(5)],
         ["number", "control", "answer", "reason", "evidence"], "")  # fmt: skip
    document.add_paragraph("{%p endfor %}")
    document.add_heading("{{ words.notes }}", 1)
    bullets(document, "notes")
    document.core_properties.author = "Kijun"
    document.core_properties.title = "Kijun"
    document.save(str(target))


def section_if(document: Document, key: str, heading: str) -> Paragraph:  # type: ignore[valid-type]
    document.add_paragraph(f"{{%p if {key} %}}")
    made = document.add_heading(f"{{{{ {heading} }}}}", 1)
    document.add_paragraph("{%p endif %}")
    return made


def bullets(document: Document, key: str) -> None:  # type: ignore[valid-type]
    document.add_paragraph(f"{{%p for line in {key} %}}")
    document.add_paragraph("{{ line }}", style="List Bullet")
    document.add_paragraph("{%p endfor %}")


def rows(document: Document, key: str, cells: list[str], heads: list[str], heading: str) -> None:  # type: ignore[valid-type]
    """A table with one row an entry of ``key``; left out, heading and all, when there is none."""
    document.add_paragraph(f"{{%p if {key} %}}")
    if heading:
        document.add_heading(f"{{{{ {heading} }}}}", 1)
    table = document.add_table(rows=0, cols=len(cells), style="Table Grid")
    if heads:
        for cell, head in zip(table.add_row().cells, heads, strict=True):
            cell.text = f"{{{{ words.{head} }}}}"
            cell.paragraphs[0].runs[0].bold = True
        head_row = table.rows[0]._tr.get_or_add_trPr()
        head_row.append(head_row.makeelement(qn("w:tblHeader"), {qn("w:val"): "true"}))
    table.add_row().cells[0].text = f"{{%tr for row in {key} %}}"
    for cell, text in zip(table.add_row().cells, cells, strict=True):
        cell.text = text
    table.add_row().cells[0].text = "{%tr endfor %}"
    document.add_paragraph("{%p endif %}")


def results(document: Document, key: str) -> None:  # type: ignore[valid-type]
    cells = ["{{ row.label }}", *[f"{{{{ row.cells[{i}] }}}}" for i in range(6)], "{{ row.rate }}"]
    document.add_paragraph(f"{{%p if {key} %}}")
    document.add_heading(f"{{{{ words.{key} }}}}", 1)
    table = document.add_table(rows=0, cols=8, style="Table Grid")
    heads = ["{{ words.item }}", *[f"{{{{ statuses[{i}].label }}}}" for i in range(6)], "{{ words.rate }}"]
    for cell, head in zip(table.add_row().cells, heads, strict=True):
        cell.text = head
        cell.paragraphs[0].runs[0].bold = True
    table.add_row().cells[0].text = f"{{%tr for row in {key} %}}"
    for cell, text in zip(table.add_row().cells, cells, strict=True):
        cell.text = text
    table.add_row().cells[0].text = "{%tr endfor %}"
    document.add_paragraph("{%p endif %}")


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET)
