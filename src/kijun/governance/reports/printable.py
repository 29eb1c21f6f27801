"""The page of a report's Excel file that is made to be printed: A4, charts, header and page numbers."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any, Final

from kijun.governance.reports.contents import STATUSES, Group, Report
from kijun.governance.reports.words import assessed, labels, percent, status_labels
from kijun.web import dates
from kijun.web.charts import signed
from kijun.web.punctuation import labelled, listed

Row = Sequence[object]
"""Texts, and whole numbers."""
_PIXELS: Final = 720
_LINE: Final = 96
"""Half-width characters that have room in a line of that many pixels."""
WIDTHS: Final = (30, 10, 10, 10, 10, 10, 10, 10)
FILLS: Final = {
    "done": {"solid": "#0017c1"},
    "partly": {"pattern": "wide_upward_diagonal", "fg_color": "#1a1a1a", "bg_color": "#39abff"},
    "planned": {"pattern": "dotted_grid", "fg_color": "#1a1a1a", "bg_color": "#ffd43d"},
    "not_done": {"pattern": "wide_downward_diagonal", "fg_color": "#ec0000", "bg_color": "#ffffff"},
    "not_applicable": {"solid": "#949494"},
    "": {"solid": "#ffffff"},
}
"""Colour and pattern of each status, as in the PDF."""


class _Page:
    """Writes rows one below the other. Text is always written as text: nothing that somebody typed can run."""

    def __init__(self, book: Any, title: str) -> None:
        self.book, self.sheet, self.row = book, book.add_worksheet(title), 0
        self.title = title
        common = {"valign": "top", "font_size": 10}
        self.plain = book.add_format(common)
        self.bold = book.add_format({**common, "bold": True})
        self.big = book.add_format({**common, "bold": True, "font_size": 18})
        self.heading = book.add_format({**common, "bold": True, "font_size": 13})
        self.head = book.add_format({**common, "bold": True, "top": 2, "bottom": 1, "text_wrap": True})
        self.cell = book.add_format({**common, "bottom": 4, "text_wrap": True})
        self.number = book.add_format({**common, "bottom": 4, "align": "right"})
        self.number_head = book.add_format(
            {**common, "bold": True, "top": 2, "bottom": 1, "text_wrap": True, "align": "right"}
        )

    def head_line(self, text: str) -> None:
        self.sheet.set_row(self.row, 22)
        self.line(text, self.heading)

    def line(self, text: str, style: Any = None) -> None:
        self.sheet.write_string(self.row, 0, text, style or self.plain)
        self.row += 1

    def paragraph(self, text: str) -> None:
        """A long text in a box of its own, which breaks its lines at the edge of the page."""
        lines = -(-_units(text) // _LINE)
        box = {"width": _PIXELS, "height": 18 * lines + 8, "line": {"none": True}, "fill": {"none": True},
               "font": {"size": 10}, "object_position": 2}  # fmt: skip
        self.sheet.insert_textbox(self.row, 0, text, box)
        self.row += lines + 1

    def table(self, heads: Sequence[str], rows: Sequence[Row], numbers: int) -> int:
        """A table whose last ``numbers`` columns are figures; the row of its first line."""
        first_number = len(heads) - numbers
        for place, head in enumerate(heads):
            style = self.number_head if place >= first_number else self.head
            self.sheet.write_string(self.row, place, head, style)
        self._heighten(heads)
        self.row += 1
        first = self.row
        for row in rows:
            for place, value in enumerate(row):
                if isinstance(value, int):
                    self.sheet.write_number(self.row, place, value, self.number)
                else:
                    style = self.number if place >= first_number else self.cell
                    self.sheet.write_string(self.row, place, str(value), style)
            self._heighten(row)
            self.row += 1
        self.row += 1
        return first

    def _heighten(self, row: Row) -> None:
        """As high as its longest text needs: not every program works that out when it opens the file."""
        lines = (-(-_units(str(value)) // width) for value, width in zip(row, WIDTHS, strict=False))
        self.sheet.set_row(self.row, 15 * max(lines, default=1))


def _units(text: str) -> int:
    """How many half-width characters wide a text is."""
    return sum(2 if unicodedata.east_asian_width(one) in "WFA" else 1 for one in text)


def draw(book: Any, report: Report) -> str:
    """Add the page to an xlsxwriter workbook; its title."""
    words = labels()
    page = _Page(book, words["printable"])
    for place, width in enumerate(WIDTHS):
        page.sheet.set_column(place, place, width)
    page.line(report.municipality + (f"　{words['sample']}" if report.is_sample else ""))
    page.sheet.set_row(page.row, 30)
    page.line(report.title, page.big)
    day = f"{dates.format_date(report.made_on, report.language)} {words['as_of']}"
    page.line("　".join([report.cycle, report.state, day, labelled(words["made_by"], report.made_by)]))
    if report.approved:
        page.line(report.approved)
    page.row += 1
    for figure in report.figures:
        page.sheet.write_string(page.row, 0, figure.label, page.cell)
        page.sheet.write_string(page.row, 1, figure.value, page.bold)
        page.sheet.write_string(page.row, 3, figure.note, page.plain)
        page.row += 1
    page.row += 1
    _results(page, words["by_principle"], report.by_principle)
    _results(page, words["by_role"], report.by_role)
    _changes(page, report, words)
    _lists(page, report, words)
    page.row += 1
    for note in report.notes:
        page.paragraph(f"・{note}")
    _lay_out(page, report)
    return page.title


def _results(page: _Page, title: str, groups: Sequence[Group]) -> None:
    if not groups:
        return
    words, all_words = status_labels(), labels()
    page.head_line(title)
    heads = [all_words["item"], *(words[status] for status in STATUSES), all_words["rate"]]
    rows = [
        [group.label, *(group.counts.get(status, 0) for status in STATUSES), percent(group.rate)]
        for group in groups
    ]
    first = page.table(heads, rows, len(STATUSES) + 1)
    last = first + len(groups) - 1
    chart = page.book.add_chart({"type": "bar", "subtype": "percent_stacked"})
    for place, status in enumerate(STATUSES, start=1):
        fill = FILLS[status]
        look = {"fill": {"color": fill["solid"]}} if "solid" in fill else {"pattern": fill}
        chart.add_series(
            {
                "name": [page.title, first - 1, place],
                "categories": [page.title, first, 0, last, 0],
                "values": [page.title, first, place, last, place],
                "border": {"color": "#333333", "width": 0.5},
                "gap": 40,
                **look,
            }
        )
    chart.set_title({"none": True})
    chart.set_y_axis({"reverse": True})
    chart.set_legend({"position": "top"})
    height = 90 + 26 * len(groups)
    chart.set_size({"width": _PIXELS, "height": height})
    told = listed(labelled(group.label, percent(group.rate)) for group in groups)
    page.sheet.insert_chart(page.row, 0, chart, {"description": labelled(title, told), "object_position": 2})
    page.row += height // 20 + 2


def _changes(page: _Page, report: Report, words: dict[str, str]) -> None:
    page.head_line(words["trend"])
    found = report.comparison
    if found is None:
        page.line(words["no_trend"])
        page.row += 1
        return
    page.paragraph(found.text)
    if found.total is None:
        page.row += 1
        return
    heads = [words["item"], words["common"], words["before"], words["now"], words["difference"]]
    rows = [
        [one.label, one.common, percent(one.before), percent(one.now), signed(one.points)]
        for one in [found.total, *found.changes]
    ]
    page.table(heads, rows, 4)


def _lists(page: _Page, report: Report, words: dict[str, str]) -> None:
    if report.systems:
        page.head_line(words["systems"])
        heads = [
            words[key] for key in ("name", "code", "stage", "tier", "assessed", "published", "rate", "open")
        ]
        rows = [
            [s.name, s.code, s.stage, s.tier, assessed(s), s.published, percent(s.rate), s.findings]
            for s in report.systems
        ]
        page.table(heads, rows, 2)
    page.head_line(words["findings"])
    if not report.findings:
        page.line(words["no_findings"])
        return
    heads = [words[key] for key in ("title", "number", "control", "owner", "due", "state", "overdue")]
    rows = [
        [f.title, f.number, f.control, f.owner, f"{f.due_on:%Y/%m/%d}", f.state, "○" if f.overdue else ""]
        for f in report.findings
    ]
    page.table(heads, rows, 0)


def _lay_out(page: _Page, report: Report) -> None:
    sheet = page.sheet
    sheet.hide_gridlines(2)
    sheet.set_portrait()
    sheet.set_paper(9)  # A4
    sheet.set_margins(left=0.6, right=0.6, top=0.8, bottom=0.7)
    sheet.fit_to_pages(1, 0)
    # A blank behind the size: a figure that follows at once would belong to it.
    sheet.set_header(f"&L&8 {_coded(report.municipality)}&R&8 {report.made_on:%Y/%m/%d}")
    sheet.set_footer("&R&8&P / &N")
    sheet.set_first_sheet()
    sheet.activate()


def _coded(text: str) -> str:
    """A text in a header, where & begins a code; Excel takes 255 characters in all."""
    return text[:80].replace("&", "&&")
