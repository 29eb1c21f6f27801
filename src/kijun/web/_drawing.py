"""Pieces of SVG: elements with everything escaped, colours, patterns, text that fits.

The pages' CSP forbids inline styles, so there are presentation attributes only.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal, get_args

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

Number = int | float | Decimal
WIDTH: Final = 340  # user units: on a phone of 375 px one unit is about one pixel
FONT: Final = 13
SMALL: Final = 12
INK: Final = "#1a1a1a"
AXIS: Final = "#949494"
Pattern = Literal["solid", "stripes", "dots", "grid", "slashes", "bars"]
COLOURS: Final = {  # デジタル庁 design tokens
    "blue-900": "#0017c1",
    "light-blue-500": "#39abff",
    "green-800": "#197a4b",
    "yellow-300": "#ffd43d",
    "red-800": "#ec0000",
    "gray-420": "#949494",
    "gray-200": "#cccccc",
    "white": "#ffffff",
}
PATTERNS: Final[tuple[Pattern, ...]] = get_args(Pattern)
_TURNED: Final = {"stripes": "rotate(45)", "slashes": "rotate(-45)"}
_DARK: Final = frozenset(COLOURS[name] for name in ("blue-900", "green-800", "red-800"))
_ids: Final = itertools.count(1)


def element(name: str, *content: str, **attributes: str | Number | None) -> SafeString:
    """An element; plain text in it is escaped. ``stroke_width`` becomes stroke-width, ``None`` is left out."""
    parts = [name]
    for key, value in attributes.items():
        if value is None:
            continue
        text = value if isinstance(value, str) else plain_number(value)
        parts.append(f'{key.rstrip("_").replace("_", "-")}="{conditional_escape(text)}"')
    inside = "".join(conditional_escape(_printable(part)) for part in content)
    head = " ".join(parts)
    markup = f"<{head}>{inside}</{name}>" if content else f"<{head}/>"
    return mark_safe(markup)  # noqa: S308  # every part has been escaped just now


def _printable(text: str) -> str:
    """Without the control characters that no XML may hold, so that the drawing can also stand in a file."""
    if isinstance(text, SafeString):
        return text
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "", text)


def joined(parts: Iterable[SafeString]) -> SafeString:
    """Elements one after the other."""
    return mark_safe("".join(parts))  # noqa: S308  # made by element()


def plain_number(value: Number) -> str:
    """At most two decimals, none without need: coordinates."""
    return f"{float(value):.2f}".rstrip("0").rstrip(".")


def words_of(value: Number, unit: StrOrPromise = "") -> str:
    """1,234件; 12.5 %: a unit of letters or signs stands apart. Two decimals at most, four below one."""
    decimals = 2 if abs(float(value)) >= 1 else 4
    text = f"{value:,}" if isinstance(value, int) else f"{value:,.{decimals}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    text = "0" if text == "-0" else text
    word = str(unit)
    return f"{text} {word}" if word and word[0].isascii() else text + word


def text_width(text: str, size: float = FONT) -> float:
    """An estimate: full-width characters are one em, others 0.6."""
    return size * sum(1.0 if unicodedata.east_asian_width(char) in "WFA" else 0.6 for char in text)


def wrapped(text: StrOrPromise, width: float, lines: int, size: float = FONT) -> list[str]:
    """The text in at most ``lines`` lines of ``width``; what does not fit ends in an ellipsis."""
    found = [""]
    for token in re.findall(r"[!-~]+\s?|.", re.sub(r"\s+", " ", str(text).strip())):
        for piece in [token] if text_width(token, size) <= width else token:
            if found[-1] and text_width((found[-1] + piece).rstrip(), size) > width:
                found.append("")
            found[-1] += piece
    found = [line.strip() for line in found]
    if len(found) > lines:
        last = found[lines - 1]
        while last and text_width(last + "…", size) > width:
            last = last[:-1]
        found = [*found[: lines - 1], last + "…"]
    return found


def label(
    x: float, y: float, text: str, size: float = FONT, anchor: str = "start", **more: str
) -> SafeString:
    """Text with its baseline at ``y``."""
    return element(
        "text", text, x=x, y=y, font_size=size, text_anchor=None if anchor == "start" else anchor, **more
    )


def colour_of(name: str) -> str:
    """The colour's hexadecimal form; a token's name or its hexadecimal form is taken."""
    if name in COLOURS:
        return COLOURS[name]
    if name.lower() in COLOURS.values():
        return name.lower()
    raise ValueError(f"{name!r} is no colour of the design tokens: {', '.join(COLOURS)}")


def pattern(name: Pattern, colour: str, pattern_id: str) -> SafeString | None:
    """The definition of a pattern that shows on the colour; None for solid."""
    if name not in PATTERNS:
        raise ValueError(f"{name!r} is no pattern: {', '.join(PATTERNS)}")
    if name == "solid":
        return None
    ink = "#ffffff" if colour_of(colour) in _DARK else INK
    if name == "dots":
        mark = element("circle", cx=3.5, cy=3.5, r=1.5, fill=ink)
    elif name == "grid":
        mark = element("path", d="M0 0H7M0 0V7", stroke=ink, stroke_width=2, fill="none")
    else:
        mark = element("line", x1=0, y1=0, x2=0, y2=7, stroke=ink, stroke_width=3)
    return element(
        "pattern",
        mark,
        id=pattern_id,
        patternUnits="userSpaceOnUse",
        width=7,
        height=7,
        patternTransform=_TURNED.get(name),
    )


def new_id() -> str:
    """An id that no other drawing of this process has."""
    return f"chart-{next(_ids)}"


def picture(
    drawing_id: str,
    title: StrOrPromise,
    description: StrOrPromise,
    height: float,
    parts: Iterable[SafeString],
) -> SafeString:
    """The whole drawing, named and described for those who do not see it."""
    return element(
        "svg",
        element("title", str(title), id=f"{drawing_id}-title"),
        element("desc", str(description), id=f"{drawing_id}-desc"),
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDTH} {plain_number(height)}",
        role="img",
        aria_labelledby=f"{drawing_id}-title {drawing_id}-desc",
        class_="chart-svg",
        fill=INK,
    )


@dataclass(frozen=True, slots=True)
class Chart:
    """The drawing and the same facts as a table, whose first column names the rows."""

    svg: SafeString
    table_head: list[str]
    table_rows: list[list[str]]


def nothing(drawing_id: str, title: StrOrPromise, description: StrOrPromise) -> SafeString:
    """A drawing that says that there is nothing to draw yet."""
    text = label(WIDTH / 2, 26, _("まだ表示するデータがありません。"), FONT, "middle")
    return picture(drawing_id, title, description, 40, [text])
