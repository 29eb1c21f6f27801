"""Looking for records within somebody's reach: one question to the ledger, or several that are merged, by when things happened, newest first."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from itertools import pairwise
from typing import Any, Final

import orjson
from django.utils import timezone

from kijun.governance.accounts.models import Person
from kijun.governance.interactions import ledger, narrowing, saying, wording
from kijun.governance.interactions.by_time import Place, Walk, where
from kijun.governance.interactions.hours import OUT, asked_out_of_hours
from kijun.governance.interactions.narrowing import MANY, Questions, questions
from kijun.governance.interactions.reach import Reach, reach_of
from kijun.governance.organisation.models import Municipality
from kijun.ledger.model import Kind, Query, Record, Verdict

SAID: Final = (Kind.INPUT, Kind.OUTPUT, Kind.DECISION, Kind.OUTCOME)
"""What people said and were answered; looks and the ledger's own events are listed elsewhere."""
PER_PAGE: Final = 50
"""Entries a page, mostly half as many interactions."""
LONGEST_ID: Final = 200
_A_FILE: Final = 200
"""Entries that are asked for at once for a file."""
_BESIDE: Final = 600_000
"""Milliseconds before and after a page in which the other half of an interaction is looked for."""
_MOST_BESIDE: Final = 400
_ROUNDS: Final = 8
"""Pages without a hit that are turned at once, where not all that is asked can be told to the ledger."""
_APART: Final = frozenset(
    {"since", "until", "department", "application", "model", "alone", "hours", "finding", "verdict"}
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody looks for; all that is given must hold. ``person`` and the like are primary keys as text, days inclusive.

    ``department`` means those below it too, unless ``alone``; ``application`` and ``model`` every name that holds the words. ``finding`` may be
    a group (``group:attack``), ``verdict`` several (`wording.TOGETHER`), ``hours`` `hours.OUT`: asked while the office was closed.
    """

    text: str = ""
    person: str = ""
    system: str = ""
    purpose: str = ""
    department: str = ""
    application: str = ""
    finding: str = ""
    verdict: str = ""
    model: str = ""
    source: str = ""
    since: datetime.date | None = None
    until: datetime.date | None = None
    alone: bool = False
    hours: str = ""

    @property
    def is_narrowed(self) -> bool:
        """Something is asked for."""
        return any(getattr(self, one.name) for one in fields(self))

    def query(self, municipality: str, **more: Any) -> Query:
        """As the ledger is asked; what is meant by a part of it (`bounds`) is added to it."""
        same = {one.name: getattr(self, one.name) for one in fields(self) if one.name not in _APART}
        made = Query(
            municipality=municipality,
            kinds=tuple(SAID),
            since=None if self.since is None else milliseconds(self.since),
            until=end_of(self.until),
            finding="" if self.finding in wording.GROUPED else self.finding,
            verdict="" if self.verdict in wording.TOGETHER else self.verdict,
            **same,
        )
        return replace(made, **more)

    def bounds(self, municipality: str) -> dict[str, frozenset[str]]:
        """The departments, applications and models that are meant."""
        names = ("department", "application", "model", "alone", "finding", "verdict")
        return narrowing.bounds(municipality, **{name: getattr(self, name) for name in names})

    def when(self, municipality: str) -> Callable[[Record], bool] | None:
        """What the ledger cannot be asked."""
        if self.hours != OUT:
            return None
        return asked_out_of_hours(Municipality.objects.get(code=municipality))


def milliseconds(day: datetime.date) -> int:
    """The first moment of a day in the town's time zone, as the ledger counts it."""
    begin = timezone.make_aware(datetime.datetime.combine(day, datetime.time()))
    return int(begin.timestamp() * 1000)


def end_of(day: datetime.date | None) -> int | None:
    """The first moment behind a day; None where there is none, for nothing comes after the last day that dates have."""
    if day is None or day == datetime.date.max:
        return None
    return milliseconds(day + datetime.timedelta(days=1))


def moment(at: int) -> datetime.datetime:
    """A time of the ledger."""
    return datetime.datetime.fromtimestamp(at / 1000, datetime.UTC)


@dataclass(slots=True)
class Interaction:
    """One input with its output, as far as they are at hand; ``entries`` in their order. ``hidden`` are kinds of entries that others may read."""

    id: str
    entries: list[Record] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)

    @property
    def first(self) -> Record:
        return self.entries[0]

    @property
    def question(self) -> Record | None:
        return saying.question(self.entries)

    @property
    def head(self) -> Record:
        """The entry that says whose it is: the question, also where what became of a decision was told before it."""
        return self.question or self.first

    @property
    def answer(self) -> Record | None:
        return saying.answer(self.entries)

    @property
    def silent(self) -> list[int]:
        """The places of entries that say nothing where others of the same call do."""
        return saying.silent(self.entries)

    @property
    def repeated(self) -> list[int]:
        """The places of entries that say nothing but what an earlier one of the same call says."""
        return saying.repeated(self.entries)

    @property
    def model(self) -> str:
        """Which model answered, by the last entry that tells: what came of a decision later names none."""
        return next((one.model for one in reversed(self.entries) if one.model), "")

    @property
    def upstream(self) -> str:
        """Which service answered, alike."""
        return next((one.upstream for one in reversed(self.entries) if one.upstream), "")

    @property
    def is_whole(self) -> bool:
        """Nothing is missing: both halves are at hand and say something, or the question was never sent."""
        question = self.question
        refused = question is not None and question.verdict in (Verdict.BLOCKED, Verdict.TO_CONFIRM)
        if refused or question is None:
            return refused
        return self.answer is not None and not saying.is_silent(question)

    @property
    def at(self) -> datetime.datetime:
        return moment(self.first.at)

    @property
    def findings(self) -> list[str]:
        return sorted({one for entry in self.entries for one in entry.findings})

    @property
    def is_partly_unread(self) -> bool:
        """Something in it could not be inspected; records from before that stands among the findings tell it only here."""
        return any(entry.content.get("uninspected") for entry in self.entries if entry.content)

    @property
    def holds(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(hold for entry in self.entries for hold in entry.holds))


