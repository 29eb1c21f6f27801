"""Text files line by line, tables of separated values row by row."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Final

from kijun.inspection.files.collect import Collector
from kijun.inspection.files.place import Place

_LINE: Final = Place("line")
_ESCAPES: Final = re.compile(r'(?:\\u[0-9a-fA-F]{4})+|\\["\\/bfnrt]')
_ENCRYPTED: Final = re.compile(r"(?:^|>)[> \t]{0,20}-----BEGIN (?:PGP MESSAGE|PKCS7|CMS)-----", re.MULTILINE)
#: Lines of address cards and calendars that are the same in each of them.
_FRAME: Final = re.compile(
    r"^(?:BEGIN|END):V(?:CARD|CALENDAR|EVENT|TODO|ALARM|TIMEZONE)[ \t\r]*$", re.MULTILINE | re.IGNORECASE
)
_QUOTED: Final = re.compile(r'"[^"]*"')
_SAID: Final = re.compile(r'\s*"?sep=([,;\t])"?\s*')
_SAMPLE = 50  # lines by which the separator of a table is judged
_LONGEST_ROW = 100  # physical lines; beyond, a quotation mark was never closed


def read_text(text: str, collector: Collector, place: Place = _LINE) -> None:
    """A text, its lines as they are; what in it is encrypted is told of."""
    tell_encrypted(text, collector)
    collector.lines(_FRAME.sub("", text) if ":V" in text else text, place)


def tell_encrypted(text: str, collector: Collector) -> None:
    """Count what PGP or S/MIME encrypted within a text."""
    for _ in _ENCRYPTED.finditer(text):
        collector.sealed()


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
    """CSV or TSV: each cell a piece, with the line of the file it begins on."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    at = 0
    while at < len(lines):
        cells, after = _row(lines, at, separator) if lines[at] else ([], at + 1)
        for _ in cells:
            collector.budget.take_cell()
        collector.row(
            (column, value, Place("line", line + 1, column=column))
            for column, (line, value) in enumerate(cells, 1)
        )
        at = after


def _row(lines: list[str], at: int, separator: str) -> tuple[list[tuple[int, str]], int]:
    """The cells of the row that begins on a line, each with its own line, and the line after the row.

    It reads what Python's csv reads, whose longest cell is a setting of the whole process. A quotation mark that is never closed is one
    that somebody typed: the rest of its line has no more marks, and the next line is a row again.
    """
    cells: list[tuple[int, str]] = []
    line, here = lines[at], 0
    is_typed = False
    while True:
        began, value = at, ""
        if line.startswith('"', here) and not is_typed:
            quoted = _quoted(lines, at, here + 1)
            if quoted is None:
                is_typed = True
            else:
                value, at, here = quoted
                line = lines[at]
        end = line.find(separator, here)
        cells.append((began, value + line[here : end if end >= 0 else len(line)]))
        if end < 0:
            return cells, at + 1
        here = end + 1


def _quoted(lines: list[str], at: int, here: int) -> tuple[str, int, int] | None:
    """What stands between quotation marks, and the line and place behind them; None where they are not closed."""
    parts: list[str] = []
    last = min(len(lines), at + _LONGEST_ROW) - 1
    while True:
        end = lines[at].find('"', here)
        if end < 0:
            if at == last:
                return None
            parts += (lines[at][here:], "\n")
            at, here = at + 1, 0
        elif lines[at].startswith('"', end + 1):
            parts.append(lines[at][here : end + 1])
            here = end + 2
        else:
            parts.append(lines[at][here:end])
            return "".join(parts), at, end + 1


def separator_of(text: str, *, tabs: bool) -> str:
    """What parts the cells: files that are called .csv also come with tabs and semicolons.

    It stands as often in most lines; a title above the table may hold another.
    """
    if tabs:
        return "\t"
    lines = [_QUOTED.sub("", line) for line in text[:20_000].splitlines() if line.strip()][:_SAMPLE]
    if lines and (said := _SAID.fullmatch(lines[0])):
        return said[1]
    best, how_well = ",", (0, 0)
    for separator in ",\t;":
        counts = Counter(count for line in lines if (count := line.count(separator)))
        if counts:
            often, rows = max(counts.items(), key=lambda one: (one[1], one[0]))
            if (rows, often) > how_well:
                best, how_well = separator, (rows, often)
    return best
