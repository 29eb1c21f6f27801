"""Excel and CSV, out and in: one row a thing, one cell a datum, and back without a word lost.

>>> content = write_workbook([Sheet("職員", columns, rows)])
>>> result = read_table(content, "職員.xlsx", columns)

The libraries behind it take half a second to load, so they are loaded when a file is read or written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from kijun.web._sheets import (
    CellError,
    Kind,
    Page,
    ReadLimits,
    ReadResult,
    ReadRow,
    Sheet,
    SheetColumn,
    SheetError,
    Value,
)
from kijun.web._sheets_cells import Broken, Formula

__all__ = [
    "Broken",
    "CellError",
    "Formula",
    "Kind",
    "Page",
    "ReadLimits",
    "ReadResult",
    "ReadRow",
    "Sheet",
    "SheetColumn",
    "SheetError",
    "Value",
    "read_book",
    "read_raw",
    "read_table",
    "write_csv",
    "write_workbook",
]


def read_table(
    content: bytes,
    filename: str,
    columns: Sequence[SheetColumn],
    limits: ReadLimits | None = None,
    *,
    sheet: str | None = None,
) -> ReadResult:
    """Read the first visible sheet (or the one called ``sheet``) of an .xlsx file, or a CSV file.

    Columns are found by heading in any order. Nothing is raised for what people send: what cannot be read
    stands in ``problems``, what is wrong in a cell in the row's ``errors``.
    """
    from kijun.web import _sheets_read

    return _sheets_read.read_table(content, filename, columns, limits, sheet=sheet)


def read_raw(content: bytes, filename: str, limits: ReadLimits | None = None) -> list[tuple[int, list[Any]]]:
    """The rows of a sheet whose columns nobody knows yet, with the numbers that Excel shows; the first is the heading.

    Cells are text, or what Excel holds (numbers, dates); a formula or a broken cell is None. Raises :class:`SheetError`.
    """
    from kijun.web import _sheets_read

    return _sheets_read.read_raw(content, filename, limits or ReadLimits())


def read_book(content: bytes, filename: str, limits: ReadLimits | None = None) -> list[Page]:
    """Every sheet of a workbook, hidden ones too, or the one of a CSV file; only rows that hold anything, the limit of rows is each sheet's.

    Cells are as with :func:`read_raw`, but :class:`Formula` and :class:`Broken` stand for those that hold a formula or show an error:
    what is left out must be told. Raises :class:`SheetError`.
    """
    from kijun.web import _sheets_book

    return _sheets_book.read_book(content, filename, limits or ReadLimits())


def write_workbook(sheets: Sequence[Sheet], *, front: Callable[[Any], str] | None = None) -> bytes:
    """An Excel workbook (.xlsx), one datum a cell; raises :class:`SheetError` for what Excel cannot hold.

    ``front`` adds a page to print in front of the sheets (it gets the xlsxwriter workbook) and gives its title.
    """
    from kijun.web import _sheets_write

    return _sheets_write.write_workbook(sheets, front=front)


def write_csv(sheet: Sheet) -> bytes:
    """The sheet as CSV in UTF-8 with BOM, which Excel opens without a question.

    Text that a spreadsheet would run as a formula gets an apostrophe in front; the reader takes it off again.
    """
    from kijun.web import _sheets_write

    return _sheets_write.write_csv(sheet)


def csv_text(text: str) -> str:
    """A text as a cell of a CSV file that is written elsewhere, with an apostrophe in front where a spreadsheet would run it."""
    from kijun.web import _sheets_write

    return _sheets_write.csv_text(text)
