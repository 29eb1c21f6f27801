"""What was found, by principle and role, how it went before, and the copy that was approved."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kijun.governance.approvals import integrity
from kijun.governance.assessments import figures, queries
from kijun.governance.assessments.models import AskedRole, Assessment, Status
from kijun.governance.assessments.readiness import ORGANISATION
from kijun.governance.assessments.tallies import Results, Tally, from_summary
from kijun.governance.assessments.views.common import Desk, find, lang, page
from kijun.governance.evidence import queries as evidence_queries
from kijun.governance.evidence.models import ScopeKind
from kijun.governance.organisation.tenancy import StaffRequest
from kijun.web.who_may import who_may


@who_may("assessments.view")
def results(request: StaffRequest, pk: int) -> HttpResponse:
    """What was found, by principle and role; open findings; how it went before."""
    found = find(request, pk)
    if found.is_settled:
        whole = Assessment.objects.select_related(
            "cycle", "system", "municipality", "own_controls", "approval"
        )
        found = whole.get(pk=pk)
    desk = Desk.of(request, found)
    shown = from_summary(found.summary) if found.is_settled else desk.results
    findings = evidence_queries.open_findings(
        request.municipality, ScopeKind(found.scope_kind), found.scope_id
    )
    asked = {one.control_id for one in desk.answers}
    context = page(
        request,
        desk,
        results=shown,
        total=shown.total,
        statuses=[label for _status, label in _statuses(shown)],
        principles=_rows(
            shown, [(one, _name(found, desk, one), shown.principle(one)) for one in shown.principles]
        ),
        roles=_rows(shown, [("", str(AskedRole(one).label), shown.role(one)) for one in shown.roles]),
        principle_chart=figures.by_principle(shown, lambda one: _name(found, desk, one)),
        role_chart=figures.by_role(shown),
        findings=[one for one in findings if one.control_id in asked][:100],
        frozen=found.frozen if found.is_settled else None,
        intact=not found.is_settled or _is_intact(found),
        **_course(found, desk),
    )
    return render(request, "assessments/results.html", context)


def _statuses(shown: Results) -> list[tuple[str, str]]:
    """The columns; 未回答 only where something is open."""
    known = [(one.value, str(one.label)) for one in Status]
    return [*known, ("", _("未回答"))] if shown.total.left else known


def _rows(
    shown: Results, groups: list[tuple[str, str, Tally]]
) -> list[tuple[str, str, Tally, list[tuple[str, int]]]]:
    """Id, name, tally and (status, number) of each group."""
    statuses = _statuses(shown)
    return [
        (id, name, tally, [(label, tally.of(status)) for status, label in statuses])
        for id, name, tally in groups
    ]


def _name(found: Assessment, desk: Desk, principle: str) -> str:
    """The principle's number and name, of an approved assessment as they stood then."""
    if principle == "G":
        return str(ORGANISATION)
    kept = (found.frozen or {}).get("principles", {}).get(principle) if found.is_settled else None
    name = kept["en" if lang().startswith("en") else "ja"] if kept else desk.name(principle)
    return f"{principle}. {name}"


def _is_intact(found: Assessment) -> bool:
    """The copy still is what was decided on."""
    return found.approval is not None and integrity.digest(found.frozen) == found.approval.digest


def _course(found: Assessment, desk: Desk) -> dict[str, Any]:
    course = queries.course([found], queries.given_answers([found]), found.scope_kind)
    if course.comparison is None:
        return {}
    words = figures.in_words(course.comparison)
    pairs = figures.pairs_of(course.comparison, lambda one: _name(found, desk, one))
    return {
        "trend_chart": figures.over_time([(one.cycle, one.tally.rate) for one in course.points]),
        "comparison": words,
        "comparison_chart": figures.like_for_like(pairs, words, course.earlier, found.cycle.name)
        if course.comparison.total.common
        else None,
    }
