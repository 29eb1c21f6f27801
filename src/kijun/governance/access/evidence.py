"""What access proves by itself: opt-outs of services, grants and keys that nobody looks after, purposes with their bounds."""

from __future__ import annotations

import calendar
import datetime
from typing import Any, Final

from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from kijun.gateway.handling import PERSONAL
from kijun.gateway.snapshot import Action, Group
from kijun.governance.access import handling, queries
from kijun.governance.access.models import DataClass, Grant, Purpose, Upstream
from kijun.governance.evidence.models import ScopeKind, Verdict
from kijun.governance.evidence.proofs import Proof, Scope, proves, shown_day

CHECK_MONTHS: Final = 6
"""P5.1.2: what a service does with what is sent is made sure anew every six months, as the inventory asks."""
OLDEST_KEY: Final = datetime.timedelta(days=396)
"""13 months: as long as a grant of an application lasts."""
BOTH: Final = (ScopeKind.ORGANISATION, ScopeKind.SYSTEM)


def _proof(
    title: StrOrPromise,
    value: StrOrPromise,
    verdict: Verdict,
    url: str,
    figures: dict[str, Any],
    expires_on: datetime.date | None = None,
) -> Proof:
    return Proof(title, value, verdict, url, timezone.now(), expires_on, figures)


def share(done: int, total: int) -> Verdict:
    """All: met. Some: partly. None: unmet. Nothing to judge: unknown."""
    if not total:
        return Verdict.UNKNOWN
    return Verdict.MET if done == total else Verdict.PARTLY if done else Verdict.UNMET


def _grants(scope: Scope) -> QuerySet[Grant]:
    """Grants in force, of the town or of the system."""
    rows = queries.holding(queries.grants(scope.municipality))
    return rows.filter(system=scope.id) if scope.kind == ScopeKind.SYSTEM else rows


def _purposes(scope: Scope) -> list[Purpose]:
    """Purposes that are in use: somebody holds a grant for them."""
    used = _grants(scope).values("purpose")
    return list(queries.purposes(scope.municipality).filter(enabled=True, pk__in=used))


def _lapses(day: datetime.date) -> datetime.date:
    """The last day of a check, six months later."""
    total = day.year * 12 + day.month - 1 + CHECK_MONTHS
    year, month = total // 12, total % 12 + 1
    return datetime.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


@proves("P5.1.2", page="access:upstreams", scopes=BOTH)
def services_do_not_train(scope: Scope) -> Proof | None:
    """Every service that is in use has a check on record, in the last six months, that it does not train on what is sent.

    What lacks one is given nothing personal by the gateway, so that its lack is a gap and no leak.
    """
    rows: QuerySet[Upstream] = queries.upstreams(scope.municipality).filter(enabled=True)
    if scope.kind == ScopeKind.SYSTEM:
        rows = rows.filter(routes__model__system=scope.id).distinct()
    found = list(rows)
    if not found:
        return None
    today = timezone.localdate()
    days = [one.opt_out_on for one in found if one.opt_out_on is not None]
    ends = [end for end in map(_lapses, days) if end >= today]
    value = format_lazy(
        _(
            "使っている接続先{total}件のうち{done}件で、学習に使われないことを6か月以内に確かめた（いちばん古い確認：{day}）"
        ),
        total=len(found),
        done=len(ends),
        day=shown_day(min(days, default=None)),
    )
    verdict = share(len(ends), len(found))
    figures = {"upstreams": len(found), "recorded": len(days), "current": len(ends)}
    url = reverse("access:upstreams")
    expires = min(ends) if verdict == Verdict.MET else None
    return _proof(_("接続先の学習停止の記録"), value, verdict, url, figures, expires)


