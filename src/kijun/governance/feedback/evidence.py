"""What clicks, reports and requests prove by themselves, by system, department and the last ninety days."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from kijun.governance.evidence.models import ScopeKind, Verdict
from kijun.governance.evidence.proofs import Proof, Scope, proves
from kijun.governance.feedback.models import Doubt, ImprovementRequest, Opinion, Report
from kijun.web.templatetags.kit import named

DAYS: Final = 90
BOTH: Final = (ScopeKind.ORGANISATION, ScopeKind.SYSTEM)
State = ImprovementRequest.State


def _within(scope: Scope, rows: QuerySet[Any], at: str) -> QuerySet[Any]:
    since = timezone.now() - datetime.timedelta(days=DAYS)
    rows = rows.filter(municipality=scope.municipality, **{f"{at}__gte": since})
    return rows.filter(system=scope.id) if scope.kind == ScopeKind.SYSTEM else rows


def _reports(scope: Scope, kinds: Iterable[Doubt]) -> list[Report]:
    wanted = Q(pk__in=[])
    for one in kinds:
        wanted |= Q(kinds__contains=f",{one.value},")
    rows = _within(scope, Report.objects.exclude(state=Report.State.WITHDRAWN), "reported_at")
    return list(rows.filter(wanted).select_related("department", "request"))


def _departments(rows: Iterable[Report]) -> dict[str, int]:
    return dict(Counter(named(one.department) if one.department is not None else "" for one in rows))


def _proof(
    title: StrOrPromise, value: StrOrPromise, verdict: Verdict, figures: dict[str, Any], page: str = "reports"
) -> Proof:
    return Proof(title, value, verdict, reverse(f"feedback:{page}"), timezone.now(), None, figures)


def _on_time(one: Report) -> bool | None:
    """Answered by its date; None while there is time."""
    if one.answered_at is not None:
        return timezone.localdate(one.answered_at) <= one.due_on
    return False if one.is_overdue else None


def _answered(scope: Scope, kinds: Iterable[Doubt], title: StrOrPromise) -> Proof | None:
    """Reports of these kinds, and how many were answered by their date."""
    rows = _reports(scope, kinds)
    if not rows:
        return None
    judged = [_on_time(one) for one in rows]
    good, late = judged.count(True), judged.count(False)
    days = [(one.answered_at - one.reported_at).days for one in rows if one.answered_at is not None]
    value = format_lazy(
        _("{days}日間の報告{n}件。期限までに回答{good}件、期限を過ぎたもの{late}件、対応中{rest}件"),
        days=DAYS, n=len(rows), good=good, late=late, rest=len(rows) - good - late,
    )  # fmt: skip
    verdict = Verdict.MET if not late else Verdict.PARTLY if good else Verdict.UNMET
    figures = {
        "reports": len(rows),
        "on_time": good,
        "late": late,
        "days": sorted(days),
        "findings": dict(Counter(one.finding for one in rows if one.finding)),
        "by_department": _departments(rows),
    }
    return _proof(title, value, verdict, figures)


@proves("U1.3.4", page="feedback:reports", scopes=BOTH)
def suspected_falsehood(scope: Scope) -> Proof | None:
    return _answered(scope, (Doubt.UNTRUE, Doubt.OUTDATED), _("事実と異なる疑いの報告と回答"))


@proves("U3.1.4", page="feedback:reports", scopes=BOTH)
def suspected_drift(scope: Scope) -> Proof | None:
    return _answered(scope, (Doubt.DRIFT,), _("性能の劣化が疑われる出力の報告と回答"))


@proves("U4.1.5", "U4.1.7", page="feedback:reports", scopes=BOTH)
def suspected_unfairness(scope: Scope) -> Proof | None:
    return _answered(scope, (Doubt.UNFAIR,), _("偏り・差別の報告と回答"))


@proves("U3.1.9", page="feedback:reports", scopes=BOTH)
def changes_are_told(scope: Scope) -> Proof | None:
    return _answered(scope, (Doubt.CHANGED,), _("業務・制度・対象者が変わったことの連絡と対応"))


@proves("U3.1.7", page="feedback:rates", scopes=BOTH)
def people_respond_on_the_spot(scope: Scope) -> Proof | None:
    """How many answers were judged beside the answer; what was called dangerous, and whether it was taken up on the day it came."""
    opinions = Counter(_within(scope, Opinion.objects.all(), "at").values_list("verdict", flat=True))
    danger = _reports(scope, (Doubt.UNSUITABLE,))
    total = sum(opinions.values())
    if not total and not danger:
        return None
    today = timezone.localdate()
    prompt = [_same_day(one, today) for one in danger]
    useful = opinions[Opinion.Verdict.USEFUL]
    value = format_lazy(
        _("{days}日間の評価{n}件（役に立った{useful}件）、不適切・危険の報告{danger}件のうち当日に受け付けなかったもの{late}件"),
        days=DAYS, n=total, useful=useful, danger=len(danger), late=prompt.count(False),
    )  # fmt: skip
    verdict = Verdict.PARTLY if False in prompt else Verdict.MET
    figures = {"opinions": dict(opinions), "danger": len(danger), "late": prompt.count(False)}
    return _proof(_("回答のそばで届く声"), value, verdict, figures, "rates")


def _same_day(one: Report, today: datetime.date) -> bool | None:
    """Taken up on the day that it came; None while that day lasts."""
    came = timezone.localdate(one.reported_at)
    if one.acknowledged_at is None:
        return None if came == today else False
    return timezone.localdate(one.acknowledged_at) == came


def _asked(scope: Scope, kinds: Iterable[Doubt], title: StrOrPromise) -> Proof | None:
    """Of what was reported and found to be so: is the vendor asked, has it answered, was it tried again?"""
    found = (Report.Finding.CONFIRMED, Report.Finding.PARTLY)
    rows = [one for one in _reports(scope, kinds) if one.request is not None or one.finding in found]
    if not rows:
        return None
    requests = {one.request.pk: one.request for one in rows if one.request is not None}
    unasked = sum(one.request is None for one in rows)
    states = Counter(one.state for one in requests.values())
    late = sum(one.is_overdue for one in requests.values())
    sent = sum(number for state, number in states.items() if state != State.DRAFT)
    value = format_lazy(
        _("{days}日間に疑いのとおりだった報告など{n}件。改善要望{asked}件（回答待ち{open}件、直ったことを確認{verified}件、改善されない{refused}件）、要望していない報告{unasked}件"),
        days=DAYS, n=len(rows), asked=sent, open=states[State.ASKED], verified=states[State.VERIFIED],
        refused=states[State.REFUSED], unasked=unasked,
    )  # fmt: skip
    done = not unasked and not late and not states[State.DRAFT]
    verdict = Verdict.MET if done else Verdict.PARTLY if sent else Verdict.UNMET
    figures = {
        "reports": len(rows),
        "requests": dict(states),
        "late": late,
        "unasked": unasked,
        "nobody_named": sum(one.nobody_named_by_id is not None for one in requests.values()),
        "by_department": _departments(rows),
    }
    return _proof(title, value, verdict, figures, "requests")


@proves("P1.3.4", page="feedback:requests", scopes=BOTH)
def vendors_mend_falsehood(scope: Scope) -> Proof | None:
    return _asked(scope, (Doubt.UNTRUE, Doubt.OUTDATED), _("誤りの多い出力の改善要望"))


@proves("P3.1.4", page="feedback:requests", scopes=BOTH)
def vendors_mend_drift(scope: Scope) -> Proof | None:
    return _asked(scope, (Doubt.DRIFT, Doubt.UNSUITABLE), _("性能の低下や危ない出力の改善要望"))


@proves("P4.1.5", page="feedback:requests", scopes=BOTH)
def vendors_mend_unfairness(scope: Scope) -> Proof | None:
    return _asked(scope, (Doubt.UNFAIR,), _("不公平な結果の改善要望"))


@proves("P1.1.2", page="feedback:requests", scopes=BOTH)
def vendors_fit_the_region(scope: Scope) -> Proof | None:
    return _asked(scope, (Doubt.REGION,), _("地域の実情に合わない出力の改善要望"))
