"""Parquet files of segments, read only while they are what was sealed.

A file is compared with its digest when this process first reads it, and again when its size, times or inode changed: one
pass at about a gigabyte a second, then a look at the inode (microseconds).
"""

from __future__ import annotations

import bisect
import os
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kijun.ledger.segments.segment import STORED, Row, Segment, SegmentFault, sha256_of

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

_FOOTERS: Final = 512  # kept parsed, about 100 kB each


@dataclass(frozen=True, slots=True)
class Footer:
    """What a file's footer says of each row group: ``firsts`` and ``lasts`` bound its ``seq``, ``times`` its ``at``, and
    ``interactions`` its ids in UTF-8."""

    metadata: pq.FileMetaData
    firsts: tuple[int, ...]
    lasts: tuple[int, ...]
    times: tuple[tuple[int, int], ...]
    interactions: tuple[tuple[bytes, bytes], ...]


def _footer(metadata: pq.FileMetaData) -> Footer:
    places = {metadata.schema.column(number).name: number for number in range(metadata.num_columns)}
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]

    def bounds(name: str) -> list[tuple[Any, Any]]:
        found = [group.column(places[name]).statistics for group in groups]
        return [(one.min, one.max) for one in found]

    firsts, lasts = zip(*bounds("seq"), strict=True)
    interactions = tuple((str(first).encode(), str(last).encode()) for first, last in bounds("interaction"))
    return Footer(metadata, firsts, lasts, tuple(bounds("at")), interactions)


class Opened:
    """An open file of one thread. The row group that was read last is kept, for neighbours are mostly asked for next."""

    def __init__(self, segment: Segment, footer: Footer, file: pq.ParquetFile) -> None:
        self._segment, self._footer, self._file = segment, footer, file
        self._kept: tuple[int, tuple[str, ...], pa.Table] | None = None

    def groups(self, chosen: Sequence[int], names: Sequence[str] = STORED) -> pa.Table:
        """Some row groups by number; raises `SegmentFault`."""
        with _faults(self._segment):
            read = self._file.read_row_groups(list(chosen), columns=list(names), use_threads=False)
            return read.select(list(names))

    def _group(self, number: int, names: tuple[str, ...]) -> pa.Table:
        if self._kept is None or self._kept[:2] != (number, names):
            self._kept = number, names, self.groups([number], names)
        return self._kept[2]

    def rows(self, seqs: Sequence[int], names: tuple[str, ...] = STORED) -> list[Row]:
        """Rows by their places, in the order asked; ``seq`` is one of the names. Raises `SegmentFault`."""
        footer = self._footer
        found: dict[int, Row] = {}
        wanted: dict[int, list[int]] = {}
        for seq in seqs:
            group = bisect.bisect_right(footer.firsts, seq) - 1
            if group >= 0 and seq <= footer.lasts[group]:
                wanted.setdefault(group, []).append(seq)
        for group, places in wanted.items():
            table = self._group(group, names)
            numbers = table["seq"].to_numpy()
            chosen = [int(at) for at in np.searchsorted(numbers, places)]  # sorted: it was written so
            for row in table.take([at for at in chosen if at < len(numbers)]).to_pylist():
                found[row["seq"]] = row
        return [found[seq] for seq in seqs if seq in found]


def _mark(found: os.stat_result) -> tuple[int, ...]:
    """Changes with every change of a file; the last of them (ctime) cannot be set back by those who may write it."""
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


@contextmanager
def _faults(segment: Segment) -> Iterator[None]:
    """What Arrow finds wrong with a file is the segment's fault."""
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError, KeyError, AttributeError, ValueError) as error:
        raise SegmentFault(segment.name, f"data file: cannot be read ({type(error).__name__})") from error