@proves("P6.1.2", "U6.1.2", page="access:grants", scopes=BOTH)
def grants_are_looked_after(scope: Scope) -> Proof | None:
    """No grant is unused for 90 days, or has nobody who answers for it."""
    rows = _grants(scope)
    total = rows.count()
    if not total:
        return None
    unused = queries.unused(rows).count() + queries.never_used(rows).count()
    alone = queries.without_keeper(rows).count()
    bad = (queries.unused(rows) | queries.never_used(rows) | queries.without_keeper(rows)).distinct().count()
    people = rows.filter(person__isnull=False).aggregate(n=Count("person", distinct=True))["n"]
    value = format_lazy(
        _(
            "使える利用権{total}件（職員{people}人）のうち、90日以上使っていないもの{unused}件、管理する人のいないもの{alone}件"
        ),
        total=total,
        people=people,
        unused=unused,
        alone=alone,
    )
    figures = {"grants": total, "people": people, "unused": unused, "without_keeper": alone}
    state = "no_keeper" if alone else "unused"
    verdict = Verdict.MET if not bad else Verdict.UNMET if alone else Verdict.PARTLY
    return _proof(_("利用権の棚卸し"), value, verdict, reverse("access:grants") + f"?state={state}", figures)


@proves("P6.1.6", page="access:purposes")
def data_classes_are_covered(scope: Scope) -> Proof | None:
    """For each class of data it is decided how AI handles it: a purpose names it, or every purpose keeps it out or masks it."""
    found = _purposes(scope)
    if not found:
        return None
    named = {one for purpose in found for one in purpose.data_classes}
    kept_out = {
        str(data_class)
        for data_class, group in _GROUPS.items()
        if all(_action(one, group) in {Action.MASK, Action.BLOCK} for one in found)
    }
    covered = [
        one for one in DataClass.values if one in named | kept_out | {DataClass.INTERNAL, DataClass.PUBLIC}
    ]
    value = format_lazy(
        _("情報の分類{total}のうち{covered}の扱いを、使っている利用目的{purposes}件で決めている"),
        total=len(DataClass.values),
        covered=len(covered),
        purposes=len(found),
    )
    # the policy itself, by task and environment, stands in another capability: never more than partly from here
    verdict = Verdict.PARTLY if covered else Verdict.UNMET
    figures = {"classes": len(DataClass.values), "covered": covered, "purposes": len(found)}
    return _proof(_("情報の分類ごとの扱い"), value, verdict, reverse("access:purposes"), figures)


_GROUPS: Final = {
    DataClass.CONFIDENTIAL: Group.CONFIDENTIAL,
    DataClass.PERSONAL: Group.PERSONAL,
    DataClass.SENSITIVE: Group.SENSITIVE,
    DataClass.MY_NUMBER: Group.NUMBERS,
}


def _action(purpose: Purpose, group: Group) -> Action:
    return handling.action_of(purpose.input_handling, handling.INPUT, group)


@proves("U5.1.1", page="access:purposes", scopes=BOTH)
def purposes_are_clear(scope: Scope) -> Proof | None:
    """Each purpose says what for and who answers; where it is not for personal data, these are masked or stopped."""
    found = _purposes(scope)
    if not found:
        return None
    clear = [one for one in found if one.description.strip() and one.owner.is_active and _bounded(one)]
    value = format_lazy(
        _(
            "使っている利用目的{total}件のうち{clear}件が、用途と責任者を示し、要らない個人情報を伏せるか止めている"
        ),
        total=len(found),
        clear=len(clear),
    )
    figures = {"purposes": len(found), "clear": len(clear)}
    return _proof(
        _("目的の明確化と個人情報の限定"),
        value,
        share(len(clear), len(found)),
        reverse("access:purposes"),
        figures,
    )


def _bounded(purpose: Purpose) -> bool:
    """What the purpose has no need of does not go out as it is, however sure somebody is."""
    needed = {_GROUPS[one] for one in purpose.data_classes if one in _GROUPS}
    return all(_action(purpose, group) in {Action.MASK, Action.BLOCK} for group in PERSONAL - needed)


