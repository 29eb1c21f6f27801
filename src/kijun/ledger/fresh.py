"""Reading what is not sealed yet, and what is kept for a hold: the rows of the journal's two tables.

Somebody with the database's password may have put anything there. What stands at a place that the tree does not have was never recorded and is not
read; a row in which something else stands than an entry can hold is told of as a fault. `verify` names both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from kijun.ledger.database import NO_TEXT, Link
from kijun.ledger.model import COLUMNS, Query
from kijun.ledger.schema import COLUMN_LIST, NUMBERS, ROW, places, quoted
from kijun.ledger.segments.folding import fold, fold_question, searchable
from kijun.ledger.segments.segment import SegmentFault
from kijun.ledger.segments.where import EQUAL, holds

Row = dict[str, Any]
TABLES: Final = ("entries", "kept")
_CHUNK: Final = 500
_BYTES: Final = ("content", "masked")
_TEXTS: Final = tuple(name for name in COLUMNS if name not in NUMBERS)
_KINDS: Final = (int, *(int if name in NUMBERS else str for name in COLUMNS))
_END: Final = 253_402_214_400_000  # milliseconds: the last day of the year 9999, in any country


def rows(
    link: Link,
    query: Query,
    plain: Callable[[Row], bytes | None],
    limit: int,
    fault: Callable[[SegmentFault], None],
) -> list[Row]:
    """Up to ``limit`` rows that answer the query, newest first. ``plain`` gives a row's content as JSON bytes; ``fault`` is told of each that
    cannot be read."""
    text = fold_question(query.text)
    found: list[Row] = []
    size = places(link)
    for table in TABLES:
        taken = 0
        for row in _candidates(link, table, query, size):
            if not is_sound(row):
                fault(_fault_of(row))
                continue
            if not holds(query, row):
                continue
            if text:
                said = plain(row)
                if said is None or text not in fold(searchable(said)):
                    continue
                row["plain"] = said
            found.append(row)
            taken += 1
            if taken >= limit:
                break
    found.sort(key=lambda row: int(row["seq"]), reverse=True)
    return found[:limit]


def is_sound(row: Row) -> bool:
    """Whether each column holds what one of an entry can hold; SQLite keeps whatever it is given."""
    return (
        all(isinstance(row[name], int if name in NUMBERS else str) for name in COLUMNS)
        and NO_TEXT not in "".join([row[name] for name in _TEXTS])
        and 0 <= row["at"] < _END
        and isinstance(row["content_key"], int)
        and isinstance(row["content"], bytes)
        and isinstance(row["masked_key"], int | None)
        and isinstance(row["masked"], bytes | None)
    )


def _fault_of(row: Row) -> SegmentFault:
    return SegmentFault("journal", f"row {row['seq']}: a column holds what was never recorded")


def _candidates(link: Link, table: str, query: Query, size: int) -> Iterator[Row]:
    """Rows by their clear columns, newest first, read in chunks; of places that the tree has."""
    before = size if query.before is None else min(query.before, size)
    while True:
        condition, values = _where(query, before)
        chunk = link.execute(
            f"SELECT {COLUMN_LIST} FROM {table} WHERE {condition} ORDER BY seq DESC LIMIT {_CHUNK}",  # noqa: S608 - names of ours
            values,
        )
        for one in chunk:
            yield row_of(one)
        if len(chunk) < _CHUNK:
            return
        before = int(chunk[-1][0])


def _where(query: Query, before: int) -> tuple[str, list[Any]]:
    """The clear part of a query as SQL that every database understands; `holds` looks once more."""
    parts, values = ["seq >= 0"], []
    for name in ("municipality", "interaction", *EQUAL):
        value = getattr(query, name)
        if value or (name == "municipality" and value is not None):
            parts.append(f"{quoted(name)} = ?")
            values.append(value)
    if query.kinds:
        parts.append(f"kind IN ({', '.join('?' for _ in query.kinds)})")
        values += map(str, query.kinds)
    if query.finding:
        parts.append("findings LIKE ?")  # an underscore matches any character here, and `holds` decides
        values.append(f"%,{query.finding},%")
    for condition, bound in (('"at" >= ?', query.since), ('"at" < ?', query.until), ("seq < ?", before)):
        if bound is not None:
            parts.append(condition)
            values.append(bound)
    return " AND ".join(parts), values


def row_of(values: tuple[Any, ...]) -> Row:
    """A stored row by its columns' names."""
    row: Row = dict(zip(ROW, values, strict=True))
    for name in _BYTES:
        if isinstance(row[name], memoryview):
            row[name] = bytes(row[name])
    return row


def clear_rows(link: Link) -> list[tuple[Any, ...]]:
    """The clear columns of every row here, as ``(seq, *COLUMNS)``, for aggregates. Raises `SegmentFault` where one cannot be counted: a sum that
    silently lacks it would be believed."""
    names = ", ".join(("seq", *map(quoted, COLUMNS)))
    size, found = places(link), []
    for table in TABLES:
        found += link.execute(f"SELECT {names} FROM {table} WHERE seq >= 0 AND seq < ?", (size,))  # noqa: S608 - names of ours
    for row in found:
        if not all(map(isinstance, row, _KINDS)):
            raise _fault_of({"seq": row[0]})
    return found