@dataclass(frozen=True, slots=True)
class Results:
    """A page. ``before`` leads to the next one, None on the last; ``unread`` counts segments that could not be read."""

    interactions: list[Interaction]
    before: Place | None = None
    unread: int = 0


def queries(municipality: str, asked: Asked, reach: Reach) -> Questions:
    """The questions that together answer within the reach: one for those who read all, else one a system and department.

    For a reach of many (an approver of the whole town) one question without bounds is quicker: `search` keeps what is within it.
    """
    found = [asked.query(municipality)]
    if not reach.everything and len(reach.systems) + len(reach.departments) <= MANY:
        found = [
            asked.query(municipality, system=one)
            for one in sorted(reach.systems)
            if asked.system in ("", one)
        ]
        found += [asked.query(municipality, department=one) for one in sorted(reach.departments)]
    return questions(found, asked.bounds(municipality), asked.when(municipality))


def own_query(municipality: str, asked: Asked, person: str) -> Questions:
    """A person's own records."""
    mine = replace(asked.query(municipality), person=person)
    return questions([mine], asked.bounds(municipality), asked.when(municipality))


def search(
    asked: Questions,
    before: Place | None = None,
    limit: int = PER_PAGE,
    keep: Callable[[Record], bool] = lambda _record: True,
) -> Results:
    """One page of what answers any of the questions and ``keep`` lets through, by interaction, by when it happened, newest first.

    Raises `LedgerError`.
    """
    unread: set[str] = set()
    with ledger.reading() as book:
        for _round in range(_ROUNDS):
            groups, before = _page(book, asked, before, limit, keep, unread)
            if groups or before is None:
                break
    groups.sort(key=lambda one: where(one.first), reverse=True)
    return Results(groups, before, len(unread))


def _page(
    book: Any,
    asked: Questions,
    before: Place | None,
    limit: int,
    keep: Callable[[Record], bool],
    unread: set[str],
) -> tuple[list[Interaction], Place | None]:
    rows, following = Walk(book, asked.asked, limit, unread).page(before)
    rows = [row for row in rows if keep(row) and asked.hold(row)]
    beside = [row for row in _beside(book, rows) if keep(row)] if rows else []
    shown = {
        row.interaction for row in beside if before is not None and where(row) >= before and _hit(asked, row)
    }
    groups = _grouped(rows, beside, shown)
    if asked.quiet:  # of a question whose answer was let through as it is, nothing is known yet
        groups = [one if one.is_whole else _whole(book, one, keep) for one in groups]
    return [one for one in groups if asked.suit(one.entries)], following


