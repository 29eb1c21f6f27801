"""The sources of an answer: what the ledger says was there and what of it is cited, and whether the person opened it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from kijun.governance.accounts.models import Person
from kijun.governance.chat.documents.models import DocumentVersion, Opened
from kijun.governance.chat.models import Turn
from kijun.governance.interactions import ledger
from kijun.governance.reviews import sources as reviews
from kijun.ledger.model import Kind, LedgerError


@dataclass(frozen=True, slots=True)
class Source:
    """One passage. ``number`` is that of [1] in the answer; ``overdue``: its review was due when the answer was given."""

    number: int
    title: str
    where: str
    department: str
    dated: str
    url: str
    cited: bool
    overdue: bool
    opened: bool


def sources_of(interaction: str, person: Person | None = None) -> list[Source]:
    """The sources of an answer, cited ones first; none where it has none, was erased, or is nobody's that may look.

    ``person`` None: the one whose conversation it stands in.
    """
    if person is None:
        turn = Turn.objects.filter(interaction=interaction).select_related(
            "conversation__person__municipality"
        )
        row = turn.first()
        if row is None:
            return []
        person = row.conversation.person
    return _told(interaction, person, _recorded(interaction, person))


def _recorded(interaction: str, person: Person) -> list[Mapping[str, Any]]:
    try:
        with ledger.reading() as book:
            entries = book.interaction(interaction, person.municipality.code)
    except LedgerError:
        return []
    for one in entries:
        if one.kind == Kind.OUTPUT and one.content is not None and one.person == str(person.pk):
            found = one.content.get("sources")
            return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []
    return []


def _told(interaction: str, person: Person, found: Iterable[Mapping[str, Any]]) -> list[Source]:
    opened = {
        (one.version.document_id, one.version.number, one.passage)
        for one in Opened.objects.filter(person=person, interaction=interaction).select_related("version")
    }
    made = []
    for one in found:
        key = int(one["document"]), int(one["version"]), int(one["passage"])
        url = reverse("chat:passage", args=key) + f"?answer={interaction}"
        made.append(
            Source(
                int(one["n"]),
                str(one["title"]),
                str(one["where"]),
                str(one.get("department", "")),
                str(one.get("dated", "")),
                url,
                bool(one.get("cited")),
                bool(one.get("overdue")),
                key in opened,
            )
        )
    return sorted(made, key=lambda one: (not one.cited, one.number))


def is_source(interaction: str, person: Person, version: DocumentVersion, passage: int) -> bool:
    """Whether this passage is a source of an answer of this person."""
    wanted = str(version.document_id), version.number, passage
    return any(
        (str(one["document"]), one["version"], one["passage"]) == wanted
        for one in _recorded(interaction, person)
    )


def find(person: Person, interaction: str) -> Iterable[reviews.Source]:
    """For reviews: what the answer rests on and what of it this person opened."""
    for one in sources_of(interaction, person):
        if one.cited:
            note = "、".join(
                filter(None, (one.department, one.dated, _("見直し期限切れ") if one.overdue else ""))
            )
            yield reviews.Source(f"[{one.number}] {one.title} {one.where}", one.url, one.opened, note)
