"""The sources of an answer: what the ledger says was there and what of it is cited, and whether the person opened it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from kijun.governance.accounts.models import Person
from kijun.governance.chat.documents.models import DocumentVersion, Opened
from kijun.governance.chat.models import OpenedGiven, Turn
from kijun.governance.interactions import ledger
from kijun.governance.reviews import sources as reviews
from kijun.ledger.model import Kind, LedgerError
from kijun.web.markdown import host_of


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
    given: bool = False
    """The AI's service named it; it is no document of the municipality's own."""


@dataclass(frozen=True, slots=True)
class GivenSource:
    """A source that the AI's service gave with an answer; ``number`` is its place among them."""

    interaction: str
    number: int
    title: str
    url: str
    text: str
    date: str

    @property
    def leads(self) -> bool:
        """Its address is one of the web."""
        return bool(self.host)

    @property
    def host(self) -> str:
        """Whose page it is; empty where it is none of the web."""
        return host_of(self.url)

    @property
    def shown_title(self) -> str:
        """Its title, else where it leads."""
        return self.title or self.host or self.url


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
    content = _recorded(interaction, person)
    own = _told(interaction, person, _listed(content, "sources"))
    return own + _told_given(interaction, person, content, len(own))


def given_source(person: Person, interaction: str, number: int) -> GivenSource | None:
    """A source that the service gave with an answer of this person's; None where there is none, or it is erased."""
    found = _given(interaction, _recorded(interaction, person))
    return next((one for one in found if one.number == number), None)


def _recorded(interaction: str, person: Person) -> Mapping[str, Any]:
    """What the ledger holds of the answer; nothing for anybody else's."""
    try:
        with ledger.reading() as book:
            entries = book.interaction(interaction, person.municipality.code)
    except LedgerError:
        return {}
    for one in entries:
        if one.kind == Kind.OUTPUT and one.content is not None and one.person == str(person.pk):
            return one.content
    return {}


def count_of(content: Mapping[str, Any]) -> int:
    """How many sources an answer shows: those that it cites, and those that the AI's service gave."""
    return sum(bool(one.get("cited")) for one in _listed(content, "sources")) + len(
        _listed(content, "given_sources")
    )


def _listed(content: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = content.get(name)
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def _given(interaction: str, content: Mapping[str, Any]) -> list[GivenSource]:
    return [
        GivenSource(
            interaction,
            int(one["n"]),
            str(one.get("title", "")),
            str(one.get("url", "")),
            str(one.get("text", "")),
            str(one.get("date", "")),
        )
        for one in _listed(content, "given_sources")
    ]


def _told_given(interaction: str, person: Person, content: Mapping[str, Any], before: int) -> list[Source]:
    found = _given(interaction, content)
    if not found:
        return []
    rows = OpenedGiven.objects.filter(person=person, interaction=interaction)
    opened = set(rows.values_list("number", flat=True))
    return [
        Source(
            before + one.number,
            one.shown_title,
            one.host if one.title else "",
            _("AIサービスが示した出典"),
            "",
            reverse("chat:given", args=(interaction, one.number)),
            cited=True,
            overdue=False,
            opened=one.number in opened,
            given=True,
        )
        for one in found
    ]


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
        for one in _listed(_recorded(interaction, person), "sources")
    )


def find(person: Person, interaction: str) -> Iterable[reviews.Source]:
    """For reviews: what the answer rests on and what of it this person opened."""
    for one in sources_of(interaction, person):
        if one.cited:
            note = "、".join(
                filter(None, (one.department, one.dated, _("見直し期限切れ") if one.overdue else ""))
            )
            yield reviews.Source(f"[{one.number}] {one.title} {one.where}", one.url, one.opened, note)
