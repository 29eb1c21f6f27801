"""Reads everything a report says: assessments, evidence, findings, risk, register. Writes nothing.

A settled assessment (承認済, 完了) is told from its frozen copy, an open one as it stands today; both have the
same shape (:mod:`kijun.governance.assessments.freezing`). The number of queries does not grow with controls.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kijun.governance.accounts.models import Person
from kijun.governance.assessments import queries as assessments
from kijun.governance.assessments.catalogue import pinned
from kijun.governance.assessments.freezing import freeze
from kijun.governance.assessments.models import AskedRole, Assessment, Cycle
from kijun.governance.assessments.tallies import Results, Tally, from_summary
from kijun.governance.evidence.models import Finding, ScopeKind, Verdict
from kijun.governance.inventory.models import RUNNING, AISystem, Stage
from kijun.governance.inventory.queries import registered
from kijun.governance.organisation.models import Municipality
from kijun.governance.register.models import Entry
from kijun.governance.reports.contents import (
    STATUSES,
    ControlLine,
    EvidenceLine,
    Fact,
    Figure,
    FindingLine,
    Group,
    Point,
    Report,
    SystemLine,
)
from kijun.governance.reports.words import percent, status_labels
from kijun.governance.risks.models import RiskAssessment, Tier
from kijun.web import dates
from kijun.web.punctuation import listed


def language() -> str:
    return "en" if (get_language() or "ja").startswith("en") else "ja"


def _town_name(town: Municipality) -> str:
    return (town.name_en if language() == "en" else "") or town.name


def _system_name(system: AISystem) -> str:
    return (system.name_en if language() == "en" else "") or system.name


def cycles(municipality: Municipality) -> list[Cycle]:
    """The cycles of a municipality, the newest first."""
    return list(Cycle.objects.filter(municipality=municipality))


def of_system(system: AISystem, person: Person, cycle: Cycle | None = None) -> Report:
    """The report of one system in ``cycle`` (default: the newest in which it was assessed)."""
    town = system.municipality
    assessment = _assessment(town, ScopeKind.SYSTEM, system.pk, cycle)
    copy = _copy(assessment)
    results = assessments.results(assessment) if assessment else Results()
    findings = _findings(town, system=system)
    risk = RiskAssessment.objects.filter(system=system, state=RiskAssessment.State.CURRENT).first()
    shared, shared_copy = _shared(assessment)
    controls = _controls(copy, inherited=False) + (
        _controls(shared_copy, inherited=True, roles={"provider", "user"}) if shared else ()
    )
    return Report(
        title=_("AIシステムの報告書：%(name)s") % {"name": _system_name(system)},
        scope=f"{system.code} {_system_name(system)}",
        figures=_figures(results.total, findings, [(_("段階"), str(system.get_stage_display()), "")]),
        facts=_facts(system),
        risk_lines=_risk_lines(risk),
        trend=_trend(town, ScopeKind.SYSTEM, system.pk, assessment, results),
        controls=controls,
        findings=findings,
        **_common(town, person, assessment, cycle, results),
    )


def of_organisation(municipality: Municipality, person: Person, cycle: Cycle | None = None) -> Report:
    """The report of the whole municipality: its own assessment and those of all systems, together."""
    cycle = cycle or assessments.newest_cycle(municipality)
    rows = list(assessments.assessments(municipality).filter(cycle=cycle)) if cycle else []
    each = assessments.results_of(rows)
    whole = Results()
    for one in each.values():
        for (principle, role), tally in one.cells.items():
            for status, number in tally.counts.items():
                whole.add(principle, role, status, number)
    own = next((one for one in rows if one.scope_kind == ScopeKind.ORGANISATION), None)
    findings = _findings(municipality)
    lines = _systems(municipality, rows, each)
    in_use = sum(system.stage in RUNNING for system in registered(municipality))
    top = [(_("AIシステム"), _("%(n)s件") % {"n": len(lines)}, _("運用中 %(n)s件") % {"n": in_use})]
    return Report(
        title=_("AIガバナンス報告書"),
        scope=_("組織全体"),
        figures=_figures(whole.total, findings, top),
        trend=_town_trend(municipality, cycle, whole),
        controls=_controls(_copy(own), inherited=False),
        findings=findings,
        systems=lines,
        **_common(municipality, person, own, cycle, whole),
    )


def _common(
    town: Municipality, person: Person, assessment: Assessment | None, cycle: Cycle | None, results: Results
) -> dict[str, Any]:
    cycle = assessment.cycle if assessment else cycle
    notes = [
        _("この報告書は、%(town)sがKijunに記録した自己点検と証跡から作成しました。")
        % {"town": _town_name(town)},
        _("実施率は、「該当なし」を除いた対策のうち「実施済」の割合です。"),
    ]
    if assessment is None:
        notes.append(_("この対象の自己点検は、まだ始まっていません。"))
    elif not assessment.is_settled:
        notes.append(_("自己点検は承認前です。数値は作成時点のもので、変わることがあります。"))
    return {
        "municipality": _town_name(town),
        "is_sample": town.is_sample,
        "cycle": cycle.name if cycle else "",
        "state": str(assessment.get_state_display()) if assessment else _("自己点検なし"),
        "approved": _approved(assessment),
        "language": language(),
        "made_on": timezone.localdate(),
        "made_by": person.name,
        "catalog_version": assessment.catalog_version if assessment else "",
        "by_principle": _by_principle(assessment, results),
        "by_role": tuple(_group(str(AskedRole(role).label), results.role(role)) for role in results.roles),
        "notes": tuple(notes),
    }


def _assessment(town: Municipality, kind: str, scope_id: int, cycle: Cycle | None) -> Assessment | None:
    if cycle is None:
        return assessments.current(town, kind, scope_id)
    rows = assessments.assessments(town).filter(cycle=cycle, scope_kind=kind)
    return (rows.filter(system_id=scope_id) if kind == ScopeKind.SYSTEM else rows).first()


def _copy(assessment: Assessment | None) -> dict[str, Any]:
    if assessment is None:
        return {"controls": []}
    kept: dict[str, Any] = (assessment.frozen if assessment.is_settled else None) or freeze(assessment)
    return kept


def _shared(assessment: Assessment | None) -> tuple[Assessment | None, dict[str, Any]]:
    """The organisation's assessment of the same cycle, whose answers a system inherits."""
    if assessment is None:
        return None, {"controls": []}
    found = _assessment(assessment.municipality, ScopeKind.ORGANISATION, 0, assessment.cycle)
    return found, _copy(found)


