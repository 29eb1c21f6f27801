"""Tables for a terminal, in which full-width characters take two columns."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence


def width(text: str) -> int:
    """How many columns a text takes: two a wide or full-width character, none a combining one."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )


def cut(text: str, columns: int) -> str:
    """The text, or as much of its beginning as fits with … at the end (two columns are kept for it)."""
    if width(text) <= columns:
        return text
    kept, used = "", 2
    for char in text:
        used += width(char)
        if used > columns:
            break
        kept += char
    return kept + "…"


def table(headers: Sequence[str], rows: Sequence[Sequence[str]], *, limit: int | None = None) -> str:
    """Aligned columns, a rule under the headers. The last column is cut to keep lines within `limit`."""
    widths = [max(width(row[column]) for row in (headers, *rows)) for column in range(len(headers))]
    if limit is not None:
        before = sum(widths[:-1]) + 2 * len(widths[:-1])
        widths[-1] = min(widths[-1], max(limit - before, 12))
    rule = ["-" * columns for columns in widths]
    return "\n".join(_line(row, widths) for row in (headers, rule, *rows))


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [
        cut(text, columns) if number == len(row) - 1 else text
        for number, (text, columns) in enumerate(zip(row, widths, strict=True))
    ]
    padded = [text + " " * (columns - width(text)) for text, columns in zip(cells, widths, strict=True)]
    return "  ".join(padded).rstrip()
