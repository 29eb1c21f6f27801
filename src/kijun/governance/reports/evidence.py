"""Evidence from the reports that were given out."""

from __future__ import annotations

import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kijun.governance.evidence.models import Verdict
from kijun.governance.evidence.proofs import Proof, Scope, line, proves, shown_day
from kijun.governance.organisation.calendar import due_date
from kijun.governance.reports.models import Issue

YEAR = datetime.timedelta(days=365)
ANSWER_DAYS = 20
"""Opening days within which a report that was asked for should be given."""


@proves("G.7", page="reports:index")
def published_and_reported(scope: Scope) -> Proof:
    """Residents and the ministries were told within a year (guideline Part 3)."""
    today = timezone.localdate()
    recent = Issue.objects.of(scope.municipality).filter(issued_on__gt=today - YEAR)
    residents = recent.filter(audience=Issue.Audience.RESIDENTS).first()
    ministry = recent.filter(audience=Issue.Audience.MINISTRY).first()
    both, one = bool(residents and ministry), bool(residents or ministry)
    latest = max((x.issued_on for x in (residents, ministry) if x), default=None)
    oldest = min((x.issued_on for x in (residents, ministry) if x), default=None)
    return Proof(
        title=_("住民への公表と関係府省への報告"),
        value=line(
            _("1年以内：住民 %(r)s、関係府省 %(m)s"),
            r=shown_day(residents.issued_on if residents else None),
            m=shown_day(ministry.issued_on if ministry else None),
        ),
        verdict=Verdict.MET if both else Verdict.PARTLY if one else Verdict.UNMET,
        url=reverse("reports:index"),
        as_of=timezone.now(),
        expires_on=oldest + YEAR if oldest else None,
        figures={"latest": latest.isoformat() if latest else None},
    )


@proves("P8.2.4", page="reports:index")
def ready_to_report(scope: Scope) -> Proof | None:
    """Requests of a year were answered in time; nothing to say while nobody asked."""
    since = timezone.localdate() - YEAR
    asked = list(Issue.objects.of(scope.municipality).filter(requested_on__gt=since))
    if not asked:
        return None
    late = [
        x
        for x in asked
        if x.requested_on and x.issued_on > due_date(scope.municipality, ANSWER_DAYS, x.requested_on)
    ]
    waits = sorted((x.issued_on - x.requested_on).days for x in asked if x.requested_on)
    return Proof(
        title=_("求めに応じた報告"),
        value=line(
            _("1年間に%(n)s件、中央値%(days)s日、期限超過%(late)s件"),
            n=len(asked),
            days=waits[len(waits) // 2],
            late=len(late),
        ),
        verdict=Verdict.MET if not late else Verdict.PARTLY,
        url=reverse("reports:index"),
        as_of=timezone.now(),
        figures={"asked": len(asked), "late": len(late)},
    )
