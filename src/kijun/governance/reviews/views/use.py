"""Using an answer: what AI wrote, what the person makes of it, and what they checked."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from kijun.governance.interactions.views._shared import with_ledger
from kijun.governance.organisation.tenancy import StaffRequest
from kijun.governance.reviews import actions, answers, checklist, queries, remarks, sources
from kijun.governance.reviews.answers import Answer
from kijun.governance.reviews.forms import UseForm
from kijun.governance.reviews.models import Destination, Review
from kijun.governance.reviews.views._shared import answer_or_404, status_of
from kijun.web import written
from kijun.web.forms import add_errors
from kijun.web.who_may import who_may


def _destination(request: StaffRequest, before: Review | None) -> str:
    asked = request.POST.get("destination") or request.GET.get("destination") or ""
    if asked in Destination.values:
        return asked
    return before.destination if before is not None else Destination.INSIDE


@who_may("reviews.use")
@with_ledger
def use(request: StaffRequest, interaction: str) -> HttpResponse:
    """The confirmation of one's own answer. ``?destination=outside`` asks what a text that leaves the building needs."""
    answer = answer_or_404(request, interaction)
    before = queries.of_answer(request.user, interaction)
    if before is not None and before.state == Review.State.SUBMITTED:
        messages.info(request, _("決裁中です。直すときは、引き戻してから確認し直してください。"))
        return redirect(before)
    destination = _destination(request, before)
    form, about = _form(request, answer, before, destination)
    if request.method == "POST" and form.is_valid() and not answer.erased:
        try:
            row = actions.confirm(request.user, answer, form.said(), form.cleaned_data.get("revision"))
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _told(row))
            return redirect(row)
    return _page(request, answer, before, form, destination, about)


def _told(row: Review) -> str:
    if row.state == Review.State.REJECTED:
        return _("「使わない」と記録しました。")
    if checklist.needs_approval(row.level, row.destination):
        return _("確認を記録しました。次に、決裁に出してください。")
    return _("確認を記録しました。文章を取り出せます。")


def _form(
    request: StaffRequest, answer: Answer, before: Review | None, destination: str
) -> tuple[UseForm, dict[str, Any]]:
    about = answers.rows_of(request.municipality, answer)
    about["tier"] = queries.tier_of(about["system"])
    purpose = about["purpose"]
    about["level"] = checklist.level(purpose, about["tier"], destination)
    form = UseForm(
        request.POST if request.method == "POST" else None,
        municipality=request.municipality,
        level=about["level"],
        destination=destination,
        flags=answer.flags,
        questions=purpose.checklist if purpose is not None else (),
        public_power=bool(purpose is not None and purpose.public_power),
        initial=_initial(answer, before),
    )
    return form, about


def _initial(answer: Answer, before: Review | None) -> dict[str, Any]:
    if before is None:
        return {"text": answer.shown}
    text = answers.final(before, answer)
    return {
        "text": answer.shown if text is None else text,
        "title": before.title,
        "reason": before.reason,
        "human_decision": before.human_decision,
        "legal_basis": before.legal_basis,
        "official": before.official_id,
        "revision": before.revision,
    }


def _page(
    request: StaffRequest,
    answer: Answer,
    before: Review | None,
    form: UseForm,
    destination: str,
    about: dict[str, Any],
) -> HttpResponse:
    here = reverse("reviews:use", args=[answer.one.id])
    tabs = [(label, f"{here}?destination={key}", key == destination) for key, label in Destination.choices]
    context = {
        "answer": answer,
        "answered": written.answer(answer.shown),
        "before": before,
        "form": form,
        "destination": destination,
        "tabs": tabs,
        "sources": sources.of(request.user, answer.one.id),
        "remarks": remarks.of(request.user, answer.one.id),
        "needs_approval": checklist.needs_approval(about["level"], destination),
        "level_words": dict(checklist.LEVEL_WORDS)[about["level"]],
        "light": about["level"] == checklist.LIGHT,
        **about,
    }
    return render(request, "reviews/use.html", context, status=status_of(form))
