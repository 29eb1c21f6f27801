"""What confirmations, approvals and labels prove by themselves, by system, department and the last ninety days."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from kijun.governance.access.models import Purpose
from kijun.governance.approvals.models import Step
from kijun.governance.evidence.models import ScopeKind, Verdict
from kijun.governance.evidence.proofs import Proof, Scope, proves
from kijun.governance.reviews.actions.confirming import NONE, YES
from kijun.governance.reviews.models import Decision, Destination, Label, Opening, Review, Taking

DAYS: Final = 90
FEW: Final = 20
"""So many answers may be used unchanged before it stands out that none was changed."""
BOTH: Final = (ScopeKind.ORGANISATION, ScopeKind.SYSTEM)
State = Review.State


def _rows(scope: Scope) -> QuerySet[Review]:
    since = timezone.now() - datetime.timedelta(days=DAYS)
    rows = Review.objects.filter(municipality=scope.municipality, confirmed_at__gte=since)
    return rows.filter(system=scope.id) if scope.kind == ScopeKind.SYSTEM else rows


def _by_department(rows: QuerySet[Review]) -> dict[str, int]:
    counted = (
        rows.order_by()
        .values("department__name")
        .annotate(n=Count("pk"))
        .values_list("department__name", "n")
    )
    return {str(name or ""): number for name, number in counted}


def _proof(
    title: StrOrPromise, value: StrOrPromise, verdict: Verdict, figures: dict[str, Any], page: str = "all"
) -> Proof:
    return Proof(title, value, verdict, reverse(f"reviews:{page}"), timezone.now(), None, figures)


def _judged(good: int, total: int) -> Verdict:
    return Verdict.MET if good == total else Verdict.PARTLY if good else Verdict.UNMET


@proves("P1.2.2", page="reviews:all", scopes=BOTH)
def confirmation_is_built_in(scope: Scope) -> Proof | None:
    """Every text that was taken out was confirmed before, for that is the only way out; how often answers were used, changed, left."""
    rows = _rows(scope)
    counts = Counter(rows.values_list("decision", flat=True))
    if not counts:
        return None
    taken = Taking.objects.filter(review__in=rows).count()
    value = format_lazy(
        _("{days}日間に{n}件を確認（そのまま{adopted}件、直して{edited}件、使わない{rejected}件）。取り出し{taken}件はすべて確認のあと"),
        days=DAYS, n=sum(counts.values()), adopted=counts[Decision.ADOPT], edited=counts[Decision.EDIT],
        rejected=counts[Decision.REJECT], taken=taken,
    )  # fmt: skip
    figures = {"decisions": dict(counts), "taken": taken, "by_department": _by_department(rows)}
    return _proof(_("使う前の確認"), value, Verdict.MET, figures)


@proves("U1.2.2", page="reviews:all", scopes=BOTH)
def people_decide(scope: Scope) -> Proof | None:
    """Each decision has a name, a time and how or why it was made."""
    rows = _rows(scope)
    total = rows.count()
    if not total:
        return None
    reasoned = rows.filter(~Q(ground="") | ~Q(reason="") | Q(decision=Decision.REJECT)).count()
    value = format_lazy(
        _("{days}日間の判断{n}件。氏名・日時・確かめ方か理由の残るもの{good}件"),
        days=DAYS,
        n=total,
        good=reasoned,
    )
    figures = {"decisions": total, "reasoned": reasoned, "by_department": _by_department(rows)}
    return _proof(_("人の判断の記録"), value, _judged(reasoned, total), figures)


@proves("U1.3.2", page="reviews:all", scopes=BOTH)
def people_judge_for_themselves(scope: Scope) -> Proof | None:
    """How many answers people changed or left aside before use. Where many were used and none changed, nobody may have looked closely."""
    counts = Counter(_rows(scope).values_list("decision", flat=True))
    total = sum(counts.values())
    if not total:
        return None
    judged = counts[Decision.EDIT] + counts[Decision.REJECT]
    value = format_lazy(
        _("{days}日間に確認した{n}件のうち、直して使った{edited}件、使わなかった{rejected}件"),
        days=DAYS,
        n=total,
        edited=counts[Decision.EDIT],
        rejected=counts[Decision.REJECT],
    )
    figures = {"decisions": dict(counts), "judged": judged, "by_department": _by_department(_rows(scope))}
    verdict = Verdict.MET if judged or total < FEW else Verdict.PARTLY
    return _proof(_("回答を見分けて使う"), value, verdict, figures)


@proves("U1.2.3", page="reviews:all", scopes=BOTH)
def officials_sign(scope: Scope) -> Proof | None:
    """Who approved texts, and for how many they wrote why."""
    rows = _rows(scope).filter(state=State.APPROVED)
    total = rows.count()
    if not total:
        return None
    steps = Step.objects.filter(
        approval__in=rows.values("approval"), kind="decide", outcome=Step.Outcome.APPROVED
    )
    reasoned = steps.exclude(comment="").count()
    value = format_lazy(
        _("{days}日間の決裁{n}件。決裁者が理由を書いたもの{good}件"), days=DAYS, n=total, good=reasoned
    )
    figures = {"approved": total, "reasoned": reasoned, "by_department": _by_department(rows)}
    return _proof(_("決裁者の判断と理由"), value, _judged(reasoned, total), figures)


def _checked(scope: Scope, keys: Iterable[str], title: StrOrPromise) -> Proof | None:
    """Of the used answers, those for which one of ``keys`` was answered: looked at, or of no concern to it."""
    wanted = set(keys)
    looked, aside, total = 0, 0, 0
    rows = _rows(scope).exclude(decision=Decision.REJECT)
    for checks in rows.values_list("checks", flat=True).iterator():
        total += 1
        given = {one.get("answer") for one in checks if one.get("key") in wanted}
        looked += YES in given
        aside += YES not in given and NONE in given
    if not total:
        return None
    value = format_lazy(
        _("{days}日間に使った{n}件のうち、確かめた{looked}件、関わりがないとした{aside}件"),
        days=DAYS, n=total, looked=looked, aside=aside,
    )  # fmt: skip
    figures = {"used": total, "looked": looked, "aside": aside, "by_department": _by_department(rows)}
    return _proof(title, value, _judged(looked + aside, total), figures)


@proves("U1.1.1", "P1.1.1", page="reviews:all", scopes=BOTH)
def residents_will(scope: Scope) -> Proof | None:
    return _checked(scope, ("will", "people"), _("住民の意向との照合"))


@proves("U1.1.2", page="reviews:all", scopes=BOTH)
def local_fit(scope: Scope) -> Proof | None:
    return _checked(scope, ("region", "people"), _("地域の実情と意見の偏りの確認"))


@proves("U1.4.1", "P1.4.1", page="reviews:all", scopes=BOTH)
def minorities(scope: Scope) -> Proof | None:
    return _checked(scope, ("minorities", "people"), _("数の少ない人への影響の確認"))


@proves("U1.3.8", page="reviews:all", scopes=BOTH)
def own_knowledge(scope: Scope) -> Proof | None:
    return _checked(scope, ("knowledge", "facts"), _("結果を見分けられる利用"))


@proves("U1.3.9", page="reviews:all", scopes=BOTH)
def six_angles(scope: Scope) -> Proof | None:
    return _checked(scope, ("angles", "facts"), _("六つの観点での点検"))


@proves("U3.1.8", page="reviews:all", scopes=BOTH)
def rights_and_wording(scope: Scope) -> Proof | None:
    return _checked(scope, ("rights",), _("権利と表現の点検"))


def _second_look(scope: Scope, key: str, title: StrOrPromise) -> Proof | None:
    """Texts that left the building: approved by somebody else who had opened what they came from; ``key`` was checked."""
    left = _rows(scope).filter(destination=Destination.OUTSIDE, takings__isnull=False).distinct()
    total = left.count()
    if not total:
        return None
    seen, looked = 0, 0
    openings = set(
        Opening.objects.filter(approval__in=left.values("approval")).values_list("approval", "person")
    )
    for review in left.select_related("approval"):
        approval = review.approval
        seen += approval is not None and (approval.pk, approval.decided_by_id) in openings
        looked += not key or any(one.get("key") == key and one.get("answer") for one in review.checks)
    value = format_lazy(
        _("{days}日間に庁外に出した{n}件のうち、資料を開いた別の人が承認した{seen}件、本人が確かめた{looked}件"),
        days=DAYS, n=total, seen=seen, looked=looked,
    )  # fmt: skip
    figures = {
        "left": total,
        "approved_after_look": seen,
        "checked": looked,
        "by_department": _by_department(left),
    }
    return _proof(title, value, _judged(min(seen, looked), total), figures)


@proves("U1.3.5", page="reviews:all", scopes=BOTH)
def facts_before_leaving(scope: Scope) -> Proof | None:
    return _second_look(scope, "angles", _("庁外に出す前の上司の確認"))


@proves("U3.1.5", page="reviews:all", scopes=BOTH)
def no_harm_before_leaving(scope: Scope) -> Proof | None:
    return _second_look(scope, "harm", _("公表前の、害の有無の確認"))


@proves("U4.1.6", page="reviews:all", scopes=BOTH)
def fair_before_leaving(scope: Scope) -> Proof | None:
    return _second_look(scope, "fair", _("公表前の、公平さの確認"))


@proves("U4.1.8", page="reviews:all", scopes=BOTH)
def flags_are_judged(scope: Scope) -> Proof | None:
    """What the inspection flagged in used answers was judged by a person, with a reason."""
    counts: Counter[str] = Counter()
    for flags in _rows(scope).values_list("flags", flat=True).iterator():
        counts.update(str(one.get("decision")) for one in flags)
    total = sum(counts.values())
    if not total:
        return None
    value = format_lazy(
        _("{days}日間に、指摘された表現{n}件を人が判断（問題ない{fine}件、直した{mended}件）"),
        days=DAYS, n=total, fine=counts["fine"], mended=counts["mended"],
    )  # fmt: skip
    return _proof(_("指摘された表現への人の判断"), value, Verdict.MET, {"flags": dict(counts)})


@proves("U1.1.4", page="access:purposes", scopes=BOTH)
def public_power_is_bounded(scope: Scope) -> Proof | None:
    """Where AI assists public power, nothing leaves without a person's decision, its legal basis and the responsible official."""
    purposes = Purpose.objects.filter(municipality=scope.municipality, public_power=True, enabled=True)
    if scope.kind == ScopeKind.SYSTEM:
        purposes = purposes.filter(grants__system=scope.id, grants__revoked_at=None).distinct()
    rows = _rows(scope).filter(public_power=True).exclude(decision=Decision.REJECT)
    count, total = purposes.count(), rows.count()
    if not count and not total:
        return None
    whole = rows.exclude(human_decision="").exclude(legal_basis="").filter(official__isnull=False).count()
    value = format_lazy(
        _("公権力の行使に関わる利用目的{count}件。{days}日間に使った{n}件のうち、人の判断・根拠・責任者の記録が{whole}件"),
        count=count, days=DAYS, n=total, whole=whole,
    )  # fmt: skip
    figures = {"purposes": count, "used": total, "recorded": whole, "by_department": _by_department(rows)}
    return _proof(_("公権力の行使での利用の制限"), value, _judged(whole, total), figures)


@proves("U7.2.1", "U7.2.3", page="reviews:labels", scopes=BOTH)
def residents_are_told(scope: Scope) -> Proof | None:
    """Texts that left the building carry a label that leads residents to who decided and how to object."""
    left = _rows(scope).filter(destination=Destination.OUTSIDE, takings__isnull=False).distinct()
    total = left.count()
    labelled = left.filter(labels__withdrawn_at__isnull=True, labels__isnull=False).distinct().count()
    labels = Label.objects.filter(municipality=scope.municipality, withdrawn_at=None)
    if scope.kind == ScopeKind.SYSTEM:
        labels = labels.filter(review__system=scope.id)
    shown = labels.count()
    if not total and not shown:
        return None
    value = format_lazy(
        _("{days}日間に庁外に出した{n}件のうち、AI利用の表示があるもの{labelled}件（表示中の番号{shown}件）"),
        days=DAYS, n=total, labelled=labelled, shown=shown,
    )  # fmt: skip
    figures = {"left": total, "labelled": labelled, "shown": shown, "by_department": _by_department(left)}
    return _proof(
        _("文書のAI利用の表示"), value, _judged(labelled, total) if total else Verdict.MET, figures, "labels"
    )
