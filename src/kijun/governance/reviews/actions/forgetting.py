"""What a person wrote goes when the ledger has erased what it came from; what was approved stays, for it is a document of the town."""

from __future__ import annotations

import datetime
from typing import Final

from django.db import transaction
from django.utils import timezone

from kijun.governance.audit.actions import record
from kijun.governance.audit.refs import SYSTEM
from kijun.governance.reviews import answers
from kijun.governance.reviews.models import Review

LEAST: Final = datetime.timedelta(days=365)
"""No retention is shorter: younger texts need not be looked for in the ledger."""


def forget(now: datetime.datetime | None = None) -> int:
    """Empty the texts whose records are gone; gives how many. Raises `LedgerError`."""
    now = now or timezone.now()
    rows = Review.objects.filter(
        confirmed_at__lt=now - LEAST, changed=True, forgotten_at=None, approval=None
    ).select_related("municipality")
    gone = 0
    for review in rows.iterator():
        answer = answers.answer_of(review.municipality, review.interaction, masked=False)
        if answer is None or answer.erased:
            gone += _empty(review, now)
    return gone


@transaction.atomic
def _empty(review: Review, now: datetime.datetime) -> int:
    done: int = Review.objects.filter(pk=review.pk, forgotten_at=None).update(text="", forgotten_at=now)
    if done:
        record(
            review.municipality.chain,
            SYSTEM,
            "reviews.forgotten",
            review,
            {"interaction": review.interaction},
        )
    return done
