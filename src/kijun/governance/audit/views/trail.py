"""The trail's pages: the list, one entry, verification."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from kijun.governance.audit import actions, queries, words
from kijun.governance.audit.chain import Break
from kijun.governance.audit.forms import HeadForm, SearchForm
from kijun.governance.audit.models import Entry
from kijun.web.excel import SheetColumn
from kijun.web.punctuation import labelled, listed
from kijun.web.tables import Column, Table
from kijun.web.who_may import who_may

MOST_ROWS = 20_000
"""Entries in one Excel file: more would take the web process minutes and its memory."""


def _chain(request: HttpRequest) -> str:
    """The key of the person's own municipality's chain; this app stands before municipalities."""
    key: str = request.municipality.chain  # type: ignore[attr-defined]  # set by TenancyMiddleware
    return key


def _summary(entry: Entry) -> str:
    lines = queries.changes(entry)
    return listed(
        labelled(one.field, one.after if one.before is None else f"{one.before}→{one.after}") for one in lines
    )


TABLE = Table(
    name="trail",
    caption=_("操作の記録"),
    columns=[
        Column("seq", _("番号"), lambda e: e.seq, ("seq",), lambda e: reverse("audit:entry", args=[e.seq])),
        Column("at", _("日時"), lambda e: e.at, kind="datetime"),
        Column("actor", _("操作した人"), lambda e: words.actor(e.actor_label), kind="nowrap"),
        Column("action", _("操作"), lambda e: words.action(e.action)),
        Column("thing", _("対象"), lambda e: e.thing_label, hint=lambda e: words.kind(e.thing_kind)),
    ],
    default=("-seq",),
    empty=_("まだ記録がありません。誰かが何かを変更すると、ここに残ります。"),
    sheet=[
        SheetColumn("seq", _("番号"), "number"),
        SheetColumn("at", _("日時"), width=20),
        SheetColumn("actor", _("操作した人")),
        SheetColumn("action", _("操作")),
        SheetColumn("action_code", _("操作コード")),
        SheetColumn("kind", _("対象の種類")),
        SheetColumn("thing", _("対象")),
        SheetColumn("detail", _("内容"), width=60),
        SheetColumn("digest", _("照合値"), width=66),
    ],
    sheet_row=lambda e: {
        "seq": e.seq,
        "at": f"{timezone.localtime(e.at):%Y-%m-%d %H:%M:%S}",
        "actor": e.actor_label,
        "action": words.action(e.action),
        "action_code": e.action,
        "kind": words.kind(e.thing_kind),
        "thing": e.thing_label,
        "detail": _summary(e)[:15_000],
        "digest": e.digest,
    },
)


@require_GET
@who_may("audit.read")
def trail(request: HttpRequest) -> HttpResponse:
    """Who changed what, the newest first, and whether the chain was verified."""
    chain = _chain(request)
    form = SearchForm(request.GET, chain=chain)
    valid = form.is_valid()
    found = queries.search(chain, **form.cleaned_data) if valid else Entry.objects.none()
    if TABLE.wants_excel(request) and valid:
        count = found.count()
        if count <= MOST_ROWS:
            return TABLE.as_excel(request, found, f"操作の記録_{timezone.localdate()}.xlsx")
        form.add_error(None, _too_many(count))
    shown = TABLE.show(request, found)
    shown.narrowed = not valid or any(form.cleaned_data.values())
    last = queries.last_verification(chain)
    return render(
        request,
        "audit/trail.html",
        {
            "form": form,
            "shown": shown,
            "verified": last,
            "verified_detail": last.detail if last else {},
            "open_search": shown.narrowed,
        },
        status=422 if form.non_field_errors() else 200,
    )


def _too_many(count: int) -> str:
    text = gettext(
        "Excelには%(most)s件までです（今の条件では%(count)s件）。日付で絞って、何回かに分けてください。"
    )
    return text % {"most": f"{MOST_ROWS:,}", "count": f"{count:,}"}


@require_GET
@who_may("audit.read")
def entry(request: HttpRequest, seq: int) -> HttpResponse:
    """One entry: everything it says."""
    try:
        found = queries.entries(_chain(request)).select_related("chain").get(seq=seq)
    except (Entry.DoesNotExist, OverflowError) as error:
        raise Http404 from error
    return render(
        request,
        "audit/entry.html",
        {
            "entry": found,
            "action": words.action(found.action),
            "kind": words.kind(found.thing_kind),
            "lines": queries.changes(found),
        },
    )


@who_may("audit.read")
def verify(request: HttpRequest) -> HttpResponse:
    """Ask for the kept head, verify, and show what was found and the head to keep."""
    chain = _chain(request)
    form = HeadForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return render(
            request,
            "audit/verify.html",
            {"form": form, "verified": queries.last_verification(chain)},
            status=422 if form.is_bound else 200,
        )
    head, breaks = queries.verify(chain, form.cleaned_data["head"])
    if unguarded := queries.unguarded():
        breaks.append(Break(0, "unguarded", ", ".join(unguarded)))
    actions.note_verification(chain, request.user, head, breaks)  # type: ignore[arg-type]  # a Person
    return render(
        request,
        "audit/verified.html",
        {
            "head": head,
            "breaks": [(one.seq or "—", BREAKS[one.kind]) for one in breaks[:100]],
            "count": len(breaks),
            "kept": form.cleaned_data["head"],
        },
    )


BREAKS = {
    "changed": _("書かれたときの内容から変えられています。"),
    "removed": _("この番号の記録が抜き取られています。"),
    "reordered": _("前の記録より古い日時になっています。"),
    "unlinked": _("前の記録とつながっていません。"),
    "cut": _("控えた時点にあった末尾の記録がなくなっています。"),
    "rewritten": _("控えた時点の内容と違います。"),
    "unguarded": _("記録の書き換えを防ぐデータベースの仕組みが、外されているか変えられています。"),
}
