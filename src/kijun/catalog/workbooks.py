"""Sheets in and out: what we write is one datum a cell, what others send us (Excel, CSV) is opened with care."""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from kijun.catalog.model import Text

MAX_BYTES = 5 * 1024 * 1024
MAX_UNPACKED = 40 * 1024 * 1024
MAX_PARTS = 500
_FORMULA_START = ("=", "+", "-", "@", "\t", "\r", "\n", *"＝＋－＠")
_CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_DECLARATIONS = [b"<!DOCTYPE", b"<!ENTITY"]
_DECLARATIONS += [
    mark.decode().encode(code) for mark in tuple(_DECLARATIONS) for code in ("utf-16-le", "utf-16-be")
]
_BINARY = (b"\xd0\xcf\x11\xe0", b"%PDF")  # old Excel, PDF: neither a workbook of today nor text
_NOT_CP932 = re.compile("[\x80\xa0\uf8f0-\uf8f3]")  # what Python decodes though no such file holds it
_LONGEST_CELL = 131_072  # characters in a CSV file; a cell of Excel holds 32,767

Source = bytes | Path | IO[bytes]


class RefusedWorkbook(ValueError):
    """A file that is not an Excel workbook, or that we do not open. `reason` says why in both languages."""

    def __init__(self, ja: str, en: str) -> None:
        super().__init__(en)
        self.reason = Text(ja, en)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell as read: its text, stripped, and whether it holds a formula or an Excel error."""

    text: str = ""
    is_formula: bool = False
    is_error: bool = False


def read_rows(
    source: Source, sheets: Sequence[str], *, columns: int, rows: int
) -> Iterator[tuple[int, list[Cell]]]:
    """The rows that are not empty, each with its number from 1.

    Of an Excel workbook the first sheet whose name is in `sheets`, else the first sheet; or a CSV file in
    UTF-8 or CP932. At most `columns` columns and `rows` rows, whatever the file claims. Raises RefusedWorkbook.
    """
    content = _content(source)
    found = _xlsx_rows(content, sheets, columns, rows) if _is_archive(content) else _csv_rows(content)
    for number, cells in found:
        if number > rows:
            return
        if any(cell.text or cell.is_formula for cell in cells):
            yield number, cells[:columns]


def _is_archive(content: bytes) -> bool:
    return content.startswith(b"PK")


def _csv_rows(content: bytes) -> Iterator[tuple[int, list[Cell]]]:
    """What begins like a formula is a text in a CSV file, and stays one: nothing here computes it."""
    text = _decoded(content)
    if text is None:
        raise RefusedWorkbook(
            "Excelブック（.xlsx）でもCSV（UTF-8かShift_JIS）でもありません。",
            "This is neither an Excel workbook (.xlsx) nor a CSV file in UTF-8 or Shift_JIS.",
        )
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), 1):
            if any(len(value) > _LONGEST_CELL for value in row):
                raise RefusedWorkbook(
                    f"{number}行目のセルが長すぎます。CSVかどうか、引用符の閉じ忘れがないかを確かめてください。",
                    f"A cell of row {number} is too long. See whether this is CSV, and whether a quotation mark is not closed.",
                )
            yield number, [Cell(_clean(value)) for value in row]
    except csv.Error as error:
        raise RefusedWorkbook(
            "CSVとして読めません。引用符の閉じ忘れがないか確かめてください。",
            "This cannot be read as CSV. Look for a quotation mark that is not closed.",
        ) from error


def _decoded(content: bytes) -> str | None:
    """The text of a CSV file as Japanese offices save it; None where it is none."""
    if not content.strip() or content.startswith(_BINARY) or b"\0" in content:
        return None
    for encoding in ("utf-8-sig", "cp932"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not (encoding == "cp932" and _NOT_CP932.search(text)):
            return text
    return None


def _xlsx_rows(
    content: bytes, sheets: Sequence[str], columns: int, rows: int
) -> Iterator[tuple[int, list[Cell]]]:
    from openpyxl import load_workbook  # here, because it takes 0.3 s and reading controls needs none

    _inspect_archive(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
    except Exception as error:  # openpyxl raises whatever its parsers raise; the file is someone else's
        raise RefusedWorkbook(
            "Excelブックとして読めません。", "This cannot be read as an Excel workbook."
        ) from error
    try:
        names = [name for name in book.sheetnames if name in sheets] or book.sheetnames
        sheet = book[names[0]]
        sheet.reset_dimensions()
        for number, row in enumerate(sheet.iter_rows(max_row=rows, max_col=columns), 1):
            yield number, [_cell(cell) for cell in row]
    except (
        AttributeError,
        IndexError,
        KeyError,
        TypeError,
        ValueError,
        SyntaxError,
        zipfile.BadZipFile,
    ) as error:
        raise RefusedWorkbook(
            "ブックの中身が壊れています。", "The content of the workbook is damaged."
        ) from error
    finally:
        book.close()


def _content(source: Source) -> bytes:
    if isinstance(source, Path):
        with source.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    else:
        content = source if isinstance(source, bytes) else source.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        size = MAX_BYTES // 1024**2
        raise RefusedWorkbook(f"ファイルが{size} MBを超えています。", f"The file is larger than {size} MB.")
    return content


def _inspect_archive(content: bytes) -> None:
    """Refuse zip bombs and XML that declares entities, before anything parses them."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
                raise RefusedWorkbook(
                    "展開すると大きすぎるファイルです。", "The file is too large when unpacked."
                )
            for part in parts:
                if part.filename.lower().endswith("vbaproject.bin"):
                    raise RefusedWorkbook(
                        "マクロの入ったブックは開けません。マクロのない.xlsxで保存し直してください。",
                        "A workbook with macros is not opened. Save it as .xlsx without macros.",
                    )
                # zipfile reads no more than the size that the directory claims, and checks the sum.
                data = archive.read(part)
                if any(mark in data for mark in _DECLARATIONS):
                    raise RefusedWorkbook(
                        "文書型宣言を含むファイルは開けません。", "A file with a document type is not opened."
                    )
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise RefusedWorkbook(
            "Excelブック（.xlsx）ではありません。", "This is not an Excel workbook (.xlsx)."
        ) from error


