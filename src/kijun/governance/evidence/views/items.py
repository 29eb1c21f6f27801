"""証跡: the list, one item, adding, withdrawing, downloading, collecting now."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from django_stubs_ext import StrOrPromise

from kijun.governance.evidence import actions, controls, queries, scopes, store
from kijun.governance.evidence.actions.items import check_link
from kijun.governance.evidence.controls import Book
from kijun.governance.evidence.models import SOON, Item, StoredFile, Verdict
from kijun.governance.evidence.words import VERDICT_TONES
from kijun.governance.organisation.tenancy import StaffRequest, get_mine
from kijun.web.excel import SheetColumn
from kijun.web.tables import Column, Filter, Table
from kijun.web.uploads import download_headers
from kijun.web.who_may import require, who_may


def scope_choices(request: HttpRequest) -> list[tuple[str, str]]:
    """The scopes that the person may see, read once a request."""
    cached: list[tuple[str, str]] | None = getattr(request, "_scope_choices", None)
    if cached is None:
        user: Any = request.user
        cached = [(one.key, one.label) for one in scopes.visible(user)]
        request._scope_choices = cached  # type: ignore[attr-defined]  # a cache on the request
    return cached


def scope_labels(request: StaffRequest) -> dict[str, str]:
    """The names of the scopes of what is listed, also of systems that were retired since."""
    return scopes.labels(request.user)


def by_scope(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    kind, _dash, id = value.partition("-")
    return rows.filter(scope_kind=kind, scope_id=id)


def control_choices(book: Book) -> list[tuple[str, str]]:
    return [choice for _topic, choices in book.grouped() for choice in choices]


def _expiry(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    if value == "soon":
        return queries.expiring(rows)
    if value == "lapsed":
        return rows.filter(superseded_at=None, expires_on__lt=timezone.localdate())
    return rows


def _until(row: Item) -> str:
    if row.has_expired:
        return _("期限切れ")
    return _("30日以内に期限") if row.expires_soon else ""


def _badness() -> Case:
    """What needs work first: lapsed, not met, partly met, not to be judged, met."""
    order = [Verdict.UNMET, Verdict.PARTLY, Verdict.UNKNOWN, Verdict.MET]
    return Case(
        When(expires_on__lt=timezone.localdate(), then=0),
        *(When(verdict=verdict, then=place) for place, verdict in enumerate(order, start=1)),
        output_field=IntegerField(),
    )


def table(labels: dict[str, str], book: Book) -> Table:
    """The list of evidence; ``labels`` name the scopes, ``book`` the controls."""

    def scope(row: Item) -> str:
        return labels.get(f"{row.scope_kind}-{row.scope_id}", "")

    return Table(
        name="evidence",
        caption=gettext_lazy("証跡の一覧"),
        columns=[
            Column(
                "control",
                gettext_lazy("対策"),
                lambda row: row.control_id,
                ("control_sort",),
                hint=lambda row: book.title(row.control_id),
            ),
            Column(
                "title",
                gettext_lazy("件名"),
                lambda row: row.shown_title,
                ("title",),
                lambda row: row.get_absolute_url(),
                hint=lambda row: row.shown_value,
            ),
            Column(
                "scope",
                gettext_lazy("対象"),
                scope,
                ("scope_kind", "scope_id"),
                hint=lambda row: row.get_kind_display(),
            ),
            Column(
                "verdict",
                gettext_lazy("判定"),
                lambda row: row.get_verdict_display(),
                ("badness",),
                tone=lambda row: VERDICT_TONES[row.verdict],
            ),
            Column("as_of", gettext_lazy("確認日時"), lambda row: row.as_of, ("as_of",), kind="datetime"),
            Column(
                "expires_on",
                gettext_lazy("有効期限"),
                lambda row: row.expires_on,
                ("expires_on",),
                kind="date",
                hint=_until,
            ),
        ],
        search=("title", "title_en", "value", "control_id", "note"),
        filters=[
            Filter("scope", gettext_lazy("対象"), scope_choices, by_scope),
            Filter(
                "control",
                gettext_lazy("対策"),
                lambda request: control_choices(book),
                lambda rows, value: rows.filter(control_id=value),
            ),
            Filter(
                "kind",
                gettext_lazy("種類"),
                lambda request: Item.Kind.choices,
                lambda rows, value: rows.filter(kind=value),
            ),
            Filter(
                "verdict",
                gettext_lazy("判定"),
                lambda request: Verdict.choices,
                lambda rows, value: rows.filter(verdict=value),
            ),
            Filter(
                "expiry",
                gettext_lazy("有効期限"),
                lambda request: [
                    ("soon", gettext_lazy("30日以内に切れる")),
                    ("lapsed", gettext_lazy("切れている")),
                ],
                _expiry,
            ),
        ],
        default=("badness", "control_sort", "-as_of"),
        empty=gettext_lazy(
            "証跡はまだありません。自動で集めるものは1時間ごとに増えます。手元の資料は、ここから追加できます。"
        ),
        first_step=gettext_lazy("証跡を追加する"),
        first_step_url=lambda request: (
            reverse("evidence:choose") if request.user.has_perm("evidence.add") else None
        ),
        sheet=[
            SheetColumn("control", gettext_lazy("対策")),
            SheetColumn("control_title", gettext_lazy("対策の名称"), width=30),
            SheetColumn("scope", gettext_lazy("対象"), width=24),
            SheetColumn("kind", gettext_lazy("種類")),
            SheetColumn("title", gettext_lazy("件名"), width=36),
            SheetColumn("value", gettext_lazy("値"), width=40),
            SheetColumn("verdict", gettext_lazy("判定")),
            SheetColumn("as_of", gettext_lazy("確認日"), kind="date"),
            SheetColumn("expires_on", gettext_lazy("有効期限"), kind="date"),
            SheetColumn("url", gettext_lazy("リンク"), width=40),
        ],
        sheet_row=lambda row: {
            "control": row.control_id,
            "control_title": book.title(row.control_id),
            "scope": scope(row),
            "kind": row.get_kind_display(),
            "title": row.shown_title,
            "value": row.shown_value,
            "verdict": row.get_verdict_display(),
            "as_of": row.as_of,
            "expires_on": row.expires_on,
            "url": row.url,
        },
    )


@who_may("evidence.read")
def items(request: StaffRequest) -> HttpResponse:
    """The evidence in force of every scope that the person may see."""
    labels = scope_labels(request)
    rows = queries.visible_items(request.user).filter(superseded_at=None).annotate(badness=_badness())
    listing = table(labels, controls.of(request.municipality))
    if listing.wants_excel(request):
        return listing.as_excel(request, rows, _("証跡一覧") + ".xlsx")
    shown = listing.show(request, rows)
    asked = request.GET.get("scope", "")
    context = {
        "shown": shown,
        "scope_label": labels.get(asked, ""),
        "asked": asked,
        "figures": _figures(request, asked if asked in labels else ""),
        "collected": rows.filter(kind=Item.Kind.AUTOMATIC)
        .order_by(F("as_of").desc())
        .values_list("as_of", flat=True)
        .first(),
    }
    return render(request, "evidence/items.html", context)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure on top of the list, and the list narrowed to it."""

    label: StrOrPromise
    number: int
    url: str