def _group(label: str, tally: Tally) -> Group:
    return Group(label, {status: tally.of(status) for status in STATUSES})


def _by_principle(assessment: Assessment | None, results: Results) -> tuple[Group, ...]:
    if assessment is None:
        return ()
    names = {one.id: f"{one.id} {one.name.get(language())}" for one in pinned(assessment).principles}
    names["G"] = _("組織としての取組")
    return tuple(_group(names.get(one, one), results.principle(one)) for one in results.principles)


def _figures(
    total: Tally, findings: tuple[FindingLine, ...], top: list[tuple[str, str, str]]
) -> tuple[Figure, ...]:
    late = sum(one.overdue for one in findings)
    rate = total.done / total.applicable if total.applicable else None
    asked = _("対象 %(n)s件") % {"n": total.applicable}
    return (
        *(Figure(*one) for one in top),
        Figure(_("実施率"), percent(rate), asked),
        Figure(_("未回答"), _("%(n)s件") % {"n": total.left}),
        Figure(
            _("完了していない指摘"), _("%(n)s件") % {"n": len(findings)}, _("期限超過 %(n)s件") % {"n": late}
        ),
    )


def _approved(assessment: Assessment | None) -> str:
    if assessment is None or not assessment.is_settled or assessment.approved_at is None:
        return ""
    approval = assessment.approval
    by = approval.decided_by.name if approval and approval.decided_by else ""
    day = dates.format_date(timezone.localtime(assessment.approved_at).date(), language())
    return _("%(day)s 承認 %(by)s") % {"day": day, "by": by}


def _day(text: str | None) -> datetime.date | None:
    if not text:
        return None
    if len(text) > 10:
        return timezone.localtime(datetime.datetime.fromisoformat(text)).date()
    return datetime.date.fromisoformat(text)


def _controls(
    copy: dict[str, Any], *, inherited: bool, roles: set[str] | None = None
) -> tuple[ControlLine, ...]:
    labels, lang = status_labels(), language()
    names = _principle_names(copy)
    found = []
    for one in copy["controls"]:
        if roles is not None and one["role"] not in roles:
            continue
        found.append(
            ControlLine(
                id=one["id"],
                title=one["title"].get(lang) or one["title"]["ja"],
                principle=names.get(one["principle"], one["principle"]),
                role=str(AskedRole(one["role"]).label),
                status=one["status"],
                status_label=labels.get(one["status"], one["status"]),
                reason=one["reason"],
                planned_on=_day(one["planned_on"]),
                answered_by=one["answered_by"],
                answered_on=_day(one["answered_at"]),
                evidence=tuple(_evidence(item) for item in one["evidence"]),
                inherited=inherited,
            )
        )
    return tuple(found)


def _principle_names(copy: dict[str, Any]) -> dict[str, str]:
    from kijun.catalog import load

    names = {one.id: f"{one.id} {one.name.get(language())}" for one in load().principles}
    return names | {"G": _("組織としての取組")}


def _evidence(item: dict[str, Any]) -> EvidenceLine:
    verdict = str(Verdict(item["verdict"]).label)
    other = "_en" if language() == "en" else ""
    title = item.get(f"title{other}") or item["title"]
    value = item.get(f"value{other}") or item["value"] or item["note"]
    as_of = _day(item["as_of"]) or timezone.localdate()
    return EvidenceLine(title, value, verdict, as_of, _day(item["expires_on"]))


