"""Pages of reports: the list, a report on screen and as a file, and the record of what was given out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from kijun.governance.assessments.models import Cycle
from kijun.governance.inventory.models import AISystem
from kijun.governance.inventory.queries import visible_systems
from kijun.governance.organisation.tenancy import StaffRequest, get_mine, mine
from kijun.governance.reports import actions, gather, pdf, word, workbook
from kijun.governance.reports.contents import STATUSES, Group, Report
from kijun.governance.reports.forms import IssueForm
from kijun.governance.reports.models import Issue
from kijun.governance.reports.words import percent, status_labels
from kijun.web.charts import Chart, Series, stacked_bars
from kijun.web.punctuation import listed
from kijun.web.who_may import require, who_may

FORMATS: dict[str, tuple[str, Callable[[Report], bytes]]] = {
    "pdf": ("application/pdf", pdf.render),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", workbook.render),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", word.render),
}
COLOURS = {
    "done": "blue-900",
    "partly": "light-blue-500",
    "planned": "yellow-300",
    "not_done": "red-800",
    "not_applicable": "gray-420",
    "": "gray-200",
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
    return _screen(request, gather.of_organisation(request.municipality, request.user, _cycle(request)), None)


@who_may("reports.organisation")
def organisation_file(request: StaffRequest, form: str) -> HttpResponse:
    """The same as a file: pdf, xlsx or docx."""
    return _file(gather.of_organisation(request.municipality, request.user, _cycle(request)), form)


@who_may("reports.view")
def system(request: StaffRequest, system_id: int) -> HttpResponse:
    """The report of one AI system."""
    found = _system(request, system_id)
    return _screen(request, gather.of_system(found, request.user, _cycle(request)), found)


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
    groups: dict[str, list[Any]] = {}
    for line in report.controls:
        groups.setdefault(line.principle, []).append(line)
    context = {
        "report": report,
        "system": of,
        "cycles": gather.cycles(request.municipality),
        "chosen": request.GET.get("cycle", ""),
        "principle_chart": _chart(_("原則ごとの実施状況"), report.by_principle)
        if report.by_principle
        else None,
        "role_chart": _chart(_("役割ごとの実施状況"), report.by_role) if report.by_role else None,
        "trend": [(point.label, point.asked, percent(point.rate)) for point in report.trend],
        "groups": list(groups.items()),
        "formats": [("pdf", "PDF"), ("xlsx", "Excel"), ("docx", "Word")],
        "may_issue": request.user.has_perm("reports.issue"),
    }
    return render(request, "reports/report.html", context)


def _chart(title: str, groups: tuple[Group, ...]) -> Chart:
    words = status_labels()
    series = [
        Series(words[status], COLOURS[status], [group.counts.get(status, 0) for group in groups])
        for status in STATUSES
    ]
    description = listed(f"{group.label} {percent(group.rate)}" for group in groups)
    return stacked_bars(
        title, _("実施率：") + description, [group.label for group in groups], series, unit=_("件")
    )
