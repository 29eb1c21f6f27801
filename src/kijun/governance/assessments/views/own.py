"""A municipality's own controls: the sheet out, the sheet in, what would change, and done."""

from __future__ import annotations

import io
from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kijun.catalog import changed_lines, load, preview, read_own_controls, write_template
from kijun.governance.assessments import actions, catalogue
from kijun.governance.assessments.actions.own import stamp
from kijun.governance.assessments.forms import SheetForm
from kijun.governance.assessments.models import OwnControls
from kijun.governance.assessments.views.common import lang
from kijun.governance.organisation.tenancy import StaffRequest
from kijun.web.tables import excel_response
from kijun.web.who_may import who_may

SALT = "assessments.own_controls"


@who_may("assessments.manage")
def own_controls(request: StaffRequest) -> HttpResponse:
    """Those there are; a file shows what it would change before anything does."""
    if "packed" in request.POST:
        return _apply(request)
    now = catalogue.newest(request.municipality)
    form, context = SheetForm(), {}
    if request.method == "POST":
        form = SheetForm(request.POST, request.FILES)
        if form.is_valid():
            context = _preview(request, form)
    context |= {
        "form": form,
        "own": [one for one in now.controls if one.is_own],
        "imports": OwnControls.objects.filter(municipality=request.municipality).select_related(
            "imported_by"
        ),
    }
    status = 422 if form.errors or context.get("errors") else 200
    return render(request, "assessments/own_controls.html", context, status=status)


def _preview(request: StaffRequest, form: SheetForm) -> dict[str, Any]:
    seen = stamp(catalogue.newest_own(request.municipality))
    now = catalogue.newest(request.municipality)
    sheet = read_own_controls(form.cleaned_data["file"].read(), now)
    if not sheet.is_valid:
        return {"errors": [(one.row, one.column, one.message(lang())) for one in sheet.errors]}
    kept = {
        "town": request.municipality.pk,
        "person": request.user.pk,
        "seen": seen,
        "controls": [catalogue.to_json(one) for one in sheet.controls],
    }
    packed = signing.dumps(kept, salt=SALT, compress=True)
    difference = preview(now, sheet)
    changes = [(one, changed_lines(one, lang())) for one in difference.changed]
    return {"difference": difference, "changes": changes, "packed": packed}


def _apply(request: StaffRequest) -> HttpResponse:
    try:
        kept = signing.loads(request.POST["packed"], salt=SALT, max_age=3600)
    except signing.BadSignature:
        kept = {}
    if kept.get("town") != request.municipality.pk or kept.get("person") != request.user.pk:
        messages.error(request, _("取り込みの準備が古くなりました。ファイルをもう一度選んでください。"))
        return redirect("assessments:own_controls")
    controls = [catalogue.from_json(one) for one in kept["controls"]]
    try:
        actions.import_own(request.user, request.municipality, controls, seen=kept["seen"])
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(
            request,
            _("独自の対策を取り込みました。新しい自己点検と、対策一覧を更新した点検で使われます。"),
        )
    return redirect("assessments:own_controls")


@who_may("assessments.manage")
def own_template(request: StaffRequest) -> HttpResponse:
    """The Excel sheet with the own controls there are."""
    now = catalogue.newest(request.municipality)
    file = io.BytesIO()
    write_template(file, load(), [one for one in now.controls if one.is_own], lang())
    return excel_response(file.getvalue(), _("独自の対策") + ".xlsx")
