"""What a PDF page draws, piece by piece with its place; runs in the worker that reads one file (`pdf_worker`).

pypdf reads the drawing commands, but makes a new line of each T*, also of the one that ReportLab writes behind every string,
and knows of no width but that of fonts with a table of their own. So each command that shows text is listened to here.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pypdf import _page
from pypdf._text_extraction import mult
from pypdf._text_extraction._text_extractor import TextExtraction

from kijun.inspection.files.pdf_lines import Piece

if TYPE_CHECKING:
    from pypdf import PageObject

_FULL = 1000  # thousandths of the size
_HALF = 500
_PROPORTIONAL = (
    "UniJIS-UCS2-H",
    "UniJIS-UCS2-V",
    "UniJIS-UTF",
    "UniJIS2004-",
    "UniJISX0213-",
    "90msp-",
    "90pv-",
)


def pieces_of(page: PageObject) -> tuple[list[Piece], list[Any]]:
    """All that a page shows as text, in the order in which it is drawn, and the fonts that it shows it in."""
    pieces: list[Piece] = []
    fonts: dict[int, Any] = {}

    def see(piece: Piece, font: Any) -> None:
        pieces.append(piece)
        fonts[id(font)] = font

    _listen(see)
    page.extract_text()
    return pieces, list(fonts.values())


def _listen(see: Callable[[Piece, Any], None]) -> None:
    """Let pypdf read with something that tells of every piece, and that keeps nothing itself."""

    class Listening(TextExtraction):
        def _handle_tj(self, text: str, operands: Any, cm_matrix: Any, tm_matrix: Any, font_resource: Any, font: Any, orientations: Any, font_size: float, *rest: Any) -> Any:  # fmt: skip
            sizes = rest[-1]
            before = sizes["str_widths"]
            words, is_rtl, sizes = super()._handle_tj(
                "", operands, cm_matrix, tm_matrix, font_resource, font, orientations, font_size, *rest
            )
            words, self.output = self.output + words, ""
            font_name = _encoding(font_resource)
            width = _width(words, font, font_resource, font_name)
            if width is None:
                advance = sizes["str_widths"] - before
            else:
                spacing = -self.char_spacing if font_name.endswith("-V") else self.char_spacing
                advance = width * font_size + 1000 * spacing * len(words)
            advance = (advance + 1000 * (self.space_scale - 1) * words.count(" ")) * self.char_scale
            sizes["str_widths"] = before + advance
            if words:
                matrix = mult(tm_matrix, cm_matrix)
                made = _piece(words, matrix, font_size, before / 1000, advance / 1000, font_name)
                see(made._replace(space=float(font.space_width) / 1000, source=id(self)), font_resource)
            return "", is_rtl, sizes

        def process_tj_offset(self, offset: float, space_width: float) -> None:
            is_vertical = _encoding(self.font_resource).endswith("-V")
            super().process_tj_offset(-offset if is_vertical else offset, space_width)

    _page.TextExtraction = Listening  # type: ignore[attr-defined]


def _encoding(font_resource: Any) -> str:
    return str(font_resource.get("/Encoding", "")) if font_resource is not None else ""


def _piece(
    words: str, matrix: list[float], font_size: float, before: float, advance: float, encoding: str
) -> Piece:
    """A piece in the coordinates of the page, turned so that its line runs from left to right."""
    a, b, c, d, x, y = matrix
    if encoding.endswith("-V"):
        a, b, c, d = -c, -d, a, b
    sign = -1 if font_size < 0 else 1
    scale = math.hypot(a, b) or 1.0
    across, up = sign * a / scale, sign * b / scale
    x, y = x + a * before, y + b * before
    start = x * across + y * up
    return Piece(
        " ".join(words.splitlines()) if len(words) > 1 else words,
        start,
        start + abs(advance) * scale,
        y * across - x * up,
        abs(font_size) * (math.hypot(c, d) or scale),
        (round(across, 2), round(up, 2)),
        x,
        y,
    )


def _width(words: str, font: Any, resource: Any, encoding: str) -> float | None:
    """How far a piece reaches, in thousandths of the size, where pypdf does not know; else None.

    Of the Japanese encodings it takes characters for numbers of glyphs (Adobe-Japan1), whose Latin letters begin with 1.
    """
    if encoding.endswith("-V"):
        return float(_FULL * len(words))
    if resource is None or resource.get("/Subtype") != "/Type0" or encoding in ("", "/Identity-H"):
        return None
    if not encoding.startswith("/"):
        return None
    widths = font.character_widths
    is_proportional = encoding[1:].startswith(_PROPORTIONAL) and not encoding.endswith("-HW-H")
    width = 0.0
    for char in words:
        if " " <= char <= "~":
            width += widths.get(chr(ord(char) - 31), _HALF) if is_proportional else _HALF
        else:
            width += _HALF if "｡" <= char <= "ﾟ" else _FULL
    return width
