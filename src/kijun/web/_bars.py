"""Horizontal bars made of parts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from kijun.web import _drawing as draw
from kijun.web._drawing import INK, SMALL, WIDTH, Number

_BAR: Final = 18
_GAP: Final = 14


@dataclass(frozen=True, slots=True)
class Series:
    """One part of every bar.

    ``colour`` is a key of ``COLOURS``, or its #rrggbb. ``pattern`` is one of ``PATTERNS``; without it every series
    of a drawing gets another one.
    """

    label: StrOrPromise
    colour: str
    values: Sequence[Number]
    pattern: draw.Pattern | None = None


def stacked_bars(
    title: StrOrPromise,
    description: StrOrPromise,
    categories: Sequence[StrOrPromise],
    series: Sequence[Series],
    unit: StrOrPromise = "",
) -> draw.Chart:
    """A horizontal bar a category, made of one part a series. Values are finite and not negative."""
    for one in series:
        if len(one.values) != len(categories):
            raise ValueError(f"{one.label}: {len(one.values)} values for {len(categories)} categories")
        if any(not math.isfinite(value) or value < 0 for value in one.values):
            raise ValueError(f"{one.label}: a bar cannot show what is negative or not finite")
    head = [_("区分"), *(str(one.label) for one in series)] + ([_("合計")] if len(series) > 1 else [])
    rows = []
    for place, category in enumerate(categories):
        values = [one.values[place] for one in series]
        shown = [draw.words_of(value, unit) for value in values]
        rows.append(
            [str(category), *shown] + ([draw.words_of(_total(values), unit)] if len(series) > 1 else [])
        )
    drawing_id = draw.new_id()
    if not categories or not series:
        return draw.Chart(draw.nothing(drawing_id, title, description), head, rows)
    definitions, filling = fills(drawing_id, series)
    parts = [definitions] if definitions else []
    y = 0.0
    if len(series) > 1:
        y = legend(parts, series, filling)
    longest = max(float(_total([one.values[place] for one in series])) for place in range(len(categories)))
    for place, category in enumerate(categories):
        y = _bar(parts, y, category, [one.values[place] for one in series], filling, longest or 1.0, unit)
    return draw.Chart(draw.picture(drawing_id, title, description, y, parts), head, rows)


def _total(values: Sequence[Number]) -> Number:
    if all(isinstance(value, int) for value in values):
        return sum(int(value) for value in values)
    return round(math.fsum(values), 10)


Fill = tuple[str, str | None]  # colour and, when there is one, the reference to a pattern


def fills(drawing_id: str, series: Sequence[Series]) -> tuple[SafeString | None, list[Fill]]:
    """The patterns' definitions, and what each series is filled with."""
    definitions: list[SafeString] = []
    found: list[Fill] = []
    for place, one in enumerate(series):
        pattern_id = f"{drawing_id}-pattern-{place}"
        pattern = one.pattern or draw.PATTERNS[place % len(draw.PATTERNS)]
        definition = draw.pattern(pattern, one.colour, pattern_id)
        if definition:
            definitions.append(definition)
        found.append((draw.colour_of(one.colour), f"url(#{pattern_id})" if definition else None))
    return (draw.element("defs", *definitions) if definitions else None), found


def filled(x: float, y: float, width: float, height: float, fill: Fill) -> list[SafeString]:
    """A rectangle, with its pattern over it."""
    colour, over = fill
    area = {"x": x, "y": y, "width": width, "height": height}
    found = [draw.element("rect", **area, fill=colour, stroke=INK, stroke_width=1)]
    if over:
        found.append(draw.element("rect", **area, fill=over))
    return found


def legend(parts: list[SafeString], series: Sequence[Series], filling: Sequence[Fill]) -> float:
    """Swatches with names on top, in rows of about one length; where the bars begin."""
    texts = [draw.wrapped(one.label, WIDTH - 24, 1)[0] for one in series]
    widths = [20 + draw.text_width(text) for text in texts]
    y = 2.0
    for row in _rows(widths):
        x = 1.0
        for place in row:
            parts += filled(x, y, 14, 14, filling[place])
            parts.append(draw.label(x + 20, y + 12, texts[place]))
            x += widths[place] + _GAP
        y += 22
    return y + 4


def _rows(widths: Sequence[float]) -> list[list[int]]:
    """Places in as few rows as fit, so broken that none is longer than it must be: no name is left alone in the last."""

    def broken(limit: float) -> list[list[int]]:
        rows: list[list[int]] = [[]]
        used = 1.0
        for place, width in enumerate(widths):
            if rows[-1] and used + width > limit:
                rows.append([])
                used = 1.0
            rows[-1].append(place)
            used += width + _GAP
        return rows

    fewest = broken(WIDTH)
    return next(rows for limit in range(WIDTH + 1) if len(rows := broken(limit)) == len(fewest))


def _bar(
    parts: list[SafeString],
    y: float,
    category: StrOrPromise,
    values: Sequence[Number],
    fills: Sequence[Fill],
    longest: float,
    unit: StrOrPromise,
) -> float:
    """One category from ``y`` on; where the next begins."""
    total = draw.words_of(_total(values), unit)
    for line in draw.wrapped(category, WIDTH - draw.text_width(total) - 12, 2):
        y += 17
        parts.append(draw.label(0, y, line))
    parts.append(draw.label(WIDTH, y, total, anchor="end", font_weight="bold"))
    y += 6
    x, scale = 1.0, (WIDTH - 2) / longest
    middles: list[tuple[float, str, float]] = []
    for value, fill in zip(values, fills, strict=True):
        width = float(value) * scale
        if value:
            parts += filled(x, y, width, _BAR, fill)
            middles.append((x + width / 2, draw.words_of(value), float(value)))
        x += width
    if not any(values):
        parts.append(draw.element("line", x1=1, y1=y, x2=1, y2=y + _BAR, stroke=INK, stroke_width=1))
    y += _BAR
    if len(values) > 1 and middles:
        parts += _figures(middles, y)
        y += 18
    return y + 10


def _figures(middles: list[tuple[float, str, float]], y: float) -> list[SafeString]:
    """Figures below the parts, moved aside where parts are narrow; the smallest give way when there is no room."""
    gap = 6
    while sum(draw.text_width(text, SMALL) + gap for _middle, text, _value in middles) > WIDTH + gap:
        middles = [one for one in middles if one is not min(middles, key=lambda part: part[2])]
    widths = [draw.text_width(text, SMALL) for _middle, text, _value in middles]
    starts: list[float] = []
    edge = 0.0
    for (middle, _text, _value), width in zip(middles, widths, strict=True):
        starts.append(max(edge, middle - width / 2))
        edge = starts[-1] + width + gap
    edge = WIDTH
    for place in reversed(range(len(starts))):
        starts[place] = min(starts[place], edge - widths[place])
        edge = starts[place] - gap
    found = []
    for (middle, text, _value), start, width in zip(middles, starts, widths, strict=True):
        centre = start + width / 2
        found.append(draw.element("line", x1=middle, y1=y, x2=centre, y2=y + 4, stroke=INK, stroke_width=1))
        found.append(draw.label(centre, y + 15, text, SMALL, "middle"))
    return found
