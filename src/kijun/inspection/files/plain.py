"""Text files line by line, tables of separated values row by row."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Final

from kijun.inspection.files.collect import Collector
from kijun.inspection.files.place import Place

_LINE: Final = Place("line")
_ESCAPES: Final = re.compile(r'(?:\\u[0-9a-fA-F]{4})+|\\["\\/bfnrt]')
_LONGEST_ROW = 100  # physical lines; beyond, a quotation mark was never closed


def read_text(text: str, collector: Collector) -> None:
    """A text, its lines as they are."""
    collector.lines(text, _LINE)


def read_json(text: str, collector: Collector) -> None:
    r"""JSON and JSON lines by line, broken ones too: \\u5c71\\u7530 is 山田 to everyone but a search."""
    collector.lines(_ESCAPES.sub(_unescaped, text) if "\\" in text else text, _LINE)


def _unescaped(found: re.Match[str]) -> str:
    try:
        value = str(json.loads(f'"{found[0]}"'))
        value.encode()
    except ValueError:  # half a surrogate pair
        return found[0]
    return "".join(char if char.isprintable() or char == "\u3000" else " " for char in value)


def read_separated(text: str, collector: Collector, separator: str) -> None:
    """CSV or TSV: each cell a piece; a file that does not keep to the rules is read as lines."""
    rows = _rows(text, separator, collector)
    if rows is None:
        collector.lines(text, _LINE)
        return
    for line, cells in rows:
        collector.row(
            (column, value, Place("line", line, column=column)) for column, value in enumerate(cells, 1)
        )


def _rows(text: str, separator: str, collector: Collector) -> list[tuple[int, list[str]]] | None:
    """The rows with the physical line each begins on; None where a quotation mark swallows the file."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    rows = []
    line = 1
    try:
        for cells in reader:
            if reader.line_num - line >= _LONGEST_ROW:
                return None
            for _ in cells:
                collector.budget.take_cell()
            rows.append((line, cells))
            line = reader.line_num + 1
    except csv.Error:  # a cell longer than the reader takes
        return None
    return rows


def separator_of(text: str, *, tabs: bool) -> str:
    """What parts the cells: files that are called .csv also come with tabs and semicolons."""
    first = next((line for line in text[:20_000].splitlines() if line.strip()), "")
    best = max(",\t;", key=first.count) if not tabs else "\t"
    return best if first.count(best) else ("\t" if tabs else ",")