def _cell(cell: Any) -> Cell:
    value = cell.value
    if value is None:
        return Cell()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return Cell(_clean(str(value)), is_formula=cell.data_type == "f", is_error=cell.data_type == "e")


def _clean(text: str) -> str:
    return _CONTROL_CHARACTERS.sub("", text).replace("\r\n", "\n").strip()


def new_workbook(target: str | Path | IO[bytes]) -> Any:
    """An xlsxwriter workbook in which no text turns into a formula, a number or a link."""
    from xlsxwriter import Workbook  # here, because it takes 0.1 s and reading controls needs none

    options = {
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
        "in_memory": True,
    }
    return Workbook(str(target) if isinstance(target, Path) else target, options)


def write_table(
    book: Any,
    name: str,
    headers: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    widths: Sequence[int],
    room: int = 0,
) -> Any:
    """A sheet with one table: header frozen and filtered, no merged cells, every cell a text.

    A text that begins like a formula carries Excel's quote mark, so that it stays a text when somebody edits
    it. `widths` are column widths in half-width characters; `room` is the number of empty rows to keep in the
    filter. Returns the xlsxwriter sheet.
    """
    look = {"font_name": "Yu Gothic", "font_size": 10, "text_wrap": True, "valign": "top", "num_format": "@"}
    head = book.add_format({**look, "bold": True, "bg_color": "#D9E6FF", "bottom": 1})
    plain, quoted = book.add_format(look), book.add_format({**look, "quote_prefix": True})
    sheet = book.add_worksheet(name)
    for column, (header, width) in enumerate(zip(headers, widths, strict=True)):
        sheet.set_column(column, column, width, plain)
        sheet.write_string(0, column, header, head)
    last = 0
    for last, row in enumerate(rows, 1):
        for column, text in enumerate(row):
            if text:
                sheet.write_string(last, column, text, quoted if text.startswith(_FORMULA_START) else plain)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(last, room, 1), len(headers) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    return sheet
