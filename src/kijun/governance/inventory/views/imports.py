"""Excel in: choose a file, see what would change, confirm. One way for systems and for datasets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from kijun.governance.accounts.models import Person
from kijun.governance.inventory import actions, dataset_sheets, sheets
from kijun.governance.inventory.sheet_cells import Known
from kijun.governance.organisation.models import Municipality
from kijun.governance.organisation.tenancy import StaffRequest
from kijun.web import imports
from kijun.web.excel import ReadResult, ReadRow, SheetColumn, read_table
from kijun.web.forms import Form, add_errors
from kijun.web.models import StagedImport
from kijun.web.who_may import who_may


@dataclass(frozen=True, slots=True)
class Sheets:
    """What differs between the two: columns, rows, words, addresses."""

    kind: str
    listing: str
    choose: str
    preview: str
    title: StrOrPromise
    new: StrOrPromise
    hint: StrOrPromise
    columns: Callable[[], list[SheetColumn]]
    known: Callable[[Municipality], Known]
    prepare: Callable[[list[ReadRow], Known], list[ReadRow]]
    shown: Callable[[str, Any], Any]
    apply: Callable[[Person, Municipality, imports.ImportPlan], tuple[int, int]]


SYSTEMS = Sheets(
    "inventory.systems",
    "inventory:systems",
    "inventory:import",
    "inventory:import_preview",
    gettext_lazy("AIシステム"),
    gettext_lazy("新しい下書き"),
    gettext_lazy(
        "一覧の「Excelで保存する」で作ったファイルを直して使います。番号を空けた行は、新しい下書きになります。"
    ),
    sheets.sheet_columns,
    sheets.known,
    sheets.prepare,
    sheets.shown,
    actions.apply_import,
)
DATASETS = Sheets(
    "inventory.datasets",
    "inventory:datasets",
    "inventory:import_datasets",
    "inventory:import_datasets_preview",
    gettext_lazy("データセット"),
    gettext_lazy("新しいデータセット"),
    gettext_lazy(
        "一覧の「Excelで保存する」で作ったファイルを直して使います。番号を空けた行は、新しいデータセットになります。"
    ),
    dataset_sheets.sheet_columns,
    dataset_sheets.known,
    dataset_sheets.prepare,
    dataset_sheets.shown,
    actions.import_datasets,
)


class FileForm(Form):
    file = forms.FileField(
        label=gettext_lazy("ファイル"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
    )

    def __init__(self, *args: Any, hint: StrOrPromise, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = hint


@who_may("inventory.register")
def choose(request: StaffRequest) -> HttpResponse:
    """A file of systems."""
    return _choose(request, SYSTEMS)


@who_may("inventory.register")
def preview(request: StaffRequest, pk: int) -> HttpResponse:
    """What the file of systems would change."""
    return _preview(request, SYSTEMS, pk)


@who_may("inventory.add_dataset")
def choose_datasets(request: StaffRequest) -> HttpResponse:
    """A file of datasets."""
    return _choose(request, DATASETS)


@who_may("inventory.add_dataset")
def preview_datasets(request: StaffRequest, pk: int) -> HttpResponse:
    """What the file of datasets would change."""
    return _preview(request, DATASETS, pk)


def _choose(request: StaffRequest, what: Sheets) -> HttpResponse:
    """Read the file and stage what it would do."""
    form = FileForm(request.POST or None, request.FILES or None, hint=what.hint)
    problems: list[str] = []
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            upload = form.cleaned_data["file"]
            result = read_table(upload.read(), upload.name, what.columns())
            problems = result.problems or _without_key(result, what)
            if not problems:
                return redirect(what.preview, _stage(request, what, upload.name, result).pk)
    context = {"form": form, "problems": problems, "title": what.title, "list": reverse(what.listing)}
    return render(request, "inventory/import.html", context, status=status)


def _without_key(result: ReadResult, what: Sheets) -> list[str]:
    """Without the column of numbers every row would be taken for a new one."""
    if "code" in result.columns:
        return []
    label = what.columns()[0].label
    return [
        _("「%(label)s」の列がありません。新しく登録する行も、列を残して番号を空けてください。")
        % {"label": label}
    ]


def _stage(request: StaffRequest, what: Sheets, filename: str, result: ReadResult) -> StagedImport:
    about = what.known(request.municipality)
    rows = what.prepare(result.rows, about)
    keys = {column.key for column in what.columns()}
    plan = imports.plan(rows, about.rows, "code", [name for name in result.columns if name in keys])
    old = StagedImport.objects.filter(kind=what.kind, made_at__lt=timezone.now() - StagedImport.LIFETIME)
    old.delete()
    return StagedImport.objects.create(
        kind=what.kind,
        municipality_id=request.municipality.pk,
        made_by_id=request.user.pk,
        filename=filename[:200],
        plan={"plan": imports.dump(plan), "notes": result.notes},
    )


def _preview(request: StaffRequest, what: Sheets, pk: int) -> HttpResponse:
    """What the file would change; nothing is changed before this is confirmed."""
    staged = get_object_or_404(
        StagedImport,
        pk=pk,
        kind=what.kind,
        municipality_id=request.municipality.pk,
        made_by_id=request.user.pk,
    )
    if staged.is_expired:
        messages.warning(request, _("時間がたったので、もう一度ファイルを選んでください。"))
        return redirect(what.choose)
    plan = imports.load(staged.plan["plan"])
    form = Form(request.POST) if request.method == "POST" else Form()
    if request.method == "POST" and form.is_valid():
        try:
            changed, made = what.apply(request.user, request.municipality, plan)
        except ValidationError as error:
            add_errors(form, error)
        else:
            staged.delete()
            words = {"changed": changed, "made": made, "new": what.new}
            messages.success(
                request, _("取り込みました。変更 %(changed)s件、%(new)s %(made)s件です。") % words
            )
            return redirect(what.listing)
    labels = {column.key: column.label for column in what.columns()}
    context = {
        "staged": staged,
        "title": what.title,
        "new": what.new,
        "list": reverse(what.listing),
        "choose": reverse(what.choose),
        "notes": staged.plan["notes"],
        "form": form,
        "plan": plan,
        "counts": plan.counts,
        "changed": [(item, _lines(what, item, labels)) for item in plan.of("change", "add")],
        "wrong": [
            (item, [(labels.get(e.column, e.column), e.message) for e in item.errors])
            for item in plan.of("error")
        ],
        "nothing": not plan.of("change", "add"),
    }
    return render(request, "inventory/import_preview.html", context, status=422 if form.errors else 200)


def _lines(what: Sheets, item: imports.PlanItem, labels: dict[str, Any]) -> list[tuple[Any, Any, Any]]:
    return [
        (
            labels.get(change.column, change.column),
            what.shown(change.column, change.before),
            what.shown(change.column, change.after),
        )
        for change in item.changes
    ]
