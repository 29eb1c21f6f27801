"""Reads everything a report says: assessments, evidence, findings, risk, register. Writes nothing.

A settled assessment (承認済, 完了) is told from its frozen copy, an open one as it stands today; both have the
same shape (:mod:`kijun.governance.assessments.freezing`). The number of queries does not grow with controls.
"""

from __future__ import annotations

from collections import Counter
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
from kijun.governance.assessments.tallies import Results, Tally, principle_order
from kijun.governance.evidence.models import ScopeKind
from kijun.governance.inventory.models import RUNNING, AISystem
from kijun.governance.organisation.models import Municipality
from kijun.governance.reports.contents import (
    STATUSES,
    Change,
    Comparison,
    ControlGroup,
    ControlLine,
    Figure,
    FindingLine,
    Group,
    Point,
    Report,
)
from kijun.governance.reports.lines import controls_of, findings_of, principle_names
from kijun.governance.reports.naming import language, system_name, town_name
from kijun.governance.reports.systems import all_systems, facts_of, risk_lines, system_lines
from kijun.governance.reports.words import percent
from kijun.governance.risks.models import RiskAssessment
from kijun.web import dates


def cycles(municipality: Municipality) -> list[Cycle]:
    """The cycles of a municipality, the newest first."""
    return list(Cycle.objects.filter(municipality=municipality))


def of_system(
    system: AISystem, person: Person, cycle: Cycle | None = None, *, controls: bool = True
) -> Report:
    """The report of one system in ``cycle`` (default: the newest in which it was assessed)."""
    town = system.municipality
    assessment, shared = of_scope(town, system, cycle)
    names = principle_names(assessment)
    own = [assessment] if assessment else []
    answers = assessments.given_answers(own)
    results = _results(answers)
    findings = findings_of(town, system=system)
    risk = RiskAssessment.objects.filter(system=system, state=RiskAssessment.State.CURRENT).first()
    return Report(
        title=_("AIシステムの報告書：%(name)s") % {"name": system_name(system)},
        scope=f"{system.code} {system_name(system)}",
        figures=_figures(results.total, findings, [(_("段階"), str(system.get_stage_display()), "")]),
        facts=facts_of(system),
        risk_lines=risk_lines(risk),
        controls=control_lines(assessment, shared) if controls else (),
        groups=_groups(answers, assessments.given_answers([shared]) if shared else {}, names),
        findings=findings,
        **_course(own, answers, ScopeKind.SYSTEM, names),
        **_common(town, person, assessment, cycle, results, names),
    )


def of_organisation(
    municipality: Municipality, person: Person, cycle: Cycle | None = None, *, controls: bool = True
) -> Report:
    """The report of the whole municipality: its own assessment and those of all systems, together."""
    cycle = cycle or assessments.newest_cycle(municipality)
    rows = list(_counted(municipality, cycle)) if cycle else []
    answers = assessments.given_answers(rows)
    whole = _results(answers)
    own = next((one for one in rows if one.scope_kind == ScopeKind.ORGANISATION), None)
    if own is not None:
        own.municipality = municipality
    names = principle_names(own)
    findings = findings_of(municipality)
    systems = all_systems(municipality)
    lines = system_lines(municipality, systems, rows, answers)
    in_use = sum(system.stage in RUNNING for system in systems)
    approved = sum(one.is_settled for one in rows)
    common = _common(municipality, person, own, cycle, whole, names)
    if approved < len(rows):
        common["notes"] += (
            _("点検%(all)s件のうち%(n)s件が承認されています。ほかは作成時点の回答を数えています。")
            % {"all": len(rows), "n": approved},
        )
    top = [(_("AIシステム"), _("%(n)s件") % {"n": len(lines)}, _("運用中 %(n)s件") % {"n": in_use})]
    asked_once = {key: given for key, given in answers.items() if key[0] == ScopeKind.ORGANISATION}
    return Report(
        title=_("AIガバナンス報告書"),
        scope=_("組織全体"),
        figures=_figures(whole.total, findings, top),
        controls=control_lines(own, None) if controls else (),
        groups=_groups(asked_once, {}, names),
        findings=findings,
        systems=lines,
        **_course(rows, answers, None, names),
        **common,
    )


def of_scope(
    town: Municipality, system: AISystem | None, cycle: Cycle | None
) -> tuple[Assessment | None, Assessment | None]:
    """The assessment of a system (of the organisation for None) in a cycle, and the one whose answers it inherits."""
    if system is None:
        return _assessment(town, ScopeKind.ORGANISATION, town.pk, cycle), None
    found = _assessment(town, ScopeKind.SYSTEM, system.pk, cycle)
    return found, _assessment(town, ScopeKind.ORGANISATION, town.pk, found.cycle) if found else None


def control_lines(
    assessment: Assessment | None, shared: Assessment | None, principle: str = ""
) -> tuple[ControlLine, ...]:
    """The controls (of one principle where it is named), then those that the organisation answers for the system."""
    lines: tuple[ControlLine, ...] = ()
    if assessment is not None:
        lines = controls_of(_copy(assessment), inherited=False, principle=principle)
    if shared is not None:
        lines += controls_of(_copy(shared), inherited=True, principle=principle)
    return lines


def _groups(
    answers: assessments.Answers, shared: assessments.Answers, names: dict[str, str]
) -> tuple[ControlGroup, ...]:
    own = _results(answers)
    inherited = Counter(one.principle for one in shared.values() if one.role != AskedRole.ORGANISATION)
    return tuple(
        ControlGroup(
            one, names.get(one, one), _group(names.get(one, one), own.principle(one)), inherited[one]
        )
        for one in sorted({*own.principles, *inherited}, key=principle_order)
    )


def _counted(town: Municipality, cycle: Cycle) -> QuerySet[Assessment]:
    """The assessments of a cycle that count: all but those that were dropped."""
    rows = assessments.assessments(town).filter(cycle=cycle).exclude(state=Assessment.State.DROPPED)
    return rows.select_related(None).select_related("cycle")  # systems are read once, for their table


def _common(
    town: Municipality,
    person: Person,
    assessment: Assessment | None,
    cycle: Cycle | None,
    results: Results,
    names: dict[str, str],
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
            _group(names.get(one, one), results.principle(one)) for one in results.principles
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


def _copy(assessment: Assessment) -> dict[str, Any]:
    kept: dict[str, Any] = (assessment.frozen if assessment.is_settled else None) or freeze(assessment)
    return kept


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


def _results(answers: assessments.Answers) -> Results:
    found = Results()
    for (principle, role, status), number in Counter(answers.values()).items():
        found.add(principle, role, status, number)
    return found


def _course(
    rows: list[Assessment], answers: assessments.Answers, kind: str | None, names: dict[str, str]
) -> dict[str, Any]:
    """The trend, and this cycle against the last one."""
    course = assessments.course(rows, answers, kind)
    trend = tuple(_point(one.cycle, one.tally) for one in course.points)
    if course.comparison is None:
        return {"trend": trend, "comparison": None}
    found = course.comparison
    changes = tuple(_change(names.get(one, one), found.by_principle[one]) for one in found.principles)
    comparison = Comparison(
        earlier=course.earlier,
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
