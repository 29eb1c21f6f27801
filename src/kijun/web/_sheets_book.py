"""A whole workbook whose columns nobody knows yet: every sheet with its rows, and with the cells that hold no value of their own."""

from __future__ import annotations

from kijun.web._sheets import Page, ReadLimits, SheetError
from kijun.web._sheets_read import (
    FileRefusal,
    Rows,
    check_size,
    csv_rows,
    filled,
    is_workbook,
    opened_pages,
    page_rows,
    too_many,
)
from kijun.web.archives import ArchiveError


def read_book(content: bytes, filename: str, limits: ReadLimits) -> list[Page]:
    """See :func:`kijun.web.excel.read_book`."""
    try:
        check_size(content, limits)
        if not is_workbook(content, filename):
            return [_page("", csv_rows(content), limits)]
        with opened_pages(content, limits) as sheets:
            return [
                _page(sheet.title, page_rows(sheet, limits), limits, hidden=sheet.sheet_state != "visible")
                for sheet in sheets
            ]
    except (FileRefusal, ArchiveError) as refused:
        raise SheetError(str(refused)) from refused


def _page(title: str, rows: Rows, limits: ReadLimits, *, hidden: bool = False) -> Page:
    page = Page(title, [], hidden)
    for number, cells in rows:
        if not any(map(filled, cells)):
            continue
        if len(page.rows) > limits.max_rows:
            if hidden:
                break
            raise too_many(limits)
        page.rows.append((number, list(cells[: limits.max_columns])))
    return page
