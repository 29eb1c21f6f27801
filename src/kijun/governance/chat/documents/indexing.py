"""The index of a municipality, of all versions that are served; brought up to date by a job soon after a change, and every night."""

from __future__ import annotations

import dataclasses
import hashlib
import logging
from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import partial
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
    from kijun.gateway.reference.shelf import Updated

log = logging.getLogger("kijun.chat")


def soon(municipality: Municipality) -> None:
    """Bring it up to date by a job as soon as the running transaction is committed."""
    transaction.on_commit(lambda: _ask(municipality.pk))


def _ask(key: int) -> None:
    from django_q.tasks import async_task

    async_task("kijun.governance.chat.documents.indexing.build", key)


def build(key: int) -> int:
    """Bring the index of a municipality (its primary key) up to date; gives how many passages it has. Two at once end with the same."""
    return build_of(Municipality.objects.get(pk=key)).passages


def build_of(municipality: Municipality, *, tidy: bool = False) -> Updated:
    """Bring it up to date now: only documents that are new or changed are read. What builds is loaded only here: pages start without it."""
    from kijun.gateway.reference.shelf import update

    return update(Path(settings.HOME), municipality.code, documents(municipality), tidy=tidy)


def build_all() -> int:
    """Every municipality that has documents; what was withdrawn leaves the disk. Gives how many."""
    keys = set(Document.objects.values_list("municipality", flat=True))
    for municipality in Municipality.objects.filter(pk__in=keys):
        build_of(municipality, tidy=True)
    return len(keys)


def documents(municipality: Municipality) -> Iterator[tuple[Source, str, Callable[[], list[Passage]]]]:
    """What is served: each document with a digest of what its passages come from, and what makes them."""
    from kijun.gateway.reference.building import reader

    rows = Document.objects.of(municipality).exclude(current=None)
    rows = rows.select_related("current", "collection__department").defer("current__text", "current__places")
    for row in rows.order_by("pk").iterator(50):
        assert row.current is not None
        told = f"{row.current.pk}:{row.current.digest}:{row.current.guarded}:{reader()}"
        digest = hashlib.sha256(told.encode()).hexdigest()
        yield source_of(row, row.current), digest, partial(_passages, row.current.pk)


def _passages(version: int) -> list[Passage]:
    return passages_of(DocumentVersion.objects.select_related("document").get(pk=version))


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
