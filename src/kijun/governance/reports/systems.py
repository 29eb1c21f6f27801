"""What a report says of AI systems: the facts of one, why its risk is what it is, and the table of all."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from kijun.governance.assessments.models import Assessment
from kijun.governance.assessments.queries import Answers
from kijun.governance.assessments.tallies import Tally
from kijun.governance.evidence.models import Finding, ScopeKind
from kijun.governance.inventory.models import AISystem, Stage
from kijun.governance.inventory.queries import registered
from kijun.governance.organisation.models import Municipality
from kijun.governance.register.models import Entry
from kijun.governance.reports.contents import Fact, SystemLine
from kijun.governance.reports.naming import language, system_name
from kijun.governance.risks.models import RiskAssessment, Tier
from kijun.web import dates
from kijun.web.punctuation import listed
from kijun.web.templatetags.kit import named


def facts_of(system: AISystem) -> tuple[Fact, ...]:
    departments = listed(named(one) for one in system.user_departments.all())
    pairs: Iterable[tuple[Any, Any]] = (
        (_("概要"), system.summary),
        (_("段階"), system.get_stage_display()),
        (_("AIサービス責任者"), system.owner.name if system.owner else _("未定")),
        (
            _("提供する部署（AI提供者）"),
            named(system.provider_department) if system.provider_department else "",
        ),
        (_("利用する部署（AI利用者）"), departments),
        (_("事業者"), system.vendor_name),
        (_("サービス名"), system.service_name),
        (_("モデルと版"), system.model_name),
        (_("ネットワーク区分"), system.get_network_display() if system.network else ""),
        (_("だれの情報か"), system.data_subjects),
        (_("人による確認"), system.human_check),
        (_("停止したときの代わりの方法"), system.fallback),
    )
    return tuple(Fact(str(label), str(value)) for label, value in pairs if value)


def risk_lines(risk: RiskAssessment | None) -> tuple[str, ...]:
    if risk is None:
        return (_("リスク評価がまだありません。"),)
    tier = str(Tier(risk.tier).label)
    day = dates.format_date(risk.assessed_on, language()) if risk.assessed_on else ""
    lines = [_("リスクの区分：%(tier)s（%(day)s評価）") % {"tier": tier, "day": day}]
    for step in risk.explanation:
        lines.append(str(step.get(language()) or step.get("ja", "")) if isinstance(step, dict) else str(step))
    if risk.overruled_tier:
        lines.append(
            _("計算では「%(computed)s」でしたが、次の理由で変更しました：%(reason)s")
            % {"computed": Tier(risk.computed_tier).label, "reason": risk.overrule_reason}
        )
    if risk.residual_note:
        lines.append(_("対策をしても残るリスク：%(note)s") % {"note": risk.residual_note})
    return tuple(lines)


def all_systems(town: Municipality) -> list[AISystem]:
    """Those that governance concerns, with what the table needs; two queries."""
    rows = registered(town).select_related("owner").prefetch_related("user_departments")
    return list(rows.only("number", "name", "name_en", "stage", "owner__name").order_by("number"))


def system_lines(
    town: Municipality, systems: list[AISystem], rows: list[Assessment], answers: Answers
) -> tuple[SystemLine, ...]:
    """The table of all systems. ``rows`` are the assessments of the cycle, ``answers`` theirs; three queries."""
    assessed = {one.system_id: one for one in rows if one.system_id}
    tallies: dict[int, Tally] = defaultdict(Tally)
    for (kind, scope_id, _control), given in answers.items():
        if kind == ScopeKind.SYSTEM:
            tallies[scope_id].add(given.status)
    current = RiskAssessment.objects.filter(municipality=town, state=RiskAssessment.State.CURRENT)
    risks = {
        system_id: (tier, computed if overruled else "")
        for system_id, tier, computed, overruled in current.values_list(
            "system_id", "tier", "computed_tier", "overruled_tier"
        )
    }
    states = Entry.objects.filter(municipality=town).values_list("system_id", "state")
    entries = {system_id: str(Entry.State(state).label) for system_id, state in states}
    raised = Finding.objects.filter(municipality=town, scope_kind=ScopeKind.SYSTEM)
    findings = Counter(raised.exclude(state=Finding.State.CLOSED).values_list("scope_id", flat=True))
    return tuple(
        _line(
            one,
            assessed.get(one.pk),
            tallies[one.pk],
            risks.get(one.pk, ("", "")),
            findings[one.pk],
            entries.get(one.pk) or _("なし"),
        )
        for one in systems
    )


def _line(
    system: AISystem,
    assessment: Assessment | None,
    tally: Tally,
    risk: tuple[str, str],
    findings: int,
    published: str,
) -> SystemLine:
    return SystemLine(
        code=system.code,
        name=system_name(system),
        stage=str(Stage(system.stage).label),
        tier=str(Tier(risk[0]).label) if risk[0] else _("未評価"),
        overruled=str(Tier(risk[1]).label) if risk[1] else "",
        owner=system.owner.name if system.owner else _("未定"),
        departments=tuple(named(one) for one in system.user_departments.all()),
        assessed=str(assessment.get_state_display()) if assessment else _("自己点検なし"),
        rate=tally.done / tally.judged if tally.judged and tally.complete else None,
        findings=findings,
        published=published,
        answered=tally.answered,
        asked=tally.total,
    )
