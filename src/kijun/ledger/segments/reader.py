"""Reading sealed records: search, single rows, whole segments. The newest come first; a broken segment is reported, not fatal."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kijun.ledger.model import Query
from kijun.ledger.segments.duck import connect
from kijun.ledger.segments.files import files_of
from kijun.ledger.segments.folding import fold, fold_question, searchable
from kijun.ledger.segments.index import Words
from kijun.ledger.segments.indexes import ROOM, Indexes
from kijun.ledger.segments.searching import Hits, Search
from kijun.ledger.segments.segment import STORED, Row, Segment, SegmentFault
from kijun.ledger.segments.store import Store
from kijun.ledger.segments.where import is_indexed

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

_ALL: Final = 1 << 40


class Reader:
    """Reads sealed segments of one ledger. Threads may share it; `close` removes what it opened.

    ``segment_key`` gives the key (32 bytes) of a content key's indexes, ``decrypt`` a row's content as JSON bytes by key, entry id
    and ciphertext; both None once the key was destroyed. ``private`` is where opened indexes lie if memory has no room
    for ``room`` bytes of them. ``text_of`` gives what of a content is searched, and must be what it was sealed with.
    """

    def __init__(
        self,
        where: Path | Store,
        segment_key: Callable[[int], bytes | None],
        decrypt: Callable[[int, str, bytes], bytes | None],
        private: Path,
        *,
        room: int = ROOM,
        text_of: Callable[[bytes], str] = searchable,
    ) -> None:
        self.files = files_of(where)
        self._decrypt, self._text_of = decrypt, text_of
        self._indexes = Indexes(self.files, segment_key, private, room)
        self._lock = threading.Lock()
        self._duck: duckdb.DuckDBPyConnection | None = None

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the indexes and removes their unpacked copies."""
        self._indexes.close()
        with self._lock:
            if self._duck is not None:
                self._duck.close()
                self._duck = None

    def forget(self, names: Iterable[str]) -> None:
        """Removes what lies open of these segments at once, for they were erased, moved or joined."""
        gone = list(names)
        self._indexes.forget(gone)
        self.files.forget(gone)

    def search(self, query: Query, segments: Iterable[Segment]) -> Hits:
        """Rows that answer the question, the newest first, ``limit`` of them at most.

        Content that was erased is not found by its text, but by its clear columns. Raises nothing for a broken segment:
        `Hits.faults` names it. ``segments`` are all that are listed: what lies open of others is closed.
        """
        segments = list(segments)
        self._indexes.only(one.name for one in segments)
        if query.limit <= 0:
            return Hits(())
        text = fold_question(query.text)
        search = Search(self, query, text, relevant(query, segments))
        if not query.interaction and (text or is_indexed(query)):
            return search.by_index()
        return search.by_columns()

    def rows_of(self, interaction: str, segments: Iterable[Segment]) -> Hits:
        """All rows of an interaction, the newest first."""
        if not interaction:
            return Hits(())
        return self.search(Query(municipality=None, interaction=interaction, limit=_ALL), segments)

    def get(self, seq: int, segments: Iterable[Segment]) -> Row | None:
        """The row at this place, None where no segment has it; raises `SegmentFault` where the one that may cannot be read."""
        fault: SegmentFault | None = None
        for segment in segments:
            if segment.first_seq <= seq <= segment.last_seq:
                try:
                    if rows := self.files.rows(segment, [seq]):
                        return {**rows[0], "plain": None}
                except SegmentFault as found:
                    fault = found
        if fault is not None:
            raise fault
        return None

    def scan(self, segments: Iterable[Segment], columns: Sequence[str] = STORED) -> Iterator[pa.RecordBatch]:
        """Whole segments in the order given, in batches of about a thousand rows; raises `SegmentFault` at a broken one."""
        if unknown := set(columns) - set(STORED):
            raise ValueError(f"no such column: {', '.join(sorted(unknown))}")
        for segment in segments:
            yield from self.files.batches(segment, columns)

    def plain(self, row: Row) -> bytes | None:
        """The row's content as JSON bytes, None where it was erased."""
        return self._decrypt(row["content_key"], row["id"], row["content"])

    def words_of(self, plain: bytes) -> str:
        """What of a content is searched, folded."""
        return fold(self._text_of(plain))

    def index_of(self, segment: Segment) -> Words | None:
        """The opened index, None where it was erased; raises `SegmentFault`."""
        return self._indexes.words(segment)

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A cursor of this reader's DuckDB, for one thread."""
        with self._lock:
            if self._duck is None:
                self._duck = connect(self.files.store.below)
            return self._duck.cursor()


def relevant(query: Query, segments: Iterable[Segment]) -> list[Segment]:
    """The segments that may hold an answer, by their bounds; those with the newest rows first."""
    return sorted(
        (
            segment
            for segment in segments
            if (query.municipality is None or segment.municipality == query.municipality)
            and (query.since is None or segment.max_at >= query.since)
            and (query.until is None or segment.min_at < query.until)
            and (query.before is None or segment.first_seq < query.before)
        ),
        key=lambda segment: segment.last_seq,
        reverse=True,
    )
