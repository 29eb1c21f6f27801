"""Sealing: fresh records become files that are columnar, indexed and never changed again.

Files first, durable where they lie; then, in one transaction of the journal, the segment is listed and its rows leave. Whatever dies in between
leaves the records in the journal, and the next run writes the files again; what nobody lists is swept away. The Iceberg table follows the list.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

import orjson

from kijun.ledger import fresh
from kijun.ledger.database import Link, Postgres
from kijun.ledger.keys import ChangedKey, Scope
from kijun.ledger.ledger import INDEX_USE, Ledger
from kijun.ledger.model import month_of, now_ms
from kijun.ledger.schema import COLUMN_LIST, meta, places, set_meta
from kijun.ledger.segments.folding import searchable
from kijun.ledger.segments.joining import orphans
from kijun.ledger.segments.segment import Segment, SegmentFault, row_of
from kijun.ledger.segments.store import segment_of
from kijun.ledger.segments.table import Table
from kijun.ledger.segments.writing import write

log = logging.getLogger("kijun.ledger")
MOST: Final = 8_192  # records of one segment when it is written: its commit keeps the writer waiting
ENOUGH: Final = 2_000  # fresh records of one key that are worth a segment
OLD: Final = 600_000  # milliseconds after which fewer are sealed as well
SETTLED: Final = 60_000  # milliseconds: an append whose answer was lost comes again within these


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a run did."""

    records: int
    segments: tuple[Segment, ...]


def publish(ledger: Ledger) -> None:
    """Make the Iceberg table hold what is sealed, and nothing else; then delete files that are no segment's any more.

    Those are what was erased or joined, and what a run left that died. Only one process seals, joins, erases and publishes.
    """
    ledger.claim()
    segments = ledger.segments()
    database = ledger.database
    with Table(ledger.store, database.url if isinstance(database, Postgres) else None) as table:
        try:
            table.sync(segments)
        except (
            ValueError,
            OSError,
        ):  # a file that is no Parquet any more: `verify` names it, the others go on
            table.sync([one for one in segments if _is_whole(ledger, one)])
    left = orphans(ledger.store, (one.name for one in segments))
    ledger.reader.forget({segment_of(name) for name in left})
    ledger.store.delete(left)
    with ledger.database.writing() as link:
        set_meta(link, "published", _told(ledger, segments))


def is_published(ledger: Ledger) -> bool:
    """Whether the table and the files are what `publish` would make of the list of segments."""
    with ledger.database.reading() as link:
        segments, last = ledger.segments(link), meta(link, "published")
    return last == _told(ledger, segments) if last is not None or segments else True


def is_swept(ledger: Ledger) -> bool:
    """Whether the files are those that `publish` left for the list of segments, also where the ledger was copied to another place since."""
    with ledger.database.reading() as link:
        segments, last = ledger.segments(link), meta(link, "published")
    return not segments if last is None else last.partition(":")[0] == _names(segments)


def _told(ledger: Ledger, segments: Iterable[Segment]) -> str:
    return f"{_names(segments)}:{sha256(ledger.store.location.encode()).hexdigest()}"


def _names(segments: Iterable[Segment]) -> str:
    return sha256("\0".join(sorted(one.name for one in segments)).encode()).hexdigest()


def _is_whole(ledger: Ledger, segment: Segment) -> bool:
    try:
        ledger.reader.files.refresh(segment)
    except SegmentFault as fault:
        log.warning("segment %s is left out of the table: %s", fault.name, fault.what)
        return False
    return True


def seal(ledger: Ledger, *, force: bool = False) -> Sealed:
    """Seal what is due: enough records, or old ones; with ``force`` all. Answers on their way stay with their questions."""
    made: list[Segment] = []
    claimed = False
    while True:
        with ledger.database.reading() as link:
            batch = _due(ledger, link, force)
        if not batch:
            break
        key = ledger.keys.ring.derived(batch[0]["content_key"], INDEX_USE)
        if key is None:  # erased meanwhile
            break
        if not claimed:
            ledger.claim()
            claimed = True
        made.append(_seal(ledger, batch, key))
    return Sealed(sum(one.rows for one in made), tuple(made))


