"""What the inventory proves by itself: owners, departments, verification, pilots, datasets, training settings."""

from __future__ import annotations

import calendar
import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from kijun.governance.evidence.models import ScopeKind, Verdict
from kijun.governance.evidence.proofs import Proof, Scope, proves, shown_day
from kijun.governance.inventory import queries
from kijun.governance.inventory.models import IN_USE, RUNNING, AISystem, Dataset, Stage, Training

CHECK_MONTHS = 6
"""P5.1.2: the training setting is checked anew every six months."""
SYSTEM = (ScopeKind.SYSTEM,)


def _proof(
    title: StrOrPromise,
    value: StrOrPromise,
    verdict: Verdict,
    url: str,
    figures: dict[str, Any],
    expires_on: datetime.date | None = None,
) -> Proof:
    return Proof(title, value, verdict, url, timezone.now(), expires_on, figures)


def _system(scope: Scope) -> AISystem | None:
    rows = AISystem.objects.of(scope.municipality).select_related("owner", "provider_department")
    return rows.filter(pk=scope.id).first()


def _section(system: AISystem, key: str) -> str:
    return reverse("inventory:section", args=[system.pk, key])


def _list(name: str, query: str = "") -> str:
    return reverse(f"inventory:{name}") + query


def share(done: int, total: int) -> Verdict:
    """All: met. Some: partly. None: unmet. Nothing to judge: unknown."""
    if not total:
        return Verdict.UNKNOWN
    return Verdict.MET if done == total else Verdict.PARTLY if done else Verdict.UNMET


# --- the organisation -----------------------------------------------------------------------


@proves("G.14", page="inventory:systems")
def departments_of_every_system(scope: Scope) -> Proof:
    """Provider and user are named for every registered system."""
    rows = queries.registered(scope.municipality)
    total = rows.count()
    named = rows.filter(provider_department__isnull=False, user_departments__isnull=False).distinct().count()
    value = format_lazy(
        _("{total}件のうち{named}件に、提供する部署と利用する部署がある"), total=total, named=named
    )
    return _proof(
        _("提供者と利用者の特定"),
        value,
        share(named, total),
        _list("systems"),
        {"total": total, "named": named},
    )


@proves("G.5", page="inventory:systems")
def pilots_of_systems_in_operation(scope: Scope) -> Proof:
    """Every system past the pilot has a pilot result and an effect figure."""
    rows = queries.registered(scope.municipality).filter(stage__in=RUNNING)
    total = rows.count()
    shown = rows.filter(pilot_results__effect_after__isnull=False).distinct().count()
    value = format_lazy(
        _("運用中の{total}件のうち{shown}件に、実証の結果と効果の値がある"), total=total, shown=shown
    )
    return _proof(
        _("小さく始めて広げる進め方"),
        value,
        share(shown, total),
        _list("systems", "?stage=operation"),
        {"total": total, "shown": shown},
    )


@proves("G.19", page="inventory:datasets")
def owners_of_datasets(scope: Scope) -> Proof:
    """Every dataset in use has an owner who works here today."""
    rows = queries.datasets_in_use(scope.municipality)
    total = rows.count()
    owned = rows.filter(owner__is_active=True).count()
    value = format_lazy(_("データセット{total}件のうち{owned}件に管理責任者がいる"), total=total, owned=owned)
    return _proof(
        _("データの管理責任者"),
        value,
        share(owned, total),
        _list("datasets", "?state=no_owner"),
        {"total": total, "without": total - owned},
    )


# --- each system ----------------------------------------------------------------------------


@proves("P8.1.1", page="inventory:system", scopes=SYSTEM)
def owner_of_system(scope: Scope) -> Proof | None:
    """Somebody who works here today answers for the system."""
    system = _system(scope)
    if system is None:
        return None
    owned = queries.has_current_owner(system)
    value: StrOrPromise = (
        format_lazy(_("責任者：{name}"), name=str(system.owner)) if owned else _("今、責任者がいない")
    )
    return _proof(
        _("AIサービスの責任者"),
        value,
        Verdict.MET if owned else Verdict.UNMET,
        _section(system, "people"),
        {"owned": owned},
    )


@proves("P3.1.8", page="inventory:verify", scopes=SYSTEM)
def verification_of_system(scope: Scope) -> Proof | None:
    """Suitable, tested, integrated, and supported in operation."""
    system = _system(scope)
    if system is None:
        return None
    newest = queries.verification(system)
    passed, supported = bool(newest and newest.passed), bool(system.support_contact)
    if system.stage not in IN_USE and newest is None:
        verdict = Verdict.UNKNOWN
    else:
        verdict = share(passed + supported, 2)
    day = shown_day(newest.verified_on if newest else None)
    value = format_lazy(
        _("検証：{state}（{day}）、問い合わせ先：{contact}"),
        state=_("合格") if passed else _("合格していない"),
        day=day,
        contact=_("あり") if supported else _("なし"),
    )
    figures = {"passed": passed, "supported": supported}
    return _proof(_("運用前の検証と運用中の支援"), value, verdict, _section(system, "checks"), figures)