def _findings(town: Municipality, system: AISystem | None = None) -> tuple[FindingLine, ...]:
    """Findings that are not closed, the most urgent first."""
    rows = Finding.objects.filter(municipality=town).exclude(state=Finding.State.CLOSED)
    if system is not None:
        rows = rows.filter(scope_kind=ScopeKind.SYSTEM, scope_id=system.pk)
    rows = rows.select_related("owner", "department").prefetch_related("steps").order_by("due_on", "number")
    names = {one.pk: _system_name(one) for one in AISystem.objects.filter(municipality=town)}
    today = timezone.localdate()
    return tuple(
        FindingLine(
            number=f"F-{one.number:04d}",
            title=one.shown_title,
            control=one.control_id,
            scope=names.get(one.scope_id, "") if one.scope_kind == ScopeKind.SYSTEM else _("組織全体"),
            owner=(one.owner.name if one.owner else "") or (one.department.name if one.department else ""),
            due_on=one.due_on,
            state=str(one.get_state_display()),
            overdue=one.due_on < today,
            plan="\n".join(step.what for step in one.steps.all()),
        )
        for one in rows
    )


def _trend(
    town: Municipality, kind: str, scope_id: int, assessment: Assessment | None, results: Results
) -> tuple[Point, ...]:
    points = [(one.assessment, one.tally) for one in assessments.trend(town, kind, scope_id)]
    if assessment is not None and all(one.pk != assessment.pk for one, _tally in points):
        points.append((assessment, results.total))
    points.sort(key=lambda pair: (pair[0].cycle.starts_on, pair[0].cycle_id))
    limit = assessment.cycle.starts_on if assessment else datetime.date.max
    return tuple(_point(one.cycle.name, tally) for one, tally in points if one.cycle.starts_on <= limit)


def _town_trend(town: Municipality, cycle: Cycle | None, whole: Results) -> tuple[Point, ...]:
    """Cycle by cycle, everything that was approved in it; the cycle of the report as it stands."""
    sums: dict[int, tuple[Cycle, Tally]] = {}
    for one in assessments.settled(town):
        _known, tally = sums.setdefault(one.cycle_id, (one.cycle, Tally()))
        tally.merge(from_summary(one.summary).total)
    if cycle is not None:
        sums[cycle.pk] = (cycle, whole.total)
    last = cycle.starts_on if cycle else datetime.date.max
    ordered = sorted(sums.values(), key=lambda pair: (pair[0].starts_on, pair[0].pk))
    return tuple(_point(one.name, tally) for one, tally in ordered if one.starts_on <= last)


def _point(label: str, tally: Tally) -> Point:
    rate = tally.done / tally.applicable if tally.applicable else None
    return Point(label, rate, tally.answered, tally.applicable)


def _facts(system: AISystem) -> tuple[Fact, ...]:
    departments = listed(one.name for one in system.user_departments.all())
    pairs: Iterable[tuple[Any, Any]] = (
        (_("概要"), system.summary),
        (_("段階"), system.get_stage_display()),
        (_("AIサービス責任者"), system.owner.name if system.owner else _("未定")),
        (
            _("提供する部署（AI提供者）"),
            system.provider_department.name if system.provider_department else "",
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


def _risk_lines(risk: RiskAssessment | None) -> tuple[str, ...]:
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


def _systems(town: Municipality, rows: list[Assessment], each: dict[int, Results]) -> tuple[SystemLine, ...]:
    assessed = {one.system_id: one for one in rows if one.system_id}
    risks = {
        one.system_id: one
        for one in RiskAssessment.objects.filter(municipality=town, state=RiskAssessment.State.CURRENT)
    }
    entries = {one.system_id: str(one.get_state_display()) for one in Entry.objects.filter(municipality=town)}
    open_findings: dict[int, int] = {}
    for scope_id in (
        Finding.objects.filter(municipality=town, scope_kind=ScopeKind.SYSTEM)
        .exclude(state=Finding.State.CLOSED)
        .values_list("scope_id", flat=True)
    ):
        open_findings[scope_id] = open_findings.get(scope_id, 0) + 1
    found = []
    systems = registered(town).select_related("owner").prefetch_related("user_departments").order_by("number")
    for system in systems:
        assessment, risk = assessed.get(system.pk), risks.get(system.pk)
        total = each[assessment.pk].total if assessment else Tally()
        found.append(
            SystemLine(
                code=system.code,
                name=_system_name(system),
                stage=str(Stage(system.stage).label),
                tier=str(Tier(risk.tier).label) if risk else _("未評価"),
                overruled=str(Tier(risk.computed_tier).label) if risk and risk.overruled_tier else "",
                owner=system.owner.name if system.owner else _("未定"),
                departments=listed(one.name for one in system.user_departments.all()),
                assessed=str(assessment.get_state_display()) if assessment else _("自己点検なし"),
                rate=total.done / total.applicable if total.applicable else None,
                findings=open_findings.get(system.pk, 0),
                published=entries.get(system.pk, _("なし")),
            )
        )
    return tuple(found)
