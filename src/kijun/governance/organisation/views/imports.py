"""Departments from Excel or CSV: file, preview, confirmation."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from kijun.governance.organisation import actions
from kijun.governance.organisation.actions.imports import KIND
from kijun.governance.organisation.columns import COLUMNS
from kijun.governance.organisation.forms import ImportForm
from kijun.governance.organisation.tenancy import StaffRequest
from kijun.web import imports
from kijun.web.excel import Sheet, read_table, write_workbook
from kijun.web.models import StagedImport
from kijun.web.punctuation import labelled
from kijun.web.tables import excel_response
from kijun.web.who_may import who_may


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row of the preview as the page says it."""

    number: int | None
    key: str
    lines: list[str]


def shown_rows(items: list[imports.PlanItem], labels: dict[str, str]) -> list[ShownRow]:
    """What each row of a plan changes or what is wrong with it, in words."""
    empty = _("（なし）")

    def lines(item: imports.PlanItem) -> list[str]:
        wrong = [labelled(labels.get(one.column, one.column), one.message) for one in item.errors]
        if item.action == "add":
            return wrong + [
                labelled(labels[c.column], c.after) for c in item.changes if c.after not in (None, "")
            ]
        return wrong + [
            labelled(
                labels[c.column],
                f"{empty if c.before in (None, '') else c.before} → {empty if c.after in (None, '') else c.after}",
            )
            for c in item.changes
        ]

    return [ShownRow(item.row_number, item.key, lines(item)) for item in items]


@who_may("organisation.manage")
def upload(request: StaffRequest) -> HttpResponse:
    """Choose a file; nothing is changed yet."""
    form = ImportForm(
        request.POST or None, request.FILES or None, initial={"valid_from": timezone.localdate()}
    )
    problems: list[str] = []
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        read = read_table(data["file"].read(), data["file"].name, COLUMNS)
        problems = read.problems
        if not problems:
            staged = actions.stage(
                request.user, request.municipality, read,
                filename=data["file"].name, valid_from=data["valid_from"], reason=data["reason"],
            )  # fmt: skip
            for note in read.notes:
                messages.info(request, note)
            return redirect("organisation:import_preview", staged.pk)
        for problem in problems:
            form.add_error("file", problem)
    return render(request, "organisation/import.html", {"form": form}, status=422 if form.is_bound else 200)


@require_GET
@who_may("organisation.manage")
def template(request: StaffRequest) -> HttpResponse:
    """An empty sheet with the headings."""
    return excel_response(write_workbook([Sheet(_("部署"), COLUMNS, [])]), "部署_取り込み用.xlsx")


@who_may("organisation.manage")
def preview(request: StaffRequest, pk: int) -> HttpResponse:
    """What would be added and changed, what is wrong; do it or throw it away."""
    try:
        staged = StagedImport.objects.get(pk=pk, kind=KIND, municipality_id=request.municipality.pk)
    except StagedImport.DoesNotExist as error:
        raise Http404 from error
    if request.method == "POST" and "discard" in request.POST:
        actions.discard(request.user, request.municipality, staged)
        messages.success(request, _("取り込みをやめました。何も変えていません。"))
        return redirect("organisation:departments")
    if request.method == "POST":
        try:
            counts = actions.carry_out(request.user, request.municipality, staged)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            if getattr(error, "code", "") == "done":
                return redirect("organisation:departments")
            return redirect("organisation:import_preview", pk)
        text = _("%(add)s件を追加し、%(change)s件を変更しました。")
        messages.success(request, text % {"add": counts["add"], "change": counts["change"]})
        return redirect("organisation:departments")
    plan = imports.load(staged.plan["plan"])
    labels = {column.key: str(column.label) for column in COLUMNS}
    return render(
        request,
        "organisation/import_preview.html",
        {
            "staged": staged,
            "plan": plan,
            "counts": plan.counts,
            "valid_from": datetime.date.fromisoformat(staged.plan["valid_from"]),
            "sections": [
                (_("誤りのある行"), "danger", shown_rows(plan.of("error"), labels)),
                (_("追加する部署"), "success", shown_rows(plan.of("add"), labels)),
                (_("変更する部署"), "progress", shown_rows(plan.of("change"), labels)),
            ],
            "missing": plan.of("missing"),
        },
    )
