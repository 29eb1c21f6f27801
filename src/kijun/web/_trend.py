"""A line through time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from kijun.web import _drawing as draw
from kijun.web._drawing import AXIS, FONT, SMALL, WIDTH, Number

_TOP: Final = 24
_PLOT: Final = 150
_RIGHT: Final = 14
_HALO: Final = {
    "stroke": "#ffffff",
    "stroke_width": "3",
    "paint_order": "stroke",
}  # lines pass behind figures
_FLAT: Final = 1e-4  # figures show no smaller difference
_MARKED: Final = 40  # more points than this run together


def line(
    title: StrOrPromise,
    description: StrOrPromise,
    points: Sequence[tuple[StrOrPromise, Number | None]],
    unit: StrOrPromise = "",
    *,
    limit: tuple[StrOrPromise, Number] | None = None,
    value_label: StrOrPromise = gettext_lazy("値"),
    span: tuple[Number, Number] | None = None,
) -> draw.Chart:
    """A trend over ``points`` (label, value), in order; None leaves a gap. ``limit`` draws a named level.

    ``span`` is what the axis shows at least, for values whose range is known: (0, 100) for a rate in per cent.
    """
    known = [float(value) for _label, value in points if value is not None]
    if not all(map(math.isfinite, known)) or (limit and not math.isfinite(limit[1])):
        raise ValueError("a trend cannot show what is not finite")
    head = [_("時点"), str(value_label)]
    rows = [[str(name), "－" if value is None else draw.words_of(value, unit)] for name, value in points]
    if limit:
        head.append(str(limit[0]))
        rows = [[*row, draw.words_of(limit[1], unit)] for row in rows]
    drawing_id = draw.new_id()
    if not known:
        return draw.Chart(draw.nothing(drawing_id, title, description), head, rows)
    shown = [*known, *([float(limit[1])] if limit else []), *map(float, span or ())]
    ticks, decimals = _ticks(shown)
    left = 8 + max(draw.text_width(f"{tick:,.{decimals}f}", SMALL) for tick in ticks)
    step = (WIDTH - left - _RIGHT) / max(len(points) - 1, 1)
    across = [left + step * place for place in range(len(points))]

    def down(value: Number) -> float:
        return _TOP + _PLOT * (ticks[-1] - float(value)) / (ticks[-1] - ticks[0])

    parts = [draw.label(0, 12, str(unit), SMALL)] if str(unit) else []
    for tick in ticks:
        parts.append(_level(left, down(tick), AXIS))
        parts.append(draw.label(left - 6, down(tick) + 4, f"{tick:,.{decimals}f}", SMALL, "end"))
    if limit:
        parts.append(_level(left, down(limit[1]), draw.COLOURS["red-800"], "6 3"))
        text = f"{limit[0]} {draw.words_of(limit[1], unit)}"
        parts.append(draw.label(left + 4, down(limit[1]) - 4, text, SMALL, **_HALO))
    values = [value for _name, value in points]
    parts += _strokes(
        [None if value is None else (x, down(value)) for x, value in zip(across, values, strict=True)]
    )
    places = [(x, down(value), value) for x, value in zip(across, values, strict=True) if value is not None]
    if len(places) <= _MARKED:
        parts += [
            draw.element("circle", cx=x, cy=y, r=3, fill=draw.COLOURS["blue-900"]) for x, y, _value in places
        ]
    parts += _point_labels(places, unit, left)
    parts += _time_labels(across, [str(name) for name, _value in points], left)
    return draw.Chart(draw.picture(drawing_id, title, description, _TOP + _PLOT + 26, parts), head, rows)


def _level(left: float, y: float, colour: str, dashes: str | None = None) -> SafeString:
    return draw.element(
        "line",
        x1=left,
        y1=y,
        x2=WIDTH,
        y2=y,
        stroke=colour,
        stroke_width=2 if dashes else 0.5,
        stroke_dasharray=dashes,
    )


def _ticks(values: Sequence[float]) -> tuple[list[float], int]:
    """Three to six round values that span the given ones, and their decimals.

    They begin at zero unless that would flatten the trend.
    """
    low, high = min(values), max(values)
    if high - low <= max(_FLAT, 1e-9 * max(abs(low), abs(high))):
        low, high = min(low, 0.0), max(high, 0.0)
    if low > 0 and low <= 0.6 * high:
        low = 0.0
    elif high < 0 and high >= 0.6 * low:
        high = 0.0
    if high - low <= _FLAT:  # nothing but zeros
        low, high = 0.0, 1.0
    power = math.floor(math.log10((high - low) / 4))
    step, decimals = next(
        (factor * 10.0**power, max(0, more - power))
        for factor, more in ((1, 0), (2, 0), (2.5, 1), (5, 0), (10, -1))
        if (high - low) / (factor * 10.0**power) <= 4.0001
    )
    first, last = math.floor(low / step + 1e-6), math.ceil(high / step - 1e-6)
    return [round(step * place, decimals) for place in range(first, max(last, first + 1) + 1)], decimals


def _strokes(places: Sequence[tuple[float, float] | None]) -> list[SafeString]:
    """Lines from point to point, broken where there is no value."""
    runs: list[list[tuple[float, float]]] = [[]]
    for place in places:
        if place is None:
            runs.append([])
        else:
            runs[-1].append(place)
    return [
        draw.element(
            "polyline",
            points=" ".join(f"{draw.plain_number(x)},{draw.plain_number(y)}" for x, y in run),
            fill="none",
            stroke=draw.COLOURS["blue-900"],
            stroke_width=2,
        )
        for run in runs
        if len(run) > 1
    ]


def _point_labels(
    places: Sequence[tuple[float, float, Number]], unit: StrOrPromise, left: float
) -> list[SafeString]:
    """Figures at the last, the highest and the lowest point, as far as they do not meet."""
    last = len(places) - 1
    highest = min(range(len(places)), key=lambda place: places[place][1])
    lowest = max(range(len(places)), key=lambda place: places[place][1])
    found: list[SafeString] = []
    taken: list[tuple[float, float, float]] = []
    for place in dict.fromkeys((last, highest, lowest)):
        x, y, value = places[place]
        text = draw.words_of(value, unit)
        half = draw.text_width(text) / 2
        middle = min(max(x, left + half), WIDTH - half)
        sinks = place == lowest != highest or (place == last > 0 and places[place - 1][1] < y)
        base = y + 17 if sinks and y + 19 < _TOP + _PLOT else y - 8
        if any(
            abs(middle - other) < half + width and abs(base - level) < FONT for other, level, width in taken
        ):
            continue
        taken.append((middle, base, half + 2))
        found.append(draw.label(middle, base, text, FONT, "middle", font_weight="bold", **_HALO))
    return found


def _time_labels(across: Sequence[float], names: Sequence[str], left: float) -> list[SafeString]:
    """Names below: the last always, the others as far as they fit."""
    y = _TOP + _PLOT + 18
    room = max(110.0, WIDTH / len(names) - 10)
    found: list[SafeString] = []
    edge = float(WIDTH)
    for place in reversed(range(len(names))):
        (text,) = draw.wrapped(names[place], room, 1, SMALL)
        width = draw.text_width(text, SMALL)
        start = min(max(across[place] - width / 2, 0), WIDTH - width)
        if start + width > edge or (place and start < across[0]):
            continue
        found.append(draw.label(start, y, text, SMALL))
        edge = start - 10
    return found
