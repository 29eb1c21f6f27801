"""What risks tells the other apps: panel, figure, column, waiting tasks, menu, words."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts import waiting
from kijun.governance.accounts.models import Person
from kijun.governance.accounts.roles import Role
from kijun.governance.audit import words
from kijun.governance.inventory import columns, panels, remains
from kijun.governance.inventory import queries as inventory
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.tenancy import StaffRequest
from kijun.governance.risks import difference, lists, presentation, queries, wording
from kijun.governance.risks.models import RiskAssessment, Tier
from kijun.web import navigation
from kijun.web.excel import SheetColumn
from kijun.web.tables import Column, Filter

SOON = datetime.timedelta(days=30)
"""So long before its review date a re-assessment is told of."""


def panel(request: StaffRequest, system: AISystem) -> dict[str, Any]:
    """The section 「リスク」 of a system's page."""
    current = queries.current_assessment(system)
    rows = system.risk_assessments.select_related("assessed_by")
    context: dict[str, Any] = {
        "current": current,
        "draft": next((one for one in rows if one.is_draft), None),
        "past": [
            (one, wording.tier_label(one.tier), wording.tone(one.tier))
            for one in rows
            if one.state == RiskAssessment.State.SUPERSEDED
        ],
        "may_assess": not system.is_retired and request.user.has_perm("risks.assess", system),
    }
    if current is None:
        return context
    return {
        **context,
        **presentation.result_context(current, current.tier, list(current.controls)),
        "lines": presentation.explained(current.explanation),
        "computed_label": wording.tier_label(current.computed_tier),
        "due": not system.is_retired and queries.is_due(current),
        "outdated": [] if system.is_retired else difference.since(current),
        "may_accept": request.user.has_perm("risks.accept", current),
    }


def figure(_request: StaffRequest, system: AISystem) -> panels.Figure:
    """The tier in the line of figures, with the reason where somebody overruled it."""
    current = queries.current_assessment(system)
    if current is None:
        return panels.Figure(_("未評価"), tone="warning" if system.stage != "idea" else "neutral")
    hints = []
    if not system.is_retired and queries.is_due(current):
        hints.append(gettext("見直し期限超過"))
    if not system.is_retired and queries.outdated(current):
        hints.append(gettext("登録内容が変わったので、評価し直してください。"))
    if current.is_overruled:
        words = {"computed": wording.tier_label(current.computed_tier), "reason": current.overrule_reason}
        hints.append(gettext("判定は「%(computed)s」。変更の理由：%(reason)s") % words)
    return panels.Figure(wording.tier_label(current.tier), "\n".join(hints), tone=wording.tone(current.tier))


def tasks(person: Person) -> Iterable[waiting.Task]:
    """Re-assessments (owner, IT staff), drafts, and what waits for an executive's acceptance.

    A re-assessment is due soon by its date, or due now because the system is no longer as it was assessed.
    """
    rows = RiskAssessment.objects.filter(
        municipality=person.municipality, system__in=inventory.registered(person.municipality)
    ).select_related("system")
    roles = person.roles_today()
    everything = Role.IT_STAFF in roles
    current = rows.filter(state=RiskAssessment.State.CURRENT)
    today = timezone.localdate()
    for one in current if everything else current.filter(system__owner=person):
        soon = one.next_review_on is not None and one.next_review_on <= today + SOON
        if soon or queries.outdated(one):
            yield waiting.Task(
                gettext("「%(name)s」のリスクを評価し直す") % {"name": one.system.shown_name},
                _("リスク評価"),
                lists.panel_url(one.system),
                one.next_review_on if soon else today,
            )
    drafts = rows.filter(state=RiskAssessment.State.DRAFT)
    for one in drafts if everything else drafts.filter(system__owner=person):
        yield waiting.Task(
            gettext("「%(name)s」のリスク評価を終える") % {"name": one.system.shown_name},
            _("リスク評価"),
            reverse("risks:resume", args=[one.pk]),
        )
    if Role.EXECUTIVE in roles:
        for one in _unaccepted(person):
            yield waiting.Task(
                gettext("「%(name)s」の残るリスクを受け入れるか決める") % {"name": one.system.shown_name},
                _("リスク評価"),
                reverse("risks:assessment", args=[one.pk]),
            )


def _unaccepted(person: Person) -> Iterable[RiskAssessment]:
    return RiskAssessment.objects.filter(
        municipality=person.municipality,
        system__in=inventory.registered(person.municipality),
        state=RiskAssessment.State.CURRENT,
        tier__in=[Tier.HIGH, Tier.CRITICAL],
        accepted_at__isnull=True,
    ).select_related("system")


def due_count(request: HttpRequest) -> int:
    """Systems to assess anew, past the date or changed, that this person answers for (IT staff: all)."""
    person: Person = request.user  # type: ignore[assignment]  # who_may lets only a person in
    systems = inventory.registered(person.municipality)
    if Role.IT_STAFF not in person.roles_today():
        systems = systems.filter(owner=person)
    return len(queries.outdated_systems(systems, or_due=True))


def remaining(system: AISystem) -> Iterable[remains.Remain]:
    """An assessment that was begun and not finished."""
    begun = queries.draft(system)
    if begun is not None:
        yield remains.Remain(
            _("リスク評価の下書きが残っています。"), reverse("risks:result", args=[begun.pk])
        )


def register_all() -> None:
    """Called once, when Django starts."""
    remains.register(remaining)
    panels.register(panels.Panel("risk", _("リスク"), "risks/panel.html", panel, order=50))
    panels.register_figure(panels.FigureSource("tier", _("リスク区分"), figure, order=10))
    columns.register(
        columns.Extra(
            "tier",
            Column(
                "tier",
                _("リスク区分"),
                lists.tier_of,
                ("-risk_rank",),
                tone=lists.tier_tone,
                hint=lists.tier_hint,
            ),
            queries.with_tier,
            Filter("tier", _("リスク区分"), lists.tier_choices, lists.by_tier),
            SheetColumn("risk_tier", _("リスク区分"), width=12),
            lambda row: str(lists.tier_of(row)),
            order=10,
        )
    )
    waiting.register(tasks)
    navigation.register(
        navigation.Link(
            "checks",
            _("リスク評価"),
            "risks:overview",
            "risks.view",
            order=10,
            count=due_count,
            about=_("AIごとのリスクの大きさと、見直しの時期。"),
        )
    )
    words.add_actions(
        {
            "risks.started": _("リスク評価を始めた"),
            "risks.draft_saved": _("リスク評価の下書きを保存した"),
            "risks.draft_discarded": _("リスク評価の下書きを削除した"),
            "risks.completed": _("リスク評価を完了した"),
            "risks.accepted": _("残るリスクを受け入れた"),
        }
    )
    words.add_kinds({"risks.riskassessment": _("リスク評価")})