class Files:
    """The files below a ledger's folder. Threads may share it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._seen: dict[tuple[str, str], tuple[int, ...]] = {}
        self._footers: OrderedDict[str, Footer] = OrderedDict()

    def path(self, segment: Segment) -> Path:
        """The Parquet file, after `check`."""
        self.check(segment)
        return self._folder / segment.path

    def check(self, segment: Segment) -> None:
        """Raises `SegmentFault` unless the Parquet file is what was sealed."""
        self._check(segment, segment.path, segment.bytes_data, segment.sha256_data, "data file")

    def check_index(self, segment: Segment) -> Path:
        """The packed index; raises `SegmentFault` unless it is what was sealed."""
        self._check(segment, segment.index_path, segment.bytes_index, segment.sha256_index, "index")
        return self._folder / segment.index_path

    def _check(self, segment: Segment, relative: str, size: int, digest: str, what: str) -> None:
        path = self._folder / relative
        try:
            found = path.stat()
            if found.st_size != size:
                raise SegmentFault(segment.name, f"{what}: {found.st_size} bytes, {size} were sealed")
            mark = _mark(found)
            if self._seen.get((relative, digest)) == mark:
                return
            if sha256_of(path) != digest:
                raise SegmentFault(segment.name, f"{what}: its content changed")
        except FileNotFoundError:
            raise SegmentFault(segment.name, f"{what}: missing") from None
        except OSError as error:
            raise SegmentFault(segment.name, f"{what}: {error.strerror}") from error
        with self._lock:
            self._seen[relative, digest] = mark

    def forget(self, names: Iterable[str]) -> None:
        """Lets go of what is known of these segments' files."""
        gone = set(names)
        with self._lock:
            for seen in [seen for seen in self._seen if Path(seen[0]).stem in gone]:
                del self._seen[seen]
            for name in [name for name in self._footers if name.partition("\0")[0] in gone]:
                del self._footers[name]

    def footer(self, segment: Segment) -> Footer:
        """The parsed footer; raises `SegmentFault`."""
        import pyarrow.parquet as pq

        self.check(segment)
        key = f"{segment.name}\0{segment.sha256_data}"
        with self._lock:
            if (kept := self._footers.get(key)) is not None:
                self._footers.move_to_end(key)
                return kept
        with _faults(segment):
            metadata = pq.read_metadata(self._folder / segment.path)
            made = _footer(metadata)
        with self._lock:
            self._footers[key] = made
            while len(self._footers) > _FOOTERS:
                self._footers.popitem(last=False)
        return made

    @contextmanager
    def opened(self, segment: Segment) -> Iterator[Opened]:
        """The file, open for one thread to read several parts of it; raises `SegmentFault`, then and while it is read."""
        import pyarrow.parquet as pq

        footer = self.footer(segment)
        with _faults(segment):
            file = pq.ParquetFile(
                self._folder / segment.path,
                metadata=footer.metadata,
                memory_map=False,  # a file that is cut while it is mapped would end the process
            )
        try:
            yield Opened(segment, footer, file)
        finally:
            file.close()

    def groups(self, segment: Segment, chosen: Sequence[int], names: Sequence[str] = STORED) -> pa.Table:
        """Some row groups by number; raises `SegmentFault`."""
        with self.opened(segment) as file:
            return file.groups(chosen, names)

    def by_group(self, segment: Segment, seqs: Iterable[int]) -> list[list[int]]:
        """Places sorted downwards, put together by the row group that holds them; raises `SegmentFault`."""
        footer = self.footer(segment)
        return [
            list(places) for _, places in groupby(seqs, lambda seq: bisect.bisect_right(footer.firsts, seq))
        ]

    def rows(self, segment: Segment, seqs: Sequence[int]) -> list[Row]:
        """Rows by their places, in the order asked; places that the segment lacks are left out. Raises `SegmentFault`."""
        with self.opened(segment) as file:
            return file.rows(seqs)

    def places_of(self, segment: Segment, interaction: str, most: int) -> list[int] | None:
        """Places of an interaction's rows, if at most ``most`` row groups can hold them, else None; raises `SegmentFault`.

        Ids sort by time and rows lie by time, so that mostly one or two groups can.
        """
        footer = self.footer(segment)
        chosen = [
            number
            for number, (first, last) in enumerate(footer.interactions)
            if first <= interaction.encode("utf-8", "replace") <= last
        ]
        if not chosen or len(chosen) > most:
            return None if chosen else []
        rows = self.groups(segment, chosen, ["seq", "interaction"]).to_pylist()
        return [row["seq"] for row in rows if row["interaction"] == interaction]

    def batches(self, segment: Segment, names: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """The whole segment in order, a batch a row group; raises `SegmentFault`."""
        with self.opened(segment) as file:
            for group in range(len(self.footer(segment).firsts)):
                yield from file.groups([group], names).to_batches()


_SHARED: dict[Path, Files] = {}


def files_of(folder: Path) -> Files:
    """What this process knows of a ledger's files, so that each is compared with its digest once and not at each question."""
    return _SHARED.setdefault(folder.absolute(), Files(folder))
