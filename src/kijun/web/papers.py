"""Word and PDF for every app: an editable .docx in the house's font, a tagged PDF (PDF/UA-1) set with the package's fonts; and letters as both."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kijun.web import _word, pdf_fonts_folder, written
from kijun.web.written import Block, paragraphs

FONT: Final = "Noto Sans JP"
TYPES: Final[Mapping[str, str]] = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}
LETTER: Final = Path(__file__).with_name("letter.typ")
DOCUMENT: Final = Path(__file__).with_name("document.typ")
ROOT: Final = Path(__file__).parent.parent
"""What templates may import from."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter in one language (``ja`` or ``en``): who writes to whom, about what, facts in lines, then sections of (heading, text)."""

    title: str
    language: str
    number: str
    date: str
    to: str
    sender: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[tuple[str, str], ...]


def xml_text(text: str) -> str:
    """Without characters that XML has no place for."""
    return "".join(
        one
        for one in text
        if one in "\t\n"
        or (ord(one) >= 32 and not 0xD800 <= ord(one) <= 0xDFFF and one not in "\x7f\ufffe\uffff")
    )


def new_word(title: str, author: str) -> Any:
    """An empty .docx in the house's font. ``title`` and ``author`` stand in its properties."""
    from docx import Document
    from docx.oxml.ns import qn
    from docx.shared import Pt

    made: Any = Document()
    style = made.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(10.5)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    made.core_properties.title, made.core_properties.author = xml_text(title), xml_text(author)
    return made


def add_blocks(document: Any, blocks: Sequence[Block]) -> None:
    """What was written, in Word's own styles."""
    _word.add(document, blocks, xml_text)


def bytes_of(document: Any) -> bytes:
    """The .docx as a file."""
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def typeset(template: Path, data: Mapping[str, Any]) -> bytes:
    """A PDF of a Typst template that reads its JSON from ``sys.inputs.data`` and may import ``/web/written.typ``. Tagged; PDF/UA-1 as long as the fonts have every character."""
    import typst

    how: dict[str, Any] = {
        "root": str(ROOT),
        "font_paths": [str(pdf_fonts_folder())],
        "ignore_system_fonts": True,
        "format": "pdf",
        "sys_inputs": {"data": json.dumps(_clean(data), ensure_ascii=False)},
    }
    try:
        content: bytes = typst.compile(str(template), pdf_standards=["ua-1"], **how)
    except typst.TypstError as error:
        if "PDF/UA" not in str(error) and "could not be displayed" not in str(error):
            raise
        # A picture character, a script without a font, or what only an AI's answer has: better a box in its place than no file.
        content = typst.compile(str(template), **how)
    return content


def _clean(value: Any) -> Any:
    """The same without characters that no file has a place for."""
    if isinstance(value, str):
        return xml_text(value)
    if isinstance(value, Mapping):
        return {key: _clean(one) for key, one in value.items()}
    return [_clean(one) for one in value] if isinstance(value, list | tuple) else value


# --- a document: a title and what stands under it ----------------------------------------------


def document_as_word(title: str, town: str, language: str, blocks: Sequence[Block]) -> bytes:
    """To be edited. Headings in ``blocks`` begin at 2."""
    made = new_word(title, town)
    made.add_heading(xml_text(title), level=1)
    add_blocks(made, blocks)
    return bytes_of(made)


def document_as_pdf(title: str, town: str, language: str, blocks: Sequence[Block]) -> bytes:
    """To be sent as it is."""
    data = {"title": title, "town": town, "language": language, "text": written.as_data(blocks)}
    return typeset(DOCUMENT, data)


MAKERS: Final[Mapping[str, Callable[[str, str, str, Sequence[Block]], bytes]]] = {
    "docx": document_as_word,
    "pdf": document_as_pdf,
}
"""By the key of `TYPES`."""


# --- letters ---------------------------------------------------------------------------------


def letter_as_word(one: Letter) -> bytes:
    """To be edited and printed."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    made = new_word(one.title, one.sender)
    for line in (one.number, one.date):
        made.add_paragraph(xml_text(line)).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    made.add_paragraph(xml_text(one.to))
    made.add_paragraph(xml_text(one.sender)).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    made.add_heading(xml_text(one.title), level=1)
    colon = ": " if one.language == "en" else "："
    for label, value in one.facts:
        paragraph = made.add_paragraph()
        paragraph.add_run(xml_text(f"{label}{colon}")).bold = True
        paragraph.add_run(xml_text(value))
    for heading, text in one.sections:
        made.add_heading(xml_text(heading), level=2)
        add_blocks(made, written.typed(text))
    return bytes_of(made)


def letter_as_pdf(one: Letter) -> bytes:
    """To be sent as it is."""
    return typeset(
        LETTER,
        {
            "title": one.title,
            "language": one.language,
            "number": one.number,
            "date": one.date,
            "to": one.to,
            "sender": one.sender,
            "facts": one.facts,
            "sections": [[heading, paragraphs(text)] for heading, text in one.sections],
        },
    )