def _figures(request: StaffRequest, scope: str) -> list[Figure]:
    rows = queries.visible_items(request.user).filter(superseded_at=None)
    if scope:
        rows = by_scope(rows, scope)
    today = timezone.localdate()
    soon = today + datetime.timedelta(days=SOON)
    counts = rows.aggregate(
        lapsed=Count("pk", filter=Q(expires_on__lt=today)),
        soon=Count("pk", filter=Q(expires_on__gte=today, expires_on__lte=soon)),
        **{one.value: Count("pk", filter=Q(verdict=one)) for one in Verdict},
    )
    kept = {"scope": scope} if scope else {}

    def figure(label: StrOrPromise, key: str, **narrowed: str) -> Figure:
        return Figure(label, counts[key], "?" + urlencode({**kept, **narrowed}))

    return [
        figure(_("期限切れ"), "lapsed", expiry="lapsed"),
        figure(_("30日以内に期限"), "soon", expiry="soon"),
        *(
            figure(one.label, one.value, verdict=one.value)
            for one in (Verdict.UNMET, Verdict.PARTLY, Verdict.MET)
        ),
    ]


def get_item(request: StaffRequest, pk: int) -> Item:
    rows = Item.objects.select_related("municipality", "file", "made_by", "replaced_by")
    item: Item = get_mine(request, rows, pk=pk)
    require(request, "evidence.read", item)
    return item


