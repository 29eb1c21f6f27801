"""Make the Word template of the reports (src/kijun/governance/reports/report.docx).

Run it after a change here and commit the file; a test holds the two together. The template is filled by docxtpl with
the same document that the PDF's template draws (:func:`kijun.governance.reports.pdf.document`).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

TARGET = Path(__file__).resolve().parent.parent / "src/kijun/governance/reports/report.docx"
FONT = "BIZ UDPGothic"
"""Comes with Japanese Windows; other systems take what they have."""
INK = RGBColor(0x1A, 0x1A, 0x1A)
SHADE = "F2F2F2"


def make(target: Path) -> None:
    document = Document()
    _page(document)
    _styles(document)
    document.add_paragraph("{{ municipality }}{% if is_sample %}　{{ words.sample }}{% endif %}")
    document.add_heading("{{ title }}", 0)
    document.add_paragraph("{{ subtitle }}")
    document.add_paragraph("{%p if approved %}")
    document.add_paragraph("{{ approved }}")
    document.add_paragraph("{%p endif %}")
    rows(
        document,
        "figures",
        ["{{ row.label }}", "{{ row.value }}", "{{ row.note }}"],
        [],
        "words.figures",
        (50, 54, 70),
    )
    rows(document, "facts", ["{{ row.label }}", "{{ row.value }}"], [], "words.facts", (50, 124))
    section_if(document, "risk_lines", "words.risk")
    bullets(document, "risk_lines")
    results(document, "by_principle")
    results(document, "by_role")
    comparison(document)
    rows(document, "systems", cells(8), ["code", "name", "stage", "tier", "assessed", "rate", "open", "published"],
         "words.systems", (16, 46, 18, 16, 30, 17, 13, 18), numbers=(5, 6))  # fmt: skip
    document.add_heading("{{ words.findings }}", 1)
    document.add_paragraph("{%p if not findings %}")
    document.add_paragraph("{{ words.no_findings }}")
    document.add_paragraph("{%p endif %}")
    rows(
        document,
        "findings",
        cells(6),
        ["number", "title", "control", "owner", "due", "state"],
        "",
        (19, 65, 17, 27, 24, 22),
    )
    document.add_paragraph("{%p if controls %}")
    document.add_heading("{{ words.controls }}", 1)
    document.add_paragraph("{%p endif %}")
    document.add_paragraph("{%p for group in controls %}")
    document.add_heading("{{ group.label }}", 2)
    rows(
        document,
        "group.rows",
        cells(5),
        ["number", "control", "answer", "reason", "evidence"],
        "",
        (19, 42, 21, 38, 54),
    )
    document.add_paragraph("{%p endfor %}")
    document.add_heading("{{ words.notes }}", 1)
    bullets(document, "notes")
    document.core_properties.author = "Kijun"
    document.core_properties.title = "Kijun"
    document.save(str(target))


def cells(number: int) -> list[str]:
    return [f"{{{{ row[{place}] }}}}" for place in range(number)]


def _page(document: Any) -> None:
    """A4 with the town, the title and the day on top of every page but the first, and page numbers below."""
    section = document.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(18)
    section.top_margin = section.bottom_margin = Mm(20)
    section.different_first_page_header_footer = True
    section.header.paragraphs[0].text = "{{ municipality }}　{{ title }}　{{ made_on_text }}"
    for footer in (section.first_page_footer, section.footer):
        line = footer.paragraphs[0]
        line.text = "{% if is_sample %}{{ words.sample }}　{% endif %}"
        line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        _field(line, "PAGE")
        line.add_run(" / ")
        _field(line, "NUMPAGES")


def _field(paragraph: Any, code: str) -> None:
    """A field that Word counts: PAGE, NUMPAGES."""
    run = paragraph.add_run()._r
    for kind in ("begin", "", "separate", "text", "end"):
        if kind == "":
            part = run.makeelement(qn("w:instrText"), {qn("xml:space"): "preserve"})
            part.text = f" {code} "
        elif kind == "text":
            part = run.makeelement(qn("w:t"), {})
            part.text = "1"
        else:
            part = run.makeelement(qn("w:fldChar"), {qn("w:fldCharType"): kind})
        run.append(part)


def _styles(document: Any) -> None:
    for name in (
        "Normal",
        "Heading 1",
        "Heading 2",
        "Title",
        "List Bullet",
        "Table Grid",
        "Header",
        "Footer",
    ):
        style = document.styles[name]
        style.font.name = FONT
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)  # a theme would win over the font
        for script in ("ascii", "hAnsi", "eastAsia", "cs"):
            fonts.set(qn(f"w:{script}"), FONT)
        style.font.color.rgb = INK
    sizes = {"Normal": 9.5, "Title": 20, "Heading 1": 15, "Heading 2": 11.5, "Header": 8, "Footer": 8}
    for name, size in sizes.items():
        document.styles[name].font.size = Pt(size)
    normal = document.styles["Normal"].paragraph_format
    normal.space_after, normal.line_spacing = Pt(4), 1.2
    for name in ("Heading 1", "Heading 2"):
        document.styles[name].paragraph_format.keep_with_next = True
        document.styles[name].paragraph_format.space_before = Pt(14)
    border = document.styles["Title"].element.find(qn("w:pPr")).find(qn("w:pBdr"))
    if border is not None:
        border.getparent().remove(border)


def section_if(document: Any, key: str, heading: str) -> None:
    document.add_paragraph(f"{{%p if {key} %}}")
    document.add_heading(f"{{{{ {heading} }}}}", 1)
    document.add_paragraph("{%p endif %}")


def bullets(document: Any, key: str) -> None:
    document.add_paragraph(f"{{%p for line in {key} %}}")
    document.add_paragraph("{{ line }}", style="List Bullet")
    document.add_paragraph("{%p endfor %}")


def rows(
    document: Any,
    key: str,
    texts: Sequence[str],
    heads: Sequence[str],
    heading: str,
    widths: Sequence[int],
    *,
    numbers: Sequence[int] = (),
) -> None:
    """A table with one row an entry of ``key``; left out, heading and all, when there is none. Widths in millimetres."""
    document.add_paragraph(f"{{%p if {key} %}}")
    if heading:
        document.add_heading(f"{{{{ {heading} }}}}", 1)
    table(document, key, texts, [f"{{{{ words.{head} }}}}" for head in heads], widths, numbers)
    document.add_paragraph("{%p endif %}")


def table(
    document: Any,
    key: str,
    texts: Sequence[str],
    heads: Sequence[str],
    widths: Sequence[int],
    numbers: Sequence[int],
    head_size: float = 8.5,
) -> None:
    made = document.add_table(rows=0, cols=len(texts), style="Table Grid")
    made.autofit = False
    _pad(made)
    if heads:
        _row(made, heads, widths, numbers, head=True, size=head_size)
    made.add_row().cells[0].text = f"{{%tr for row in {key} %}}"
    _row(made, texts, widths, numbers, head=False, size=8.5)
    made.add_row().cells[0].text = "{%tr endfor %}"
    for column, width in zip(made.columns, widths, strict=True):
        column.width = Mm(width)


def _pad(made: Any) -> None:
    """Room above and below the text of each cell, in twentieths of a point."""
    margins = made._tbl.makeelement(qn("w:tblCellMar"), {})
    for side, size in (("top", "45"), ("left", "85"), ("bottom", "45"), ("right", "85")):
        margins.append(margins.makeelement(qn(f"w:{side}"), {qn("w:w"): size, qn("w:type"): "dxa"}))
    made._tbl.tblPr.insert_element_before(margins, "w:tblLook", "w:tblCaption", "w:tblDescription")


def _row(
    made: Any, texts: Sequence[str], widths: Sequence[int], numbers: Sequence[int], *, head: bool, size: float
) -> None:
    row = made.add_row()
    properties = row._tr.get_or_add_trPr()
    marks = ("w:cantSplit", "w:tblHeader") if head else ("w:cantSplit",)
    for mark in marks:
        properties.append(properties.makeelement(qn(mark), {qn("w:val"): "true"}))
    for place, (cell, text, width) in enumerate(zip(row.cells, texts, widths, strict=True)):
        cell.width = Mm(width)
        paragraph = cell.paragraphs[0]
        run = paragraph.add_run(text)
        run.font.size = Pt(size)
        run.bold = head
        paragraph.paragraph_format.space_after = Pt(0)
        if place in numbers:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        if head:
            shade = {qn("w:val"): "clear", qn("w:color"): "auto", qn("w:fill"): SHADE}
            cell._tc.get_or_add_tcPr().append(cell._tc.makeelement(qn("w:shd"), shade))


def results(document: Any, key: str) -> None:
    document.add_paragraph(f"{{%p if {key} %}}")
    document.add_heading(f"{{{{ words.{key} }}}}", 1)
    document.add_paragraph(f"{{{{ pictures.{key} }}}}")
    texts = ["{{ row.label }}", *[f"{{{{ row.cells[{i}] }}}}" for i in range(6)], "{{ row.rate }}"]
    heads = ["{{ words.item }}", *[f"{{{{ statuses[{i}].label }}}}" for i in range(6)], "{{ words.rate }}"]
    table(document, key, texts, heads, (48, 16, 16, 16, 18, 21, 19, 20), range(1, 8), 7)
    document.add_paragraph("{%p endif %}")


def comparison(document: Any) -> None:
    document.add_heading("{{ words.trend }}", 1)
    document.add_paragraph("{%p if not comparison %}")
    document.add_paragraph("{{ words.no_trend }}")
    document.add_paragraph("{%p endif %}")
    document.add_paragraph("{%p if comparison %}")
    document.add_paragraph("{{ comparison.text }}")
    document.add_paragraph("{%p if comparison.rows %}")
    document.add_paragraph("{{ pictures.comparison }}")
    texts = [f"{{{{ row.{key} }}}}" for key in ("label", "common", "before", "now", "points")]
    heads = [f"{{{{ words.{key} }}}}" for key in ("item", "common", "before", "now", "difference")]
    table(document, "comparison.rows", texts, heads, (70, 26, 26, 26, 26), range(1, 5))
    document.add_paragraph("{%p endif %}")
    document.add_heading("{{ words.course }}", 2)
    texts = [f"{{{{ row.{key} }}}}" for key in ("label", "asked", "judged", "rate")]
    heads = [f"{{{{ words.{key} }}}}" for key in ("cycle", "total", "judged", "rate")]
    table(document, "trend", texts, heads, (84, 30, 30, 30), range(1, 4))
    document.add_paragraph("{%p endif %}")


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET)
