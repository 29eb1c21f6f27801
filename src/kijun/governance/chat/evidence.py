"""What chatting proves by itself: that people said where their input comes from, where files were collected, and that the rules stand beside the input."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.db.models import Count, F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from kijun.governance.access.models import Purpose
from kijun.governance.chat.models import Attachment, Notice, Turn
from kijun.governance.evidence.models import ScopeKind, Verdict
from kijun.governance.evidence.proofs import Proof, Scope, proves

DAYS: Final = 30
"""Days of use that evidence tells of."""
_DEPARTMENT: Final = F("conversation__department")
BOTH: Final = (ScopeKind.ORGANISATION, ScopeKind.SYSTEM)


def _since() -> datetime.datetime:
    return timezone.now() - datetime.timedelta(days=DAYS)


def _proof(
    title: StrOrPromise, value: StrOrPromise, verdict: Verdict, page: str, figures: dict[str, Any]
) -> Proof:
    return Proof(title, value, verdict, reverse(page), timezone.now(), None, {"days": DAYS, **figures})


def _by_department(rows: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, int]]:
    """Department's primary key ("" for none) → how many, and how many of them were told."""
    return {str(row["department"] or ""): {"all": row["n"], "told": row["told"]} for row in rows}


@proves("U1.3.1", "U3.1.1", "U4.1.1", page="chat:home", scopes=BOTH)
def input_is_sourced(scope: Scope) -> Proof | None:
    """Of the questions for purposes whose answers are checked, how many say where their input comes from and of when it is."""
    rows: QuerySet[Turn] = Turn.objects.filter(
        conversation__municipality=scope.municipality, at__gte=_since()
    ).exclude(conversation__grant__purpose__review=Purpose.Review.LIGHT)
    if scope.kind == ScopeKind.SYSTEM:
        rows = rows.filter(conversation__grant__system=scope.id)
    told = Q(input_date__isnull=False) & ~Q(input_source="")
    by = list(
        rows.values(department=_DEPARTMENT).annotate(n=Count("pk"), told=Count("pk", filter=told)).order_by()
    )
    total, good = sum(row["n"] for row in by), sum(row["told"] for row in by)
    if not total:
        return None
    value = format_lazy(
        _("{days}日間の質問{total}件のうち{good}件で、入力の出どころと時点を記録"),
        days=DAYS,
        total=total,
        good=good,
    )
    verdict = Verdict.MET if good == total else Verdict.PARTLY if good else Verdict.UNMET
    figures = {"questions": total, "told": good, "departments": _by_department(by)}
    return _proof(_("入力する情報の出どころと時点"), value, verdict, "chat:home", figures)


@proves("U7.1.1", page="chat:home", scopes=BOTH)
def files_have_provenance(scope: Scope) -> Proof | None:
    """Every file that went to an AI from the chat says where, when and why its data was collected."""
    rows: QuerySet[Attachment] = Attachment.objects.filter(
        municipality=scope.municipality, turn__isnull=False, left_out_at=None, made_at__gte=_since()
    )
    if scope.kind == ScopeKind.SYSTEM:
        rows = rows.filter(grant__system=scope.id)
    told = ~Q(collected_where="") & ~Q(collected_when="") & ~Q(collected_why="")
    by = list(
        rows.values(department=_DEPARTMENT).annotate(n=Count("pk"), told=Count("pk", filter=told)).order_by()
    )
    total, good = sum(row["n"] for row in by), sum(row["told"] for row in by)
    if not total:
        return None
    value = format_lazy(
        _(
            "{days}日間にAIへ渡したファイル{total}件のうち{good}件で、いつ・どこから・何のために集めたかを記録"
        ),
        days=DAYS,
        total=total,
        good=good,
    )
    verdict = Verdict.MET if good == total else Verdict.PARTLY
    figures = {"files": total, "told": good, "departments": _by_department(by)}
    return _proof(_("添付した情報の来歴"), value, verdict, "chat:home", figures)


@proves("P1.2.1", "U1.1.3", page="chat:notice", scopes=(ScopeKind.ORGANISATION,))
def rules_stand_beside_the_input(scope: Scope) -> Proof | None:
    """That answers can be wrong always stands there; the municipality's own rules do where it wrote them."""
    row = Notice.objects.of(scope.municipality).first()
    own, link = bool(row and row.text), bool(row and row.url)
    used = Turn.objects.filter(conversation__municipality=scope.municipality, at__gte=_since()).count()
    if row is None and not used:
        return None
    value = (
        _("「回答は誤ることがある」という注意と、自治体の決まりを、入力欄のそばにいつも表示")
        if own or link
        else _("「回答は誤ることがある」という注意を表示。自治体の決まりはまだ書かれていない")
    )
    verdict = Verdict.MET if own or link else Verdict.PARTLY
    figures = {"own_words": own, "link": link, "questions": used}
    return _proof(_("利用時の注意と決まり"), value, verdict, "chat:notice", figures)


from kijun.governance.chat.documents import evidence as of_documents  # noqa: E402, F401  found with this module
