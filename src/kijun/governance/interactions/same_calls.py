"""Inputs that are no use of their own: what others report of one call (a span, its events) comes in several, and was used once.

Ledger and budgets know a call by its interaction; figures go by entries. So what is told beside the first is counted here, a day at a
time, and taken off. Nothing of the gateway's own is looked at: there each input is a use.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from kijun.gateway.ways.recording import SOURCE
from kijun.governance.interactions.searching import SAID, milliseconds
from kijun.ledger.ledger import Ledger
from kijun.ledger.model import Kind, Query, Verdict

Rows = list[dict[str, Any]]
_DIMENSIONS: Final = ("department", "verdict", "person", "application", "system", "purpose", "day", "hour")
_LEAST: Final = (Verdict.NONE, Verdict.ALLOWED)
"""Of several entries of one call that count as one, the one with another verdict than these is kept: something came of it."""


class Beside:
    """What is told beside the first entry of each call, and can be taken off figures. Empty where nobody reports what passed elsewhere."""

    def __init__(self, book: Ledger, where: Query) -> None:
        """``where`` says municipality, time and kinds; days are looked at one by one, so that a town's year of traces fits in memory."""
        self._entries: Rows = []
        reported = replace(where, source=SOURCE, kinds=SAID)
        yesterday: set[tuple[str, str]] = set()
        for row in book.aggregate(("day",), reported):
            day = datetime.date.fromisoformat(row["day"])
            asked = replace(
                reported, since=milliseconds(day), until=milliseconds(day + datetime.timedelta(days=1))
            )
            entries = book.aggregate(("interaction", "kind", *_DIMENSIONS), asked)
            seen: set[tuple[str, str]] = set()
            for one in sorted(entries, key=lambda each: each["verdict"] in _LEAST):
                key = (one["interaction"], one["kind"])
                known = key in seen or key in yesterday
                seen.add(key)
                if more := one["count"] - (not known):
                    self._entries.append({**one, "count": more})
            yesterday = seen

    def off(self, rows: Rows, by: str, kinds: Sequence[Kind]) -> Rows:
        """Rows of a question for figures by department and ``by``, less what is told beside."""
        beside = (one for one in self._entries if one["kind"] in kinds)
        return _less(rows, beside, ("department", *by.split()))


def _less(rows: Rows, beside: Iterable[Mapping[str, Any]], by: tuple[str, ...]) -> Rows:
    counted: Counter[tuple[Any, ...]] = Counter()
    for one in beside:
        counted[tuple(one[name] for name in by)] += one["count"]
    left = [{**row, "count": row["count"] - counted[tuple(row[name] for name in by)]} for row in rows]
    return [row for row in left if row["count"] > 0]
