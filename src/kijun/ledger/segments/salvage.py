"""Reading what can still be read of a file that is not what was sealed. Nothing of it is believed: each row is held against its leaf."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kijun.ledger.segments.columns import schema
from kijun.ledger.segments.segment import Segment

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

LARGER: Final = 4
"""How many times larger than what was sealed a file is still read; what is put there must not take all memory."""


@dataclass(slots=True)
class Salvaged:
    """Rows as columns, a batch a row group; and between which places (first, last) those stood that cannot be read."""

    batches: list[list[list[Any]]] = field(default_factory=list)
    lost: list[tuple[int, int]] = field(default_factory=list)

    def moved(self) -> list[int]:
        """The places of rows that do not stand in their order."""
        return moved(seq for batch in self.batches for seq in batch[0])


def moved(places: Iterable[int]) -> list[int]:
    """Which of the places of a file's rows are not in their order: a segment is written sorted by them. Of a place that comes twice, the first counts."""
    seqs = list(dict.fromkeys(places))
    return [seq for seq, other in zip(seqs, sorted(seqs), strict=True) if seq != other]


def salvage(path: Path, segment: Segment, names: Sequence[str]) -> Salvaged:
    """The rows of a Parquet file as it lies, ``seq`` first among ``names``. Raises nothing but FileNotFoundError."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    faults = pa.ArrowException, OSError, KeyError, AttributeError, ValueError, OverflowError, MemoryError
    found, whole = Salvaged(), (segment.first_seq, segment.last_seq)
    if path.stat().st_size > LARGER * segment.bytes_data + (1 << 20):
        found.lost.append(whole)
        return found
    try:
        file = pq.ParquetFile(path, memory_map=False)
    except faults:
        found.lost.append(whole)
        return found
    with file:
        for number in range(file.num_row_groups):
            try:
                found.batches.append(_group(file, number, names))
            except faults:
                found.lost.append(_bounds(file, number, segment))
    return found


def _group(file: pq.ParquetFile, number: int, names: Sequence[str]) -> list[list[Any]]:
    """One row group in the types that were sealed; a place that is empty is -1, which no leaf has."""
    import pyarrow as pa

    kinds = schema(names)
    read = file.read_row_groups([number], columns=list(names), use_threads=False).select(list(names))
    table: pa.Table = read.cast(pa.schema([(one.name, one.type) for one in kinds]))
    columns = [column.to_pylist() for column in table.columns]
    columns[0] = [-1 if seq is None else seq for seq in columns[0]]
    return columns


def _bounds(file: pq.ParquetFile, number: int, segment: Segment) -> tuple[int, int]:
    """Between which places the rows of a group stood, as the footer says; the segment's own where it says nothing that can be."""
    try:
        group = file.metadata.row_group(number)
        at = next(n for n in range(group.num_columns) if group.column(n).path_in_schema == "seq")
        told = group.column(at).statistics
        first, last = int(told.min), int(told.max)
    except (StopIteration, AttributeError, TypeError, ValueError, OSError):
        return segment.first_seq, segment.last_seq
    if segment.first_seq <= first <= last <= segment.last_seq:
        return first, last
    return segment.first_seq, segment.last_seq
