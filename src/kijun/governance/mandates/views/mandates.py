"""責任体制 at a glance, accountable people, and what they ask for."""

from __future__ import annotations

from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from kijun.governance.mandates import actions, queries
from kijun.governance.mandates.forms import AnswerForm, AskForm, EndForm, MandateForm
from kijun.governance.mandates.models import Mandate, ResourceRequest
from kijun.governance.mandates.views._shared import form_page, initial_of, posted, split_revision
from kijun.governance.organisation.tenancy import StaffRequest, get_mine, mine
from kijun.web.who_may import require, who_may


@require_GET
@who_may("mandates.read")
def overview(request: StaffRequest) -> HttpResponse:
    """Who answers for AI here, who reviews, which plans name it, and what is missing."""
    town = request.municipality
    duties = queries.duties(town)
    return render(
        request,
        "mandates/overview.html",
        {
            "duties": [(label, duties[value]) for value, label in Mandate.Duty.choices],
            "bodies": queries.bodies_in_force(town),
            "plans": queries.plans_in_force(town),
            "resources": queries.resources(town),
            "today": timezone.localdate(),
            "may_edit": request.user.has_perm("mandates.edit"),
        },
    )


@require_GET
@who_may("mandates.read")
def mandates(request: StaffRequest) -> HttpResponse:
    """Everybody who answers or answered for something, and the requests."""
    today = timezone.localdate()
    rows = list(mine(request, Mandate).select_related("person", "deputy").order_by("duty", "-valid_from"))
    requests = mine(request, ResourceRequest).select_related("asked_by", "mandate__person")
    return render(
        request,
        "mandates/mandates.html",
        {
            "now": [row for row in rows if row.valid_to is None or row.valid_to >= today],
            "past": [row for row in rows if row.valid_to and row.valid_to < today],
            "requests": requests.order_by(F("answered_on").desc(nulls_first=True), "-asked_on"),
            "today": today,
            "may_edit": request.user.has_perm("mandates.edit"),
            "may_ask": request.user.has_perm("mandates.ask"),
        },
    )


@require_GET
@who_may("mandates.read")
def mandate(request: StaffRequest, pk: int) -> HttpResponse:
    """One accountable person's scope, powers and resources."""
    found = get_mine(request, Mandate.objects.select_related("person", "deputy"), pk=pk)
    context = {
        "mandate": found,
        "requests": found.requests.order_by("-asked_on"),
        "holds": found.holds_on(timezone.localdate()),
        "may_edit": request.user.has_perm("mandates.edit", found),
    }
    return render(request, "mandates/mandate.html", context)


@who_may("mandates.edit")
def add_mandate(request: StaffRequest) -> HttpResponse:
    """Name an accountable person."""
    initial = {"valid_from": timezone.localdate(), "duty": request.GET.get("duty", "")}
    form = MandateForm(posted(request), town=request.municipality, initial=initial)
    return form_page(
        request,
        form,
        lambda data: actions.save_mandate(request.user, request.municipality, None, **split_revision(data)),
        title=_("責任者を登録する"),
        back=reverse("mandates:mandates"),
        back_label=_("責任者"),
    )


@who_may("mandates.edit")
def change_mandate(request: StaffRequest, pk: int) -> HttpResponse:
    """Correct or extend a mandate."""
    found = get_mine(request, Mandate, pk=pk)
    require(request, "mandates.edit", found)
    form = MandateForm(posted(request), town=request.municipality, initial=initial_of(found, MandateForm))
    return form_page(
        request,
        form,
        lambda data: actions.save_mandate(request.user, request.municipality, found, **split_revision(data)),
        title=_("責任者の内容を変える"),
        back=reverse("mandates:mandate", args=[pk]),
        back_label=str(found),
    )


@who_may("mandates.edit")
def end_mandate(request: StaffRequest, pk: int) -> HttpResponse:
    """The last day of a mandate."""
    found = get_mine(request, Mandate, pk=pk)
    form = EndForm(posted(request), initial={"last_day": found.valid_to or timezone.localdate()})
    return form_page(
        request,
        form,
        lambda data: actions.end(request.user, found, data["last_day"]),
        title=_("任期を終える"),
        back=reverse("mandates:mandate", args=[pk]),
        back_label=str(found),
        lead=_("記録は残ります。後任は、新しい責任者として登録してください。"),
    )


@who_may("mandates.ask")
def ask(request: StaffRequest) -> HttpResponse:
    """Ask for people or money."""
    form = AskForm(
        posted(request), town=request.municipality, initial={"mandate": request.GET.get("mandate", "")}
    )
    return form_page(
        request,
        form,
        lambda data: actions.ask(request.user, request.municipality, **data),
        title=_("予算・人員を求める"),
        back=reverse("mandates:mandates"),
        back_label=_("責任者"),
        lead=_("30日以内の回答を、首長・CDOに求めます。"),
        button=_("求める"),
    )


@who_may("mandates.edit")
def answer(request: StaffRequest, pk: int) -> HttpResponse:
    """Answer a request."""
    found = get_mine(request, ResourceRequest.objects.select_related("asked_by"), pk=pk)
    form = AnswerForm(posted(request), initial=initial_of(found, AnswerForm))
    asked = _("%(name)sさんの求め：%(what)s") % {"name": found.asked_by.name, "what": found.what}
    return form_page(
        request,
        form,
        lambda data: actions.answer(request.user, found, **split_revision(data)),
        title=_("予算・人員の求めに回答する"),
        back=reverse("mandates:mandates"),
        back_label=_("責任者"),
        lead=f"{asked}\n{found.reason}",
        button=_("回答する"),
    )
