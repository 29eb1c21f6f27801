"""What the views share."""

from __future__ import annotations

from typing import Any

from django.http import Http404

from kijun.governance.organisation.tenancy import StaffRequest, get_mine
from kijun.governance.reviews import answers, queries
from kijun.governance.reviews.answers import Answer
from kijun.governance.reviews.models import Review


def own_review(request: StaffRequest, pk: int) -> Review:
    """One of the person's own; anything else is not there."""
    return get_mine(request, queries.reviews(request.municipality).filter(person=request.user), pk=pk)


def own_answer(request: StaffRequest, review: Review) -> Answer | None:
    """The answer of one's own review, with values; None where the ledger holds nothing of it any more."""
    return answers.own(request.user, review.interaction)


def answer_or_404(request: StaffRequest, interaction: str) -> Answer:
    """One's own answer. Raises Http404 for another's, another town's, or one that never came."""
    found = answers.own(request.user, interaction)
    if found is None:
        raise Http404
    return found


def status_of(form: Any) -> int:
    """422 where something is wrong."""
    return 422 if form is not None and form.is_bound and form.errors else 200
