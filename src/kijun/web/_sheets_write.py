"""Writing sheets: Excel workbooks and CSV."""

from __future__ import annotations

import csv
import datetime
import io
import re
import sys
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Final
from xml.sax.saxutils import escape

import xlsxwriter
from django.utils.translation import gettext_lazy as _

from kijun.web._sheets import MAX_TEXT, Sheet, SheetColumn, SheetError, local_day, shown

# Spreadsheets run a cell that begins so, also in full width and behind blanks. Apostrophes in front count as
# part of the pattern, so that exactly one is added here and exactly one taken off by the reader.
DANGEROUS: Final = re.compile(r"'*\s*[=+\-@\t\r\n＝＋－＠]")
_AWKWARD: Final = re.compile(r"\A<r>.*</r>\Z|_x[0-9A-Fa-f]{4}_x[0-9A-Fa-f]{4}_", re.DOTALL)
_EXCEL_FIRST: Final = datetime.date(1900, 1, 1)
_SPARE_ROWS: Final = 1_000
_WIDTHS: Final = {"text": 28, "number": 12, "date": 13, "choice": 18}
_CHOICES: Final = "choices"


def write_workbook(sheets: Sequence[Sheet], *, front: Callable[[Any], str] | None = None) -> bytes:
    """An Excel workbook (.xlsx), one datum a cell; raises :class:`SheetError` for what Excel cannot hold.

    ``front`` adds a page to print in front of the sheets (it gets the xlsxwriter workbook) and gives its title.
    """
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    formats = {
        "header": book.add_format(
            {"bold": True, "bg_color": "#F2F2F2", "bottom": 1, "text_wrap": True, "valign": "top"}
        ),
        "text": book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"}),
        "choice": book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"}),
        "number": book.add_format({"valign": "top"}),
        "date": book.add_format({"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"}),
    }
    titles: set[str] = {front(book).casefold()} if front else set()
    lists: list[tuple[Any, int, int, SheetColumn]] = []
    for sheet in sheets:
        page = book.add_worksheet(_title(str(sheet.title), titles))
        last = _fill(page, sheet, formats)
        _lay_out(page, sheet, last)
        for position, column in enumerate(sheet.columns):
            if column.choices:
                lists.append((page, position, last + _SPARE_ROWS, column))
            elif column.hint or column.required:
                page.data_validation(
                    1, position, last + _SPARE_ROWS, position, {"validate": "any", **_hint(column)}
                )
    if lists:
        _add_choices(book, lists, titles, formats)
    book.close()
    return file.getvalue()


def _title(title: str, taken: set[str]) -> str:
    """A title that Excel takes: at most 31 characters, without []:*?/\\, each only once."""
    plain = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", title).strip().strip("'") or "Sheet"
    plain = "履歴" if plain.casefold() == "history" else _shortened(plain, 31)
    name, count = plain, 1
    while name.casefold() in taken:
        count += 1
        name = f"{_shortened(plain, 26)} ({count})"
    taken.add(name.casefold())
    return name


def _units(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)


def _shortened(text: str, units: int) -> str:
    while _units(text) > units:
        text = text[:-1]
    return text


def _fill(page: Any, sheet: Sheet, formats: dict[str, Any]) -> int:
    """Write header and rows; the number of the last row."""
    for position, column in enumerate(sheet.columns):
        width = column.width or max(_WIDTHS[column.kind], min(40, 2 * len(str(column.label)) + 3))
        page.set_column(position, position, width, formats[column.kind])
        _write_text(page, 0, position, _fits(str(column.label), column, 1), formats["header"])
    number = 0
    for number, row in enumerate(sheet.rows, start=1):
        if number > 1_048_575:
            raise SheetError(_("Excelの行数の上限を超えています。条件を絞って書き出してください。"))
        for position, column in enumerate(sheet.columns):
            _write_cell(page, number, position, column, row.get(column.key), formats)
    return number


def _write_cell(
    page: Any, row: int, position: int, column: SheetColumn, value: Any, formats: dict[str, Any]
) -> None:
    style = formats[column.kind]
    if value is None or value == "":
        page.write_blank(row, position, None, style)
    elif column.kind == "date" and isinstance(value, datetime.date) and local_day(value) >= _EXCEL_FIRST:
        page.write_datetime(row, position, local_day(value), style)
    elif column.kind == "number" and (exact := _exact_float(value)) is not None:
        page.write_number(row, position, exact, style)
    else:
        _write_text(page, row, position, _fits(_as_text(column, value), column, row + 1), style)


