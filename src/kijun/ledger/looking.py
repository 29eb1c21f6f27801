"""Looking at one sealed segment: its two files, each of its rows, and whether what is told of them is what they are.

Searches leave out what cannot hold an answer: a segment by its line in the journal's list, a group of rows by the bounds in the file's footer. So both are
held against the rows; else whoever changes them hides records that are all there.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kijun.ledger.keys import ChangedKey
from kijun.ledger.ledger import INDEX_USE, Ledger
from kijun.ledger.listing import CHANGED
from kijun.ledger.model import month_of
from kijun.ledger.rows import Part, check_rows
from kijun.ledger.schema import ROW
from kijun.ledger.segments.columns import schema
from kijun.ledger.segments.packing import Unpackable, check
from kijun.ledger.segments.salvage import moved, salvage
from kijun.ledger.segments.segment import STORED, Segment, SegmentFault
from kijun.ledger.segments.store import NotAsSealed
from kijun.ledger.segments.where import EQUAL

if TYPE_CHECKING:
    import pyarrow as pa

_ASKED: Final = ("municipality", "retention", "content_key", "interaction", "kind", "findings", *EQUAL)
_SHARED: Final = ("municipality", "month", "retention", "content_key")
_BOUNDED: Final = ("seq", "at")  # columns whose bounds a reader needs; of others it may do without

Bounds = tuple[Any, Any]


@dataclass(slots=True)
class Looked:
    """What became of a segment: its rows, checked; what is wrong with its files; rows out of their order; and between which places
    some cannot be read."""

    parts: list[Part] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    moved: list[int] = field(default_factory=list)
    lost: list[tuple[int, int]] = field(default_factory=list)


def check_segment(ledger: Ledger, segment: Segment) -> Looked:
    """The rows of a segment, checked, and what is wrong with its two files. Of one that is not what was sealed, the rows that can be read.

    Raises `segments.store.StoreFault` where its store does not serve: that tells nothing about the records.
    """
    if not segment.sha256_data:  # nothing is told of its files
        return _salvaged(ledger, segment)
    files = ledger.reader.files
    try:
        files.refresh(segment)
        looked = _read(ledger, segment)
    except SegmentFault as fault:
        looked = _salvaged(ledger, segment)
        looked.faults.append(fault.what)
    try:
        files.refresh_index(segment)
        _check_index(ledger, segment)
    except SegmentFault as fault:
        looked.faults.append(fault.what)
    return looked


def _check_index(ledger: Ledger, segment: Segment) -> None:
    """That the index is this segment's own, sealed under its key, whatever digest the list tells."""
    with suppress(ChangedKey):  # which is named as such
        key = ledger.keys.ring.derived(segment.content_key, INDEX_USE)
        if key is None:  # erased
            return
        with ledger.reader.files.held_index(segment) as path:
            try:
                check(path, key, segment.name)
            except Unpackable as error:
                raise SegmentFault(segment.name, f"index: {error}") from error


def _read(ledger: Ledger, segment: Segment) -> Looked:
    """A file that is what the list tells of; raises `SegmentFault` where it is none of ours nevertheless."""
    looked, kinds, wrong = Looked(), schema(), 0
    whole: dict[str, Bounds] = {}
    with ledger.reader.files.opened(segment) as file:
        for number in range(file.metadata.num_row_groups):
            table = file.groups([number])
            if table.schema.types != kinds.types or any(
                table[name].null_count for name in STORED if not kinds.field(name).nullable
            ):
                raise SegmentFault(segment.name, "data file: its columns are not what was sealed")
            columns = {name: _list(table[name]) for name in ROW}
            bounds = _bounds(table, columns)
            wrong += not _are_told(file.metadata.row_group(number), bounds)
            whole = {name: _wider(whole.get(name), one) for name, one in bounds.items()}
            looked.parts.append(check_rows(list(columns.values()), ledger.keys.ring))
    if wrong:
        looked.faults.append("data file: the bounds in its footer are not those of its rows")
    seqs = np.concatenate([part.seqs for part in looked.parts])
    if (seqs[1:] <= seqs[:-1]).any():
        looked.moved = moved(seqs.tolist())
    if differs := _differs(segment, whole, len(seqs)):
        looked.faults.append(f"{CHANGED}: {'; '.join(differs)}")
    return looked


def _list(column: pa.ChunkedArray) -> list[Any]:
    """The values; a group is mostly one chunk, which is read faster as that."""
    one: pa.Array | pa.ChunkedArray = column.chunk(0) if column.num_chunks == 1 else column
    values: list[Any] = one.to_pylist()
    return values


def _bounds(table: pa.Table, columns: Mapping[str, list[Any]]) -> dict[str, Bounds]:
    """The least and the greatest value of each column that searches ask for: few values come again and again, but for these three."""
    import pyarrow.compute as pc

    found = {}
    for name in ("seq", "at", "month"):
        least, most = pc.min_max(table[name]).values()
        found[name] = least.as_py(), most.as_py()
    for name in _ASKED:
        values = set(columns[name])
        found[name] = (min(values), max(values)) if values else (None, None)
    return found


def _wider(one: Bounds | None, other: Bounds) -> Bounds:
    if one is None or one[0] is None:
        return other
    return one if other[0] is None else (min(one[0], other[0]), max(one[1], other[1]))


def _are_told(group: Any, bounds: Mapping[str, Bounds]) -> bool:
    """Whether the footer tells the bounds of a group of rows."""
    for name, known in bounds.items():
        told = group.column(STORED.index(name)).statistics
        if told is None or not told.has_min_max:
            if name in _BOUNDED:
                return False
        elif (told.min, told.max) != known:
            return False
    return True


def _differs(segment: Segment, bounds: Mapping[str, Bounds], rows: int) -> list[str]:
    """What the list tells of a segment otherwise than its rows do, in words."""
    wanted = {
        "rows": (rows, rows),
        "first_seq": bounds["seq"][:1] * 2,
        "last_seq": bounds["seq"][1:] * 2,
        "min_at": bounds["at"][:1] * 2,
        "max_at": bounds["at"][1:] * 2,
        **{name: bounds[name] for name in _SHARED},
    }
    differs = []
    for name, (least, most) in wanted.items():
        told = getattr(segment, name)
        if (told, told) != (least, most):
            rows_say = f"{least!r}" if least == most else f"{least!r} to {most!r}"
            differs.append(f"{name} {told!r}, its rows say {rows_say}")
    months = tuple(map(_month, bounds["at"]))
    if months != bounds["month"]:
        differs.append(f"month {segment.month!r}, the times of its rows are of {' to '.join(months)}")
    return differs


def _month(at: int) -> str:
    try:
        return month_of(at)
    except (TypeError, ValueError, OverflowError, OSError):
        return "no month"


def _salvaged(ledger: Ledger, segment: Segment) -> Looked:
    """What of a segment's file can be read where it lies; nothing where it is missing."""
    try:
        with ledger.store.as_it_lies(segment.data) as path:
            found = salvage(path, segment, ROW)
    except NotAsSealed as fault:
        missing = fault.args[0] == "missing"
        return Looked(lost=[] if missing else [(segment.first_seq, segment.last_seq)])
    except FileNotFoundError:
        return Looked()
    except OSError:  # not even opened
        return Looked(lost=[(segment.first_seq, segment.last_seq)])
    parts = [check_rows(columns, ledger.keys.ring) for columns in found.batches if columns[0]]
    return Looked(parts, moved=found.moved(), lost=found.lost)