def _seal(ledger: Ledger, batch: Sequence[dict[str, Any]], key: bytes) -> Segment:
    first, last = int(batch[0]["seq"]), int(batch[-1]["seq"])
    name = f"{first:012d}-{last:012d}-{batch[0]['content_key']}"
    texts = [searchable(ledger.reader.plain(row) or b"null") for row in batch]
    segment = write(ledger.store, [row_of(row) for row in batch], texts, key, name)
    with ledger.database.writing() as link:
        list_segment(link, segment)
        link.executemany(
            'DELETE FROM entries WHERE seq = ? AND "id" = ?', [(row["seq"], row["id"]) for row in batch]
        )
    return segment


def list_segment(link: Link, segment: Segment) -> None:
    """Make a segment one of the ledger's; that it has to be published is known also where it is erased before that was done."""
    set_meta(link, "published", "")
    link.execute(
        "INSERT INTO segments (name, municipality, month, retention, content_key, first_seq, last_seq, told) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            segment.name,
            segment.municipality,
            segment.month,
            segment.retention,
            segment.content_key,
            segment.first_seq,
            segment.last_seq,
            orjson.dumps(segment.as_dict()).decode(),
        ),
    )


def _due(ledger: Ledger, link: Link, force: bool) -> list[dict[str, Any]]:
    """The next records of one key to seal, in order.

    What somebody put into the journal or changed there so that it fits into no segment stays where it is: `verify` names it, and
    it keeps nothing else from being sealed.
    """
    now, size = now_ms(), places(link)
    settled = "" if force else f' AND "at" < {now - SETTLED}'
    waiting = f"seq >= 0 AND seq < {size} AND interaction NOT IN (SELECT interaction FROM unanswered)"  # noqa: S608 - a number of ours
    keys: Iterable[tuple[Any, ...]] = link.execute(
        f'SELECT content_key, COUNT(*), MIN("at") FROM entries WHERE {waiting}{settled} GROUP BY content_key '  # noqa: S608 - numbers of ours
        "ORDER BY COUNT(*) DESC"
    )
    for key, count, oldest in keys:
        if force or count >= ENOUGH or not isinstance(oldest, int) or oldest < now - OLD:
            batch = _batch(ledger, link, key, waiting + settled)
            if batch:
                return batch
    return []


def _batch(ledger: Ledger, link: Link, key: int, waiting: str) -> list[dict[str, Any]]:
    """The first records of a key that belong into its segments; none where the key is gone or was changed."""
    try:
        scope = ledger.keys.ring.scope(key)
    except (ChangedKey, OverflowError) as error:
        log.warning("records of key %s are not sealed: %s", key, error)
        return []
    if scope is None:
        return []
    batch: list[dict[str, Any]] = []
    left, after = 0, -1
    while len(batch) < MOST:
        found = link.execute(
            f"SELECT {COLUMN_LIST} FROM entries WHERE content_key = ? AND {waiting} AND seq > ? ORDER BY seq LIMIT {MOST - len(batch)}",  # noqa: S608 - names and numbers of ours
            (key, after),
        )
        if not found:
            break
        rows = [fresh.row_of(row) for row in found]
        before = len(batch)
        for row in rows:
            if _belongs(row, scope) and row["seq"] > after:  # a place that comes twice is filled once
                batch.append(row)
            after = int(row["seq"])
        left += len(rows) - (len(batch) - before)
    if left:
        log.warning(
            "rows of the journal that are not what was recorded and are not sealed: %d; run kijun ledger verify",
            left,
        )
    return batch


def _belongs(row: fresh.Row, scope: Scope) -> bool:
    """Whether a row's key is of what the row is of: all rows of a segment are."""
    return fresh.is_sound(row) and (row["municipality"], month_of(row["at"]), row["retention"]) == (
        scope.municipality,
        scope.month,
        scope.retention,
    )
