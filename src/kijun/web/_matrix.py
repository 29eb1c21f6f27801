"""Harm × likelihood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from django.utils.safestring import SafeString
from django.utils.translation import pgettext_lazy
from django_stubs_ext import StrOrPromise

from kijun.web import _drawing as draw
from kijun.web._drawing import FONT, INK, SMALL, WIDTH, Number

Level = Literal["none", "low", "medium", "high", "critical"]
_LEVELS: Final[dict[Level, tuple[str, str, StrOrPromise]]] = {  # ground, ink, word
    "none": ("white", INK, ""),
    "low": ("white", INK, pgettext_lazy("リスクの水準", "低")),
    "medium": ("gray-200", INK, pgettext_lazy("リスクの水準", "中")),
    "high": ("yellow-300", INK, pgettext_lazy("リスクの水準", "高")),
    "critical": ("red-800", "#ffffff", pgettext_lazy("リスクの水準", "極高")),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell; ``label`` replaces the level's own word."""

    value: Number | str
    level: Level = "none"
    label: StrOrPromise = ""


_SIDE: Final = 80
_CELL: Final = 46


def matrix(
    title: StrOrPromise,
    description: StrOrPromise,
    x_labels: Sequence[StrOrPromise],
    y_labels: Sequence[StrOrPromise],
    cells: Sequence[Sequence[Cell]],
    *,
    x_title: StrOrPromise = "",
    y_title: StrOrPromise = "",
    unit: StrOrPromise = "",
) -> draw.Chart:
    """Harm × likelihood: ``cells[row][column]``, rows from top to bottom as ``y_labels``."""
    if len(cells) != len(y_labels) or any(len(row) != len(x_labels) for row in cells):
        raise ValueError(f"a matrix of {len(y_labels)} × {len(x_labels)} cells is needed")
    head = [" ＼ ".join(filter(None, (str(y_title), str(x_title)))), *map(str, x_labels)]
    rows = [
        [str(name), *("：".join(filter(None, (_word(cell), _figure(cell, unit)))) for cell in row)]
        for name, row in zip(y_labels, cells, strict=True)
    ]
    drawing_id = draw.new_id()
    if not x_labels or not y_labels:
        return draw.Chart(draw.nothing(drawing_id, title, description), head, rows)
    width = (WIDTH - _SIDE - 1) / len(x_labels)
    y = 4.0
    parts: list[SafeString] = []
    if str(y_title):
        parts.append(draw.label(0, 14, f"↓ {y_title}", SMALL, font_weight="bold"))
        y = 22.0
    for name, row in zip(y_labels, cells, strict=True):
        lines = draw.wrapped(name, _SIDE - 8, 3, SMALL)
        for place, text in enumerate(lines):
            parts.append(draw.label(0, y + _CELL / 2 + 4 + 14 * (place - (len(lines) - 1) / 2), text, SMALL))
        for place, cell in enumerate(row):
            parts += _cell(_SIDE + width * place, y, width, cell, unit)
        y += _CELL
    below = [draw.wrapped(name, width - 4, 3, SMALL) for name in x_labels]
    for place, lines in enumerate(below):
        for number, text in enumerate(lines):
            parts.append(
                draw.label(_SIDE + width * (place + 0.5), y + 16 + 14 * number, text, SMALL, "middle")
            )
    y += 8 + 14 * max(map(len, below))
    if str(x_title):
        parts.append(draw.label(WIDTH, y + 16, f"{x_title} →", SMALL, "end", font_weight="bold"))
        y += 20
    return draw.Chart(draw.picture(drawing_id, title, description, y + 4, parts), head, rows)


def _word(cell: Cell) -> str:
    return str(cell.label) or str(_LEVELS[cell.level][2])


def _figure(cell: Cell, unit: StrOrPromise) -> str:
    return cell.value if isinstance(cell.value, str) else draw.words_of(cell.value, unit)


def _cell(x: float, y: float, width: float, cell: Cell, unit: StrOrPromise) -> list[SafeString]:
    ground, ink, _default = _LEVELS[cell.level]
    found = [
        draw.element(
            "rect", x=x, y=y, width=width, height=_CELL, fill=draw.COLOURS[ground], stroke=INK, stroke_width=1
        )
    ]
    (figure,), (word,) = (
        draw.wrapped(_figure(cell, unit), width - 4, 1),
        draw.wrapped(_word(cell), width - 4, 1, SMALL),
    )
    if figure:
        found.append(
            draw.label(x + width / 2, y + 20, figure, FONT + 1, "middle", fill=ink, font_weight="bold")
        )
    if word:
        found.append(draw.label(x + width / 2, y + 37, word, SMALL, "middle", fill=ink))
    return found
