"""The list of refused calls: searched, narrowed, sorted and as Excel like the house's other lists, over what the ledger tells."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, ngettext, pgettext_lazy
from django_stubs_ext import StrOrPromise

from kijun.governance.access.models import Grant
from kijun.governance.accounts.models import Person
from kijun.governance.interactions import figures
from kijun.governance.interactions.names import names_of
from kijun.governance.interactions.refused import REASONS, Refused
from kijun.governance.interactions.reports import month_label
from kijun.governance.interactions.searching import moment
from kijun.governance.interactions.templatetags.spoken import spoken
from kijun.web.excel import SheetColumn
from kijun.web.punctuation import labelled, listed
from kijun.web.search import folded
from kijun.web.tables import Column, Filter, Table
from kijun.web.templatetags.kit import plainly

DAYS: Final = (7, 30, 90)
MONTHS: Final = 12
Choices = Iterable[tuple[str, StrOrPromise]]


@dataclass(frozen=True, slots=True)
class Line:
    """One line. ``who`` asked under ``grant`` (its id, empty where it is not known any more)."""

    at: datetime.datetime
    first: datetime.datetime
    who: str
    grant: str
    department_id: str
    department: str
    purpose: str
    system: str
    code: str
    reason: str
    count: int
    networks: str

    @property
    def said(self) -> str:
        """What the search looks through."""
        return folded(
            " ".join((self.who, self.department, self.purpose, self.system, self.grant, self.networks))
        )


def lines(person: Person, rows: Sequence[Refused]) -> list[Line]:
    """As people read them; a constant number of queries."""
    names = names_of(person.municipality, [one.record for one in rows])
    known = set(map(str, Grant.objects.of(person.municipality).values_list("pk", flat=True)))
    return [
        Line(
            moment(one.last),
            moment(one.first),
            names.who(one.record) or "—",
            one.record.grant if one.record.grant in known else "",
            one.record.department,
            names.of("department", one.record.department),
            names.of("purpose", one.record.purpose),
            names.of("system", one.record.system),
            one.reason,
            str(REASONS.get(one.reason, one.reason)),
            one.count,
            listed(map(source, one.networks)) or "—",
        )
        for one in rows
    ]


def source(network: str) -> str:
    """A source network, for people."""
    words = {"other": gettext("そのほかの場所"), "unknown": gettext("分からない")}
    return words.get(network, network)


# --- when -----------------------------------------------------------------------------------


def periods(_request: HttpRequest | None = None) -> list[tuple[str, StrOrPromise]]:
    """What can be chosen: some days back, or a month."""
    today = timezone.localdate()
    month = f"{today:%Y-%m}"
    found: list[tuple[str, StrOrPromise]] = [
        (str(n), ngettext("直近%(n)s日間", "直近%(n)s日間", n) % {"n": n}) for n in DAYS
    ]
    for _n in range(MONTHS):
        found.append((month, month_label(month)))
        month = figures.month_before(month)
    return found


def days_of(period: str) -> tuple[datetime.date | None, datetime.date | None]:
    """First and last day of what was chosen; nothing for anything else."""
    if period not in dict(periods()):
        return None, None
    if period.isdecimal():
        return timezone.localdate() - datetime.timedelta(days=int(period) - 1), None
    return figures.month_days(period)


# --- the list -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Lines(Table):
    """A table over lines at hand: filters and columns name what a line has."""

    def narrow(self, request: HttpRequest, rows: Any) -> Any:
        """As `Table.narrow` does with a queryset."""
        words = folded(request.GET.get("q", "")).split()
        found = [one for one in rows if all(word in one.said for word in words)]
        for each in self.filters:
            value = request.GET.get(each.key, "")
            if value and value in {key for key, _label in each.choices(request)}:
                found = list(each.apply(found, value))  # type: ignore[arg-type]  # lines, where a table has a queryset
        asked = request.GET.get("sort", "")
        by = next((one for one in self.columns if one.sort and one.key == asked.lstrip("-")), None)
        if by is not None:
            found.sort(
                key=lambda line: [getattr(line, name) for name in by.sort], reverse=asked.startswith("-")
            )
        return found


def _filter(key: str, label: StrOrPromise, name: str, choices: Choices) -> Filter:
    rows = list(choices)
    return Filter(key, label, lambda _request: rows, lambda found, value: _with(found, name, value))


def _with(found: Any, name: str, value: str) -> Any:
    return [one for one in found if getattr(one, name) == value]


def table(request: HttpRequest, rows: Sequence[Line], departments: Choices, *, may_open: bool) -> Lines:
    """The list's declaration for these lines; ``may_open`` grants."""
    grants = {one.grant: labelled(one.who, one.purpose or one.system) for one in rows if one.grant}
    codes = {one.code for one in rows} | {request.GET.get("reason", "")} & REASONS.keys()
    return Lines(
        name="refused",
        caption=gettext_lazy("断った利用"),
        columns=[
            Column("at", gettext_lazy("日時"), lambda row: row.at, ("at",), kind="datetime"),
            Column(
                "who",
                gettext_lazy("使おうとした人"),
                lambda row: spoken(plainly(row.who)),
                ("who", "purpose"),
                link=(lambda row: reverse("access:grant", args=[row.grant]) if row.grant else None)
                if may_open
                else None,
                kind="name",
                hint=lambda row: spoken(row.department),
            ),
            Column(
                "purpose",
                pgettext_lazy("one", "利用目的"),
                lambda row: spoken(row.purpose or "—"),
                ("purpose", "system"),
                hint=lambda row: spoken(row.system),
            ),
            Column("reason", gettext_lazy("理由"), lambda row: row.reason, ("reason",)),
            Column("count", gettext_lazy("回数"), lambda row: row.count, ("count",), kind="number"),
            Column("networks", gettext_lazy("どこから"), lambda row: row.networks, ("networks",)),
        ],
        search=("said",),
        filters=[
            Filter("period", gettext_lazy("期間"), periods, lambda found, _value: found),
            _filter(
                "reason",
                gettext_lazy("理由"),
                "code",
                sorted((code, REASONS.get(code, code)) for code in codes),
            ),
            _filter(
                "grant",
                pgettext_lazy("one", "利用権"),
                "grant",
                sorted(grants.items(), key=lambda one: one[1]),
            ),
            Filter(
                "department",
                gettext_lazy("部署"),
                lambda _request: list(departments),
                lambda found, _value: found,
            ),
        ],
        empty=gettext_lazy("断った利用はありません。"),
        sheet=SHEET,
        sheet_row=_row,
    )


SHEET: Final = (
    SheetColumn("first", gettext_lazy("はじめ"), width=20),
    SheetColumn("at", gettext_lazy("最後"), width=20),
    SheetColumn("who", gettext_lazy("使おうとした人")),
    SheetColumn("department", gettext_lazy("部署"), width=24),
    SheetColumn("purpose", pgettext_lazy("one", "利用目的"), width=24),
    SheetColumn("system", pgettext_lazy("one", "AIシステム"), width=24),
    SheetColumn("grant", gettext_lazy("利用権の番号")),
    SheetColumn("reason", gettext_lazy("理由"), width=30),
    SheetColumn("count", gettext_lazy("回数"), "number"),
    SheetColumn("networks", gettext_lazy("どこから"), width=30),
)


def _row(line: Line) -> dict[str, Any]:
    names = ("who", "department", "purpose", "system", "grant", "reason", "count", "networks")
    times = {name: f"{timezone.localtime(getattr(line, name)):%Y-%m-%d %H:%M:%S}" for name in ("first", "at")}
    return {**times, **{name: getattr(line, name) for name in names}}
