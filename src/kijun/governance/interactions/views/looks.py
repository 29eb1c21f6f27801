"""Who looked at whose records: searched, shown, and as a file."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kijun.governance.interactions import wording
from kijun.governance.interactions.forms import LooksForm, SearchForm
from kijun.governance.interactions.look_search import asked_ids, asked_words, find
from kijun.governance.interactions.looks import Look
from kijun.governance.interactions.names import Names, resolve
from kijun.governance.interactions.searching import moment
from kijun.governance.interactions.views._shared import number, with_ledger
from kijun.governance.organisation.tenancy import StaffRequest
from kijun.web import excel
from kijun.web.excel import SheetColumn
from kijun.web.punctuation import listed
from kijun.web.tables import excel_response
from kijun.web.who_may import who_may

MOST = 1_000
"""Looks that a file holds."""
SHEET = (
    SheetColumn("at", gettext_lazy("日時"), width=20),
    SheetColumn("who", gettext_lazy("見た人")),
    SheetColumn("what", gettext_lazy("したこと"), width=20),
    SheetColumn("asked", gettext_lazy("探した条件"), width=40),
    SheetColumn("whose", gettext_lazy("だれの記録か"), width=40),
    SheetColumn("count", gettext_lazy("件数"), "number"),
    SheetColumn("why", gettext_lazy("理由"), width=50),
    SheetColumn("by_command", gettext_lazy("操作卓のコマンド")),
    SheetColumn("interaction", gettext_lazy("記録の番号"), width=36),
)


@who_may("interactions.view_looks")
@with_ledger
def looks(request: StaffRequest) -> HttpResponse:
    """Who looked at whose records, when and why, newest first."""
    form = LooksForm(request.GET, municipality=request.municipality)
    if not form.is_valid():
        return render(request, "interactions/looks.html", {"form": form}, status=422)
    town, which = request.municipality, form.which()
    if request.GET.get("format") == "xlsx":
        page = find(town, which, limit=MOST)
        if page.before is None:
            return _file(_rows(request, page.rows))
        words = _("Excelには%(most)s件までです。期間や条件で絞って、何回かに分けてください。")
        form.add_error(None, words % {"most": f"{MOST:,}"})
    page = find(town, which, number(request.GET.get("before")))
    query = request.GET.copy()
    query.pop("format", None)
    context = {
        "form": form,
        "rows": _rows(request, page.rows),
        "next_url": _with(query, before=str(page.before)) if page.before is not None else "",
        "excel_url": _with(query, format="xlsx"),
        "later": "before" in request.GET,
        "narrowed": any(form.cleaned_data.values()),
        "unread": page.unread,
    }
    return render(request, "interactions/looks.html", context, status=422 if form.errors else 200)


def _with(query: Any, **changes: str) -> str:
    changed = query.copy()
    changed.pop("before", None)
    for name, value in changes.items():
        changed[name] = value
    return "?" + str(changed.urlencode())


def _rows(request: StaffRequest, found: list[Look]) -> list[dict[str, Any]]:
    wanted = asked_ids(found)
    wanted["person"] |= {one.person for one in found} | {id for one in found for id in one.whose}
    names = resolve(request.municipality, wanted)
    return [_row(one, names) for one in found]


def _row(one: Look, names: Names) -> dict[str, Any]:
    labels = {name: field.label for name, field in SearchForm.base_fields.items()}
    return {
        "at": moment(one.at),
        "who": names.of("person", one.person),
        "by_command": one.by_command,
        "what": wording.LOOKS.get(one.what, one.what),
        "asked": asked_words(one.asked, labels, names),
        "whose": [names.of("person", id) for id in one.whose],
        "why": one.why,
        "interaction": one.interaction,
        "count": one.count,
    }


def _file(rows: list[dict[str, Any]]) -> HttpResponse:
    told = [
        {
            **row,
            "at": f"{timezone.localtime(row['at']):%Y-%m-%d %H:%M:%S}",
            "what": str(row["what"]),
            "asked": listed(row["asked"]),
            "whose": listed(row["whose"]),
            "by_command": _("はい") if row["by_command"] else "",
            "count": row["count"] or None,
        }
        for row in rows
    ]
    content = excel.write_workbook([excel.Sheet(_("閲覧の記録"), SHEET, told)])
    return excel_response(content, f"{_('閲覧の記録')}_{timezone.localdate():%Y%m%d}.xlsx")
