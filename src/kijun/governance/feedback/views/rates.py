"""How answers are judged, by system, department and month."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from kijun.governance.feedback import rates as figures
from kijun.governance.organisation.tenancy import StaffRequest
from kijun.web.who_may import who_may


@require_safe
@who_may("feedback.list")
def rates(request: StaffRequest) -> HttpResponse:
    """回答の評価: the useful share, doubts by kind, days to an answer."""
    found = figures.of_person(request.user)
    context = {
        "rates": found,
        "months": figures.MONTHS,
        "tables": [
            (_("AIシステムごと"), pgettext("one", "AIシステム"), found.systems),
            (_("部署ごと"), _("部署"), found.departments),
            (_("月ごと"), _("月"), found.months),
        ],
        "share": figures.share_chart(found),
        "kinds": figures.kinds_chart(found),
    }
    return render(request, "feedback/rates.html", context)
