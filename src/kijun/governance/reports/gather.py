"""Reads everything a report says: assessments, evidence, findings, risk, register. Writes nothing.

A settled assessment (承認済, 完了) is told from its frozen copy, an open one as it stands today; both have the
same shape (:mod:`kijun.governance.assessments.freezing`). The number of queries does not grow with controls.
"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from kijun.governance.accounts.models import Person
from kijun.governance.approvals import integrity
from kijun.governance.assessments import comparison as assessed
from kijun.governance.assessments import queries as assessments
from kijun.governance.assessments.figures import in_words
from kijun.governance.assessments.freezing import freeze
from kijun.governance.assessments.models import AskedRole, Assessment, Cycle
from kijun.governance.assessments.tallies import Results, Tally
from kijun.governance.evidence.models import ScopeKind
from kijun.governance.inventory.models import RUNNING, AISystem
from kijun.governance.inventory.queries import registered
from kijun.governance.organisation.models import Municipality
from kijun.governance.reports.contents import (
    STATUSES,
    Change,
    Comparison,
    Figure,
    FindingLine,
    Group,
    Point,
    Report,
)
from kijun.governance.reports.lines import controls_of, findings_of, principle_names
from kijun.governance.reports.naming import language, system_name, town_name
from kijun.governance.reports.systems import facts_of, risk_lines, system_lines
from kijun.governance.reports.words import percent
from kijun.governance.risks.models import RiskAssessment
from kijun.web import dates


def cycles(municipality: Municipality) -> list[Cycle]:
    """The cycles of a municipality, the newest first."""
    return list(Cycle.objects.filter(municipality=municipality))


def of_system(system: AISystem, person: Person, cycle: Cycle | None = None) -> Report:
    """The report of one system in ``cycle`` (default: the newest in which it was assessed)."""
    town = system.municipality
    assessment = _assessment(town, ScopeKind.SYSTEM, system.pk, cycle)
    copy = _copy(assessment)
    results = assessments.results(assessment) if assessment else Results()
    findings = findings_of(town, system=system)
    risk = RiskAssessment.objects.filter(system=system, state=RiskAssessment.State.CURRENT).first()
    shared, shared_copy = _shared(assessment)
    controls = controls_of(copy, inherited=False) + (
        controls_of(shared_copy, inherited=True, roles={"provider", "user"}) if shared else ()
    )
    return Report(
        title=_("AIシステムの報告書：%(name)s") % {"name": system_name(system)},
        scope=f"{system.code} {system_name(system)}",
        figures=_figures(results.total, findings, [(_("段階"), str(system.get_stage_display()), "")]),
        facts=facts_of(system),
        risk_lines=risk_lines(risk),
        controls=controls,
        findings=findings,
        **_course([assessment] if assessment else [], ScopeKind.SYSTEM, principle_names(copy)),
        **_common(town, person, assessment, cycle, results, copy),
    )


def of_organisation(municipality: Municipality, person: Person, cycle: Cycle | None = None) -> Report:
    """The report of the whole municipality: its own assessment and those of all systems, together."""
    cycle = cycle or assessments.newest_cycle(municipality)
    rows = list(_counted(municipality, cycle)) if cycle else []
    each = assessments.results_of(rows)
    whole = Results()
    for one in each.values():
        for (principle, role), tally in one.cells.items():
            for status, number in tally.counts.items():
                whole.add(principle, role, status, number)
    own = next((one for one in rows if one.scope_kind == ScopeKind.ORGANISATION), None)
    findings = findings_of(municipality)
    lines = system_lines(municipality, rows, each)
    in_use = sum(system.stage in RUNNING for system in registered(municipality))
    copy = _copy(own)
    approved = sum(one.is_settled for one in rows)
    common = _common(municipality, person, own, cycle, whole, copy)
    if approved < len(rows):
        common["notes"] += (
            _("点検%(all)s件のうち%(n)s件が承認されています。ほかは作成時点の回答を数えています。")
            % {"all": len(rows), "n": approved},
        )
    top = [(_("AIシステム"), _("%(n)s件") % {"n": len(lines)}, _("運用中 %(n)s件") % {"n": in_use})]
    return Report(
        title=_("AIガバナンス報告書"),
        scope=_("組織全体"),
        figures=_figures(whole.total, findings, top),
        controls=controls_of(copy, inherited=False),
        findings=findings,
        systems=lines,
        **_course(rows, None, principle_names(copy)),
        **common,
    )


def _counted(town: Municipality, cycle: Cycle) -> QuerySet[Assessment]:
    """The assessments of a cycle that count: all but those that were dropped."""
    return assessments.assessments(town).filter(cycle=cycle).exclude(state=Assessment.State.DROPPED)


def _common(
    town: Municipality,
    person: Person,
    assessment: Assessment | None,
    cycle: Cycle | None,
    results: Results,
    copy: dict[str, Any],
) -> dict[str, Any]:
    cycle = assessment.cycle if assessment else cycle
    notes = [
        _("この報告書は、%(town)sがKijunに記録した自己点検と証跡から作成しました。")
        % {"town": town_name(town)},
        _("実施率は、答えた対策（「該当なし」を除く）のうち「実施済」の割合です。"),
    ]
    if assessment is None:
        notes.append(_("この対象の自己点検は、まだ始まっていません。"))
    elif not assessment.is_settled:
        notes.append(_("自己点検は承認前です。数値は作成時点のもので、変わることがあります。"))
    else:
        notes.append(_seal(assessment))
    notes.append(_("指摘、AIシステムの概要、リスクの区分は、作成日現在のものです。"))
    return {
        "municipality": town_name(town),
        "is_sample": town.is_sample,
        "cycle": cycle.name if cycle else "",
        "state": str(assessment.get_state_display()) if assessment else _("自己点検なし"),
        "approved": _approved(assessment),
        "language": language(),
        "made_on": timezone.localdate(),
        "made_by": person.name,
        "catalog_version": assessment.catalog_version if assessment else "",
        "by_principle": tuple(
            _group(principle_names(copy).get(one, one), results.principle(one)) for one in results.principles
        ),
        "by_role": tuple(_group(str(AskedRole(role).label), results.role(role)) for role in results.roles),
        "notes": tuple(notes),
    }


def _seal(assessment: Assessment) -> str:
    """That the frozen copy is the one that was decided on, with its digest; or that it is not."""
    approval = assessment.approval
    if approval is None or integrity.digest(assessment.frozen) != approval.digest:
        return _("承認された写しが書き換えられています。この報告書を使わず、監査担当に知らせてください。")
    return _(
        "回答と証跡は、承認されたときの写しによります。写しの要約値（SHA-256）を確かめました：%(digest)s"
    ) % {"digest": approval.digest}


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


def _figures(
    total: Tally, findings: tuple[FindingLine, ...], top: list[tuple[str, str, str]]
) -> tuple[Figure, ...]:
    late = sum(one.overdue for one in findings)
    rate = total.done / total.judged if total.judged else None
    asked = (_("答えた%(n)s件のうち") if total.left else _("対象 %(n)s件")) % {"n": total.judged}
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


def _course(rows: list[Assessment], kind: str | None, names: dict[str, str]) -> dict[str, Any]:
    """The trend, and this cycle against the last one."""
    course = assessments.course(rows, kind)
    trend = tuple(_point(one.cycle.name, one.tally) for one in course.points)
    if course.earlier is None or course.comparison is None:
        return {"trend": trend, "comparison": None}
    found = course.comparison
    changes = tuple(_change(names.get(one, one), found.by_principle[one]) for one in found.principles)
    comparison = Comparison(
        earlier=course.earlier.name,
        now=rows[0].cycle.name,
        text=in_words(found),
        total=_change(_("全体"), found.total) if changes else None,
        changes=changes,
    )
    return {"trend": trend, "comparison": comparison}


def _change(label: str, change: assessed.Change) -> Change:
    return Change(label, change.common, change.done_before / change.common, change.done_now / change.common)


def _point(label: str, tally: Tally) -> Point:
    rate = tally.done / tally.judged if tally.judged else None
    return Point(label, tally.total, tally.judged, rate)
