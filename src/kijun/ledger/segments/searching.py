"""One search over sealed segments: by text and by rare values through the indexes, else through DuckDB, by reading where
neither can."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidTag

from kijun.ledger.model import Query
from kijun.ledger.segments.files import Opened
from kijun.ledger.segments.index import question_of
from kijun.ledger.segments.segment import Row, Segment, SegmentFault
from kijun.ledger.segments.store import NoRoom
from kijun.ledger.segments.where import holds, sql_of

if TYPE_CHECKING:
    from kijun.ledger.segments.reader import Reader

#: Records that one search decrypts without a hit before it stops and says so: where an index is broken, or for a
#: question of pairs that are frequent but seldom stand together. About two seconds.
SCAN: Final = 20_000
_CANDIDATES: Final = 512  # asked of an index at once
_TO_DECRYPT: Final = ("seq", "id", "content_key", "content")
_FEW: Final = 4  # row groups of a file that are quicker read than asked of DuckDB
_FIRST_FILES: Final = (
    4  # read first where only clear columns are asked for; then four times as many, and so on
)


@dataclass(frozen=True, slots=True)
class Hits:
    """What a search found.

    ``rows`` are newest first, each a dict of the stored columns and ``plain``: the content as JSON bytes where the search read it,
    else None. ``faults`` are segments that could not be read, or whose index could not and which were scanned instead.
    ``before`` is None where all was searched until ``limit`` was found; else the bound of a scan was reached, and asking again with
    this ``before`` goes on there.
    """

    rows: tuple[Row, ...]
    faults: tuple[SegmentFault, ...] = ()
    before: int | None = None


class Search:
    """A question to some segments, asked once."""

    def __init__(self, reader: Reader, query: Query, text: str, segments: list[Segment]) -> None:
        self._reader, self._query, self._text, self._segments = reader, query, text, segments
        self._faults: dict[tuple[str, str], SegmentFault] = {}
        self._left, self._matched = SCAN, 0

    def _fault(self, fault: SegmentFault) -> None:
        self._faults.setdefault((fault.name, fault.what), fault)

    # -- by index ------------------------------------------------------------------------------------------------------

    def by_index(self) -> Hits:
        """Follows all segments at once from the newest row down, so that nothing is read that is older than what is returned."""
        heads: list[tuple[int, int, Row | None]] = []
        walks: list[Iterator[tuple[int, Row | None]]] = []
        for number, segment in enumerate(self._segments):
            walks.append(self._walk(segment))
            heads.append((-segment.last_seq, number, None))
        heapq.heapify(heads)
        found: list[Row] = []
        while heads:
            bound, number, row = heads[0]
            if row is not None:
                found.append(row)
                if len(found) == self._query.limit:
                    break
            elif self._left <= 0:
                return self._hits(found, before=1 - bound)
            following = next(walks[number], None)
            if following is None:
                heapq.heappop(heads)
            else:
                heapq.heapreplace(heads, (-following[0], number, following[1]))
        return self._hits(found)

    def _hits(self, rows: list[Row], before: int | None = None) -> Hits:
        return Hits(tuple(rows), tuple(self._faults.values()), before)

    def _walk(self, segment: Segment) -> Iterator[tuple[int, Row | None]]:
        """Downwards: a place and the row that answers; without a row, that nothing above the place is left to come."""
        try:
            low, high = self._bounds(segment)
            if low > high:
                return
            try:
                yield from self._walk_index(segment, low, high)
            except SegmentFault as fault:
                if not fault.what.startswith("index"):
                    raise
                self._fault(fault)
                yield from (self._walk_rows if self._text else self._walk_columns)(segment, low, high)
        except SegmentFault as fault:
            self._fault(fault)

    def _bounds(self, segment: Segment) -> tuple[int, int]:
        """Places between which the question's times lie; where that is a part of the segment, by what the footer says of each row group."""
        query = self._query
        if (query.since is None or query.since <= segment.min_at) and (
            query.until is None or query.until > segment.max_at
        ):
            high = segment.last_seq
            return segment.first_seq, high if query.before is None else min(high, query.before - 1)
        footer = self._reader.files.footer(segment)
        places = [
            number
            for number, (earliest, latest) in enumerate(footer.times)
            if (query.since is None or latest >= query.since)
            and (query.until is None or earliest < query.until)
        ]
        if not places:
            return 0, -1
        high = footer.lasts[places[-1]]
        return footer.firsts[places[0]], high if query.before is None else min(high, query.before - 1)

    def _walk_index(self, segment: Segment, low: int, high: int) -> Iterator[tuple[int, Row | None]]:
        words = self._reader.index_of(segment)
        if words is None:
            if not self._text:  # erased: what was said is gone, what is counted stays
                yield from self._walk_columns(segment, low, high)
            return
        question = question_of(self._query, self._text)
        with ExitStack() as stack:
            file: Opened | None = None
            while low <= high:
                places = words.find(question, low, high, _CANDIDATES)
                if places and file is None:  # a file that holds no candidate is not even fetched
                    file = stack.enter_context(self._reader.files.opened(segment))
                for group in self._reader.files.by_group(segment, places) if places else ():
                    yield group[0], None  # the group is read only when its turn comes
                    assert file is not None
                    yield from self._candidates(segment, file, group)
                if len(places) < _CANDIDATES:
                    return
                high = places[-1] - 1

    def _candidates(
        self, segment: Segment, file: Opened, group: list[int]
    ) -> Iterator[tuple[int, Row | None]]:
        """What of a row group's candidates answers. The other columns are read only of those that hold the text."""
        if not self._text or SCAN - self._left <= 8 + 2 * self._matched:
            yield from self._answers(segment, file.rows(group))
            return
        for row in file.rows(group, _TO_DECRYPT):  # most were in vain so far
            if self._left <= 0:
                yield row["seq"], None
            if (plain := self._said(segment, row)) is not None:
                for full in file.rows([row["seq"]]):
                    if holds(self._query, full):
                        yield row["seq"], {**full, "plain": plain}

    def _walk_columns(self, segment: Segment, low: int, high: int) -> Iterator[tuple[int, Row | None]]:
        """Without its index: clear columns by DuckDB, and nothing of what was said is decrypted."""
        places = sorted((seq for seq, _ in self._places([segment]) if low <= seq <= high), reverse=True)
        for group in self._reader.files.by_group(segment, places):
            yield group[0], None
            yield from self._answers(segment, self._reader.files.rows(segment, group))

    def _walk_rows(self, segment: Segment, low: int, high: int) -> Iterator[tuple[int, Row | None]]:
        footer = self._reader.files.footer(segment)
        for number in reversed(range(len(footer.firsts))):
            if footer.lasts[number] < low or footer.firsts[number] > high:
                continue
            yield min(high, footer.lasts[number]), None
            rows = self._reader.files.groups(segment, [number]).to_pylist()
            yield from self._answers(segment, [row for row in reversed(rows) if low <= row["seq"] <= high])

    def _answers(self, segment: Segment, rows: list[Row]) -> Iterator[tuple[int, Row | None]]:
        for row in rows:
            if not holds(self._query, row):
                continue
            if not self._text:
                yield row["seq"], {**row, "plain": None}
                continue
            if self._left <= 0:
                yield row["seq"], None
            if (plain := self._said(segment, row)) is not None:
                yield row["seq"], {**row, "plain": plain}

    def _said(self, segment: Segment, row: Row) -> bytes | None:
        """The row's content if the text was said in it."""
        plain = self._plain(segment, row)
        if plain is not None and self._text in self._reader.words_of(plain):
            self._matched += 1
            return plain
        self._left -= 1
        return None

    def _plain(self, segment: Segment, row: Row) -> bytes | None:
        try:
            return self._reader.plain(row)
        except (InvalidTag, ValueError):
            self._fault(SegmentFault(segment.name, f"row {row['seq']}: its content cannot be decrypted"))
            return None

    # -- by clear columns ----------------------------------------------------------------------------------------------

    def by_columns(self) -> Hits:
        """Asks DuckDB for the places, a few files first, and reads the rows of those that are returned."""
        limit = self._query.limit
        places: list[tuple[int, Segment]] = []
        start, size = 0, _FIRST_FILES
        while start < len(self._segments):
            if (
                not self._text
                and len(places) >= limit
                and places[limit - 1][0] > self._segments[start].last_seq
            ):
                break
            places += self._places(self._segments[start : start + size])
            places.sort(key=lambda place: place[0], reverse=True)
            start, size = start + size, size * 4
        return self._hits(self._read(places))

    def _read(self, places: list[tuple[int, Segment]]) -> list[Row]:
        if not self._text and not self._query.interaction:
            del places[self._query.limit :]
        by_segment: dict[str, tuple[Segment, list[int]]] = {}
        for seq, segment in places:
            by_segment.setdefault(segment.name, (segment, []))[1].append(seq)
        rows: list[Row] = []
        for segment, seqs in by_segment.values():
            try:
                read = self._reader.files.rows(segment, seqs)
            except SegmentFault as fault:
                self._fault(fault)
                continue
            rows += [row for _, row in self._answers(segment, read) if row is not None]
        rows.sort(key=lambda row: int(row["seq"]), reverse=True)
        return rows[: self._query.limit]

    def _places(self, segments: list[Segment]) -> list[tuple[int, Segment]]:
        whole: list[Segment] = []
        known: list[tuple[int, Segment]] = []
        for segment in segments:
            try:
                places = self._few(segment)
                if places is None:
                    self._reader.files.check(segment)
                    whole.append(segment)
                else:
                    known += [(seq, segment) for seq in places]
            except SegmentFault as fault:
                self._fault(fault)
        return known + self._asked(whole) if whole else known

    def _asked(self, segments: list[Segment]) -> list[tuple[int, Segment]]:
        """Places by DuckDB; a file that it cannot read is a fault, and the others are asked without it."""
        import duckdb

        condition, values = sql_of(self._query)
        cut = not self._text and not self._query.interaction  # else more is compared after
        limit = " ORDER BY seq DESC LIMIT ?" if cut else ""
        sql = (
            "SELECT seq, filename FROM read_parquet(?, filename = true, hive_partitioning = false)"  # noqa: S608 - our own words; values are bound
            f" WHERE {condition}{limit}"
        )
        try:
            with self._reader.files.held(segments) as paths:
                whole = {str(path.absolute()): one for path, one in zip(paths, segments, strict=True)}
                bound = [list(whole), *values] + ([min(self._query.limit, 1 << 40)] if cut else [])
                found = self._reader.cursor().execute(sql, bound).fetchall()
        except NoRoom:
            if len(segments) == 1:
                raise
            half = len(segments) // 2
            return self._asked(segments[:half]) + self._asked(segments[half:])
        except (duckdb.Error, SegmentFault) as error:
            if len(segments) > 1:
                return [place for segment in segments for place in self._asked([segment])]
            self._fault(
                error
                if isinstance(error, SegmentFault)
                else SegmentFault(segments[0].name, f"data file: cannot be read ({type(error).__name__})")
            )
            return []
        return [(int(seq), whole[name]) for seq, name in found]

    def _few(self, segment: Segment) -> list[int] | None:
        """Places of the interaction that is asked for, where the footer shows that few row groups can hold it."""
        if not self._query.interaction:
            return None
        places = self._reader.files.places_of(segment, self._query.interaction, _FEW)
        before = self._query.before
        return places if places is None or before is None else [seq for seq in places if seq < before]
