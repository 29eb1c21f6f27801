"""Excel and CSV, out and in: one row a thing, one cell a datum, and back without a word lost.

>>> content = write_workbook([Sheet("職員", columns, rows)])
>>> result = read_table(content, "職員.xlsx", columns)
"""

from kijun.web._sheets import (
    CellError,
    Kind,
    ReadLimits,
    ReadResult,
    ReadRow,
    Sheet,
    SheetColumn,
    SheetError,
    Value,
)
from kijun.web._sheets_read import read_table
from kijun.web._sheets_write import write_csv, write_workbook

__all__ = [
    "CellError",
    "Kind",
    "ReadLimits",
    "ReadResult",
    "ReadRow",
    "Sheet",
    "SheetColumn",
    "SheetError",
    "Value",
    "read_table",
    "write_csv",
    "write_workbook",
]
