"""Lists of confirmations, one confirmation, taking its text out, putting it forward, and what those who decide look at."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kijun.governance.approvals.models import Step
from kijun.governance.interactions.views._shared import reason_of, with_ledger
from kijun.governance.organisation.tenancy import StaffRequest, get_mine
from kijun.governance.reviews import actions, answers, checklist, diffing, leaving, queries, remarks, sources
from kijun.governance.reviews.answers import Answer
from kijun.governance.reviews.exports.blocks import block
from kijun.governance.reviews.exports.files import TYPES, export
from kijun.governance.reviews.forms import SubmitForm
from kijun.governance.reviews.lists import REVIEWS
from kijun.governance.reviews.models import Review, Taking
from kijun.governance.reviews.views._shared import own_answer, own_review, status_of
from kijun.web import written
from kijun.web.forms import add_errors
from kijun.web.templatetags.kit import named
from kijun.web.who_may import who_may
from kijun.web.written import Written


@who_may("reviews.use")
def reviews(request: StaffRequest) -> HttpResponse:
    """自分の確認: what I decided about answers."""
    return _list(request, queries.mine(request.user), mine=True)


@who_may("reviews.read_others")
def all_reviews(request: StaffRequest) -> HttpResponse:
    """What others decided, within one's reach; facts alone, no text."""
    return _list(request, queries.visible(request.user), mine=False)


def _list(request: StaffRequest, rows: Any, *, mine: bool) -> HttpResponse:
    if REVIEWS.wants_excel(request):
        return REVIEWS.as_excel(request, rows, _("回答の確認") + ".xlsx")
    tabs = [(_("自分の確認"), reverse("reviews:list"), mine)]
    if request.user.has_perm("reviews.read_others"):
        tabs.append((_("ほかの人の確認"), reverse("reviews:all"), not mine))
    return render(
        request, "reviews/list.html", {"shown": REVIEWS.show(request, rows), "tabs": tabs, "mine": mine}
    )


def _seen(request: StaffRequest, pk: int) -> Review:
    """A review within reach: one's own, by role, or because one decides on it."""
    review: Review = get_mine(request, queries.reviews(request.municipality), pk=pk)
    if queries.visible(request.user).filter(pk=review.pk).exists() or actions.decides(request.user, review):
        return review
    raise Http404


@require_safe
@who_may("reviews.use")
@with_ledger
def review(request: StaffRequest, pk: int) -> HttpResponse:
    """One confirmation. Its text is shown to the person who made it; others open what belongs to it on a page of its own."""
    row = _seen(request, pk)
    own = row.person_id == request.user.pk
    answer = own_answer(request, row) if own else None
    text = answers.final(row, answer) if own else None
    why_stays = leaving.why_not(row)
    context = {
        "review": row,
        "own": own,
        "kept": answer is not None,
        "may_open": not own and actions.may_open(request.user, row),
        "standing": queries.standing(row),
        "text": text,
        "drawn": answers.drawn(row, answer, text) if text is not None else None,
        "pieces": diffing.pieces(answers.tidy(answer.shown), text) if answer and row.changed and text else [],
        "checks": [(checklist.label_of(one), one) for one in row.checks],
        "flags": [(_flag(one), one) for one in row.flags],
        "why_stays": why_stays,
        "may_submit": own and _may_submit(row),
        "takings": row.takings.select_related("by")[:20],
        "kinds": list(Taking.Kind),  # the copy first
        "labels": queries.labels(request.municipality).filter(review=row),
        "may_label": own and not leaving.why_not_label(row),
        "returned": _returned(row),
        "power": leaving.without_decision(row),
    }
    return render(request, "reviews/review.html", context)


def _returned(row: Review) -> Step | None:
    """The step that sent it back, with its reason."""
    if row.state != Review.State.RETURNED or row.approval is None:
        return None
    steps = row.approval.steps.filter(outcome=Step.Outcome.RETURNED).select_related("acted_by")
    return steps.first()


