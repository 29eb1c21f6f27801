"""What risk assessments prove by themselves."""

from __future__ import annotations

from typing import Any

from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from kijun.governance.evidence.models import ScopeKind, Verdict
from kijun.governance.evidence.proofs import Proof, Scope, proves, shown_day
from kijun.governance.inventory import queries as inventory
from kijun.governance.inventory.evidence import share
from kijun.governance.inventory.models import IN_USE, AISystem, Stage, StageChange
from kijun.governance.organisation.models import Municipality
from kijun.governance.risks import queries, wording
from kijun.governance.risks.models import RiskAssessment, Tier

SYSTEM = (ScopeKind.SYSTEM,)


def _in_force(town: Municipality) -> QuerySet[RiskAssessment]:
    return RiskAssessment.objects.filter(
        municipality=town,
        state=RiskAssessment.State.CURRENT,
        system__in=inventory.registered(town),
    )


@proves("G.13", page="risks:overview")
def systems_assessed(scope: Scope) -> Proof:
    """Every system past the plan has an assessment that is not past its review and of the system as it is."""
    today = timezone.localdate()
    systems = inventory.in_use(scope.municipality)
    total = systems.count()
    rows = _in_force(scope.municipality).filter(system__stage__in=IN_USE).select_related("system")
    current = [one for one in rows if queries.is_valid(one, today)]
    done = len(current)
    first = min((one.next_review_on for one in current if one.next_review_on), default=None)
    verdict = share(done, total)
    return Proof(
        _("リスクの大きさに応じた対策"),
        format_lazy(
            _("実証以降の{total}件のうち{done}件に、期限内のリスク評価がある"), total=total, done=done
        ),
        verdict,
        reverse("risks:overview"),
        timezone.now(),
        first if verdict == Verdict.MET else None,
        {"total": total, "assessed": done},
    )


@proves("G.17", page="risks:overview")
def residual_risk_accepted(scope: Scope) -> Proof:
    """What risk remains of each high or critical system in use was accepted by an executive."""
    rows = _in_force(scope.municipality).filter(tier__in=[Tier.HIGH, Tier.CRITICAL], system__stage__in=IN_USE)
    total = rows.count()
    valid = rows.filter(accepted_at__isnull=False, next_review_on__gte=timezone.localdate())
    done = valid.count()
    if total:
        verdict = share(done, total)
    else:  # nothing to accept is no gap, as long as everything in use was assessed
        every = inventory.in_use(scope.municipality).count()
        known = _in_force(scope.municipality).filter(system__stage__in=IN_USE).count()
        verdict = Verdict.MET if every and every == known else Verdict.UNKNOWN
    first = valid.order_by("next_review_on").values_list("next_review_on", flat=True).first()
    return Proof(
        _("残るリスクの受け入れ"),
        format_lazy(
            _("「高」以上の{total}件のうち{done}件で、残るリスクを受け入れた"), total=total, done=done
        ),
        verdict,
        reverse("risks:overview") + "?state=unaccepted",
        timezone.now(),
        first if total and verdict == Verdict.MET else None,
        {"total": total, "accepted": done},
    )


def _system(scope: Scope) -> AISystem | None:
    found: AISystem | None = AISystem.objects.of(scope.municipality).filter(pk=scope.id).first()
    return found


@proves("P3.1.7", page="risks:assessment", scopes=SYSTEM)
def disadvantage_weighed(scope: Scope) -> Proof | None:
    """Harm to residents was weighed, risk by risk; without a full impact assessment it is proven in part."""
    system = _system(scope)
    if system is None:
        return None
    current = queries.current_assessment(system)
    fresh = current is not None and queries.is_valid(current)
    if current is None:
        value: Any = _("リスク評価がない")
    else:
        value = format_lazy(
            _("リスク区分「{tier}」、評価日：{day}"),
            tier=wording.tier_label(current.tier),
            day=shown_day(current.assessed_on),
        )
    return Proof(
        _("権利の侵害や不利益の見積もり"),
        value,
        Verdict.PARTLY if fresh else Verdict.UNMET,
        reverse("inventory:section", args=[system.pk, "risk"]),
        timezone.now(),
        current.next_review_on if current and fresh else None,
        {"assessed": current is not None, "tier": current.tier if current else ""},
    )


@proves("P5.1.4", page="risks:assessment", scopes=SYSTEM)
def data_settled_before_pilot(scope: Scope) -> Proof | None:
    """Whose and what data go in was assessed before the pilot, and source and retention stand in the inventory."""
    system = _system(scope)
    if system is None or system.stage == Stage.IDEA:
        return None
    first = (
        system.risk_assessments.exclude(state=RiskAssessment.State.DRAFT)
        .order_by(F("assessed_on").asc(nulls_last=True))
        .first()
    )
    pilot = StageChange.objects.filter(system=system, after__in=IN_USE).order_by("on").first()
    began = pilot.on if pilot else system.started_on
    assessed = first is not None and first.assessed_on is not None
    in_time = (
        first is not None and first.assessed_on is not None and (not began or first.assessed_on <= began)
    )
    described = bool(system.data_source and system.retention) or not system.has_personal_data
    verdict = Verdict.MET if in_time and described else Verdict.PARTLY if assessed else Verdict.UNMET
    return Proof(
        _("計画段階でのデータの取り決め"),
        format_lazy(
            _("評価：{assessed}、入手元と保存期間：{described}"),
            assessed=_("実証の前に実施") if in_time else _("実証の後に実施") if assessed else _("なし"),
            described=_("登録済み") if described else _("未登録"),
        ),
        verdict,
        reverse("inventory:section", args=[system.pk, "risk"]),
        timezone.now(),
        None,
        {"in_time": in_time, "described": described},
    )
