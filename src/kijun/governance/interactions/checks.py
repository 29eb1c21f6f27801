"""Verifying the installation's ledger every day, and keeping what came of it (P7.1.1)."""

from __future__ import annotations

import random
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from kijun.governance.interactions import ledger
from kijun.governance.interactions.models import LedgerCheck
from kijun.ledger.ledger import Ledger
from kijun.ledger.model import Query

if TYPE_CHECKING:
    from kijun.ledger.database import Link

WHOLE: Final = 200_000
"""Entries up to which every single one is verified each day; above, the tree and a sample (`kijun ledger verify` does all)."""
SAMPLE: Final = 5_000
BATCH: Final = 50
KEPT: Final = 400
"""Checks that are kept: more than a year of days."""


def check() -> LedgerCheck | None:
    """Verify and keep the result; None while nothing is recorded. Raises `LedgerError` where the ledger cannot be read."""
    with ledger.reading() as book:
        size = int(book.status()["entries"])
        if not size:
            return None
        row = _whole(book) if size <= WHOLE else _sample(book)
    row.save()
    old = LedgerCheck.objects.order_by("-pk").values_list("pk", flat=True)[KEPT:]
    LedgerCheck.objects.filter(pk__in=list(old)).delete()
    return row


def _whole(book: Ledger) -> LedgerCheck:
    from kijun.ledger.checking import verify

    report = verify(book)
    kinds = Counter(one.kind for one in report.faults)
    return LedgerCheck(
        whole=True,
        size=report.size,
        entries=report.entries,
        erased=report.erased,
        checkpoints=report.checkpoints,
        faults=len(report.faults) + report.more_faults,
        kinds=dict(kinds),
        seconds=round(report.seconds, 3),
    )


def _sample(book: Ledger) -> LedgerCheck:
    """The tree against all that was signed, entries at places drawn by chance against their leaves, and how many there are in all."""
    from kijun.ledger.tree import SIZE

    started = time.perf_counter()
    kinds: Counter[str] = Counter()
    book.keys.forget()  # a key that was destroyed opens nothing
    leaves, notes = _tree(book, kinds)
    drawn = _draw(book, leaves, kinds)  # before the erasures: these tell of everything that is gone by then
    _check_events(book, drawn, kinds)
    kinds = +kinds
    return LedgerCheck(
        whole=False,
        size=len(leaves) // SIZE,
        entries=drawn.seen,
        erased=int(book.status()["erased"]),
        checkpoints=notes,
        faults=sum(kinds.values()),
        kinds=dict(kinds),
        seconds=round(time.perf_counter() - started, 3),
    )


@dataclass(slots=True)
class _Drawn:
    """Of the places that were drawn: how many entries were ``seen``, where there is none, and where one has no key any more."""

    seen: int = 0
    empty: set[int] = field(default_factory=set)
    keyless: set[int] = field(default_factory=set)


def _draw(book: Ledger, leaves: bytes, kinds: Counter[str]) -> _Drawn:
    """Hold the entries at places drawn by chance against their leaves."""
    from kijun.ledger.rows import ERASED, NO_KEY, check_row
    from kijun.ledger.schema import ROW
    from kijun.ledger.segments.segment import SegmentFault
    from kijun.ledger.tree import SIZE

    drawn = _Drawn()
    for places in _places(len(leaves) // SIZE):
        try:
            rows, _next = book.rows(Query(municipality=None, before=places.stop, limit=len(places)))
        except SegmentFault:
            kinds["segment"] += 1
            continue
        empty = set(places)
        for row in rows:
            checked = check_row([row[name] for name in ROW], book.keys.ring)
            if checked.seq < places.start:  # there are fewer entries than places
                continue
            if checked.seq not in empty:
                kinds["inserted"] += 1
                continue
            empty.discard(checked.seq)
            if checked.leaf is None and checked.why == ERASED:
                drawn.keyless.add(checked.seq)
                continue
            drawn.seen += 1
            at = checked.seq * SIZE
            if checked.leaf is None and checked.why == NO_KEY:
                kinds["unreadable"] += 1
            elif checked.leaf != leaves[at : at + SIZE]:
                kinds["changed"] += 1
            elif checked.why:
                kinds["masked"] += 1
        drawn.empty |= empty
    return drawn


def _tree(book: Ledger, kinds: Counter[str]) -> tuple[bytes, int]:
    """The leaves, joined, and how many signed heads were held against them."""
    from kijun.ledger.notes import BadNote
    from kijun.ledger.tiles import walk

    book.journal.reload()
    leaves = book.journal.tiles.joined()
    signed = {count: note for count, _at, note, _stamp in book.checkpoints()}
    roots = walk(leaves, signed).roots
    kinds["removed"] += len(signed.keys() - roots.keys())
    verifier = book.verifier() if roots else None
    for count, root in roots.items():
        assert verifier is not None
        try:
            if verifier.open(signed[count]).root != root:
                kinds["tree"] += 1
        except BadNote:
            kinds["checkpoint"] += 1
    return leaves, len(roots)


def _check_events(book: Ledger, drawn: _Drawn, kinds: Counter[str]) -> None:
    """Hold the database's lists of holds and of erasures against the ledger's own entries, and what is gone against the erasures of these."""
    import numpy as np

    from kijun.ledger.checking import erasures
    from kijun.ledger.held import differences, listed, told
    from kijun.ledger.holding import ChangedEvent, told_events
    from kijun.ledger.schema import places
    from kijun.ledger.segments.segment import SegmentFault

    for _again in range(2):
        try:
            events = told_events(book)
            with book.database.reading() as link:
                size, table, holds, there = places(link), erasures(link), listed(link), _count(link)
        except (ChangedEvent, SegmentFault) as error:  # what is gone cannot be judged
            kinds["changed" if isinstance(error, ChangedEvent) else "segment"] += 1
            return
        if all(one.id in events for one in table):
            break  # else one may have come between the two
    kinds["hold"] += sum(1 for _one in differences(told(events.values()), holds))
    gone = np.zeros(size, np.bool_)
    for one in table:
        event = events.get(one.id)
        if event is None or one.differences(event):
            kinds["erasure"] += 1
            continue
        for first, last in one.ranges:
            gone[max(first, 0) : max(last + 1, 0)] = True
    missing = sum(1 for place in drawn.empty if not gone[place])
    kinds["unreadable"] += sum(1 for place in drawn.keyless if not gone[place])
    lacking = size - int(gone.sum()) - there
    kinds["removed"] += max(missing, lacking)
    kinds["inserted"] += max(-lacking, 0)


def _count(link: Link) -> int:
    """How many places have an entry, by the rows of the journal and the list of segments: a place that lacks one is told also where it was not drawn."""
    from kijun.ledger.fresh import TABLES
    from kijun.ledger.listing import lines
    from kijun.ledger.schema import places

    size, found = places(link), sum(line.read().rows for line in lines(link))
    for table in TABLES:
        rows = link.execute(f"SELECT COUNT(*) FROM {table} WHERE seq >= 0 AND seq < ?", (size,))  # noqa: S608 - fixed words
        found += int(rows[0][0])
    return found


def _places(size: int) -> list[range]:
    """Where the sample is drawn: places that nobody can foresee, each as likely as any other."""
    chance = random.SystemRandom()
    starts = [chance.randrange(1 - BATCH, size) for _ in range(SAMPLE // BATCH if size else 0)]
    return [range(max(start, 0), min(start + BATCH, size)) for start in starts]
