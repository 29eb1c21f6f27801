"""What the views share."""

from __future__ import annotations

from django.http import Http404

from kijun.governance.feedback import queries
from kijun.governance.feedback.models import ImprovementRequest, Report
from kijun.governance.organisation.tenancy import StaffRequest, get_mine


def seen(request: StaffRequest, pk: int) -> Report:
    """A report within reach: one's own, or by role. Any other is not there."""
    report = get_mine(request, queries.reports(request.municipality), pk=pk)
    if not request.user.has_perm("feedback.read", report):
        raise Http404
    return report


def seen_request(request: StaffRequest, pk: int) -> ImprovementRequest:
    return get_mine(request, queries.visible_requests(request.user), pk=pk)
