"""Few, flat, directly labelled drawings, each with its table: stacked bars, pairs of bars, a trend, a matrix.

Colour never speaks alone: bars have patterns, cells have words, points have figures.
"""

from kijun.web._bars import Series, stacked_bars
from kijun.web._drawing import COLOURS, PATTERNS, Chart, Pattern
from kijun.web._matrix import Cell, Level, matrix
from kijun.web._pairs import Pair, paired_bars, signed
from kijun.web._trend import line

__all__ = [
    "COLOURS",
    "PATTERNS",
    "Cell",
    "Chart",
    "Level",
    "Pair",
    "Pattern",
    "Series",
    "line",
    "matrix",
    "paired_bars",
    "signed",
    "stacked_bars",
]
