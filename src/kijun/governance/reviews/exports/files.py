"""A confirmed text as a file: plain text, HTML, Word, PDF; with its labels where it has some. Drawn as the document that it is, without marks."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Sequence
from pathlib import Path

from django.template import loader
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kijun.governance.reviews.exports.blocks import Block, made_on, qr
from kijun.web import papers, written
from kijun.web.written import Written

TEMPLATE = Path(__file__).with_name("text.typ")
TYPES = {
    "txt": "text/plain; charset=utf-8",
    "html": "text/html; charset=utf-8",
    **papers.TYPES,
}


def as_text(title: str, text: Written, blocks: Sequence[Block], town: str) -> bytes:
    """UTF-8 with a byte order mark (older editors), lines as Windows ends them."""
    rule = "―" * 20
    parts = [title, "", text.plain, *(line for one in blocks for line in ("", rule, one.text))]
    return ("\ufeff" + "\n".join(parts) + "\n").replace("\n", "\r\n").encode("utf-8", "replace")


def as_html(title: str, text: Written, blocks: Sequence[Block], town: str) -> bytes:
    """One file that needs no other: what was written is escaped, codes are pictures inside."""
    shown = [
        (one, "data:image/svg+xml;base64," + base64.b64encode(qr(one.url, "svg")).decode()) for one in blocks
    ]
    context = {
        "title": title,
        "text": text.html_under(2),
        "blocks": shown,
        "town": town,
        "language": _language(),
    }
    return loader.render_to_string("reviews/exported.html", context).encode("utf-8", "replace")


def _language() -> str:
    return "en" if (get_language() or "ja").startswith("en") else "ja"


def as_word(title: str, text: Written, blocks: Sequence[Block], town: str) -> bytes:
    """A .docx that can be edited; the label stands at the end with its picture."""
    from docx.shared import Mm

    made = papers.new_word(title, town)
    made.add_heading(papers.xml_text(title), level=1)
    papers.add_blocks(made, written.under(text.blocks, 2))
    for one in blocks:
        made.add_paragraph("―" * 20)
        made.add_paragraph(papers.xml_text(one.heading)).runs[0].bold = True
        for line in one.lines:
            made.add_paragraph(papers.xml_text(line))
        picture = made.add_picture(io.BytesIO(qr(one.url, "png")), width=Mm(28))
        picture._inline.docPr.set("descr", f"QR {one.url}")
    return papers.bytes_of(made)


def as_pdf(title: str, text: Written, blocks: Sequence[Block], town: str) -> bytes:
    """Tagged (PDF/UA-1), set with the package's fonts."""
    data = {
        "title": title,
        "town": town,
        "language": _language(),
        "made_on": made_on(),
        "text": written.as_data(written.under(text.blocks, 2)),
        "blocks": [
            {
                "heading": one.heading,
                "lines": one.lines,
                "qr": qr(one.url, "svg").decode(),
                "url": one.url,
                "link": _("くわしい説明を開く"),
            }
            for one in blocks
        ],
    }
    return papers.typeset(TEMPLATE, data)


MAKERS: dict[str, Callable[[str, Written, Sequence[Block], str], bytes]] = {
    "txt": as_text,
    "html": as_html,
    "docx": as_word,
    "pdf": as_pdf,
}


def export(kind: str, title: str, text: Written, blocks: Sequence[Block], town: str) -> bytes:
    """The file of a kind: a key of `TYPES`."""
    return MAKERS[kind](title, text, blocks, town)
