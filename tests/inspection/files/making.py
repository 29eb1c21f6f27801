"""Small files for the tests: the least of a format that a real program would still open."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping

from kijun.inspection.files import Document

_OFFICE = "application/vnd.openxmlformats-officedocument."
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="r" xmlns:mc="mc"'
_A = 'xmlns:a="a" xmlns:p="p" xmlns:r="r"'

Parts = Mapping[str, str | bytes]


def zipped(parts: Parts, *, stored: bool = False) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def relations(*lines: tuple[str, str]) -> str:
    """Relations rId1, rId2 and so on, each a kind and a target; a target with a colon is outside."""
    text = "".join(
        f'<Relationship Id="rId{number}" Type="{_RELATION}{kind}" Target="{target}"'
        + (' TargetMode="External"/>' if ":" in target else "/>")
        for number, (kind, target) in enumerate(lines, 1)
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><Relationships>{text}</Relationships>'


def office(main: str, content_type: str, parts: Parts, *about: tuple[str, str]) -> dict[str, str | bytes]:
    return {
        "[Content_Types].xml": "<Types><Default Extension='xml' ContentType='application/xml'/>"
        f"<Override PartName='/{main}' ContentType='{_OFFICE}{content_type}.main+xml'/></Types>",
        "_rels/.rels": relations(("officeDocument", main), *about),
        **parts,
    }


def xlsx_parts(
    *rows: str, more: Parts | None = None, around: tuple[tuple[str, str], ...] = ()
) -> dict[str, str | bytes]:
    """A workbook with one sheet 名簿 whose rows are given as XML; `around` are the sheet's relations."""
    book = '<workbook><sheets><sheet name="名簿" sheetId="7" r:id="rId1"/></sheets></workbook>'
    parts = {
        "xl/workbook.xml": book.replace("<workbook>", '<workbook xmlns:r="r">'),
        "xl/_rels/workbook.xml.rels": relations(
            ("worksheet", "worksheets/sheet1.xml"),
            ("sharedStrings", "sharedStrings.xml"),
            ("styles", "styles.xml"),
        ),
        "xl/worksheets/sheet1.xml": f"<worksheet><sheetData>{''.join(rows)}</sheetData></worksheet>",
        "xl/worksheets/_rels/sheet1.xml.rels": relations(*around),
    }
    return office("xl/workbook.xml", "spreadsheetml.sheet", {**parts, **(more or {})})


def xlsx(*rows: str, more: Parts | None = None) -> bytes:
    return zipped(xlsx_parts(*rows, more=more))


def docx_parts(
    body: str, *around: tuple[str, str], more: Parts | None = None, about: tuple[tuple[str, str], ...] = ()
) -> dict[str, str | bytes]:
    parts = {
        "word/document.xml": f"<w:document {_W}><w:body>{body}</w:body></w:document>",
        "word/_rels/document.xml.rels": relations(*around),
    }
    return office("word/document.xml", "wordprocessingml.document", {**parts, **(more or {})}, *about)


def docx(body: str, *around: tuple[str, str], more: Parts | None = None) -> bytes:
    return zipped(docx_parts(body, *around, more=more))


def word_part(name: str, body: str) -> str:
    return f"<w:{name} {_W}>{body}</w:{name}>"


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def slide(*paragraphs: str, extra: str = "", show: str = "1") -> str:
    text = "".join(f"<a:p><a:r><a:t>{words}</a:t></a:r></a:p>" for words in paragraphs)
    return f'<p:sld {_A} show="{show}"><p:sp><p:txBody>{text}</p:txBody></p:sp>{extra}</p:sld>'


def pptx(*slides: str, more: Parts | None = None) -> bytes:
    """Slides in an order that is not that of their names."""
    names = [f"slides/slide{number}.xml" for number in range(len(slides), 0, -1)]
    ids = "".join(f'<p:sldId id="{255 + at}" r:id="rId{at}"/>' for at in range(1, len(slides) + 1))
    parts: dict[str, str | bytes] = {
        "ppt/presentation.xml": f"<p:presentation {_A}><p:sldIdLst>{ids}</p:sldIdLst></p:presentation>",
        "ppt/_rels/presentation.xml.rels": relations(*(("slide", name) for name in names)),
        **{f"ppt/{name}": content for name, content in zip(names, slides, strict=True)},
    }
    return zipped(office("ppt/presentation.xml", "presentationml.presentation", {**parts, **(more or {})}))


def pdf(
    *pages: bytes, font: str = "", more: tuple[str, ...] = (), trailer: str = "", page: str = ""
) -> bytes:
    """Pages of drawing commands with one font F1; objects from 10 on are `more`, 4 is the font."""
    font = font or "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    objects: dict[int, bytes] = {
        1: b"<</Type/Catalog/Pages 2 0 R %s>>"
        % (b"/AcroForm 10 0 R" if "/Fields" in "".join(more[:1]) else b""),
        4: font.encode(),
    }
    first = 100
    kids = []
    for at, content in enumerate(pages):
        packed = zlib.compress(content)
        number = first + 2 * at
        kids.append(f"{number} 0 R")
        objects[number] = (
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources<</Font<</F1 4 0 R>>>>"
            f"/Contents {number + 1} 0 R {page}>>"
        ).encode()
        objects[number + 1] = b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (
            len(packed),
            packed,
        )
    objects[2] = f"<</Type/Pages/Count {len(pages)}/Kids[{' '.join(kids)}]>>".encode()
    for at, text in enumerate(more, 10):
        objects[at] = text.encode("latin-1")
    out = bytearray(b"%PDF-1.7\n")
    where = {}
    for number in sorted(objects):
        where[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, objects[number])
    start = len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for number, at in sorted(where.items()):
        out += b"%d 1\n%010d 00000 n \n" % (number, at)
    out += b"trailer<</Size 999/Root 1 0 R %s>>\nstartxref\n%d\n%%%%EOF" % (trailer.encode("latin-1"), start)
    return bytes(out)


def shown(document: Document) -> list[tuple[str, str]]:
    """Each piece as its place in Japanese and its text."""
    return [(piece.place.words.ja, document.text[piece.start : piece.end]) for piece in document.pieces]
