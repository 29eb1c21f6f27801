"""Logs of other products in: choose a file, say what is what, look, confirm."""

from __future__ import annotations

import contextlib
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kijun.governance.interactions import actions, importing, importing_tables, wording
from kijun.governance.interactions.forms import FileForm, TemplateForm
from kijun.governance.interactions.importing_files import content_of, faults_of
from kijun.governance.interactions.importing_preview import Preview
from kijun.governance.interactions.importing_tables import Headings
from kijun.governance.interactions.models import ImportRun, ImportTemplate
from kijun.governance.organisation.tenancy import StaffRequest, get_mine
from kijun.inspection import InspectionError
from kijun.web.excel import SheetError
from kijun.web.forms import Form, add_errors
from kijun.web.who_may import who_may

MOST_ERRORS = 50


@who_may("interactions.import")
def imports(request: StaffRequest) -> HttpResponse:
    """What was imported, what the person has still to confirm, and how logs are read."""
    runs = ImportRun.objects.of(request.municipality).select_related("template", "made_by")
    staged = runs.filter(state=ImportRun.State.PREVIEW, made_by=request.user)
    runs = runs.exclude(state=ImportRun.State.PREVIEW)
    templates = ImportTemplate.objects.of(request.municipality).select_related("system", "purpose")
    waiting = [(one, one.made_at + ImportRun.LIFETIME) for one in staged if not one.is_expired]
    context = {"runs": runs[:100], "staged": waiting, "templates": templates}
    return render(request, "interactions/imports.html", context)


@who_may("interactions.import")
def choose(request: StaffRequest) -> HttpResponse:
    """A file, and how it is read."""
    templates = ImportTemplate.objects.of(request.municipality)
    form = FileForm(request.POST or None, request.FILES or None, templates=templates)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            how, file = form.cleaned_data["how"], form.cleaned_data["file"]
            template, content = form.templates.get(how), file.read()
            kind = how.removeprefix("new-") if template is None else template.form
            try:
                importing.check(kind, content, file.name)
            except SheetError as error:
                form.add_error("file", str(error))
            else:
                run = actions.stage_import(
                    request.user, filename=file.name, content=content, form=kind, template=template
                )
                way = "interactions:import_preview" if template else "interactions:import_mapping"
                return redirect(way, run.pk)
    return render(request, "interactions/import_choose.html", {"form": form}, status=status)


def _run(request: StaffRequest, pk: int) -> ImportRun:
    """A file of the municipality; one that waits for its confirmation only for who put it aside."""
    rows = ImportRun.objects.select_related(
        "template__system", "template__purpose", "municipality", "made_by"
    )
    run: ImportRun = get_mine(request, rows, pk=pk)
    if run.is_staged and run.made_by_id != request.user.pk:
        raise Http404
    return run


def _past(request: StaffRequest, run: ImportRun) -> HttpResponse | None:
    """Where to go with a run that can no longer be confirmed; None for one that can."""
    if run.is_expired:
        messages.warning(request, _("確認までに時間がたちすぎました。ファイルをもう一度選んでください。"))
        return redirect("interactions:imports")
    if run.is_staged:
        return None
    if request.method == "POST":
        messages.info(request, _("この取り込みは、すでに始まっています。"))
    return redirect("interactions:import_preview", run.pk)


