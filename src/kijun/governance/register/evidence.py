"""What the register proves: that residents are told, before first use, plainly, and about what is really running."""

from __future__ import annotations

import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise, StrPromise

from kijun.governance.evidence.models import ScopeKind, Verdict
from kijun.governance.evidence.proofs import Proof, Scope, proves, shown_day
from kijun.governance.inventory.models import AISystem
from kijun.governance.inventory.queries import in_use
from kijun.governance.register import content, queries
from kijun.governance.register.models import Entry, Kind, Publication

LIST = "register:list"
YEAR = datetime.timedelta(days=366)
BOTH = (ScopeKind.ORGANISATION, ScopeKind.SYSTEM)


def _filled(text: StrPromise, values: dict[str, object]) -> str:
    return str(text) % values


_lazily = lazy(_filled, str)


def _format(text: StrPromise, **values: object) -> StrOrPromise:
    """The text with its values, in the language of whoever reads it."""
    return _lazily(text, values)


def _share(met: int, all_: int) -> Verdict:
    if met == all_:
        return Verdict.MET
    return Verdict.PARTLY if met else Verdict.UNMET


def _systems(scope: Scope) -> list[AISystem]:
    rows = in_use(scope.municipality)
    return list(rows.filter(pk=scope.id) if scope.kind == ScopeKind.SYSTEM else rows)


def _url(scope: Scope) -> str:
    return reverse("register:entry", args=[scope.id]) if scope.kind == ScopeKind.SYSTEM else reverse(LIST)


def _live(scope: Scope) -> dict[int, Publication]:
    rows = queries.in_force(scope.municipality).select_related("entry")
    return {one.entry.system_id: one for one in rows}


@proves("P7.2.1", page=LIST, scopes=BOTH)
def told_residents(scope: Scope) -> Proof | None:
    """Systems in use that have a public entry, or a decided reason for having none. Lapses with the next review."""
    systems, live = _systems(scope), _live(scope)
    if not systems:
        return None
    today = timezone.localdate()
    told = [one for one in systems if one.pk in live]
    reviews = [live[one.pk].entry.next_review_on for one in told]
    ahead = [day for day in reviews if day is not None and day >= today]
    late = len(told) - len(ahead)
    verdict = _share(len(told), len(systems))
    if verdict == Verdict.MET and late:
        verdict = Verdict.PARTLY
    text = _("利用中の%(all)s件のうち、公開または非公開を決定：%(told)s件、見直しの期限切れ：%(late)s件")
    return Proof(
        title=_("公開台帳への掲載"),
        value=_format(text, all=len(systems), told=len(told), late=late),
        verdict=verdict,
        url=_url(scope),
        as_of=timezone.now(),
        expires_on=min(ahead, default=None),
        figures={"in_use": len(systems), "told": len(told), "late": late},
    )


@proves("P7.2.4", page=LIST, scopes=BOTH)
def told_plainly(scope: Scope) -> Proof | None:
    """Public entries that have every required field in three languages and still agree with the inventory."""
    live = {key: one for key, one in _live(scope).items() if one.kind == Kind.ENTRY}
    rows = AISystem.objects.of(scope.municipality).select_related("provider_department", "municipality")
    systems = list(rows.filter(pk=scope.id) if scope.kind == ScopeKind.SYSTEM else rows.filter(pk__in=live))
    systems = [one for one in systems if one.pk in live]
    if not systems:
        return None
    stale = [one for one in systems if content.drift(one, live[one.pk])]
    text = _("公開中の%(all)s件のうち、台帳の今の内容と合うもの：%(right)s件")
    return Proof(
        title=_("目的・データ・判断の仕組み・範囲の説明"),
        value=_format(text, all=len(systems), right=len(systems) - len(stale)),
        verdict=Verdict.PARTLY if stale else Verdict.MET,
        url=_url(scope),
        as_of=timezone.now(),
        figures={"published": len(systems), "out_of_date": len(stale)},
    )


@proves("U7.2.1", page=LIST, scopes=BOTH)
def told_beforehand(scope: Scope) -> Proof | None:
    """Systems whose first publication is not later than the first day of use."""
    systems = _systems(scope)
    if not systems:
        return None
    firsts: dict[int, datetime.date] = {}
    rows = Publication.objects.of(scope.municipality).filter(kind=Kind.ENTRY, withdrawn_at=None)
    for one in rows.select_related("entry").order_by("-published_at"):
        firsts[one.entry.system_id] = timezone.localdate(one.published_at)
    live = _live(scope)
    public = [one for one in systems if one.pk in live and live[one.pk].kind == Kind.ENTRY]
    before = [one for one in public if one.started_on is None or firsts[one.pk] <= one.started_on]
    private = [one for one in systems if one.pk in live and live[one.pk].kind == Kind.NOT_PUBLIC]
    expected = len(systems) - len(private)
    if not expected:
        return None
    verdict = _share(len(before), expected)
    if verdict == Verdict.UNMET and public:
        verdict = Verdict.PARTLY
    text = _("利用中の%(all)s件のうち、公開済み：%(public)s件、利用開始の前に公開：%(before)s件")
    return Proof(
        title=_("利用開始前の住民への周知"),
        value=_format(text, all=expected, public=len(public), before=len(before)),
        verdict=verdict,
        url=_url(scope),
        as_of=timezone.now(),
        figures={"expected": expected, "public": len(public), "before_use": len(before)},
    )


@proves("G.7", page=LIST)
def published_to_residents(scope: Scope) -> Proof | None:
    """The residents' half of G.7: when the register last told something. Reporting to the ministries is proven elsewhere."""
    last = queries.last_change(scope.municipality)
    if last is None:
        if not Entry.objects.of(scope.municipality).exists() and not in_use(scope.municipality).exists():
            return None
        return Proof(
            title=_("住民への公開"),
            value=_("まだ何も公開していません。"),
            verdict=Verdict.UNMET,
            url=reverse(LIST),
            as_of=timezone.now(),
        )
    day = timezone.localdate(last)
    count = queries.published(scope.municipality).count()
    return Proof(
        title=_("住民への公開"),
        value=_format(
            _("最後の公開：%(day)s、公開中：%(count)s件（国への報告は別に確かめます）"),
            day=shown_day(day),
            count=count,
        ),
        verdict=Verdict.PARTLY if count and day + YEAR >= timezone.localdate() else Verdict.UNMET,
        url=reverse(LIST),
        as_of=timezone.now(),
        expires_on=day + YEAR,
        figures={"published": count, "last": day.isoformat()},
    )