@proves("U5.1.2", page="access:purposes", scopes=BOTH)
def purposes_have_a_basis(scope: Scope) -> Proof | None:
    """Each purpose for personal data names its legal basis or the scope of consent, which its users are shown."""
    found = [one for one in _purposes(scope) if one.has_personal_data]
    if not found:
        return None
    based = [one for one in found if one.legal_basis or one.consent_scope]
    consent = sum(1 for one in found if one.consent_scope)
    value = format_lazy(
        _(
            "個人情報を扱う利用目的{total}件のうち{based}件に、法令の根拠か同意の範囲がある（同意の範囲の記載{consent}件）"
        ),
        total=len(found),
        based=len(based),
        consent=consent,
    )
    figures = {"purposes": len(found), "based": len(based), "with_consent_scope": consent}
    return _proof(
        _("同意・根拠の範囲"), value, share(len(based), len(found)), reverse("access:purposes"), figures
    )


@proves("U5.1.3", page="access:mine", scopes=BOTH)
def personal_data_are_kept_out(scope: Scope) -> Proof | None:
    """Where personal data are forbidden the service card says so, and the gateway masks or stops them."""
    found = [one for one in _purposes(scope) if not one.has_personal_data]
    if not found:
        return None
    kept = [one for one in found if _bounded(one)]
    value = format_lazy(
        _("個人情報を入力しない利用目的{total}件のうち{kept}件で、見つけた個人情報を伏せるか止めている"),
        total=len(found),
        kept=len(kept),
    )
    figures = {"purposes": len(found), "kept_out": len(kept)}
    return _proof(
        _("個人情報を入力できないサービスの表示と遮断"),
        value,
        share(len(kept), len(found)),
        reverse("access:purposes"),
        figures,
    )


@proves("U6.1.1", page="access:purposes", scopes=BOTH)
def requirements_are_enforced(scope: Scope) -> Proof | None:
    """In each purpose, attacks and secrets in the input are stopped or masked by rule, not by habit."""
    found = _purposes(scope)
    if not found:
        return None
    guarded = [
        one
        for one in found
        if all(_action(one, group) in {Action.MASK, Action.BLOCK} for group in (Group.ATTACK, Group.SECRETS))
    ]
    placed = sum(1 for one in found if one.networks or one.hours)
    value = format_lazy(
        _(
            "使っている利用目的{total}件のうち{guarded}件で、攻撃と認証情報を止めるか伏せる（場所・時間の限定{placed}件）"
        ),
        total=len(found),
        guarded=len(guarded),
        placed=placed,
    )
    figures = {"purposes": len(found), "guarded": len(guarded), "with_place_or_time": placed}
    return _proof(
        _("セキュリティ要件の適用"),
        value,
        share(len(guarded), len(found)),
        reverse("access:purposes"),
        figures,
    )


@proves("U6.1.2", page="access:grants", scopes=BOTH)
def keys_are_kept(scope: Scope) -> Proof | None:
    """Every working key was renewed in the last 13 months, belongs to one grant alone, and somebody keeps it.

    A key that works from several departments' hands cannot be told by itself: that an application's key has a keeper, and that
    each grant has a key of its own, is what makes sharing needless.
    """
    rows = _grants(scope)
    now = timezone.now()
    keys = [
        (grant, key)
        for grant in rows.prefetch_related("keys")
        for key in queries.working_keys(grant, now)
        if key.works_until is None
    ]
    if not keys:
        return None
    old = [key for _grant, key in keys if key.made_at < now - OLDEST_KEY]
    alone = set(queries.without_keeper(rows).values_list("pk", flat=True)) & {one.pk for one, _key in keys}
    value = format_lazy(
        _("使えるキー{total}件のうち、13か月以上取り替えていないもの{old}件、管理者のいないもの{alone}件"),
        total=len(keys),
        old=len(old),
        alone=len(alone),
    )
    verdict = Verdict.UNMET if alone else Verdict.PARTLY if old else Verdict.MET
    figures = {"keys": len(keys), "old": len(old), "without_keeper": len(alone)}
    url = reverse("access:grants") + ("?state=no_keeper" if alone else "")
    return _proof(_("キーの管理"), value, verdict, url, figures)