@who_may("interactions.import")
def mapping(request: StaffRequest, pk: int) -> HttpResponse:
    """Which column is what; guessed from the headings, kept as a template."""
    run = _run(request, pk)
    if (past := _past(request, run)) is not None:
        return past
    table: Headings | None = None
    names: list[str] = []
    if run.form == ImportTemplate.Form.TABLE:
        kept = run.template.mapping.get("columns", {}) if run.template else {}
        try:
            table = importing_tables.headings(content_of(run), run.filename, kept)
            names = table.names
        except SheetError as error:
            return _unreadable(request, run, str(error))
    form = TemplateForm(
        request.POST or None,
        viewer=request.user,
        form=run.form,
        headings=names,
        initial=_initial(run, names),
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                template = actions.save_template(request.user, run.template, form.values(run.form))
            except ValidationError as error:
                add_errors(form, error)
            else:
                ImportRun.objects.filter(pk=run.pk).update(template=template)
                return redirect("interactions:import_preview", run.pk)
    doubled = importing_tables.doubled(names)
    context = {"form": form, "run": run, "names": names, "table": table, "doubled": doubled}
    return render(request, "interactions/import_mapping.html", context, status=status)


def _initial(run: ImportRun, names: list[str]) -> dict[str, Any]:
    template = run.template
    if template is None:
        return {**importing_tables.guess(names), "unknown": "error", "zone": "local"}
    kept = template.mapping
    return {
        **kept.get("columns", {}),
        "zone": kept.get("zone", "local"),
        "unknown": kept.get("unknown", "error"),
        **{key: getattr(template, key) for key in ("name", "system", "purpose", "retention")},
    }


def _unreadable(request: StaffRequest, run: ImportRun, why: str) -> HttpResponse:
    return render(
        request,
        "interactions/import_unreadable.html",
        {"why": why, "run": run, "template": run.template},
        status=422,
    )


@who_may("interactions.import")
def preview(request: StaffRequest, pk: int) -> HttpResponse:
    """What would be recorded; nothing is before this is confirmed. From then on, what became of it."""
    run = _run(request, pk)
    if not run.is_staged and request.method != "POST":
        return _result(request, run)
    if (past := _past(request, run)) is not None:
        return past
    template = run.template
    if template is None:
        return redirect("interactions:import_mapping", run.pk)
    try:
        found = Preview.of(template, content_of(run), run.filename, run.sha256)
    except SheetError as error:
        return _unreadable(request, run, str(error))
    except InspectionError as error:
        return _unreadable(request, run, error.message.ja)
    form = Form(request.POST) if request.method == "POST" else Form()
    if request.method == "POST" and form.is_valid():
        try:
            actions.confirm_import(request.user, run, rows=found.rows)
        except ValidationError as error:
            run.refresh_from_db()
            if (past := _past(request, run)) is not None:  # the button was pressed twice
                return past
            form.add_error(None, error)
        else:
            start(run.pk)
            messages.success(request, _("取込みを始めました。件数はこの画面で確かめられます。"))
            return redirect("interactions:import_preview", run.pk)
    context = {
        "run": run,
        "template": template,
        "form": form,
        "found": found,
        "wrong": found.wrong[:MOST_ERRORS],
        "no_post": [str(one) for one in found.no_post[:MOST_ERRORS]],
        "passed": [(what, count, importing.named(places)) for what, count, places in found.passed],
        "repeated": found.repeated[:MOST_ERRORS],
        "shown": [(row, [wording.finding(type) for type in row.findings]) for row in found.shown],
    }
    return render(request, "interactions/import_preview.html", context, status=422 if form.errors else 200)


def _result(request: StaffRequest, run: ImportRun) -> HttpResponse:
    """How far it is, and which rows were left out and why."""
    tones = {ImportRun.State.DONE: "success", ImportRun.State.FAILED: "danger"}
    faults = [(place, en if wording.english() else ja) for place, ja, en in faults_of(run)]
    context = {"run": run, "faults": faults, "tone": tones.get(ImportRun.State(run.state), "progress")}
    return render(request, "interactions/import_result.html", context)


def start(pk: int) -> None:
    """Let the jobs' process begin at once; where it cannot be told, its next round finds the run by itself."""
    from django.db import DatabaseError

    with contextlib.suppress(DatabaseError):
        from django_q.tasks import async_task

        async_task("kijun.governance.interactions.jobs.run_imports")


@who_may("interactions.import")
def discard(request: StaffRequest, pk: int) -> HttpResponse:
    """Take the file away."""
    if request.method != "POST":
        raise Http404
    run = _run(request, pk)
    if not run.is_expired and (past := _past(request, run)) is not None:
        return past
    actions.discard_import(request.user, run)
    messages.success(request, _("取り込まずに、ファイルを消しました。"))
    return redirect("interactions:imports")


@who_may("interactions.import")
def remove(request: StaffRequest, pk: int) -> HttpResponse:
    """Take away a way of reading that nothing was imported with."""
    template = get_mine(request, ImportTemplate, pk=pk)
    form = Form(request.POST) if request.method == "POST" else Form()
    if request.method == "POST" and form.is_valid():
        try:
            actions.remove_template(request.user, template)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("読み方を削除しました。"))
            return redirect("interactions:imports")
    context = {"template": template, "form": form}
    return render(
        request, "interactions/import_template_remove.html", context, status=422 if form.errors else 200
    )
