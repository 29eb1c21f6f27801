"""Excel in: choose a file, see what would change, confirm."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kijun.governance.inventory import actions, sheets
from kijun.governance.inventory.models import AISystem
from kijun.governance.inventory.views.registration import add_errors
from kijun.governance.organisation.tenancy import StaffRequest
from kijun.web import imports
from kijun.web.excel import read_table
from kijun.web.forms import Form
from kijun.web.models import StagedImport
from kijun.web.who_may import who_may

KIND = "inventory.systems"


class FileForm(Form):
    file = forms.FileField(
        label=gettext_lazy("ファイル"),
        help_text=gettext_lazy(
            "一覧の「Excelで保存する」で作ったファイルを直して使います。番号を空けた行は、新しい下書きになります。"
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
    )


@who_may("inventory.register")
def choose(request: StaffRequest) -> HttpResponse:
    """Read the file and stage what it would do."""
    form, problems, status = FileForm(request.POST or None, request.FILES or None), [], 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            upload = form.cleaned_data["file"]
            result = read_table(upload.read(), upload.name, sheets.sheet_columns())
            problems = result.problems
            if not problems:
                return redirect("inventory:import_preview", _stage(request, upload.name, result).pk)
    return render(request, "inventory/import.html", {"form": form, "problems": problems}, status=status)


def _stage(request: StaffRequest, filename: str, result: Any) -> StagedImport:
    known = sheets.existing(AISystem.objects.of(request.municipality))
    rows = sheets.prepare(result.rows, request.user, known)
    columns = [name for name in result.columns if name in {c.key for c in sheets.sheet_columns()}]
    plan = imports.plan(rows, known, "code", columns)
    StagedImport.objects.filter(kind=KIND, made_at__lt=timezone.now() - StagedImport.LIFETIME).delete()
    return StagedImport.objects.create(
        kind=KIND,
        municipality_id=request.municipality.pk,
        made_by_id=request.user.pk,
        filename=filename[:200],
        plan={"plan": imports.dump(plan), "notes": result.notes},
    )


@who_may("inventory.register")
def preview(request: StaffRequest, pk: int) -> HttpResponse:
    """What the file would change; nothing is changed before this is confirmed."""
    staged = get_object_or_404(
        StagedImport,
        pk=pk,
        kind=KIND,
        municipality_id=request.municipality.pk,
        made_by_id=request.user.pk,
    )
    if staged.is_expired:
        messages.warning(request, _("時間がたったので、もう一度ファイルを選んでください。"))
        return redirect("inventory:import")
    plan = imports.load(staged.plan["plan"])
    form = Form(request.POST) if request.method == "POST" else Form()
    if request.method == "POST" and form.is_valid():
        try:
            changed, made = actions.apply_import(request.user, request.municipality, plan)
        except ValidationError as error:
            add_errors(form, error)
        else:
            staged.delete()
            words = {"changed": changed, "made": made}
            messages.success(
                request, _("取り込みました。変更 %(changed)s件、新しい下書き %(made)s件です。") % words
            )
            return redirect("inventory:systems")
    labels = {column.key: column.label for column in sheets.sheet_columns()}
    context = {
        "staged": staged,
        "notes": staged.plan["notes"],
        "form": form,
        "plan": plan,
        "counts": plan.counts,
        "changed": [(item, _lines(item, labels)) for item in plan.of("change", "add")],
        "wrong": [
            (item, [(labels.get(e.column, e.column), e.message) for e in item.errors])
            for item in plan.of("error")
        ],
        "nothing": not plan.of("change", "add"),
    }
    return render(request, "inventory/import_preview.html", context, status=422 if form.errors else 200)


def _lines(item: imports.PlanItem, labels: dict[str, Any]) -> list[tuple[Any, Any, Any]]:
    return [
        (
            labels.get(change.column, change.column),
            sheets.shown(change.column, change.before),
            sheets.shown(change.column, change.after),
        )
        for change in item.changes
    ]
