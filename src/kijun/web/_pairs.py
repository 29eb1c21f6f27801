"""Two bars a row: what was, and what is now."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from kijun.web import _bars as bars
from kijun.web import _drawing as draw
from kijun.web._drawing import INK, SMALL, WIDTH, Number

_BAR: Final = 12


@dataclass(frozen=True, slots=True)
class Pair:
    """A row's two values; None where there is nothing to compare."""

    label: StrOrPromise
    before: Number | None
    now: Number | None


def paired_bars(
    title: StrOrPromise,
    description: StrOrPromise,
    pairs: Sequence[Pair],
    names: tuple[StrOrPromise, StrOrPromise],
    unit: StrOrPromise = "",
    *,
    full: Number,
) -> draw.Chart:
    """``names`` are those of the two bars; a bar of ``full`` is as long as the drawing allows. No value is negative."""
    values = [value for pair in pairs for value in (pair.before, pair.now) if value is not None]
    if any(not math.isfinite(value) or value < 0 for value in values) or not full > 0:
        raise ValueError("a bar cannot show what is negative or not finite")
    head = [_("区分"), *map(str, names), _("差")]
    rows = [
        [str(pair.label), _words(pair.before, unit), _words(pair.now, unit), _change(pair)] for pair in pairs
    ]
    drawing_id = draw.new_id()
    if not values:
        return draw.Chart(draw.nothing(drawing_id, title, description), head, rows)
    series = [
        bars.Series(names[0], "gray-200", (), "bars"),
        bars.Series(names[1], "blue-900", (), "solid"),
    ]
    definitions, fills = bars.fills(drawing_id, series)
    parts = [definitions] if definitions else []
    y = bars.legend(parts, series, fills)
    room = max(draw.text_width(draw.words_of(value, unit), SMALL) for value in values) + 8
    scale = (WIDTH - 2 - room) / max(float(full), *map(float, values))
    for pair in pairs:
        for line in draw.wrapped(pair.label, WIDTH, 2):
            y += 17
            parts.append(draw.label(0, y, line))
        y += 5
        for value, fill in zip((pair.before, pair.now), fills, strict=True):
            parts += _bar(y, value, scale, fill, unit)
            y += _BAR + 3
        y += 6
    return draw.Chart(draw.picture(drawing_id, title, description, y, parts), head, rows)


def _bar(
    y: float, value: Number | None, scale: float, fill: bars.Fill, unit: StrOrPromise
) -> list[SafeString]:
    width = float(value or 0) * scale
    found = bars.filled(1, y, width, _BAR, fill) if width else []
    if not width:
        found.append(draw.element("line", x1=1, y1=y, x2=1, y2=y + _BAR, stroke=INK, stroke_width=1))
    return [*found, draw.label(width + 7, y + _BAR - 1.5, _words(value, unit), SMALL)]


def _words(value: Number | None, unit: StrOrPromise) -> str:
    return "－" if value is None else draw.words_of(value, unit)


def _change(pair: Pair) -> str:
    if pair.before is None or pair.now is None:
        return "－"
    return signed(float(pair.now) - float(pair.before))


def signed(difference: float) -> str:
    """A difference with its sign and one decimal at most: +2.5, ±0, −20."""
    rounded = round(difference, 1)
    return ("+" if rounded > 0 else "−") + draw.words_of(abs(rounded)) if rounded else "±0"
