"""Reading collections and documents. No writing here."""

from __future__ import annotations

import datetime

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from kijun.governance.access.reading import Reading
from kijun.governance.accounts.models import Person
from kijun.governance.chat.documents.models import Collection, Document, PurposeReading
from kijun.governance.organisation.models import Municipality

SOON_DAYS = 30
"""Days before a review is due from which on the owner is told."""


def collections(municipality: Municipality) -> QuerySet[Collection]:
    """Every collection with how many documents are served, and how many of them are past their date."""
    served = Q(documents__current__isnull=False)
    late = served & Q(documents__current__review_by__lt=timezone.localdate())
    rows: QuerySet[Collection] = Collection.objects.of(municipality)
    return rows.select_related("department", "owner").annotate(
        served=Count("documents", filter=served), late=Count("documents", filter=late)
    )


def documents(municipality: Municipality) -> QuerySet[Document]:
    """Every document with its collection and the version that is served."""
    rows: QuerySet[Document] = Document.objects.of(municipality)
    return rows.select_related(
        "collection__department", "collection__owner", "collection__municipality", "owner", "current"
    )


def due(person: Person, today: datetime.date | None = None) -> QuerySet[Document]:
    """Documents that the person looks after whose review is due within thirty days, or was."""
    until = (today or timezone.localdate()) + datetime.timedelta(days=SOON_DAYS)
    return documents(person.municipality).filter(owner=person, current__review_by__lte=until)


def readings() -> dict[int, Reading]:
    """What purposes read, for the policy snapshot."""
    rows = PurposeReading.objects.prefetch_related("collections")
    return {
        one.purpose_id: Reading(
            tuple(str(found.pk) for found in one.collections.all()), one.for_models, one.overdue
        )
        for one in rows
    }
