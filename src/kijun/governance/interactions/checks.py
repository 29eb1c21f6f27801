"""Verifying the installation's ledger every day, and keeping what came of it (P7.1.1)."""

from __future__ import annotations

import random
import time
from collections import Counter
from typing import Final

from kijun.governance.interactions import ledger
from kijun.governance.interactions.models import LedgerCheck
from kijun.ledger.ledger import Ledger
from kijun.ledger.model import Query

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
        row = _whole(book) if size <= WHOLE else _sample(book, size)
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


def _sample(book: Ledger, size: int) -> LedgerCheck:
    """The tree against all that was signed, and records drawn by chance against their leaves."""
    from kijun.ledger.rows import check_row
    from kijun.ledger.schema import ROW
    from kijun.ledger.segments.segment import SegmentFault
    from kijun.ledger.tree import SIZE

    started = time.perf_counter()
    kinds: Counter[str] = Counter()
    leaves, notes = _tree(book, kinds)
    _check_holds(book, kinds)
    seen = 0
    for before in _places(size):
        try:
            rows, _next = book.rows(Query(municipality=None, before=before, limit=BATCH))
        except SegmentFault:
            kinds["segment"] += 1
            continue
        for row in rows:
            checked = check_row([row[name] for name in ROW], book.keys.ring)
            if checked.leaf is None and checked.why == "erased":
                continue
            seen += 1
            at = checked.seq * SIZE
            if checked.leaf != leaves[at : at + SIZE] or checked.why:
                kinds["changed"] += 1
    kinds = +kinds
    return LedgerCheck(
        whole=False,
        size=len(leaves) // SIZE,
        entries=seen,
        erased=int(book.status()["erased"]),
        checkpoints=notes,
        faults=sum(kinds.values()),
        kinds=dict(kinds),
        seconds=round(time.perf_counter() - started, 3),
    )


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


def _check_holds(book: Ledger, kinds: Counter[str]) -> None:
    """Holds of which the database tells something else than the ledger's entries."""
    from kijun.ledger.held import differences, listed
    from kijun.ledger.holding import ChangedEvent, told_holds
    from kijun.ledger.segments.segment import SegmentFault

    try:
        entries = told_holds(book)
    except ChangedEvent:
        kinds["changed"] += 1
        return
    except SegmentFault:
        kinds["segment"] += 1
        return
    with book.database.reading() as link:
        kinds["hold"] += sum(1 for _one in differences(entries, listed(link)))


def _places(size: int) -> list[int]:
    """Where the sample is drawn: places that nobody can foresee."""
    chance = random.SystemRandom()
    return [chance.randrange(1, size + 1) for _ in range(SAMPLE // BATCH)]
