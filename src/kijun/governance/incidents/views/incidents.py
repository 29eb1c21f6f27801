"""The list, one incident, reporting one."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kijun.governance.feedback.answers import About, about
from kijun.governance.incidents import actions, lists, queries, readiness
from kijun.governance.incidents.forms import ReportForm
from kijun.governance.incidents.models import Incident, Severity, State
from kijun.governance.incidents.views._shared import part, seen
from kijun.governance.interactions.halves import halves
from kijun.governance.interactions.views._shared import with_ledger
from kijun.governance.organisation.tenancy import StaffRequest
from kijun.web.doing import filled
from kijun.web.who_may import require, who_may


@require_safe
@who_may("incidents.report")
def incidents(request: StaffRequest) -> HttpResponse:
    """インシデント: all for those who read everything, else those that concern the person."""
    rows = queries.visible(request.user)
    if lists.INCIDENTS.wants_excel(request):
        return lists.INCIDENTS.as_excel(request, rows, _("インシデント.xlsx"))
    context = {"shown": lists.INCIDENTS.show(request, rows), "figures": queries.figures(rows)}
    return render(request, "incidents/incidents.html", context)


@require_safe
@who_may("incidents.report")
def incident(request: StaffRequest, pk: int) -> HttpResponse:
    """One incident. Who only reported it sees what became of it; who follows it sees everything."""
    row = seen(request, pk)
    person = request.user
    follows = person.has_perm("incidents.follow", row)
    may_lead = person.has_perm("incidents.lead", row)
    context: dict[str, Any] = {
        "incident": row,
        "harms": queries.harms_of(row),
        "tone": queries.TONES[State(row.state)],
        "severity_tone": queries.SEVERITY_TONES[Severity(row.severity)],
        "leader": lists.leader(row),
        "until_report": lists.hours(row.until_report),
        "until_action": lists.hours(row.until_action),
        "follows": follows,
        "may_lead": may_lead and row.is_open,
        "may_withdraw": row.is_open and person.has_perm("incidents.withdraw", row),
        "lesson": getattr(row, "lesson", None),
        "may_see_report": row.report is not None and person.has_perm("feedback.read", row.report),
        "preventions": list(row.preventions.filter(person=person).select_related("person")),
    }
    if follows:
        context |= _followed(request, row)
    return render(request, "incidents/incident.html", context)


def _followed(request: StaffRequest, row: Incident) -> dict[str, Any]:
    """What only those see who lead, read everything, or own the system."""
    return {
        "events": list(row.events.select_related("by").order_by("at", "pk")),
        "steps": list(row.steps.select_related("done_by")),
        "notices": list(row.notices.select_related("done_by")),
        "preventions": list(row.preventions.select_related("person")),
        "tied": list(row.tied.all()),
        "left": readiness.left(row) if row.state == State.CONTAINED else [],
        "may_close": row.state == State.CONTAINED and request.user.has_perm("incidents.close", row),
        "may_stop": bool(_stoppable(request, row)),
    }


def _stoppable(request: StaffRequest, row: Incident) -> list[Any]:
    """What this person may stop: the accountable owner the system, IT staff also the purpose."""
    return [
        one
        for one in actions.targets(row)
        if request.user.has_perm("access.stop" if one == row.system else "access.change", one)
    ]


@require_safe
@who_may("incidents.report")
@with_ledger
def material(request: StaffRequest, pk: int, tied: int) -> HttpResponse:
    """What was asked and answered; that somebody looks is recorded first, with the incident as its reason."""
    row = seen(request, pk)
    require(request, "incidents.follow", row)
    one = actions.open_interaction(request.user, row, part(row.tied.all(), pk=tied))
    context = {
        "incident": row,
        "halves": halves(() if one is None else one.entries),
    }
    return render(request, "incidents/material.html", context)


@who_may("incidents.report")
def report(request: StaffRequest) -> HttpResponse:
    """インシデントを報告する, by anybody on the staff."""
    chosen = request.GET.get("system", "")
    first = {"system": chosen} if chosen.isdecimal() and len(chosen) < 10 else {}
    return _reported(request, About(), first)


@who_may("incidents.report")
@with_ledger
def report_answer(request: StaffRequest, interaction: str) -> HttpResponse:
    """The same of an answer that one may open; it is kept in the ledger from now on."""
    one = about(request.user, interaction)
    if one is None:
        raise Http404
    return _reported(request, one, {"system": one.system.pk if one.system is not None else ""})


def _reported(request: StaffRequest, one: About, first: dict[str, Any]) -> HttpResponse:
    systems = queries.reportable_systems(request.user)
    if one.system is not None:
        systems = systems | type(one.system).objects.filter(pk=one.system.pk)
    form = ReportForm(
        request.POST if request.method == "POST" else None, systems=systems.distinct(), initial=first
    )

    def save(data: dict[str, Any]) -> tuple[str, str]:
        told = actions.Told(
            title=one.hidden(data["title"])[:120],
            what=one.hidden(data["what"]),
            harms=data["harms"],
            severity=data["severity"],
            residents=data["residents"],
            noticed_at=data["noticed_at"],
            began_at=data["began_at"],
            system=data["system"],
            purpose=one.purpose,
            affected=one.hidden(data["affected"]),
            affected_count=data["affected_count"],
            source=data["source"],
            interaction=one.interaction,
        )
        made = actions.open_incident(request.user, told)
        words = _("報告しました（%(code)s）。指揮をとる人に伝わりました。") % {"code": made.code}
        return words, made.get_absolute_url()

    context = {"interaction": one.interaction, "back": reverse("incidents:incidents")}
    return filled(request, "incidents/report_form.html", form, context, save)