def _whole(book: Any, one: Interaction, keep: Callable[[Record], bool]) -> Interaction:
    """With all of its entries that may be read, however far apart they were recorded."""
    entries = book.interaction(one.id, one.first.municipality)
    return Interaction(one.id, [entry for entry in entries if entry.kind in tuple(SAID) and keep(entry)])


def _beside(book: Any, rows: Sequence[Record]) -> list[Record]:
    """Entries that were recorded about when those were whose other half is not on the page: among them it is."""
    whole = {one.id for one in _grouped(rows, (), set()) if one.is_whole}
    times = [row.at for row in rows if row.interaction not in whole]
    found: list[Record] = []
    for first, last in _windows(times):
        around = Query(
            municipality=rows[0].municipality,
            kinds=tuple(SAID),
            since=first - _BESIDE,
            until=last + _BESIDE,
            limit=_MOST_BESIDE,
        )
        found += book.search(around).records
    return found


def _windows(times: Iterable[int]) -> list[tuple[int, int]]:
    """The times as few spans, parted where they lie furthest apart: a search may find one a month."""
    order = sorted(times)
    gaps = sorted(((b - a, place) for place, (a, b) in enumerate(pairwise(order), 1)), reverse=True)
    cuts = sorted(place for gap, place in gaps[: MANY - 1] if gap > 2 * _BESIDE)
    return [(order[a], order[b - 1]) for a, b in pairwise([0, *cuts, len(order)])] if order else []


def _hit(asked: Questions, row: Record) -> bool:
    """The entry itself answers one of the questions: it was on an earlier page then."""
    from kijun.ledger.segments.folding import fold, fold_question, searchable
    from kijun.ledger.segments.where import holds

    clear: Mapping[str, Any] = {
        name: getattr(row, name) for name in Record.__dataclass_fields__ if name != "content"
    } | {"findings": f",{','.join(row.findings)},"}
    for one in asked.asked if asked.hold(row) else ():
        if not holds(replace(one, before=None), clear):
            continue
        if not one.text:
            return True
        if row.content is not None and fold_question(one.text) in fold(searchable(orjson.dumps(row.content))):
            return True
    return False


def _grouped(rows: Sequence[Record], beside: Iterable[Record], shown: set[str]) -> list[Interaction]:
    order = dict.fromkeys(row.interaction for row in rows if row.interaction not in shown)
    groups: dict[str, dict[int, Record]] = {name: {} for name in order}
    for row in (*rows, *beside):
        if row.interaction in groups:
            groups[row.interaction][row.seq] = row
    return [Interaction(name, [entries[seq] for seq in sorted(entries)]) for name, entries in groups.items()]


def all_of(asked: Questions, most: int, keep: Callable[[Record], bool] = lambda _record: True) -> Results:
    """What answers, page after page until ``most`` interactions are there; ``before`` is None where that is all. Raises `LedgerError`."""
    found: dict[str, Interaction] = {}
    before: Place | None = None
    unread = 0
    while len(found) < most:
        page = search(asked, before, limit=_A_FILE, keep=keep)
        for one in page.interactions:
            found.setdefault(one.id, one)
        before, unread = page.before, max(unread, page.unread)
        if before is None:
            break
    shown = list(found.values())
    return Results(
        shown[:most], (before or Place(0, 0)) if before is not None or len(shown) > most else None, unread
    )


def openable(person: Person, id: str, *, masked: bool = False) -> tuple[Interaction, Reach] | None:
    """An interaction with the entries that a person may read; None whether all are others', another town's or nobody's. Raises `LedgerError`."""
    one = None
    if 0 < len(id) <= LONGEST_ID and id.isprintable():
        one = interaction(person.municipality.code, id, masked=masked)
    if one is None:
        return None
    reach = reach_of(person)
    read = [entry for entry in one.entries if reach.may_read(entry)]
    hidden = [str(entry.kind) for entry in one.entries if not reach.may_read(entry)]
    return (Interaction(one.id, read, hidden), reach) if read else None


def interaction(municipality: str, id: str, *, masked: bool = False) -> Interaction | None:
    """All entries of one interaction; None where there is none in the municipality. Raises `LedgerError`."""
    with ledger.reading() as book:
        entries = [
            one for one in book.interaction(id, municipality, masked=masked) if one.kind in tuple(SAID)
        ]
    return Interaction(id, entries) if entries else None
