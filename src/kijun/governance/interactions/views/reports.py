"""Access reports: the list, one report with its chart, as Excel, acknowledged."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django_stubs_ext import StrOrPromise

from kijun.governance.accounts.roles import Role
from kijun.governance.interactions import actions, figures, wording
from kijun.governance.interactions.forms import AcknowledgeForm, RemarkForm
from kijun.governance.interactions.models import AccessReport
from kijun.governance.interactions.refused import REASONS
from kijun.governance.interactions.report_links import CONFIRMED, ReportLinks, links_of
from kijun.governance.interactions.reports import (
    counted,
    findings,
    month_label,
    remarked,
    staff_numbers,
    state,
    visible,
)
from kijun.governance.interactions.reports import names as names_of
from kijun.governance.organisation.tenancy import StaffRequest, get_mine
from kijun.web import charts, excel
from kijun.web.forms import Form, add_errors
from kijun.web.tables import excel_response
from kijun.web.templatetags.kit import named
from kijun.web.who_may import who_may

PER_PAGE = 12
"""Months that the list shows."""


@who_may("interactions.view_reports")
def reports(request: StaffRequest) -> HttpResponse:
    """The newest months first; what nobody has acknowledged in time is said on top."""
    rows = visible(request.user)
    months = list(rows.order_by("-month").values_list("month", flat=True).distinct()[:PER_PAGE])
    shown = rows.filter(month__in=months)
    groups = [
        (
            month,
            month_label(month),
            [(one, state(one), _in_list(one)) for one in shown if one.month == month],
        )
        for month in months
    ]
    late = [(one, month_label(one.month)) for one in shown if one.is_overdue]
    if request.GET.get("format") == "xlsx":
        return _workbook(request, list(shown))
    it_staff = Role.IT_STAFF in request.user.roles_today()
    return render(
        request, "interactions/reports.html", {"groups": groups, "late": late, "it_staff": it_staff}
    )


def _in_list(one: AccessReport) -> dict[str, Any]:
    names = ("interactions", "people", "blocked", "out_of_hours")
    shown = {name: wording.amount(name, figures.figure(one.figures, name)) for name in names}
    return {**shown, "anomalies": bool(one.figures.get("anomalies"))}


@who_may("interactions.view_reports")
def report(request: StaffRequest, pk: int) -> HttpResponse:
    """One department's month; its approver says whether something looks odd, and later what else they noticed."""
    row = get_mine(request, AccessReport.objects.select_related("department", "acknowledged_by"), pk=pk)
    if not request.user.has_perm("interactions.view_report", row):
        raise Http404  # as for one that does not exist: whose reports there are is nobody else's to know
    if not request.user.has_perm("interactions.acknowledge", row):
        return _show(request, row, None)
    if request.method == "POST":
        return _remark(request, row) if "remark" in request.POST else _acknowledge(request, row)
    return _show(request, row, _form(row))


def _form(row: AccessReport) -> Form:
    return RemarkForm() if row.acknowledged_at else AcknowledgeForm(initial={"revision": row.revision})


def _acknowledge(request: StaffRequest, row: AccessReport) -> HttpResponse:
    form = AcknowledgeForm(request.POST, initial={"revision": row.revision})
    if row.acknowledged_at is not None:
        return _too_late(request, row)
    if form.is_valid():
        data = form.cleaned_data
        said = {"odd": data["odd"], "comment": data["comment"], "seen_revision": data["revision"]}
        try:
            actions.acknowledge(request.user, row, **said)
        except ValidationError as error:
            if getattr(error, "code", "") == actions.ACKNOWLEDGED:
                return _too_late(request, row)
            add_errors(form, error)
        else:
            messages.success(request, _("利用報告の確認を記録しました。"))
            return redirect("interactions:report", row.pk)
    return _show(request, row, form, status=422)


def _too_late(request: StaffRequest, row: AccessReport) -> HttpResponse:
    """Somebody acknowledged the report first: what was written is kept, to be added as a remark."""
    written = request.POST.get("comment", "").strip()
    odd = request.POST.get("odd") == "yes"
    if (row.acknowledged_by, row.odd, row.comment) == (request.user, odd, written):
        messages.info(request, _("あなたの確認は、すでに記録しています。"))  # the button was pressed twice
        return redirect("interactions:report", row.pk)
    words = [_("すでに%(by)sさんが確認しました。") % {"by": row.acknowledged_by}]
    if written:
        words.append(
            _("あなたが書いたことは、まだ記録していません。残すときは、下の「書き足す」を押してください。")
        )
    elif odd:
        words.append(_("気になる点があれば、下に書き足してください。"))
    form = RemarkForm({"remark": written})
    form.add_error(None, words)
    return _show(request, row, form, status=422)


def _remark(request: StaffRequest, row: AccessReport) -> HttpResponse:
    form = RemarkForm(request.POST)
    if form.is_valid():
        try:
            actions.remark(request.user, row, form.cleaned_data["remark"])
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("気になる点を書き足しました。"))
            return redirect("interactions:report", row.pk)
    return _show(request, row, form, status=422)


def _show(request: StaffRequest, row: AccessReport, form: Form | None, status: int = 200) -> HttpResponse:
    return render(request, "interactions/report.html", _context(request, row, form), status=status)


def _context(request: StaffRequest, row: AccessReport, form: Form | None) -> dict[str, Any]:
    told, links = row.figures, links_of(request.user, row)
    return {
        "report": row,
        "form": form,
        "month": month_label(row.month),
        "state": state(row),
        "figures": [
            (wording.COMPARED[name], wording.amount(name, n), links.figure(name) if n else "")
            for name, n in ((name, figures.figure(told, name)) for name in figures.COMPARED)
        ],
        "anomalies": [
            (wording.ANOMALIES[one], links.figure(one))
            for one in told.get("anomalies", [])
            if one in wording.ANOMALIES
        ],
        "changes": [_change(one) for one in told.get("changes", []) if one["name"] in wording.COMPARED],
        "tables": _tables(request, row, links),
        "findings": _findings(told, links),
        "chart": _chart(row),
        "looks": bool(links.records),
        "remarks": list(row.remarks.select_related("by")),
    }


