"""Lists: search, filters, sortable headers, paging, and the same rows as an Excel file.

A list is declared once as a :class:`Table`; its view calls :meth:`Table.show` and renders
``web/parts/table.html``. On a phone the rows turn into cards (CSS). The number of queries does not
depend on the number of rows: give the queryset its ``select_related`` and ``annotate``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.http import content_disposition_header
from django_stubs_ext import StrOrPromise

from kijun.web import excel
from kijun.web.search import containing

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``value(row)`` is what is shown; ``sort`` are order_by terms; ``tone(row)`` makes it a tag.

    ``link(row)`` is the address the cell leads to. ``kind``: text, number, date, datetime, name (of a person, or a number, which
    never breaks inside), choose (a box to tick: ``value(row)`` is what it sends, "" for none, ``hint(row)`` what it is called;
    it belongs to the page's form ``<table name>-chosen``, and ``?check=all`` comes with every box ticked).
    """

    key: str
    label: StrOrPromise
    value: Callable[[Any], Any]
    sort: tuple[str, ...] = ()
    link: Callable[[Any], str | None] | None = None
    tone: Callable[[Any], str] | None = None
    kind: str = "text"
    hint: Callable[[Any], str] | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter: ``choices(request)`` of (value, label); ``apply(queryset, value)``."""

    key: str
    label: StrOrPromise
    choices: Callable[[HttpRequest], Iterable[tuple[str, StrOrPromise]]]
    apply: Callable[[QuerySet[Any], str], QuerySet[Any]]


@dataclass(frozen=True, slots=True)
class Cell:
    column: Column
    value: Any
    link: str | None
    tone: str
    hint: str


@dataclass(frozen=True, slots=True)
class Header:
    label: StrOrPromise
    url: str | None
    direction: str  # "ascending", "descending" or ""
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class ShownFilter:
    key: str
    label: StrOrPromise
    choices: list[tuple[str, StrOrPromise, bool]]


@dataclass(slots=True)
class Shown:
    """What the template draws."""

    table: Table
    headers: list[Header]
    rows: list[list[Cell]]
    page: Page[Any]
    filters: list[ShownFilter]
    words: str
    total: int
    query: QueryDict
    narrowed: bool
    unknown: list[StrOrPromise] = field(default_factory=list)
    """Filters whose value in the address is none that they have: they narrow nothing, and the page says so."""

    def _with(self, **changes: str) -> str:
        query = self.query.copy()
        for key, value in changes.items():
            query[key] = value
        return "?" + query.urlencode()

    @property
    def previous_url(self) -> str:
        return self._with(page=str(self.page.number - 1))

    @property
    def next_url(self) -> str:
        return self._with(page=str(self.page.number + 1))

    @property
    def excel_url(self) -> str:
        return self._with(format="xlsx")


@dataclass(frozen=True, slots=True)
class Table:
    """A list's declaration. ``search`` are field look-ups; ``default`` the order without a choice."""

    name: str
    caption: StrOrPromise
    columns: Sequence[Column]
    search: tuple[str, ...] = ()
    filters: Sequence[Filter] = ()
    default: tuple[str, ...] = ("pk",)
    empty: StrOrPromise = ""
    first_step: StrOrPromise = ""
    first_step_url: Callable[[HttpRequest], str | None] | None = None
    per_page: int = PER_PAGE
    sheet: Sequence[excel.SheetColumn] = ()
    sheet_row: Callable[[Any], dict[str, Any]] | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    prepare: Callable[[list[Any]], None] | None = None
    """Gives the rows that are drawn what their cells need and the database does not hold, for all of them at once."""

    def narrow(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows that the address's search words, filters and order select."""
        if self.search:
            for word in request.GET.get("q", "").split():
                rows = rows.filter(containing(word, self.search))
        for one in self.filters:
            value = request.GET.get(one.key, "")
            if value and value in {key for key, _label in one.choices(request)}:
                rows = one.apply(rows, value)
        return rows.order_by(*self._order(request), "pk")

    def _order(self, request: HttpRequest) -> tuple[str, ...]:
        asked = request.GET.get("sort", "")
        for column in self.columns:
            if column.sort and column.key == asked.lstrip("-"):
                if asked.startswith("-"):
                    return tuple(t[1:] if t.startswith("-") else f"-{t}" for t in column.sort)
                return column.sort
        return self.default

    def show(self, request: HttpRequest, rows: QuerySet[Any]) -> Shown:
        """One page of the list as the address asks for it."""
        narrowed = self.narrow(request, rows)
        page = Paginator(narrowed, self.per_page).get_page(request.GET.get("page"))
        query = request.GET.copy()
        for key in ("page", "format"):
            query.pop(key, None)
        filters = [
            ShownFilter(
                one.key,
                one.label,
                [(key, label, request.GET.get(one.key) == key) for key, label in one.choices(request)],
            )
            for one in self.filters
        ]
        unknown = [
            one.label
            for one in filters
            if request.GET.get(one.key) and not any(chosen for _key, _label, chosen in one.choices)
        ]
        chosen = any(request.GET.get(one.key) for one in self.filters) or bool(request.GET.get("q"))
        return Shown(
            table=self,
            headers=[self._header(column, request.GET.get("sort", ""), query) for column in self.columns],
            rows=[self._cells(row) for row in self._prepared(page.object_list)],
            page=page,
            filters=filters,
            words=request.GET.get("q", ""),
            total=page.paginator.count,
            query=query,
            narrowed=chosen,
            unknown=unknown,
        )

    def _prepared(self, rows: Iterable[Any]) -> list[Any]:
        found = list(rows)
        if self.prepare is not None:
            self.prepare(found)
        return found

    def _header(self, column: Column, asked: str, query: QueryDict) -> Header:
        if not column.sort:
            return Header(column.label, None, "", column.kind)
        direction = {column.key: "ascending", f"-{column.key}": "descending"}.get(asked, "")
        query = query.copy()
        query["sort"] = f"-{column.key}" if direction == "ascending" else column.key
        return Header(column.label, "?" + query.urlencode(), direction, column.kind)

    def _cells(self, row: Model) -> list[Cell]:
        return [
            Cell(
                column,
                column.value(row),
                column.link(row) if column.link else None,
                column.tone(row) if column.tone else "",
                column.hint(row) if column.hint else "",
            )
            for column in self.columns
        ]

    def wants_excel(self, request: HttpRequest) -> bool:
        return request.GET.get("format") == "xlsx" and bool(self.sheet) and self.sheet_row is not None

    def as_excel(self, request: HttpRequest, rows: QuerySet[Any], filename: str) -> HttpResponse:
        """All rows that the address selects, every page of them, as an Excel file."""
        assert self.sheet_row is not None
        content = excel.write_workbook(
            [
                excel.Sheet(
                    str(self.caption),
                    self.sheet,
                    [self.sheet_row(r) for r in self._prepared(self.narrow(request, rows))],
                )
            ]
        )
        return excel_response(content, filename)


def excel_response(content: bytes, filename: str) -> HttpResponse:
    """An Excel file to save; the name may be Japanese."""
    response = HttpResponse(
        content, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    response["Content-Disposition"] = content_disposition_header(True, filename) or "attachment"
    return response
