"""The index of a municipality, built of all versions that are served; by a job soon after a change, and every night."""

from __future__ import annotations

import dataclasses
import logging
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from kijun.gateway.reference.model import Passage, Source
from kijun.gateway.reference.splitting import split
from kijun.governance.chat.documents.models import Document, DocumentVersion
from kijun.governance.organisation.models import Municipality

if TYPE_CHECKING:
    from kijun.gateway.reference.building import Built

log = logging.getLogger("kijun.chat")


def soon(municipality: Municipality) -> None:
    """Build it by a job as soon as the running transaction is committed."""
    transaction.on_commit(lambda: _ask(municipality.pk))


def _ask(key: int) -> None:
    from django_q.tasks import async_task

    async_task("kijun.governance.chat.documents.indexing.build", key)


def build(key: int) -> int:
    """Build the index of a municipality (its primary key) and put it in force; gives how many passages it has. Two at once end with the same."""
    return build_of(Municipality.objects.get(pk=key)).passages


def build_of(municipality: Municipality) -> Built:
    """Build it now. What builds is loaded only here: pages start without it."""
    from kijun.gateway.reference.shelf import publish

    return publish(Path(settings.HOME), municipality.code, documents(municipality))


def build_all() -> int:
    """Every municipality that has documents; gives how many."""
    keys = set(Document.objects.values_list("municipality", flat=True))
    for key in keys:
        build(key)
    return len(keys)


def documents(municipality: Municipality) -> Iterator[tuple[Source, list[Passage]]]:
    """What is served, with its passages."""
    rows = Document.objects.of(municipality).exclude(current=None)
    for row in rows.select_related("current", "collection__department").order_by("pk").iterator(50):
        assert row.current is not None
        row.current.document = row
        yield source_of(row, row.current), passages_of(row.current)


def source_of(row: Document, version: DocumentVersion) -> Source:
    """A document as the index holds it."""
    return Source(
        id=str(row.pk),
        title=row.title,
        collection=str(row.collection_id),
        department=row.collection.department.name,
        version=version.number,
        dated=version.dated.isoformat(),
        review_by=version.review_by.isoformat(),
        link=reverse("chat:document_version", args=[row.pk, version.number]),
        open=row.collection.is_open,
    )


def passages_of(version: DocumentVersion) -> list[Passage]:
    """A version's passages, with their pages; those with personal or secret data are guarded."""
    starts = [start for start, _end, _words in version.places]

    def place_of(start: int, end: int) -> str:
        at = max(bisect_right(starts, start) - 1, 0)
        return str(version.places[at][2]) if version.places else ""

    title = version.document.title
    return [
        dataclasses.replace(
            one,
            headings=one.headings[1:] if one.headings[:1] == (title,) else one.headings,
            guarded=any(start < one.end and end > one.start for start, end in version.guarded),
        )
        for one in split(version.text, place_of)
    ]
