"""Rows as an Arrow table and as a Parquet file.

What is counted is packed in dictionaries and differences, ids, which have neither, in zstd; zstd over what dictionaries made small
already saves 2 % of a file and doubles the time to read a row. Ciphertext is stored as it is: it cannot be packed. Small row groups, because single rows are read more often than whole files; sorted by ``seq``
with its bounds in the footer, so a row's group is found without reading. Pages carry checksums.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kijun.ledger.model import month_of
from kijun.ledger.segments.segment import NUMBERS, ROW, SEALED, STORED, row_of

if TYPE_CHECKING:
    import pyarrow as pa

GROUP: Final = 512
_IDS: Final = frozenset({"id", "interaction"})
_OPTIONAL: Final = frozenset({"masked_key", "masked"})
_PARTED: Final = ("municipality", "retention", "month", "content_key")


def schema(names: Sequence[str] = STORED) -> pa.Schema:
    """The types of the stored columns, or of some of them."""
    import pyarrow as pa

    def kind(name: str) -> pa.DataType:
        if name in SEALED:
            return pa.binary()
        if name in NUMBERS or name in ("seq", "content_key", "masked_key"):
            return pa.int64()
        return pa.string()

    return pa.schema([pa.field(name, kind(name), nullable=name in _OPTIONAL) for name in names])


def table_of(rows: Iterable[Mapping[str, Any] | Sequence[Any]]) -> pa.Table:
    """Rows, in whichever order they come, as a table sorted by ``seq``.

    Raises ValueError where there is none, two share a place, or they belong to different partitions or keys.
    """
    import pyarrow as pa

    ordered = sorted(map(row_of, rows), key=lambda row: int(row[0]))
    if not ordered:
        raise ValueError("a segment has at least one row")
    values = dict(zip(ROW, zip(*ordered, strict=True), strict=True))
    values["month"] = tuple(map(month_of, values["at"]))
    for name in _PARTED:
        if len(set(values[name])) != 1:
            raise ValueError(f"rows of one segment share their {name}")
    if len(set(values["seq"])) != len(ordered):
        raise ValueError("two rows share a place in the tree")
    kinds = schema()
    return pa.table([pa.array(values[name], kinds.field(name).type) for name in STORED], schema=kinds)


def write_parquet(table: pa.Table, path: Path) -> None:
    """Writes without fsync; the caller settles the file. The same rows give the same bytes."""
    import pyarrow.parquet as pq

    clear = [name for name in STORED if name not in SEALED]
    pq.write_table(
        table,
        path,
        row_group_size=GROUP,
        compression={name: "zstd" if name in _IDS else "none" for name in STORED},
        use_dictionary=[name for name in clear if name not in {"seq", *NUMBERS, *_IDS}],
        write_statistics=clear,
        column_encoding=dict.fromkeys(("seq", *sorted(NUMBERS)), "DELTA_BINARY_PACKED"),
        data_page_size=1 << 18,
        write_page_checksum=True,
        store_schema=False,
        sorting_columns=[pq.SortingColumn(STORED.index("seq"))],
    )
