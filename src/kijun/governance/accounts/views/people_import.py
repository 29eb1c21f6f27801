"""People from Excel or CSV: upload, preview with every difference and error, confirmation. Nothing changes before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kijun.governance.accounts import actions, sheets
from kijun.governance.accounts.views._shared import first_message
from kijun.governance.organisation.tenancy import StaffRequest
from kijun.web import excel, imports
from kijun.web.forms import Form
from kijun.web.models import StagedImport
from kijun.web.tables import excel_response
from kijun.web.who_may import who_may

KIND = "accounts.people"
LABELS = {column.key: column.label for column in sheets.COLUMNS}


class UploadForm(Form):
    file = forms.FileField(
        label=gettext_lazy("ファイル"),
        help_text=gettext_lazy("Excel（.xlsx）かCSV。1行目を見出しにします。5MB、10,000行まで。"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > excel.ReadLimits().max_bytes:
            raise ValidationError(_("ファイルが大きすぎます（上限5MB）。行を分けて保存し直してください。"))
        return file


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the preview."""

    row_number: int | None
    key: str
    action: str
    name: str
    changes: list[tuple[Any, str, str]]
    errors: list[tuple[Any, str]]


def _shown(column: str, value: imports.Value) -> str:
    text = "" if value is None else str(value)
    if column == "roles":
        return sheets.roles_in_words(text)
    return str(dict(sheets.STATES).get(text, text)) if column == "state" else text


def lines(made: imports.ImportPlan) -> list[Line]:
    """Errors first, then changes, then new people; unchanged rows are only counted."""
    found = []
    for item in made.of("error") + made.of("change") + made.of("add"):
        changes = [
            (LABELS.get(c.column, c.column), _shown(c.column, c.before), _shown(c.column, c.after))
            for c in item.changes
        ]
        errors = [(LABELS.get(e.column, e.column), e.message) for e in item.errors]
        name = next((str(c.after) for c in item.changes if c.column == "name" and c.after), "")
        found.append(Line(item.row_number, item.key, item.action, name, changes, errors))
    return found


@who_may("accounts.manage_people")
def upload(request: StaffRequest) -> HttpResponse:
    """Choose a file; what it would do is worked out and kept for the preview."""
    form = UploadForm(request.POST or None, request.FILES or None)
    problems: list[str] = []
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        result = excel.read_table(file.read(), file.name, sheets.READ)
        problems = result.problems
        if not problems and "staff_number" in result.columns:
            made = sheets.make_plan(request.municipality, result)
            StagedImport.objects.filter(
                kind=KIND, municipality_id=request.municipality.pk, made_by_id=request.user.pk
            ).delete()
            staged = StagedImport.objects.create(
                kind=KIND,
                municipality_id=request.municipality.pk,
                made_by_id=request.user.pk,
                filename=file.name[:200],
                plan={"plan": imports.dump(made), "notes": result.notes},
            )
            return redirect("accounts:preview_import", pk=staged.pk)
        for problem in problems or [_("「職員番号」の列がありません。見出しを確かめてください。")]:
            form.add_error("file", problem)
    return render(request, "accounts/import.html", {"form": form}, status=422 if form.is_bound else 200)


@who_may("accounts.manage_people")
def preview(request: StaffRequest, pk: int) -> HttpResponse:
    """Every difference and every error; confirming carries all of it out, or nothing."""
    staged = StagedImport.objects.filter(
        pk=pk, kind=KIND, municipality_id=request.municipality.pk, made_by_id=request.user.pk
    ).first()
    if staged is None or staged.is_expired:
        messages.warning(request, _("取り込みの準備がなくなりました。ファイルをもう一度選んでください。"))
        return redirect("accounts:import_people")
    try:
        made = imports.load(staged.plan["plan"])
        if request.method == "POST":
            counts = actions.import_people(request.user, request.municipality, made)
            staged.delete()
            messages.success(
                request,
                _("取り込みました。追加%(add)s人、変更%(change)s人。")
                % {"add": counts["add"], "change": counts["change"]},
            )
            return redirect("accounts:people")
    except (ValidationError, imports.PlanError) as error:
        text = first_message(error) if isinstance(error, ValidationError) else str(error)
        messages.error(request, text)
        return redirect("accounts:import_people")
    context = {
        "staged": staged,
        "lines": lines(made),
        "counts": made.counts,
        "ok": made.ok and bool(made.of("add", "change")),
        "has_errors": not made.ok,
        "notes": staged.plan.get("notes", []),
    }
    return render(request, "accounts/import_preview.html", context)


@who_may("accounts.manage_people")
def template(request: StaffRequest) -> HttpResponse:
    """An empty sheet with the headings and their hints."""
    return excel_response(
        excel.write_workbook([excel.Sheet(gettext_lazy("職員"), sheets.COLUMNS)]), _("職員_ひな形.xlsx")
    )
