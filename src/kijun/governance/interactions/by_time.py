"""Entries of the ledger by when they happened. The ledger answers in the order of recording, which is another where logs are imported.

A page asks for what lies between two times, and narrows the span until it holds a page and not much more. Where records were made as things
happened, which is nearly always, that is two questions, however many records there are; imports cost a few more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from kijun.ledger.model import Query, Record, now_ms

_FOR_EVER: Final = 1 << 50
"""Milliseconds after every time that a record can tell."""
_PLACE: Final = re.compile(r"([0-9]{1,15})-([0-9]{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Before which a page begins: a time (ms) and, among entries of that very moment, the place in the ledger."""

    at: int
    seq: int

    def __str__(self) -> str:
        return f"{self.at}-{self.seq}"


def place_of(text: Any) -> Place | None:
    """The place that an address names; None for anything else."""
    found = _PLACE.fullmatch(str(text or ""))
    return None if found is None else Place(int(found[1]), int(found[2]))


def where(record: Record) -> Place:
    """Its own place."""
    return Place(record.at, record.seq)


@dataclass(slots=True)
class Walk:
    """Questions to a ledger, answered from the latest moment down. ``unread``: names of segments that could not be read."""

    book: Any
    asked: Sequence[Query]
    limit: int
    unread: set[str]

    def page(self, before: Place | None) -> tuple[list[Record], Place | None]:
        """Up to ``limit`` entries that answer any of the questions, the latest first, and where the next page begins."""
        found: list[Record] = []
        for rows in self._spans(before):
            found += sorted(rows, key=where, reverse=True)
            if len(found) > self.limit:
                return found[: self.limit], where(found[self.limit - 1])
        return found, None

    def _spans(self, before: Place | None) -> Iterator[list[Record]]:
        """Entries of one span after the other, each earlier than the one before."""
        top = _FOR_EVER
        if before is not None:
            yield from self._moment(before.at, before.seq)
            top = before.at
        low = 0
        while True:
            rows, edge = self._between(low, top)
            if edge is None:
                yield rows
                if low == 0:
                    return
                low, top = 0, low
            elif top - low <= 1:
                yield from self._moment(low, None)
                low, top = 0, low
            else:
                low = self._later(rows, low, top, edge)

    def _moment(self, at: int, seq: int | None) -> Iterator[list[Record]]:
        """Those of one millisecond, in the order of recording: a log that tells only days has thousands."""
        while True:
            rows, edge = self._between(at, at + 1, seq)
            yield [row for row in rows if edge is None or row.seq >= edge]
            if edge is None:
                return
            seq = edge

    def _between(self, low: int, top: int, seq: int | None = None) -> tuple[list[Record], int | None]:
        """What was recorded last of a span, and the place below which there may be more; None where that is all of it."""
        found: dict[int, Record] = {}
        edges = []
        for one in self.asked:
            since = low if one.since is None else max(low, one.since)
            until = top if one.until is None else min(top, one.until)
            if since >= until:
                continue
            bounds: dict[str, Any] = {
                "since": since or None,
                "until": None if until == _FOR_EVER else until,
                "before": seq,
                "limit": 3 * self.limit,
            }
            page = self.book.search(replace(one, **bounds))
            found |= {row.seq: row for row in page.records}
            self.unread |= {fault.name for fault in page.faults}
            if page.next is not None:
                edges.append(page.next)
        return list(found.values()), max(edges, default=None)

    def _later(self, rows: list[Record], low: int, top: int, edge: int) -> int:
        """A later beginning of a span that holds too much: behind the first page by what was seen of it, else half of it."""
        times = sorted((row.at for row in rows), reverse=True)
        latest = min(top, max(now_ms(), times[0] if times else 0) + 1)
        if len(times) > self.limit:
            guess = times[self.limit]
        else:  # the ledger looked at many in vain and stopped
            last = self.book.search(Query(municipality=self.asked[0].municipality, before=edge + 1, limit=1))
            guess = max((row.at for row in last.records), default=low)
            guess += (latest - guess) // 8
        return guess if low < guess < top else max(low + 1, (low + latest) // 2)
