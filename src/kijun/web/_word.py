"""What `kijun.web.written` read, as paragraphs, lists and tables of a Word document: its own styles, to be edited on."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any, Final

from kijun.web.written import Block, Spans

DEEPEST: Final = 3
"""Levels that Word's list styles have; what is deeper is indented further in the last."""
INDENT: Final = 0.63
"""Centimetres of a level."""


def add(document: Any, blocks: Sequence[Block], clean: Callable[[str], str]) -> None:
    """Append the blocks. ``clean`` takes out of a text what XML has no place for."""
    _Writer(document, clean).blocks(blocks, 0)


class _Writer:
    """Elements are made by hand where there may be thousands: the library looks through the whole document for each."""

    def __init__(self, document: Any, clean: Callable[[str], str]) -> None:
        self.document, self.clean = document, clean
        self.quoted = 0
        self.end = document.element.body.sectPr
        self.numberings = _Numberings(document)
        self.styles: dict[str, str] = {}

    def blocks(self, blocks: Sequence[Block], depth: int) -> None:
        for one in blocks:
            if one.kind in ("items", "numbers"):
                self._list(one, depth)
            elif one.kind == "table":
                self._table(one)
            elif one.kind == "quote":
                self.quoted += 1
                self.blocks(one.items[0], depth)
                self.quoted -= 1
            elif one.kind == "heading":
                self._runs(self._paragraph(f"Heading {one.level}", 0), one.spans)
            elif one.kind == "rule":
                self._paragraph("Normal", 0).add_run("―" * 20)
            else:
                made = self._paragraph("List Continue" if depth else "Normal", depth)
                self._runs(made, one.spans)
                if one.kind == "code":
                    _shade(made._p.get_or_add_pPr())

    def _paragraph(self, style: str, depth: int) -> Any:
        from docx.oxml import OxmlElement
        from docx.shared import Cm
        from docx.text.paragraph import Paragraph

        level = min(depth, DEEPEST)
        made = Paragraph(OxmlElement("w:p"), self.document._body)
        self.end.addprevious(made._p)
        made._p.style = self._style(f"{style} {level}" if level > 1 else style)
        if depth > DEEPEST or self.quoted:
            made.paragraph_format.left_indent = Cm(INDENT * (depth + 2 * self.quoted))
        return made

    def _style(self, name: str) -> str:
        if name not in self.styles:
            self.styles[name] = self.document.styles[name].style_id
        return self.styles[name]

    def _list(self, one: Block, depth: int) -> None:
        numbered = one.kind == "numbers"
        style = "List Number" if numbered else "List Bullet"
        numbering = self.numberings.add(min(depth + 1, DEEPEST), one.start) if numbered else 0
        for item in one.items:
            made = self._paragraph(style, depth + 1)
            if numbered:
                properties = made._p.get_or_add_pPr().get_or_add_numPr()
                properties.get_or_add_ilvl().val = 0
                properties.get_or_add_numId().val = numbering
            worded = bool(item) and item[0].kind == "paragraph"
            self._runs(made, item[0].spans if worded else ())
            self.blocks(item[1:] if worded else item, depth + 1)

    def _runs(self, paragraph: Any, spans: Spans, *, bold: bool = False) -> None:
        for one in spans:
            run = paragraph.add_run()
            for number, line in enumerate(self.clean(one.text).split("\n")):
                if number:
                    run.add_break()
                if line:
                    run.add_text(line)
            if bold or one.bold:
                run.bold = True
            if one.italic:
                run.italic = True
            if one.struck:
                run.font.strike = True

    def _table(self, one: Block) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.oxml import OxmlElement
        from docx.table import _Cell

        made: Any = self.document.add_table(rows=1, cols=len(one.rows[0]), style="Table Grid")
        head = made._tbl.tr_lst[0]
        empty = copy.deepcopy(head)
        head.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # repeated on every page
        rows = [head]
        for _row in one.rows[1:]:
            rows.append(copy.deepcopy(empty))
            made._tbl.append(rows[-1])
        for tr, row in zip(rows, one.rows, strict=True):
            for tc, cell, right in zip(tr.tc_lst, row, one.right, strict=True):
                paragraph = _Cell(tc, made).paragraphs[0]
                if right:
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
                self._runs(paragraph, cell, bold=tr is head)
                if tr is head:
                    _shade(tc.get_or_add_tcPr())
        self._paragraph("Normal", 0)


class _Numberings:
    """Every list counts for itself: in Word one of the same numbering would go on where another ended."""

    def __init__(self, document: Any) -> None:
        self.document, self.known = document, dict[int, Any]()
        self.next = 0

    def add(self, level: int, start: int) -> int:
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        if not self.known:
            self.element = self.document.part.numbering_part.element
            self.last = self.element.num_lst[-1]
            self.next = max(one.numId for one in self.element.num_lst) + 1
        if level not in self.known:
            style = self.document.styles["List Number" if level < 2 else f"List Number {level}"]
            origin = self.element.num_having_numId(style.element.pPr.numPr.numId.val)
            self.known[level] = origin.abstractNumId.val
        made = OxmlElement("w:num")
        made.set(qn("w:numId"), str(self.next))
        abstract = OxmlElement("w:abstractNumId")
        abstract.set(qn("w:val"), str(self.known[level]))
        made.append(abstract)
        made.add_lvlOverride(ilvl=0).add_startOverride(start)
        self.last.addnext(made)
        self.last, self.next = made, self.next + 1
        return self.next - 1


def _shade(properties: Any) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", "F2F2F2")):
        made.set(qn(f"w:{name}"), value)
    properties.insert_element_before(made, "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr", "w:sectPr")
