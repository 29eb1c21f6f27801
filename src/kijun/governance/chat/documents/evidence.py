"""What reference documents prove by themselves: that they are within their review dates, and that sources of answers are opened."""

from __future__ import annotations

import datetime
from typing import Final

from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kijun.governance.chat.documents.models import Document
from kijun.governance.evidence.models import ScopeKind, Verdict
from kijun.governance.evidence.proofs import Proof, Scope, line, proves, shown_day
from kijun.governance.reviews.models import Review

DAYS: Final = 30
"""Days of use that evidence tells of."""
ENOUGH: Final = 0.8
"""The share of answers whose sources should have been opened by those who used them."""


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


@proves("U3.1.6", page="chat:documents", scopes=(ScopeKind.ORGANISATION, ScopeKind.SYSTEM))
def sources_are_opened(scope: Scope) -> Proof | None:
    """Of the answers with sources that were confirmed for use in thirty days, those at which the person opened a source first."""
    since = timezone.now() - datetime.timedelta(days=DAYS)
    rows = Review.objects.of(scope.municipality).filter(confirmed_at__gte=since, sources__gt=0)
    if scope.kind == ScopeKind.SYSTEM:
        rows = rows.filter(system=scope.id)
    told = rows.aggregate(all=Count("pk"), opened=Count("pk", filter=Q(sources_opened__gt=0)))
    if not told["all"]:
        return None
    share = told["opened"] / told["all"]
    verdict = Verdict.MET if share >= ENOUGH else Verdict.PARTLY if share > 0 else Verdict.UNMET
    value = line(
        _("30日間に使われた、出典のある回答%(n)s件のうち、出典を開いたもの%(opened)s件"),
        n=told["all"],
        opened=told["opened"],
    )
    figures = {"answers": told["all"], "opened": told["opened"], "share": round(share, 3)}
    return Proof(
        _("出典を開いた割合"), value, verdict, reverse("chat:documents"), timezone.now(), None, figures
    )
