"""Parquet files of segments, read only while they are what was sealed.

A file is compared with its digest when this process first reads it, and again when its size, times or inode changed: one
pass at about a gigabyte a second, then a look at the inode (microseconds).
"""

from __future__ import annotations

import bisect
import os
import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kijun.ledger.segments.segment import STORED, File, Row, Segment, SegmentFault, sha256_of
from kijun.ledger.segments.store import NotAsSealed, Store, segment_of, store_of

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

UNORDERED: Final = "data file: its rows do not stand in their order"
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

    def numbers(name: str) -> list[tuple[int, int]]:
        found = bounds(name)
        if not all(isinstance(one, int) for pair in found for one in pair):
            raise ValueError(f"a group of rows has no bounds of {name}")
        return found

    firsts, lasts = zip(*numbers("seq"), strict=True)
    if any(first <= last for first, last in zip(firsts[1:], lasts, strict=False)):
        raise ValueError(UNORDERED)
    interactions = tuple(
        (b"", b"\xff") if first is None or last is None else (str(first).encode(), str(last).encode())
        for first, last in bounds("interaction")
    )
    return Footer(metadata, firsts, lasts, tuple(numbers("at")), interactions)


class Opened:
    """An open file of one thread. The row group that was read last is kept, for neighbours are mostly asked for next."""

    def __init__(self, segment: Segment, footer: Footer, file: pq.ParquetFile) -> None:
        self._segment, self._footer, self._file = segment, footer, file
        self._kept: tuple[int, tuple[str, ...], pa.Table] | None = None

    @property
    def metadata(self) -> pq.FileMetaData:
        """What the footer says, as it was parsed."""
        return self._footer.metadata

    def groups(self, chosen: Sequence[int], names: Sequence[str] = STORED) -> pa.Table:
        """Some row groups by number; raises `SegmentFault`."""
        with _faults(self._segment):
            read = self._file.read_row_groups(list(chosen), columns=list(names), use_threads=False)
            return read.select(list(names))

    def _group(self, number: int, names: tuple[str, ...]) -> pa.Table:
        if self._kept is None or self._kept[:2] != (number, names):
            read = self.groups([number], names)
            places = read["seq"].to_numpy()
            if (places[1:] <= places[:-1]).any():
                raise SegmentFault(self._segment.name, UNORDERED)
            self._kept = number, names, read
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
            chosen = [at for at in chosen if at < len(numbers)]
            for row in table.take(chosen).to_pylist() if chosen else ():
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


@contextmanager
def _as_fault(what: str) -> Iterator[None]:
    """What the store finds wrong with a file is its segment's fault."""
    try:
        yield
    except NotAsSealed as error:
        raise SegmentFault(segment_of(error.file.name), f"{what}: {error}") from None


class Files:
    """The files of a ledger's store. Threads may share it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._lock = threading.Lock()
        self._seen: dict[tuple[str, str], tuple[int, ...]] = {}
        self._footers: OrderedDict[str, Footer] = OrderedDict()

    @contextmanager
    def held(self, segments: Sequence[Segment]) -> Iterator[list[Path]]:
        """The Parquet files, each of them what was sealed, readable until the end; raises `SegmentFault`."""
        with self._held([(one.name, one.data) for one in segments], "data file") as paths:
            yield paths

    @contextmanager
    def held_index(self, segment: Segment) -> Iterator[Path]:
        """The packed index, likewise."""
        with self._held([(segment.name, segment.index)], "index") as (path,):
            yield path

    def check(self, segment: Segment) -> None:
        """Raises `SegmentFault` unless the Parquet file is what was sealed."""
        with self.held([segment]):
            pass

    def refresh(self, segment: Segment) -> None:
        """Look at the Parquet file where it lies: from elsewhere it is fetched, whatever this machine keeps of it. Raises `SegmentFault`."""
        with _as_fault("data file"):
            self.store.refresh(segment.data)
        self.check(segment)

    def refresh_index(self, segment: Segment) -> None:
        """Look at the index likewise."""
        with _as_fault("index"):
            self.store.refresh(segment.index)
        with self.held_index(segment):
            pass

    @contextmanager
    def _held(self, wanted: Sequence[tuple[str, File]], what: str) -> Iterator[list[Path]]:
        with ExitStack() as stack:
            with _as_fault(what):
                paths = stack.enter_context(self.store.held([file for _, file in wanted]))
            for (name, file), path in zip(wanted, paths, strict=True):
                try:
                    self._check(name, file, path, what)
                except SegmentFault:  # a copy may have been lost or changed on this machine
                    with _as_fault(what):
                        if not self.store.refresh(file):
                            raise
                    self._check(name, file, path, what)
            yield paths

    def _check(self, name: str, file: File, path: Path, what: str) -> None:
        try:
            found = path.stat()
            if found.st_size != file.bytes:
                raise SegmentFault(name, f"{what}: {found.st_size} bytes, {file.bytes} were sealed")
            mark = _mark(found)
            if self._seen.get((file.name, file.sha256)) == mark:
                return
            if sha256_of(path) != file.sha256:
                raise SegmentFault(name, f"{what}: its content changed")
        except FileNotFoundError:
            raise SegmentFault(name, f"{what}: missing") from None
        except OSError as error:
            raise SegmentFault(name, f"{what}: {error.strerror}") from error
        with self._lock:
            self._seen[file.name, file.sha256] = mark

    def forget(self, names: Iterable[str]) -> None:
        """Lets go of what is known of these segments' files."""
        gone = set(names)
        self.store.forget(gone)
        with self._lock:
            for seen in [seen for seen in self._seen if segment_of(seen[0]) in gone]:
                del self._seen[seen]
            for name in [name for name in self._footers if name.partition("\0")[0] in gone]:
                del self._footers[name]

    def footer(self, segment: Segment) -> Footer:
        """The parsed footer; raises `SegmentFault`."""
        if self.store.remote and (kept := self._kept(segment)) is not None:
            return kept  # nothing is fetched for it alone; who reads rows compares their file
        with self.held([segment]) as (path,):
            return self._footer_at(segment, path)

    def _kept(self, segment: Segment) -> Footer | None:
        with self._lock:
            kept = self._footers.get(key := _key(segment))
            if kept is not None:
                self._footers.move_to_end(key)
            return kept

    def _footer_at(self, segment: Segment, path: Path) -> Footer:
        import pyarrow.parquet as pq

        if (kept := self._kept(segment)) is not None:
            return kept
        with _faults(segment):
            metadata = pq.read_metadata(path)
            made = _footer(metadata)
        with self._lock:
            self._footers[_key(segment)] = made
            while len(self._footers) > _FOOTERS:
                self._footers.popitem(last=False)
        return made

    @contextmanager
    def opened(self, segment: Segment) -> Iterator[Opened]:
        """The file, open for one thread to read several parts of it; raises `SegmentFault`, then and while it is read."""
        import pyarrow.parquet as pq

        with self.held([segment]) as (path,):
            footer = self._footer_at(segment, path)
            with _faults(segment):
                file = pq.ParquetFile(
                    path,
                    metadata=footer.metadata,
                    memory_map=False,  # a file that is cut while it is mapped would end the process
                )
        try:  # an open file needs no name any more, so that a copy is not held while others are read
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


def _key(segment: Segment) -> str:
    return f"{segment.name}\0{segment.sha256_data}"


_SHARED: dict[Hashable, Files] = {}


def files_of(where: Path | Store) -> Files:
    """What this process knows of a ledger's files, so that each is compared with its digest once and not at each question."""
    store = store_of(where)
    return _SHARED.setdefault(store.key, Files(store))
