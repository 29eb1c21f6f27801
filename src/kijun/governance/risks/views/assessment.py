"""A completed assessment, and the acceptance of what risk remains."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kijun.governance.organisation.tenancy import StaffRequest
from kijun.governance.risks import actions, difference, facts, presentation, queries, wording
from kijun.governance.risks.forms import AcceptForm
from kijun.governance.risks.models import RiskAssessment
from kijun.governance.risks.views.assessing import find
from kijun.web.forms import add_errors
from kijun.web.who_may import who_may

STATE_TONES = {"draft": "progress", "current": "success", "superseded": "neutral"}


@who_may("risks.view")
def assessment(request: StaffRequest, pk: int) -> HttpResponse:
    """What was answered, the tier and why, what changed since the one before."""
    thing = find(request, pk, "risks.view")
    if thing.is_draft:
        return redirect("risks:resume", pk)
    catalog, old = facts.catalog_of(thing), difference.previous(thing)
    in_force = thing.state == RiskAssessment.State.CURRENT and not thing.system.is_retired
    context = {
        **presentation.result_context(thing, thing.tier, list(thing.controls)),
        "lines": presentation.explained(thing.explanation),
        "computed_label": wording.tier_label(thing.computed_tier),
        "state_tone": STATE_TONES[thing.state],
        "due": in_force and queries.is_due(thing),
        "outdated": difference.since(thing) if in_force else [],
        "changes": difference.compare(old, thing) if old else [],
        "old": old,
        "control_rows": [catalog.control(one) for one in thing.controls],
        "subjects": [dict(wording.SUBJECTS).get(one, one) for one in thing.data_subjects],
        "kinds": wording.kinds(thing.data_kinds),
        "may_assess": request.user.has_perm("risks.assess", thing) and not thing.system.is_retired,
        "may_accept": thing.state == RiskAssessment.State.CURRENT
        and thing.accepted_at is None
        and request.user.has_perm("risks.accept", thing),
    }
    return render(request, "risks/assessment.html", context)


@who_may("risks.accept")
def accept(request: StaffRequest, pk: int) -> HttpResponse:
    """An executive accepts the risk that remains."""
    thing = find(request, pk, "risks.accept")
    form, status = AcceptForm(request.POST or None, initial={"revision": thing.revision}), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            try:
                actions.accept_residual(request.user, thing, data["note"], data["revision"])
            except ValidationError as error:
                add_errors(form, error)
            else:
                messages.success(request, _("残るリスクを受け入れたことを記録しました。"))
                return redirect("risks:assessment", pk)
    context = {
        "assessment": thing,
        "system": thing.system,
        "form": form,
        "tier_label": wording.tier_label(thing.tier),
        "tier_tone": wording.tone(thing.tier),
        "lines": presentation.explained(thing.explanation),
        "computed_label": wording.tier_label(thing.computed_tier),
    }
    return render(request, "risks/accept.html", context, status=status)