def _write_text(page: Any, row: int, position: int, text: str, style: Any) -> None:
    page.xls_strmax = sys.maxsize  # _fits has measured it; markup is longer than what it shows
    page.write_string(row, position, _markup(text) if _AWKWARD.search(text) else text, style)


def _markup(text: str) -> str:
    """The text as runs of rich text, each with at most one "_x0041_" for the library to escape.

    It takes a text of the form <r>…</r> for such markup and writes it as it is, and it overlooks an escape whose
    first underscore ends another one.
    """
    runs = [run for run in re.split(r"(?=_x[0-9A-Fa-f]{4}_)", text) if run]
    return "".join(f'<r><t xml:space="preserve">{escape(run)}</t></r>' for run in runs)


def _as_text(column: SheetColumn, value: Any) -> str:
    if column.kind == "date" and isinstance(value, datetime.date):
        return local_day(value).isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime.datetime):
        from django.utils import timezone

        return f"{timezone.localtime(value) if timezone.is_aware(value) else value:%Y-%m-%d %H:%M}"
    return shown(column, value)


def _exact_float(value: Any) -> float | None:
    """The number when Excel's 15 digits hold it exactly; None when it must stay text."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    number = Decimal(str(value))
    if (
        not number.is_finite()
        or len(number.normalize().as_tuple().digits) > 15
        or abs(number.adjusted()) > 300
    ):
        return None
    written = float(f"{float(number):.16G}")  # as the library writes it: 1E+23 would come back as 9.99…E+22
    return written if Decimal(repr(written)) == number else None


def _fits(text: str, column: SheetColumn, row: int) -> str:
    if _units(text) > MAX_TEXT:
        raise SheetError(
            _(
                "%(row)s行目の「%(label)s」が長すぎてExcelに書き出せません（上限32,767文字）。CSVで書き出してください。"
            ),
            row=row,
            label=column.label,
        )
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise SheetError(
            _(
                "%(row)s行目の「%(label)s」に文字として壊れた部分があります。内容を直してから書き出してください。"
            ),
            row=row,
            label=column.label,
        )
    return text


def _lay_out(page: Any, sheet: Sheet, last: int) -> None:
    page.freeze_panes(1, 0)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    if sheet.columns:
        page.autofilter(0, 0, max(last, 1), len(sheet.columns) - 1)


def _hint(column: SheetColumn) -> dict[str, str]:
    required = str(_("必須です。")) if column.required else ""
    message = _shortened(required + str(column.hint), 255)
    return {"input_title": _shortened(str(column.label), 32), "input_message": message} if message else {}


def _add_choices(
    book: Any, lists: list[tuple[Any, int, int, SheetColumn]], titles: set[str], formats: dict[str, Any]
) -> None:
    """Choices stand on a hidden sheet: a list inside the rule may have 255 characters only, and no comma."""
    title = _title(_CHOICES, titles)
    store = book.add_worksheet(title)
    store.hide()
    for position, (page, target, last, column) in enumerate(lists):
        labels = [str(label) for _value, label in column.pairs()]
        for row, label in enumerate(labels):
            _write_text(store, row, position, _fits(label, column, row + 1), formats["text"])
        area = xlsxwriter.utility.xl_range_abs(0, position, len(labels) - 1, position)
        rule = {
            "validate": "list",
            "source": f"='{title}'!{area}",
            "error_title": str(_("選択肢から選んでください")),
            "error_message": str(_("一覧にある値だけを入力できます。セルの右の▼から選んでください。")),
        }
        page.data_validation(1, target, last, target, rule | _hint(column))


def write_csv(sheet: Sheet) -> bytes:
    """The sheet as CSV in UTF-8 with BOM, which Excel opens without a question.

    Text that a spreadsheet would run as a formula gets an apostrophe in front; the reader takes it off again.
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([csv_text(str(column.label)) for column in sheet.columns])
    for row in sheet.rows:
        writer.writerow([_csv_cell(column, row.get(column.key)) for column in sheet.columns])
    try:
        return file.getvalue().encode("utf-8-sig")
    except UnicodeEncodeError:
        raise SheetError(_("文字として壊れた部分があるため書き出せません。内容を直してください。")) from None


def _csv_cell(column: SheetColumn, value: Any) -> str:
    if value is None:
        return ""
    if column.kind == "number" and isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return format(Decimal(str(value)), "f")  # a number is no formula, also below zero
    return csv_text(_as_text(column, value))


def csv_text(text: str) -> str:
    """A text as a cell of a CSV file, with an apostrophe in front where a spreadsheet would run it."""
    return "'" + text if DANGEROUS.match(text) else text