def _flag(one: dict[str, str]) -> str:
    from kijun.governance.interactions.wording import finding

    return finding(one.get("type", ""))


def _may_submit(row: Review) -> bool:
    return (
        row.superseded_at is None
        and row.state in (Review.State.CONFIRMED, Review.State.RETURNED)
        and not leaving.without_decision(row)
    )


@require_POST
@who_may("reviews.use")
@with_ledger
def take(request: StaffRequest, pk: int) -> HttpResponse:
    """Take the text out: a page to copy from, or a file. Recorded first."""
    row = own_review(request, pk)
    kind = request.POST.get("kind", "")
    shape = request.POST.get("shape", "document")
    if kind not in Taking.Kind.values or shape not in ("document", "typed"):
        raise Http404
    answer = own_answer(request, row)
    try:
        text = actions.take(request.user, row, answer, kind, shape=shape)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(row)
    labels = queries.labels(request.municipality).filter(review=row, withdrawn_at=None)
    blocks = [block(request, one) for one in labels]
    drawn = answers.drawn(row, answer, text) if shape == "document" else Written(text, frozenset())
    if kind == Taking.Kind.COPY:
        context = {"review": row, "text": drawn.plain, "blocks": blocks, "marked": bool(drawn.marks)}
        return render(request, "reviews/taken.html", context)
    content = export(kind, row.title, drawn, blocks, named(request.municipality))
    response = HttpResponse(content, content_type=TYPES[kind])
    name = "".join(one for one in row.title if one.isprintable() and one not in '\\/:*?"<>|')[:80] or "text"
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.{kind}")
    return response


@who_may("reviews.use")
def submit(request: StaffRequest, pk: int) -> HttpResponse:
    """起案: the text goes to those who decide."""
    row = own_review(request, pk)
    form = SubmitForm(request.POST if request.method == "POST" else None, initial={"revision": row.revision})
    if request.method == "POST" and form.is_valid():
        try:
            approval = actions.submit(
                request.user,
                row,
                comment=form.cleaned_data["comment"],
                document_number=form.cleaned_data["document_number"],
                seen_revision=form.cleaned_data.get("revision"),
            )
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("決裁に出しました。承認されると、文章を取り出せます。"))
            return redirect(approval)
    return render(request, "reviews/submit.html", {"review": row, "form": form}, status=status_of(form))


@require_safe
@who_may("reviews.use")
@with_ledger
def material(request: StaffRequest, pk: int) -> HttpResponse:
    """決裁の資料: question, answer, what was changed, findings, sources. The look is recorded before anything is shown."""
    row = _seen(request, pk)
    if row.person_id == request.user.pk:
        return redirect(row)
    deciding = actions.decides(request.user, row)
    answer = answers.answer_of(request.municipality, row.interaction, masked=deciding)
    if not actions.may_open(request.user, row):
        raise PermissionDenied
    why = _("決裁のため：%(title)s") % {"title": row.title} if deciding else reason_of(request)
    if not why:
        return redirect(f"{reverse('interactions:reason')}?{urlencode({'next': request.get_full_path()})}")
    actions.open_material(request.user, row, answer, why)
    return render(request, "reviews/material.html", _material(row, answer))


def _material(row: Review, answer: Answer | None) -> dict[str, Any]:
    text = answers.final(row, answer)
    changed_since = answer is not None and not answer.erased and answers.seal(answer.text) != row.answer_seal
    return {
        "review": row,
        "answer": answer,
        "erased": answer is None or answer.erased,
        "changed_since": changed_since,
        "text": text,
        "drawn": answers.drawn(row, answer, text) if text is not None else None,
        "answered": written.answer(answer.text) if answer is not None else None,
        "pieces": diffing.pieces(answer.text, row.text) if answer and row.changed and row.text else [],
        "checks": [(checklist.label_of(one), one) for one in row.checks],
        "flags": [(_flag(one), one) for one in row.flags],
        "sources": sources.of(row.person, row.interaction),
        "remarks": remarks.of(row.person, row.interaction),
    }
