"""Small segments into one, and segments that are not needed any more away.

The order is the caller's to keep: `join`, commit the new segment in place of the old ones, then `drop` those. A crash between leaves
files that nobody names (`orphans`), never a name without its file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from kijun.ledger.segments.columns import schema
from kijun.ledger.segments.files import files_of
from kijun.ledger.segments.folding import searchable
from kijun.ledger.segments.segment import Segment, checked_name
from kijun.ledger.segments.store import Store, segment_of, store_of
from kijun.ledger.segments.writing import write_table

if TYPE_CHECKING:
    import pyarrow as pa

#: Rows of a segment that is not joined further; 16 MB of a thousand characters each, indexed in 300 MB of memory.
FULL = 16_384


def joinable(segments: Iterable[Segment], full: int = FULL) -> list[list[Segment]]:
    """Groups of small segments of the same partition and key, each of which joins into one of about ``full`` rows at most."""
    parted: dict[tuple[str, str, str, int], list[Segment]] = {}
    for segment in segments:
        if segment.rows < full:
            part = (segment.municipality, segment.month, segment.retention, segment.content_key)
            parted.setdefault(part, []).append(segment)
    groups: list[list[Segment]] = []
    for small in parted.values():
        group: list[Segment] = []
        for segment in sorted(small, key=lambda segment: segment.first_seq):
            if group and sum(one.rows for one in group) + segment.rows > full:
                groups.append(group)
                group = []
            group.append(segment)
        groups.append(group)
    return [group for group in groups if len(group) > 1]


def join(
    where: Path | Store,
    segments: Sequence[Segment],
    key: bytes,
    decrypt: Callable[[int, str, bytes], bytes | None],
    name: str,
    *,
    text_of: Callable[[bytes], str] = searchable,
) -> tuple[Segment, list[str]]:
    """One segment with the rows of several, under a new name, and the names to `drop` once it is committed.

    ``decrypt`` and ``text_of`` are as for `reader.Reader`: the index is made anew. Raises `SegmentFault` where one is not what was sealed, and
    ValueError where they do not belong together, where the name is one of theirs, or where content was erased meanwhile:
    there is nothing to gain from joining that.
    """
    import pyarrow as pa

    names = [segment.name for segment in segments]
    parts = {(s.municipality, s.month, s.retention, s.content_key) for s in segments}
    if len(parts) != 1 or len(set(names)) != len(names):
        raise ValueError("only different segments of one partition and one key can be joined")
    if name in names:
        raise ValueError("a joined segment has a name of its own")
    files = files_of(where)
    table = pa.Table.from_batches(
        (batch for segment in segments for batch in files.batches(segment, schema().names)), schema()
    ).sort_by("seq")
    places = table["seq"].to_numpy()
    if (places[1:] == places[:-1]).any():
        raise ValueError("two rows share a place in the tree")
    return write_table(where, table, _texts(table, decrypt, text_of), key, name), names


def _texts(
    table: pa.Table, decrypt: Callable[[int, str, bytes], bytes | None], text_of: Callable[[bytes], str]
) -> Iterable[str]:
    for batch in table.select(["content_key", "id", "content"]).to_batches(1024):
        for row in batch.to_pylist():
            plain = decrypt(row["content_key"], row["id"], row["content"])
            if plain is None:
                raise ValueError("content was erased: these segments stay as they are")
            yield text_of(plain)


def drop(where: Path | Store, names: Iterable[str]) -> int:
    """Deletes the files of segments that no list names any more and gives how many; done again, it finds nothing.

    Only after the list without them is durable. What is open of them is forgotten with `Reader.forget`.
    """
    return _delete(where, names, (".parquet", ".index"))


def drop_indexes(where: Path | Store, names: Iterable[str]) -> int:
    """Deletes only the indexes: their key was destroyed, so they tell nothing, but they take room. The rows stay."""
    return _delete(where, names, (".index",))


def _delete(where: Path | Store, names: Iterable[str], suffixes: tuple[str, ...]) -> int:
    store, gone = store_of(where), {checked_name(name) for name in names}
    if not gone:
        return 0
    return store.delete(
        file for file in store.names("data") if segment_of(file) in gone and file.endswith(suffixes)
    )


def orphans(where: Path | Store, names: Iterable[str]) -> list[str]:
    """Files that belong to none of these segments: what a crash left between a seal and its commit, or a join and its drop.

    To be asked only by the process that seals, while it is not sealing.
    """
    known = {file for name in names for file in (f"{name}.parquet", f"{name}.index")}
    return [file for file in store_of(where).names("data") if PurePosixPath(file).name not in known]
