"""The list of systems by tier, and how a tier is decided."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kijun.governance.inventory.queries import visible_systems
from kijun.governance.organisation.tenancy import StaffRequest
from kijun.governance.risks import facts, lists, presentation, queries, rule, wording
from kijun.governance.risks.models import Tier
from kijun.web.who_may import signed_in, who_may


@who_may("risks.view")
def overview(request: StaffRequest) -> HttpResponse:
    """Systems with their tier; what has no assessment or is due stands out."""
    rows = lists.rows_for(visible_systems(request.user))
    shown = queries.with_tier(rows)
    if lists.OVERVIEW.wants_excel(request):
        return lists.OVERVIEW.as_excel(request, shown, _("リスク評価.xlsx"))
    counts = queries.tier_counts(rows)
    figures = [(wording.tier_label(tier), counts[tier]) for tier in (*reversed(Tier.values), "")]
    context = {"shown": lists.OVERVIEW.show(request, shown), "figures": figures}
    return render(request, "risks/overview.html", context)


@signed_in
def explain(request: StaffRequest) -> HttpResponse:
    """The whole rule as tables."""
    context = {
        "matrix": presentation.matrix(),
        "likelihoods": presentation.likelihoods(),
        "scales": presentation.scales(),
        "floors": [
            (floor.rule, wording.words(floor.when), wording.tier_label(floor.tier), wording.tone(floor.tier))
            for floor in rule.FLOORS
        ],
        "axes": [
            (
                wording.words(axis.name),
                wording.words(axis.question),
                [wording.words(level) for level in axis.levels],
            )
            for axis in rule.AXES
        ],
        "many_high": rule.MANY_HIGH,
        "version": rule.RULE_VERSION,
        "reviews": [
            (wording.tier_label(tier), wording.tone(tier), months)
            for tier, months in facts.REVIEW_MONTHS.items()
        ],
        "min_reason": facts.MIN_REASON,
    }
    return render(request, "risks/rule.html", context)
