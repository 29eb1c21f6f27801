"""Sealing: rows into a Parquet file and their words into an encrypted index, both durable in their store before anybody is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kijun.ledger.segments import columns, index
from kijun.ledger.segments.packing import pack
from kijun.ledger.segments.private import PrivateFolder
from kijun.ledger.segments.segment import File, Segment, checked_name, partition_of, sha256_of
from kijun.ledger.segments.store import Store, store_of

if TYPE_CHECKING:
    import pyarrow as pa

_ROOM: Final = 512 << 20  # what the making of an index may take in memory's folder


def write(
    where: Path | Store,
    rows: Iterable[Mapping[str, Any] | Sequence[Any]],
    texts: Iterable[str],
    key: bytes,
    name: str,
) -> Segment:
    """Seals rows into a segment of this name and returns it when both files are in their store, durably.

    ``rows`` are as `segment.ROW` says, in any order; ``texts`` are what is searched in each of them, in the same order, as it was
    said; ``key`` (32 bytes) closes the index. The name is the caller's and settles where the files lie: writing again under it
    replaces them, whatever became of the first try. Raises ValueError where the rows do not belong together, OSError
    where the disk is full, and `StoreFault` where the store does not serve; then nothing that is listed has changed.
    """
    pairs = sorted(zip(rows, texts, strict=True), key=lambda pair: _seq(pair[0]))
    table = columns.table_of(row for row, _ in pairs)
    return write_table(where, table, (text for _, text in pairs), key, name)


def _seq(row: Mapping[str, Any] | Sequence[Any]) -> int:
    return int(row["seq"] if isinstance(row, Mapping) else row[0])


def write_table(where: Path | Store, table: pa.Table, texts: Iterable[str], key: bytes, name: str) -> Segment:
    """`write` for a table that is sorted by ``seq`` already, as `columns.table_of` makes one; ``texts`` in its order."""
    store = store_of(where)
    checked_name(name)
    first = {
        column: table[column][0].as_py() for column in ("municipality", "month", "retention", "content_key")
    }
    place = partition_of(first["municipality"], first["month"], first["retention"])
    names = f"{place}/{name}.parquet", f"{place}/{name}.index"
    drafts = [store.draft(one) for one in names]
    try:
        columns.write_parquet(table, drafts[0])
        _write_index(store.folder, table, texts, key, name, drafts[1])
        data, packed = (
            File(one, draft.stat().st_size, sha256_of(draft))
            for one, draft in zip(names, drafts, strict=True)
        )
        store.put(packed)
        store.put(data)
    except BaseException:
        for draft in drafts:  # a full disk needs the room back
            with suppress(OSError):
                draft.unlink()
        raise
    at = table["at"].to_numpy()
    return Segment(
        name=name,
        **first,
        path=data.name,
        index_path=packed.name,
        first_seq=table["seq"][0].as_py(),
        last_seq=table["seq"][-1].as_py(),
        rows=table.num_rows,
        bytes_data=data.bytes,
        bytes_index=packed.bytes,
        sha256_data=data.sha256,
        sha256_index=packed.sha256,
        min_at=int(at.min()),
        max_at=int(at.max()),
    )


def _write_index(
    folder: Path, table: pa.Table, texts: Iterable[str], key: bytes, name: str, out: Path
) -> None:
    clear = zip(*(table[column].to_pylist() for column in index.CLEAR), strict=True)
    with PrivateFolder(folder / "private", _ROOM) as private:
        made = private.path / "index"
        made.mkdir()
        index.build(made, table["seq"].to_pylist(), texts, clear)
        pack(made, out, key, name)