def _change(one: Mapping[str, Any]) -> tuple[StrOrPromise, Any, Any, Any, bool]:
    """Label, before, now, difference, whether it grew."""
    name, difference = one["name"], one["now"] - one["before"]
    shown = (wording.amount(name, n) for n in (one["before"], one["now"], difference))
    return (wording.COMPARED[name], *shown, difference > 0)


def _tables(request: StaffRequest, row: AccessReport, links: ReportLinks) -> list[tuple[Any, ...]]:
    """Title, head, unit, and rows of (label, figure, address)."""
    told, names = row.figures, names_of(request.user, [row])
    numbers = staff_numbers(request.user, told.get("by_person", {}))

    def shown(kind: str, counts: Mapping[str, int], address: Callable[[str], str]) -> list[tuple[Any, ...]]:
        return [
            (names.of(kind, id), wording.amount("interactions", n), address(id))
            for id, n in counted(counts, str)
        ]

    def of(kind: str) -> Callable[[str], str]:
        return lambda id: links.search(**{kind: id if (kind, id) in names.known else ""})

    return [
        (
            pgettext("one", "AIシステム"),
            _("名称"),
            _("利用回数"),
            shown("system", told.get("systems", {}), of("system")),
        ),
        (
            pgettext("one", "利用目的"),
            _("名称"),
            _("利用回数"),
            shown("purpose", told.get("purposes", {}), of("purpose")),
        ),
        (
            _("利用の多い職員（5人まで）"),
            _("職員"),
            _("利用回数"),
            shown(
                "person",
                told.get("by_person", {}),
                lambda id: links.search(person=numbers.get(id, "")),
            ),
        ),
        (
            _("断った利用"),
            _("理由"),
            _("回数"),
            [
                (str(REASONS.get(code, code)), wording.amount("refused", n), links.refused(code))
                for code, n in counted(told.get("refused_by", {}), str)
            ],
        ),
    ]


def _findings(told: Mapping[str, Any], links: ReportLinks) -> list[dict[str, Any]]:
    """A line a kind; each figure with its address."""
    verdicts = {
        "count": {},
        "masked": {"verdict": "masked"},
        "confirmed": {"verdict": CONFIRMED},
        "blocked": {"verdict": "blocked"},
    }
    return [
        {
            "label": wording.finding(one["type"]),
            "group": wording.finding_group(one["type"]),
            "cells": [
                (
                    wording.FOUND[name],
                    wording.amount("blocked", one[name]),
                    links.search(finding=one["type"], **asked) if one[name] else "",
                )
                for name, asked in verdicts.items()
            ],
        }
        for one in findings(told)
    ]


def _chart(row: AccessReport) -> charts.Chart:
    first, last = figures.month_days(row.month)
    days = row.figures.get("days", {})
    points: list[tuple[StrOrPromise, float | int | None]] = []
    for n in range((last - first).days + 1):
        day = first + datetime.timedelta(days=n)
        points.append((f"{day.month}/{day.day}", days.get(day.isoformat(), 0)))
    title = _("日ごとの利用回数")
    most = max((value or 0 for _label, value in points), default=0)
    return charts.line(
        title,
        _("1日から月末までの、日ごとの利用回数です。"),
        points,
        value_label=_("利用回数"),
        span=(0, max(4, most)),  # uses are whole: no axis in quarters
    )


def _workbook(request: StaffRequest, rows: list[AccessReport]) -> HttpResponse:
    columns = [
        excel.SheetColumn("month", _("月")),
        excel.SheetColumn("department", _("部署"), width=24),
        *(excel.SheetColumn(name, wording.COMPARED[name], "number") for name in figures.COMPARED),
        excel.SheetColumn("tokens", _("トークン数"), "number"),
        excel.SheetColumn("findings", _("見つかったもの"), width=40),
        excel.SheetColumn("anomalies", _("目立つこと"), width=40),
        excel.SheetColumn("state", _("状態")),
        excel.SheetColumn("by", _("確認した人")),
        excel.SheetColumn("on", _("部署が確認した日"), "date"),
        excel.SheetColumn("comment", _("気になる点と対応"), width=40),
    ]
    sheet = excel.Sheet(_("利用報告"), columns, [_sheet_row(one) for one in rows])
    today = f"{timezone.localdate():%Y%m%d}"
    return excel_response(excel.write_workbook([sheet]), f"{_('利用報告')}_{today}.xlsx")


def _sheet_row(one: AccessReport) -> dict[str, Any]:
    told = one.figures
    found = (f"{wording.finding(type)} {count}" for type, count in told.get("findings", {}).items())
    odd = (str(wording.ANOMALIES[name]) for name in told.get("anomalies", []) if name in wording.ANOMALIES)
    return {
        "month": one.month,
        "department": named(one.department) if one.department else _("部署なし"),
        **{name: figures.figure(told, name) for name in figures.COMPARED},
        "tokens": told.get("tokens", 0),
        "findings": " / ".join(found),
        "anomalies": " ".join(odd),
        "state": str(state(one)[0]),
        "by": str(one.acknowledged_by or ""),
        "on": timezone.localtime(one.acknowledged_at).date() if one.acknowledged_at else None,
        "comment": "\n".join((one.comment, *map(remarked, one.remarks.all()))).strip(),
    }
