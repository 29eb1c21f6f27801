"""Reading what is not sealed yet, and what is kept for a hold: the rows of the journal's two tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from kijun.ledger.database import Link
from kijun.ledger.model import COLUMNS, Query
from kijun.ledger.schema import COLUMN_LIST, ROW, quoted
from kijun.ledger.segments.folding import fold, fold_question, searchable
from kijun.ledger.segments.where import EQUAL, holds

Row = dict[str, Any]
TABLES: Final = ("entries", "kept")
_CHUNK: Final = 500
_BYTES: Final = ("content", "masked")


def rows(link: Link, query: Query, plain: Callable[[Row], bytes | None], limit: int) -> list[Row]:
    """Up to ``limit`` rows that answer the query, newest first. ``plain`` gives a row's content as JSON bytes."""
    text = fold_question(query.text)
    found: list[Row] = []
    for table in TABLES:
        taken = 0
        for row in _candidates(link, table, query):
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


def _candidates(link: Link, table: str, query: Query) -> Iterator[Row]:
    """Rows by their clear columns, newest first, read in chunks."""
    before = query.before
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


def _where(query: Query, before: int | None) -> tuple[str, list[Any]]:
    """The clear part of a query as SQL that every database understands; `holds` looks once more."""
    parts, values = ["1 = 1"], []
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
        if row[name] is not None:
            row[name] = bytes(row[name])
    return row


def clear_rows(link: Link) -> list[tuple[Any, ...]]:
    """The clear columns of every row here, as ``(seq, *COLUMNS)``, for aggregates."""
    names = ", ".join(("seq", *map(quoted, COLUMNS)))
    return [row for table in TABLES for row in link.execute(f"SELECT {names} FROM {table}")]  # noqa: S608 - names of ours
