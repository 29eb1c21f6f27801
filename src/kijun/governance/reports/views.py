"""Pages of reports: the list, a report on screen and as a file, and the record of what was given out."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from kijun.governance.assessments import figures
from kijun.governance.assessments.models import Cycle
from kijun.governance.assessments.tallies import Tally
from kijun.governance.evidence.queries import visible_findings
from kijun.governance.inventory.models import AISystem
from kijun.governance.inventory.queries import visible_systems
from kijun.governance.organisation.tenancy import StaffRequest, get_mine, mine
from kijun.governance.reports import actions, gather, pdf, word, workbook
from kijun.governance.reports.contents import Comparison, Group, Report
from kijun.governance.reports.forms import IssueForm
from kijun.governance.reports.models import Issue
from kijun.governance.reports.naming import system_name
from kijun.web.charts import Chart, Pair
from kijun.web.punctuation import bracketed
from kijun.web.who_may import require, who_may

FORMATS: dict[str, tuple[str, Callable[[Report], bytes]]] = {
    "pdf": ("application/pdf", pdf.render),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", workbook.render),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", word.render),
}


@who_may("reports.view")
def index(request: StaffRequest) -> HttpResponse:
    """Which reports there are, and which were given out."""
    systems = visible_systems(request.user).filter(registered_at__isnull=False).order_by("number")
    return render(
        request,
        "reports/index.html",
        {
            "systems": systems,
            "issues": mine(request, Issue).select_related("by")[:50],
            "whole": request.user.has_perm("reports.organisation"),
            "may_issue": request.user.has_perm("reports.issue"),
        },
    )


@who_may("reports.organisation")
def organisation(request: StaffRequest) -> HttpResponse:
    """The report of the whole municipality."""
    report = gather.of_organisation(request.municipality, request.user, _cycle(request), controls=False)
    return _screen(request, report, None)


@who_may("reports.organisation")
def organisation_controls(request: StaffRequest, principle: str) -> HttpResponse:
    """What the organisation answered for the controls of one principle, with the evidence."""
    return _controls(request, None, principle)


@who_may("reports.organisation")
def organisation_file(request: StaffRequest, form: str) -> HttpResponse:
    """The same as a file: pdf, xlsx or docx."""
    return _file(gather.of_organisation(request.municipality, request.user, _cycle(request)), form)


@who_may("reports.view")
def system(request: StaffRequest, system_id: int) -> HttpResponse:
    """The report of one AI system."""
    found = _system(request, system_id)
    report = gather.of_system(found, request.user, _cycle(request), controls=False)
    return _screen(request, report, found)


@who_may("reports.view")
def system_controls(request: StaffRequest, system_id: int, principle: str) -> HttpResponse:
    """What was answered for the controls of one principle, with the evidence."""
    return _controls(request, _system(request, system_id), principle)


@who_may("reports.view")
def system_file(request: StaffRequest, system_id: int, form: str) -> HttpResponse:
    """The same as a file: pdf, xlsx or docx."""
    return _file(gather.of_system(_system(request, system_id), request.user, _cycle(request)), form)


@who_may("reports.issue")
def issue(request: StaffRequest) -> HttpResponse:
    """Keep that a report was given to the assembly, the residents or a ministry."""
    form = IssueForm(request.POST or None, initial={"issued_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            actions.issue_report(request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("報告を記録しました。"))
            return redirect("reports:index")
    return render(request, "reports/issue.html", {"form": form}, status=422 if form.is_bound else 200)


def _system(request: StaffRequest, system_id: int) -> AISystem:
    rows = mine(request, AISystem).select_related("owner", "provider_department", "municipality")
    found = get_mine(request, rows, pk=system_id, registered_at__isnull=False)
    require(request, "inventory.view", found)
    return found


def _cycle(request: StaffRequest) -> Cycle | None:
    """The cycle that the address names; 404 for one that is not the municipality's."""
    asked = request.GET.get("cycle", "")
    if not asked:
        return None
    if not asked.isdecimal() or len(asked) > 18:
        raise Http404
    return get_mine(request, Cycle, pk=int(asked))


def _file(report: Report, form: str) -> HttpResponse:
    if form not in FORMATS:
        raise Http404
    media_type, draw = FORMATS[form]
    name = f"{report.municipality}_{report.title}_{report.made_on:%Y%m%d}.{form}".replace("/", "／")
    response = HttpResponse(draw(report), content_type=media_type)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _screen(request: StaffRequest, report: Report, of: AISystem | None) -> HttpResponse:
    context = {
        "report": report,
        "system": of,
        "cycles": gather.cycles(request.municipality),
        "chosen": request.GET.get("cycle", ""),
        "principle_chart": _chart(_("原則ごとの実施状況"), report.by_principle),
        "role_chart": _chart(_("役割ごとの実施状況"), report.by_role),
        "trend_chart": _trend(report),
        "change_chart": _changes(report.comparison),
        "formats": [("pdf", "PDF"), ("xlsx", "Excel"), ("docx", "Word")],
        "may_issue": request.user.has_perm("reports.issue"),
        "openable": {one.get_absolute_url() for one in visible_findings(request.user).only("pk")},
    }
    return render(request, "reports/report.html", context)


def _controls(request: StaffRequest, of: AISystem | None, principle: str) -> HttpResponse:
    assessment, shared = gather.of_scope(request.municipality, of, _cycle(request))
    lines = gather.control_lines(assessment, shared, principle)
    if assessment is None or not lines:
        raise Http404
    context = {
        "system": of,
        "scope": f"{of.code} {system_name(of)}" if of else _("組織全体"),
        "principle": lines[0].principle,
        "assessment": assessment,
        "lines": lines,
        "chosen": request.GET.get("cycle", ""),
    }
    return render(request, "reports/controls.html", context)


def _chart(title: str, groups: tuple[Group, ...]) -> Chart | None:
    rows = [(group.label, Tally(dict(group.counts))) for group in groups]
    return figures.by_status(title, rows) if rows else None


def _trend(report: Report) -> Chart | None:
    if len(report.trend) < 2:
        return None
    return figures.over_time([(point.label, _percent(point.rate)) for point in report.trend])


def _changes(found: Comparison | None) -> Chart | None:
    if found is None or found.total is None:
        return None
    rows = [
        Pair(bracketed(one.label, _("%(n)s件") % {"n": one.common}), _percent(one.before), _percent(one.now))
        for one in [found.total, *found.changes]
    ]
    return figures.like_for_like(rows, found.text, found.earlier, found.now)


def _percent(rate: float | None) -> float | None:
    return None if rate is None else round(rate * 100, 1)
