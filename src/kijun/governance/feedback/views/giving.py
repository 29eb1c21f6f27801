"""Saying something of an answer or of a system."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kijun.governance.feedback import actions, queries
from kijun.governance.feedback.answers import About, about
from kijun.governance.feedback.forms import ReportForm
from kijun.governance.interactions.views._shared import with_ledger
from kijun.governance.organisation.tenancy import StaffRequest, get_mine
from kijun.web.doing import back, filled
from kijun.web.who_may import who_may


@require_POST
@who_may("feedback.give")
@with_ledger
def give(request: StaffRequest) -> HttpResponse:
    """The buttons below an answer: useful or not, or a doubt with a line of text. A script gets the buttons back, a browser its page."""
    interaction = request.POST.get("interaction", "")
    one = about(request.user, interaction)
    if one is None or not one.own:
        raise Http404
    verdict, kinds = request.POST.get("verdict", ""), request.POST.getlist("kinds")
    problem = ""
    words = _("評価を受け取りました。")
    try:
        if kinds:
            made = actions.report(request.user, one, kinds, request.POST.get("text", ""))
            words = _("報告しました（%(code)s）。回答が届くと、ホームでお知らせします。") % {
                "code": made.code
            }
        if verdict or not kinds:
            actions.give(request.user, one, verdict)
    except ValidationError as error:
        problem = " ".join(error.messages)
    if request.headers.get("HX-Request"):
        context = {
            "answer": interaction,
            "given": queries.given(request.user, [interaction])[interaction],
            "told": "" if problem else words,
            "problem": problem,
            "text": request.POST.get("text", "") if problem else "",
            "next": back(request, ""),
        }
        return render(request, "feedback/_buttons.html", context, status=422 if problem else 200)
    (messages.error if problem else messages.success)(request, problem or words)
    return redirect(back(request, reverse("interactions:record", args=[interaction])))


@who_may("feedback.give")
@with_ledger
def report_answer(request: StaffRequest, interaction: str) -> HttpResponse:
    """A doubt about an answer that one may open, told at length."""
    one = about(request.user, interaction)
    if one is None:
        raise Http404
    form = ReportForm(request.POST if request.method == "POST" else None, of_answer=True)
    context = {"system": one.system, "interaction": interaction, "own": one.own}
    return _reported(request, form, one, context)


@require_safe
@who_may("feedback.give")
def choose_system(request: StaffRequest) -> HttpResponse:
    """Which system a report is about."""
    systems = queries.reportable_systems(request.user).order_by("number")
    return render(request, "feedback/choose_system.html", {"systems": systems})


@who_may("feedback.give")
def report_system(request: StaffRequest, pk: int) -> HttpResponse:
    """A doubt about a system as a whole, or that work, schemes or people have changed (U3.1.9)."""
    system = get_mine(request, queries.reportable_systems(request.user), pk=pk)
    form = ReportForm(
        request.POST if request.method == "POST" else None,
        of_answer=False,
        initial={"kinds": [request.GET.get("kind", "")]},
    )
    return _reported(request, form, About(system=system), {"system": system})


def _reported(request: StaffRequest, form: ReportForm, one: About, context: dict[str, Any]) -> HttpResponse:
    def save(data: dict[str, Any]) -> tuple[str, str]:
        made = actions.report(
            request.user,
            one,
            form.cleaned_data["kinds"],
            form.cleaned_data["text"],
            people=form.cleaned_data["people"],
            anonymous=form.cleaned_data.get("anonymous", False),
        )
        words = _("報告しました（%(code)s）。回答が届くと、ホームでお知らせします。") % {"code": made.code}
        return words, made.get_absolute_url()

    return filled(request, "feedback/report_form.html", form, context, save)
