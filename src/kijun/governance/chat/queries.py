"""Reading the chat: a person's conversations, their page's first words, drafts, prompts within reach. No writing here."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import get_language

from kijun.gateway.sealing import Unsealable, unseal
from kijun.governance.access import queries as access
from kijun.governance.access.models import Grant, Model, Purpose, Route, Stop, Upstream
from kijun.governance.accounts.models import Person
from kijun.governance.accounts.roles import Role
from kijun.governance.chat.documents.models import PurposeReading
from kijun.governance.chat.models import Attachment, Conversation, Draft, Notice, Prompt, Turn
from kijun.governance.interactions import ledger
from kijun.governance.interactions.reading import excerpt
from kijun.governance.interactions.searching import Asked
from kijun.governance.organisation.models import Municipality
from kijun.ledger.model import Kind, LedgerError, Query

PER_PAGE: Final = 30
_A_PAGE: Final = 200
_MOST_PAGES: Final = 3
"""Of the ledger's answers to one search, the newest."""
_AROUND: Final = datetime.timedelta(minutes=10)


def conversations(person: Person) -> QuerySet[Conversation]:
    """One's own, the last used first."""
    rows: QuerySet[Conversation] = Conversation.objects.of(person.municipality).filter(person=person)
    return rows.select_related("grant__purpose", "grant__system")


def has_used(person: Person, purpose: Purpose) -> bool:
    """The person has begun a conversation for this purpose before."""
    return conversations(person).filter(grant__purpose=purpose).exists()


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of the list: ``words`` is how its last question begins, "" where that is erased."""

    row: Conversation
    words: str
    turns: int


@dataclass(frozen=True, slots=True)
class PageOf:
    """``after`` leads to the next page, "" on the last. ``unread``: the ledger did not answer, so first words are missing."""

    lines: list[Listed]
    after: str
    unread: bool = False


def page(person: Person, rows: QuerySet[Conversation], after: str = "") -> PageOf:
    """A page of a list, with the beginning of each last question out of the ledger, read together."""
    moment = _moment(after)
    if moment is not None:
        rows = rows.filter(touched_at__lt=moment)
    last = Turn.objects.filter(conversation=OuterRef("pk")).order_by("-order").values("interaction")[:1]
    found = list(rows.annotate(last=Subquery(last))[: PER_PAGE + 1])
    shown = found[:PER_PAGE]
    counts = dict(
        Turn.objects.filter(conversation__in=shown).values_list("conversation").annotate(n=Count("pk"))
    )
    try:
        words, unread = _words(person, shown), False
    except LedgerError:
        words, unread = {}, True
    lines = [Listed(one, words.get(one.last, ""), counts.get(one.pk, 0)) for one in shown]
    more = shown[-1].touched_at.isoformat() if len(found) > PER_PAGE else ""
    return PageOf(lines, more, unread)


def _moment(text: str) -> datetime.datetime | None:
    try:
        found = datetime.datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if timezone.is_aware(found) else None


def _words(person: Person, rows: Sequence[Conversation]) -> dict[str, str]:
    """Interaction → how its question begins: one question to the ledger for the page's time, single ones for what it did not reach."""
    wanted = {one.last for one in rows if getattr(one, "last", None)}  # type: ignore[attr-defined]  # annotated
    if not wanted:
        return {}
    times = [one.touched_at for one in rows]
    code = person.municipality.code
    query = Query(
        municipality=code,
        kinds=(Kind.INPUT,),
        person=str(person.pk),
        since=int((min(times) - _AROUND).timestamp() * 1000),
        until=int((max(times) + _AROUND).timestamp() * 1000),
        limit=PER_PAGE * 3,
    )
    found: dict[str, str] = {}
    with ledger.reading() as book:
        for one in book.search(query).records:
            if one.interaction in wanted:
                found[one.interaction] = excerpt(one, 60)
        for id in [one for one in wanted if one not in found][:PER_PAGE]:
            entries = book.interaction(id, code)
            question = next((one for one in entries if one.kind == Kind.INPUT), None)
            if question is not None and question.person == str(person.pk):
                found[id] = excerpt(question, 60)
    return found


def containing(person: Person, text: str) -> QuerySet[Conversation]:
    """One's conversations in which something was said, or that are named so. Raises `LedgerError`."""
    query = Asked(text=text, person=str(person.pk)).query(person.municipality.code, limit=_A_PAGE)
    found: set[str] = set()
    with ledger.reading() as book:
        for _page in range(_MOST_PAGES):
            page = book.search(query)
            found |= {one.interaction for one in page.records}
            if page.next is None:
                break
            query = replace(query, before=page.next)
    hits = Turn.objects.filter(interaction__in=found).values("conversation")
    return conversations(person).filter(Q(title__icontains=text) | Q(pk__in=hits))


