"""A text is taken out: copied or exported. Only what was confirmed (and, where it is asked for, approved) leaves."""

from __future__ import annotations

import hashlib

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kijun.governance.accounts.models import Person
from kijun.governance.audit.actions import record
from kijun.governance.reviews import answers, leaving
from kijun.governance.reviews.answers import Answer
from kijun.governance.reviews.models import Review, Taking


@transaction.atomic
def take(actor: Person, review: Review, answer: Answer | None, kind: str, *, shape: str = "document") -> str:
    """The exact text, recorded as taken out: drawn as the document that it is, or as ``typed`` with its marks. Raises PermissionDenied, and ValidationError with why it may not leave."""
    if not actor.has_perm("reviews.own", review):
        raise PermissionDenied
    locked = Review.objects.select_for_update(of=("self",), no_key=True).select_related("purpose", "system")
    review = locked.get(pk=review.pk)
    if why := leaving.why_not(review):
        raise ValidationError(str(why), code="stays")
    text = answers.final(review, answer)
    if text is None:
        raise ValidationError(
            _("もとの回答が、保存期間が過ぎて消去されたため、取り出せません。"), code="erased"
        )
    taking = Taking.objects.create(
        municipality=review.municipality,
        review=review,
        kind=Taking.Kind(kind),
        by=actor,
        digest=hashlib.sha256(text.encode()).hexdigest(),
    )
    detail = {"interaction": review.interaction, "kind": kind, "digest": taking.digest, "shape": shape}
    record(review.municipality.chain, actor, "reviews.taken", review, detail)
    return text
