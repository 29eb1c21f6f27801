"""証跡: the list, one item, adding, withdrawing, downloading, collecting now."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, F, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_stubs_ext import StrOrPromise

from kijun.governance.evidence import actions, controls, lists, queries, store
from kijun.governance.evidence.actions.items import check_link
from kijun.governance.evidence.models import SOON, Item, StoredFile, Verdict
from kijun.governance.evidence.words import VERDICT_TONES
from kijun.governance.organisation.tenancy import StaffRequest, get_mine
from kijun.web.uploads import download_headers
from kijun.web.who_may import require, who_may


@who_may("evidence.read")
def items(request: StaffRequest) -> HttpResponse:
    """The evidence in force of every scope that the person may see."""
    labels = lists.scope_labels(request)
    rows = lists.items_rows(queries.visible_items(request.user).filter(superseded_at=None))
    listing = lists.items_table(labels, controls.of(request.municipality))
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
        rows = lists.by_scope(rows, scope)
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
    labels = lists.scope_labels(request)
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
