"""The section of a system's page that self-assessment adds, and its figure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kijun.governance.assessments import plans, queries
from kijun.governance.assessments.models import OPEN_STATES
from kijun.governance.evidence.models import ScopeKind
from kijun.governance.inventory import panels, remains
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.tenancy import StaffRequest


def context(request: StaffRequest, system: AISystem) -> dict[str, Any]:
    """The assessments of the system, the newest first, with how far they are; three queries."""
    rows = list(
        queries.assessments(request.municipality)
        .filter(system=system)
        .order_by("-cycle__starts_on", "-cycle_id", "-pk")
    )
    tallies = queries.progress(rows)
    return {
        "assessments": [(one, tallies[one.pk]) for one in rows],
        "waits_for_risk": not rows and system.pk not in plans.current_risks(request.municipality),
    }


def figure(request: StaffRequest, system: AISystem) -> panels.Figure | None:
    """実施率 of what was approved last, else how far the current one is."""
    last = queries.latest_approved(request.municipality, ScopeKind.SYSTEM, system.pk)
    if last is not None:
        rate = queries.results(last).total.rate
        value = "—" if rate is None else f"{rate:g} %"
        return panels.Figure(value, last.cycle.name, reverse("assessments:results", args=[last.pk]))
    now = queries.current(request.municipality, ScopeKind.SYSTEM, system.pk)
    if now is None:
        return None
    tally = queries.results(now).total
    return panels.Figure(
        f"{tally.answered}/{tally.total}", _("回答済み"), reverse("assessments:assessment", args=[now.pk])
    )


def remaining(system: AISystem) -> Iterable[remains.Remain]:
    """Self-assessments that are not approved yet."""
    for one in queries.assessments(system.municipality).filter(system=system, state__in=OPEN_STATES):
        words = gettext("自己点検「%(cycle)s」が終わっていません。") % {"cycle": one.cycle.name}
        yield remains.Remain(words, reverse("assessments:assessment", args=[one.pk]))


def register_all() -> None:
    remains.register(remaining)
    panels.register(panels.Panel("assessments", _("自己点検"), "assessments/panel.html", context, order=65))
    panels.register_figure(panels.FigureSource("assessment", _("対策の実施率"), figure, order=30))