@who_may("evidence.read")
def item(request: StaffRequest, pk: int) -> HttpResponse:
    """One piece of evidence: what it says, since when, until when, what stood there before."""
    found = get_item(request, pk)
    labels = scope_labels(request)
    earlier: QuerySet[Item] = Item.objects.none()
    if found.kind == Item.Kind.AUTOMATIC:
        earlier = Item.objects.filter(
            municipality=found.municipality,
            scope_kind=found.scope_kind,
            scope_id=found.scope_id,
            control_id=found.control_id,
            collector=found.collector,
        ).exclude(pk=found.pk)
    else:
        earlier = Item.objects.filter(replaced_by=found)
    context = {
        "item": found,
        "tone": VERDICT_TONES[Verdict(found.verdict)],
        "scope_label": labels.get(f"{found.scope_kind}-{found.scope_id}", ""),
        "control_label": controls.of(found.municipality).label(found.control_id),
        "scope_key": f"{found.scope_kind}-{found.scope_id}",
        "host": _host(found),
        "earlier": earlier.order_by("-made_at")[:20],
        "findings": found.findings.all(),
        "may_withdraw": found.kind != Item.Kind.AUTOMATIC
        and found.is_current
        and request.user.has_perm("evidence.withdraw", found),
        "may_add": request.user.has_perm("evidence.add", found),
    }
    return render(request, "evidence/item.html", context)


def _host(item: Item) -> str:
    """The host of an outside link; "" for our own pages."""
    if item.kind != Item.Kind.LINK:
        return ""
    try:
        return check_link(item.url)
    except ValidationError:
        return ""


@who_may("evidence.add")
def withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    """Take back what was added by mistake, with a reason."""
    found = get_item(request, pk)
    require(request, "evidence.withdraw", found)
    errors: list[str] = []
    if request.method == "POST":
        try:
            actions.withdraw_item(request.user, found, request.POST.get("reason", "")[:300])
        except ValidationError as error:
            errors = error.messages
        else:
            messages.success(request, _("取り下げました。"))
            return redirect(found)
    context = {"item": found, "errors": errors}
    return render(request, "evidence/withdraw.html", context, status=422 if errors else 200)


@who_may("evidence.read")
def download(request: StaffRequest, pk: int) -> HttpResponse:
    """The file of an item, to save; never shown inside the browser."""
    found = get_item(request, pk)
    stored: StoredFile | None = found.file
    if stored is None:
        raise PermissionDenied
    try:
        content = store.read(stored)
    except store.Damaged:
        messages.error(
            request,
            _("ファイルが保存したときの内容と合わないため、渡せません。システム管理者に知らせてください。"),
        )
        return redirect(found)
    return HttpResponse(content, headers=download_headers(stored.name, stored.media_type))


@require_POST
@who_may("evidence.collect")
def collect(request: StaffRequest) -> HttpResponse:
    """Gather automatic evidence now without waiting for the next hour."""
    result = actions.collect(request.municipality)
    text = _("証跡を集めました。新しいもの%(made)s件、指摘の登録%(raised)s件。") % {
        "made": result.made,
        "raised": result.raised,
    }
    if result.failed:
        messages.warning(
            request, text + _("集められなかったものが%(n)s件あります。") % {"n": len(result.failed)}
        )
    else:
        messages.success(request, text)
    return redirect("evidence:items")
