"""Answers as Excel, out and in."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kijun.governance.assessments import sheet
from kijun.governance.assessments.forms import SheetForm
from kijun.governance.assessments.models import Status
from kijun.governance.assessments.views.common import Desk, find, lang, name_of, page
from kijun.governance.organisation.tenancy import StaffRequest
from kijun.web import dates, imports
from kijun.web.tables import excel_response
from kijun.web.who_may import who_may

SALT = "assessments.sheet"
LABELS = {column.key: column.label for column in sheet.COLUMNS}


@who_may("assessments.view")
def save_sheet(request: StaffRequest, pk: int) -> HttpResponse:
    """The answers as an Excel file, to fill in and send back."""
    found = find(request, pk)
    desk = Desk.of(request, found)
    content = sheet.write(found, desk.answers)
    return excel_response(content, "_".join([_("自己点検"), name_of(found), found.cycle.name]) + ".xlsx")


@who_may("assessments.answer")
def import_sheet(request: StaffRequest, pk: int) -> HttpResponse:
    """Choose a file, see what it would change, confirm."""
    found = find(request, pk)
    desk = Desk.of(request, found)
    if "plan" in request.POST:
        return _apply(request, desk)
    may_import = any(desk.asked.may(one) for one in desk.answers)
    form = SheetForm()
    context: dict[str, Any] = {}
    if request.method == "POST":
        form = SheetForm(request.POST, request.FILES)
        if form.is_valid():
            file = form.cleaned_data["file"]
            read, made = sheet.preview(request.user, found, desk.answers, file.read(), file.name)
            for problem in read.problems:
                form.add_error("file", problem)
            if made is not None:
                context = _shown(request, desk, made) | {"notes": read.notes}
    elif not found.is_open:
        messages.error(request, _("この点検はもう提出されているため、取り込めません。"))
        return redirect("assessments:assessment", pk=pk)
    status = 422 if form.errors or (context and not context["plan"].ok) else 200
    return render(
        request,
        "assessments/import.html",
        page(request, desk, form=form, may_import=may_import, **context),
        status=status,
    )


def _shown(request: StaffRequest, desk: Desk, made: imports.ImportPlan) -> dict[str, Any]:
    rows = [
        {
            "number": item.row_number,
            "id": item.key,
            "title": _title(desk, item.key),
            "changes": [
                (
                    LABELS[change.column],
                    _words(change.column, change.before),
                    _words(change.column, change.after),
                )
                for change in item.changes
            ],
            "errors": [(LABELS.get(error.column, error.column), error.message) for error in item.errors],
        }
        for item in made.of("change", "error", "add")
    ]
    rows.sort(key=lambda row: not row["errors"])  # what has to be mended stands first
    kept = {"assessment": desk.assessment.pk, "person": request.user.pk, "plan": imports.dump(made)}
    packed = signing.dumps(kept, salt=SALT, compress=True) if made.ok and made.of("change") else ""
    return {"plan": made, "rows": rows, "counts": made.counts, "packed": packed}


def _title(desk: Desk, control_id: str) -> str:
    known = {one.control_id for one in desk.answers}
    return desk.control(control_id).title.get(lang()) if control_id in known else ""


def _words(column: str, value: Any) -> str:
    if value is None or value == "":
        return ""
    if column == "status":
        return str(Status(value).label)
    return dates.format_date(value) if column == "planned_on" else str(value)


def _apply(request: StaffRequest, desk: Desk) -> HttpResponse:
    pk = desk.assessment.pk
    try:
        kept = signing.loads(request.POST["plan"], salt=SALT, max_age=3600)
        if kept["assessment"] != pk or kept["person"] != request.user.pk:
            raise signing.BadSignature
        number = sheet.apply(request.user, desk.assessment, desk.answers, imports.load(kept["plan"]))
    except (signing.BadSignature, imports.PlanError):
        messages.error(request, _("取り込みの準備が古くなりました。ファイルをもう一度選んでください。"))
        return redirect("assessments:import", pk=pk)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("assessments:import", pk=pk)
    words = ngettext("%(n)s件の回答を取り込みました。", "%(n)s件の回答を取り込みました。", number)
    messages.success(request, words % {"n": number})
    return redirect("assessments:assessment", pk=pk)
