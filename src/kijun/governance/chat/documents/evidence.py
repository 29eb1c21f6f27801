"""What reference documents prove by themselves: that they are within their review dates, and that sources of answers are opened."""

from __future__ import annotations

import datetime
from typing import Final

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kijun.governance.access.models import Grant, Route, Upstream
from kijun.governance.chat.documents.models import Document, Opened, PurposeReading
from kijun.governance.chat.models import OpenedGiven, Turn
from kijun.governance.evidence.models import ScopeKind, Verdict
from kijun.governance.evidence.proofs import Proof, Scope, line, proves, shown_day
from kijun.governance.reviews.models import Review

DAYS: Final = 30
"""Days of use that evidence tells of."""
ENOUGH: Final = 0.8
"""The share of answers whose sources should have been opened by those who used them."""
BOTH: Final = (ScopeKind.ORGANISATION, ScopeKind.SYSTEM)


@proves("P1.3.1", "P3.1.1", "P4.1.1", page="chat:documents", scopes=(ScopeKind.ORGANISATION,))
def documents_within_their_dates(scope: Scope) -> Proof | None:
    """Documents that answers quote were reviewed in time; those that were not are not quoted, and still have to be reviewed."""
    today = timezone.localdate()
    rows = Document.objects.of(scope.municipality).exclude(current=None)
    told = rows.aggregate(
        all=Count("pk"),
        late=Count("pk", filter=Q(current__review_by__lt=today)),
        next=Min("current__review_by", filter=Q(current__review_by__gte=today)),
    )
    if not told["all"]:
        return None
    verdict = Verdict.PARTLY if told["late"] else Verdict.MET
    value = line(
        _("参考文書%(n)s件のうち、見直し期限を過ぎたもの%(late)s件、次の期限は%(next)s"),
        n=told["all"],
        late=told["late"],
        next=shown_day(told["next"]),
    )
    figures = {"documents": told["all"], "overdue": told["late"]}
    expires = told["next"] if verdict == Verdict.MET else None
    return Proof(
        _("参考文書の見直し"), value, verdict, reverse("chat:documents"), timezone.now(), expires, figures
    )


@proves("U3.1.6", page="chat:documents", scopes=BOTH)
def sources_are_opened(scope: Scope) -> Proof | None:
    """Of all answers with sources in thirty days, those of which somebody opened one; those that were used decide, where there are any."""
    since = timezone.now() - datetime.timedelta(days=DAYS)
    shown = _answers(scope).filter(sources__gt=0)
    mine = {"interaction": OuterRef("interaction"), "person": OuterRef("conversation__person")}
    looked = Exists(Opened.objects.filter(**mine)) | Exists(OpenedGiven.objects.filter(**mine))
    answers, opened = shown.count(), shown.filter(looked).count()
    rows = Review.objects.of(scope.municipality).filter(confirmed_at__gte=since, sources__gt=0)
    if scope.kind == ScopeKind.SYSTEM:
        rows = rows.filter(system=scope.id)
    used = rows.aggregate(all=Count("pk"), opened=Count("pk", filter=Q(sources_opened__gt=0)))
    if not answers and not used["all"]:
        return None
    share = used["opened"] / used["all"] if used["all"] else opened / answers
    verdict = Verdict.MET if share >= ENOUGH else Verdict.PARTLY if share > 0 else Verdict.UNMET
    value = line(
        _(
            "30日間の、出典のある回答%(n)s件のうち出典を開いたもの%(opened)s件。使われた%(used)s件では%(used_opened)s件"
        ),
        n=answers,
        opened=opened,
        used=used["all"],
        used_opened=used["opened"],
    )
    figures = {
        "answers": answers,
        "opened": opened,
        "unopened": answers - opened,
        "used": used["all"],
        "used_opened": used["opened"],
        "share": round(share, 3),
    }
    return Proof(
        _("出典を開いた割合"), value, verdict, reverse("chat:documents"), timezone.now(), None, figures
    )


@proves("P1.1.1", page="chat:documents", scopes=BOTH)
def purposes_show_sources(scope: Scope) -> Proof | None:
    """Of the purposes that people may use, those whose answers can show what they rest on; and the answers of thirty days with sources."""
    grants = Grant.objects.of(scope.municipality).filter(
        revoked_at=None, expires_on__gte=timezone.localdate(), purpose__enabled=True
    )
    if scope.kind == ScopeKind.SYSTEM:
        grants = grants.filter(system=scope.id)
    purposes = set(grants.values_list("purpose", flat=True))
    if not purposes:
        return None
    answers = _answers(scope).exclude(sources=None)
    total, shown = answers.count(), answers.filter(sources__gt=0)
    able = purposes & _able(scope, grants, shown)
    verdict = Verdict.MET if able == purposes else Verdict.PARTLY if able else Verdict.UNMET
    value = line(
        _(
            "使える利用目的%(n)s件のうち、回答に出典を示せるもの%(able)s件。30日間の回答%(answers)s件のうち出典のあるもの%(shown)s件"
        ),
        n=len(purposes),
        able=len(able),
        answers=total,
        shown=shown.count(),
    )
    figures = {"purposes": len(purposes), "able": len(able), "answers": total, "with_sources": shown.count()}
    return Proof(_("出典の表示"), value, verdict, reverse("chat:documents"), timezone.now(), None, figures)


def _answers(scope: Scope) -> QuerySet[Turn]:
    """Answers of the chat in the last thirty days."""
    since = timezone.now() - datetime.timedelta(days=DAYS)
    rows: QuerySet[Turn] = Turn.objects.filter(conversation__municipality=scope.municipality, at__gte=since)
    return rows.filter(conversation__grant__system=scope.id) if scope.kind == ScopeKind.SYSTEM else rows


def _able(scope: Scope, grants: QuerySet[Grant], shown: QuerySet[Turn]) -> set[int]:
    """Purposes that are given passages of documents, whose system answers by quoting, or whose answers did show sources."""
    found = set(shown.values_list("conversation__grant__purpose", flat=True))
    if not Document.objects.of(scope.municipality).exclude(current=None).exists():
        return found
    read = PurposeReading.objects.of(scope.municipality).filter(for_models=True)
    routes = Route.objects.of(scope.municipality).filter(
        upstream__kind=Upstream.Kind.REFERENCE, upstream__enabled=True
    )
    quoting = grants.filter(system__in=routes.values("model__system"))
    return (
        found | set(read.values_list("purpose", flat=True)) | set(quoting.values_list("purpose", flat=True))
    )
