"""人事異動: lines from Excel or CSV."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from kijun.governance.accounts import transfers as acting
from kijun.governance.accounts.models import Transfer
from kijun.governance.accounts.transfer_forms import SheetForm
from kijun.governance.accounts.transfers.sheet import COLUMNS, KIND
from kijun.governance.accounts.views._shared import first_message
from kijun.governance.organisation.tenancy import StaffRequest, get_mine
from kijun.web import imports
from kijun.web.excel import Sheet, read_table, write_workbook
from kijun.web.forms import add_errors
from kijun.web.models import StagedImport
from kijun.web.punctuation import bracketed, labelled
from kijun.web.tables import excel_response
from kijun.web.who_may import who_may


@require_GET
@who_may("accounts.manage_people")
def template(request: StaffRequest) -> HttpResponse:
    """An empty sheet with the headings."""
    return excel_response(write_workbook([Sheet(_("人事異動"), COLUMNS, [])]), "人事異動_取り込み用.xlsx")


@who_may("accounts.manage_people")
def upload(request: StaffRequest, pk: int) -> HttpResponse:
    """Choose a file; nothing is changed yet."""
    found = get_mine(request, Transfer, pk=pk)
    form = SheetForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        read = read_table(file.read(), file.name, COLUMNS)
        for problem in read.problems:
            form.add_error("file", problem)
        if not read.problems:
            try:
                staged = acting.stage_lines(request.user, found, read, filename=file.name)
            except ValidationError as error:
                add_errors(form, error)
            else:
                for note in read.notes:
                    messages.info(request, note)
                return redirect("accounts:preview_transfer", pk, staged.pk)
    context = {"form": form, "transfer": found}
    return render(request, "accounts/transfer_import.html", context, status=422 if form.is_bound else 200)


@who_may("accounts.manage_people")
def preview(request: StaffRequest, pk: int, staged_pk: int) -> HttpResponse:
    """What would be added and changed, and what is wrong; do it or throw it away."""
    found = get_mine(request, Transfer, pk=pk)
    try:
        staged = StagedImport.objects.get(
            pk=staged_pk, kind=KIND, municipality_id=request.municipality.pk, target_id=found.pk
        )
    except StagedImport.DoesNotExist as error:
        raise Http404 from error
    if request.method == "POST" and "discard" in request.POST:
        staged.delete()  # only a plan: nothing of the town hall changes
        messages.success(request, _("取り込みをやめました。何も変えていません。"))
        return redirect("accounts:transfer", pk)
    if request.method == "POST":
        try:
            counts = acting.carry_out_lines(request.user, found, staged)
        except ValidationError as error:
            messages.error(request, first_message(error))
            if getattr(error, "code", "") == "done":
                return redirect("accounts:transfer", pk)
            return redirect("accounts:preview_transfer", pk, staged_pk)
        text = _("%(add)s人を追加し、%(change)s人を変更しました。")
        messages.success(request, text % {"add": counts["add"], "change": counts["change"]})
        return redirect("accounts:transfer", pk)
    plan = imports.load(staged.plan["plan"])
    names, departments = staged.plan["names"], staged.plan.get("departments", {})
    context = {
        "transfer": found,
        "staged": staged,
        "plan": plan,
        "counts": plan.counts,
        "missing": plan.of("missing"),
        "sections": [
            (_("誤りのある行"), _rows(plan.of("error"), names, departments)),
            (_("追加する職員"), _rows(plan.of("add"), names, departments)),
            (_("変更する職員"), _rows(plan.of("change"), names, departments)),
        ],
    }
    return render(request, "accounts/transfer_preview.html", context)


def _rows(
    items: list[imports.PlanItem], names: dict[str, str], departments: dict[str, str]
) -> list[dict[str, object]]:
    """Rows as the page says them: number, person, what changes or what is wrong."""
    columns = {column.key: column for column in COLUMNS}

    def words(key: str, value: object) -> str:
        if value in (None, ""):
            return _("（なし）")
        column = columns[key]
        if key == "department" and value in departments:
            return bracketed(departments[str(value)], value)
        return str(dict(column.pairs()).get(str(value), value)) if column.choices else str(value)

    def lines(item: imports.PlanItem) -> list[str]:
        wrong = [
            labelled(columns[e.column].label if e.column in columns else e.column, e.message)
            for e in item.errors
        ]
        if item.action == "add":
            return wrong + [
                labelled(columns[c.column].label, words(c.column, c.after))
                for c in item.changes
                if c.after not in (None, "", "keep")
            ]
        return wrong + [
            labelled(columns[c.column].label, f"{words(c.column, c.before)} → {words(c.column, c.after)}")
            for c in item.changes
        ]

    return [
        {"number": item.row_number, "key": item.key, "name": names.get(item.key, ""), "lines": lines(item)}
        for item in items
    ]
