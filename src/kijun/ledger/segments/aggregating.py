"""Counting over sealed and fresh records as one: DuckDB over the Parquet files and the journal's rows.

Names of columns and figures come from the lists here; nothing else reaches SQL. Values of a question are bound.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kijun.ledger.model import COLUMNS, Query
from kijun.ledger.segments.columns import schema
from kijun.ledger.segments.duck import connect
from kijun.ledger.segments.files import Files, files_of
from kijun.ledger.segments.reader import relevant
from kijun.ledger.segments.segment import Segment, SegmentFault
from kijun.ledger.segments.store import Store
from kijun.ledger.segments.where import sql_of

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

#: What a journal's fresh row has, in this order.
CLEAR: Final = ("seq", *COLUMNS)

_LOCAL: Final = '("at" + 32400000)'  # Japan's time; it has had no summer time since 1951
_BY: Final = {
    **{
        name: f'"{name}"'
        for name in COLUMNS
        if name not in ("at", "findings", "tokens_in", "tokens_out", "duration_ms")
    },
    "day": f"{_LOCAL} // 86400000",
    "month": f"year(make_timestamp({_LOCAL} * 1000)) * 100 + month(make_timestamp({_LOCAL} * 1000))",
    "hour": f"{_LOCAL} // 3600000 % 24",
    "finding": "finding",
}
_TIMED: Final = "FILTER (duration_ms > 0)"  # what took no time was not measured: an input, a look
_VALUES: Final = {
    "count": "count(*)",
    "tokens_in": "sum(tokens_in)::BIGINT",
    "tokens_out": "sum(tokens_out)::BIGINT",
    "duration_avg": f"avg(duration_ms) {_TIMED}",
    "duration_p50": f"quantile_cont(duration_ms, 0.5) {_TIMED}",
    "duration_p95": f"quantile_cont(duration_ms, 0.95) {_TIMED}",
}


def aggregate(
    place: Path | Store,
    segments: Iterable[Segment],
    fresh: pa.Table | Sequence[Sequence[Any]],
    *,
    by: tuple[str, ...],
    where: Query,
    values: tuple[str, ...] = ("count",),
    files: Files | None = None,
    cursor: duckdb.DuckDBPyConnection | None = None,
) -> list[dict[str, Any]]:
    """One dict a group, sorted by the group: the names in ``by`` and those in ``values``.

    ``fresh`` are rows that no segment has yet, with the columns `CLEAR`, as an Arrow table or as tuples. ``by`` names clear columns
    (but ``at``, ``findings`` and figures), ``day`` (``2026-11-03``), ``month`` (``2026-11``) and ``hour`` (0 to 23), in Japan's time, or
    ``finding``: a row then counts once for each of its types, and not at all without one. ``values`` name ``count``,
    ``tokens_in`` and ``tokens_out`` (sums), ``duration_avg``, ``duration_p50`` and ``duration_p95`` (ms, of rows that took time; None where
    none did). ``where`` is asked without its ``limit``. ``files`` and ``cursor`` are a reader's, which remembers the files' footers; else
    those of this process, and a DuckDB of its own.

    Raises ValueError for a name that is not in the lists and for a question with ``text``, which counting cannot answer, and
    `SegmentFault` where a file is not what was sealed: a sum that silently lacks a part would be believed.
    """
    import duckdb
    import pyarrow as pa

    if where.text:
        raise ValueError("text cannot be counted by; search for it")
    if unknown := [name for name in by if name not in _BY] + [name for name in values if name not in _VALUES]:
        raise ValueError(f"cannot be counted: {', '.join(map(repr, unknown))}")
    if not values or len(set(by) | set(values)) != len(by) + len(values):
        raise ValueError("each name once, and at least one figure")
    chosen = relevant(where, segments)
    kinds = schema(CLEAR)
    if not isinstance(fresh, pa.Table):
        columns = list(zip(*fresh, strict=True)) or [()] * len(CLEAR)
        fresh = pa.table(
            [pa.array(column, field.type) for column, field in zip(columns, kinds, strict=True)], schema=kinds
        )
    files = files or files_of(place)
    with files.held(chosen) as paths:
        sql, bound = _sql(by, values, where, [str(path.absolute()) for path in paths])
        connection = cursor or connect(files.store.below)
        try:
            connection.register("fresh", fresh.select(list(CLEAR)))
            found = connection.execute(sql, bound).fetchall()
        except duckdb.IOException as error:
            raise SegmentFault(
                ", ".join(segment.name for segment in chosen), "data files: cannot be read"
            ) from error
        finally:
            connection.close()
    names = (*by, *values)
    return [{name: _shown(name, value) for name, value in zip(names, row, strict=True)} for row in found]


def _sql(
    by: tuple[str, ...], values: tuple[str, ...], where: Query, paths: list[str]
) -> tuple[str, list[Any]]:
    condition, bound = sql_of(where)
    clear = ", ".join(f'"{name}"' for name in CLEAR)
    source = f"SELECT {clear} FROM fresh WHERE {condition}"  # noqa: S608 - names are from the lists above
    bound = list(bound)
    if paths:
        source += (
            f" UNION ALL SELECT {clear} FROM read_parquet(?, hive_partitioning = false)"  # noqa: S608 - the same
            f" WHERE {condition}"
        )
        bound = [*bound, paths, *bound]
    if "finding" in by:
        source = (
            "SELECT *, unnest(list_distinct(string_split(trim(findings, ','), ','))) AS finding"  # noqa: S608 - the same
            f" FROM ({source}) WHERE findings <> ''"
        )
    chosen = [f'{_BY[name]} AS "{name}"' for name in by] + [f'{_VALUES[name]} AS "{name}"' for name in values]
    order = ", ".join(str(place + 1) for place in range(len(by)))
    tail = f" GROUP BY {order} ORDER BY {order}" if by else ""
    return f"SELECT {', '.join(chosen)} FROM ({source}){tail}", bound  # noqa: S608 - the same


def _shown(name: str, value: Any) -> Any:
    if name == "day":
        return str(datetime.date(1970, 1, 1) + datetime.timedelta(days=value))
    if name == "month":
        return f"{value // 100:04d}-{value % 100:02d}"
    if name in ("tokens_in", "tokens_out") and value is None:
        return 0
    return value