def turns(conversation: Conversation) -> list[Turn]:
    """With the files that went along."""
    return list(conversation.turns.prefetch_related("attachments").order_by("order"))


# --- what a person may use ------------------------------------------------------------------


def grant_of(person: Person, pk: int) -> Grant | None:
    """A grant that the person may use today."""
    return access.grants_of(person).filter(pk=pk).first()


def usable(person: Person) -> list[Grant]:
    """What the person may ask for now, for the home page: stopped ones are left out."""
    held = list(access.grants_of(person))
    on = list(access.stops_on(person.municipality)) if held else []
    return [one for one in held if access.stop_for(one, on) is None]


def models_of(grant: Grant) -> list[str]:
    """Names of the models of the grant's system, the one that answers unless another is chosen first: where it is said what the purpose
    reads, one that looks it up."""
    rows = Model.objects.filter(system=grant.system_id).order_by("pk")
    if PurposeReading.objects.filter(purpose=grant.purpose_id).exists():
        looks_up = Route.objects.filter(model=OuterRef("pk"), upstream__kind=Upstream.Kind.REFERENCE)
        rows = rows.order_by(Exists(looks_up).desc(), "pk")
    return list(rows.values_list("name", flat=True))


def turn_of(person: Person, interaction: str) -> Turn | None:
    """Where one's own conversations have an answer."""
    rows = Turn.objects.filter(interaction=interaction, conversation__person=person)
    return rows.select_related("conversation").first()


def stop_of(grant: Grant) -> Stop | None:
    """The switch that keeps it from being used now."""
    return access.stop_for(grant, access.stops_on(grant.municipality))


def attachments(person: Person, grant: Grant, conversation: Conversation | None) -> list[Attachment]:
    """Files that wait to be sent here."""
    rows = Attachment.objects.filter(person=person, grant=grant, conversation=conversation)
    return list(rows.filter(turn=None, removed_at=None).select_related("municipality"))


def draft(person: Person, slot: str) -> str:
    """What was being written; empty without."""
    row = Draft.objects.filter(person=person, slot=slot).first()
    if row is None:
        return ""
    try:
        return unseal(settings.SECRET_KEY, row.text)
    except Unsealable:
        return ""


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside the input: the municipality's own words and where its rules are."""

    text: str
    url: str


def notice(municipality: Municipality) -> Beside:
    """In the reader's language where it was written in it."""
    row = Notice.objects.of(municipality).first()
    if row is None:
        return Beside("", "")
    english = row.text_en if (get_language() or "").startswith("en") else ""
    return Beside(english or row.text, row.url)


# --- prompts --------------------------------------------------------------------------------


def prompts(person: Person) -> QuerySet[Prompt]:
    """Shared in the person's departments or above them, one's own, and those that one reviews. What is archived: for approvers and IT staff."""
    paths = [one.department.path for one in person.postings_today()]
    above = {path[: at + 1] for path in paths for at, letter in enumerate(path) if letter == "/"}
    today = timezone.localdate()
    there = Q(department__closed_on=None) | Q(department__closed_on__gt=today)
    shared = Q(state=Prompt.State.SHARED, department__path__in=above) & there
    within = Q(author=person) | shared
    for grant in person.grants_today():
        if grant.role == Role.APPROVER:
            here = Q() if grant.department is None else Q(department__path__startswith=grant.department.path)
            within |= here & ~Q(state=Prompt.State.DRAFT) if here else ~Q(state=Prompt.State.DRAFT)
    if {Role.APPROVER, Role.IT_STAFF} & person.roles_today():
        within |= Q(state=Prompt.State.ARCHIVED)
    rows: QuerySet[Prompt] = Prompt.objects.of(person.municipality).filter(within)
    return rows.select_related("department", "purpose", "author", "decided_by").distinct()


def usable_prompts(person: Person, grant: Grant) -> list[Prompt]:
    """Those shared ones that fit the purpose."""
    fits: Iterable[Prompt] = prompts(person).filter(state=Prompt.State.SHARED)
    today = timezone.localdate()
    return [
        one
        for one in fits
        if one.purpose_id in {None, grant.purpose_id}
        and (one.department.closed_on is None or one.department.closed_on > today)
    ]