@proves("P5.1.2", page="inventory:system", scopes=SYSTEM)
def training_setting(scope: Scope) -> Proof | None:
    """The service is set not to train on what is typed in; checked in the last six months."""
    system = _system(scope)
    if system is None:
        return None
    checked = system.training_checked_on
    expires = _add_months(checked, CHECK_MONTHS) if checked else None
    off = system.training == Training.OFF_CONFIRMED
    fresh = expires is not None and timezone.localdate() <= expires
    if off and fresh:
        verdict = Verdict.MET
    elif off or not system.has_personal_data:
        verdict = Verdict.PARTLY
    else:
        verdict = Verdict.UNMET
    value = format_lazy(
        _("{setting}、確かめた日：{day}"),
        setting=Training(system.training).label if system.training else "–",
        day=shown_day(checked),
    )
    figures = {"training": system.training, "personal_data": system.has_personal_data}
    url = _section(system, "data")
    return _proof(_("学習させない設定"), value, verdict, url, figures, expires if off and fresh else None)


def _add_months(day: datetime.date, months: int) -> datetime.date:
    """The same day some months later; the month's last day where it is shorter."""
    total = day.year * 12 + day.month - 1 + months
    year, month = total // 12, total % 12 + 1
    return datetime.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


# --- datasets of each system ----------------------------------------------------------------


def _datasets(system: AISystem) -> QuerySet[Dataset]:
    return system.datasets.filter(retired_on__isnull=True)


@proves("P1.3.1", "P3.1.1", "P4.1.1", page="inventory:datasets", scopes=SYSTEM)
def datasets_reviewed(scope: Scope) -> Proof | None:
    """No dataset of the system is past its review date, and each was checked for accuracy."""
    system = _system(scope)
    if system is None:
        return None
    rows, day = list(_datasets(system)), timezone.localdate()
    current = [one for one in rows if one.review_on and one.review_on >= day and one.accuracy_checked_on]
    value = format_lazy(
        _("データセット{total}件のうち{current}件が確認済みで見直し期限内"),
        total=len(rows),
        current=len(current),
    )
    expires = min((one.review_on for one in current if one.review_on), default=None)
    verdict = share(len(current), len(rows))
    return _proof(
        _("データの正確さと新しさ"),
        value,
        verdict,
        _section(system, "datasets"),
        {"total": len(rows), "past_review": len(rows) - len(current)},
        expires if verdict == Verdict.MET else None,
    )


@proves("P7.1.3", page="inventory:datasets", scopes=SYSTEM)
def provenance_of_datasets(scope: Scope) -> Proof | None:
    """When, where and why each dataset of the system was collected."""
    system = _system(scope)
    if system is None:
        return None
    rows = list(_datasets(system))
    known = sum(1 for one in rows if one.has_provenance)
    value = format_lazy(
        _("データセット{total}件のうち{known}件に、集めた時期・場所・目的がある"),
        total=len(rows),
        known=known,
    )
    return _proof(
        _("データの来歴"),
        value,
        share(known, len(rows)),
        _section(system, "datasets"),
        {"total": len(rows), "without": len(rows) - known},
    )


@proves("P4.1.2", page="inventory:datasets", scopes=SYSTEM)
def representation_of_datasets(scope: Scope) -> Proof | None:
    """Each dataset that the system learns from was checked for unjust bias."""
    system = _system(scope)
    if system is None:
        return None
    rows = list(_datasets(system).filter(use="training"))
    checked = sum(1 for one in rows if one.representation_checked_on and one.representation_note)
    value = format_lazy(
        _("学習用データ{total}件のうち{checked}件で偏りを確認した"), total=len(rows), checked=checked
    )
    figures = {"total": len(rows), "unchecked": len(rows) - checked}
    return _proof(
        _("学習用データの偏りの確認"), value, share(checked, len(rows)), _section(system, "datasets"), figures
    )


@proves("P1.1.2", page="inventory:datasets", scopes=SYSTEM)
def region_of_datasets(scope: Scope) -> Proof | None:
    """For each dataset of the system it stands on file for which region it speaks, and when it was checked."""
    system = _system(scope)
    if system is None or system.stage == Stage.IDEA:
        return None
    rows = list(_datasets(system))
    fit = sum(1 for one in rows if one.region and one.accuracy_checked_on)
    value = format_lazy(
        _("データセット{total}件のうち{fit}件に、対象の地域と確認日がある"), total=len(rows), fit=fit
    )
    # the process of correction (improvement requests) is proven elsewhere: never more than partly from here
    verdict = Verdict.PARTLY if rows and fit == len(rows) else share(fit, len(rows))
    figures = {"total": len(rows), "fit": fit}
    return _proof(_("地域に合ったデータ"), value, verdict, _section(system, "datasets"), figures)
