"""The clear part of a question, said twice: to DuckDB, and of a row that was read. Values are bound, never written into SQL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kijun.ledger.model import Query

#: Fields of a question that must equal the column of the same name, where they are given.
EQUAL: Final = (
    "purpose",
    "system",
    "person",
    "application",
    "department",
    "grant",
    "model",
    "source",
    "verdict",
)


def is_indexed(query: Query) -> bool:
    """Whether it asks for a value that the indexes know, and that few rows may have."""
    return bool(query.finding) or any(getattr(query, column) for column in EQUAL)


def _sayable(value: str) -> str | None:
    """The value, or NULL, which equals nothing, where no text of a database can be it (half of a surrogate pair)."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return None
    return str(value)


def sql_of(query: Query) -> tuple[str, list[Any]]:
    """A condition over the clear columns with ``?`` for values, and the values. ``text`` and ``limit`` are not part of it."""
    parts = ["TRUE"]
    values: list[Any] = []
    for column in EQUAL:
        if value := getattr(query, column):
            parts.append(f'"{column}" = ?')  # the name is from the list above
            values.append(_sayable(value))
    if query.municipality is not None:
        parts.append("municipality = ?")
        values.append(_sayable(query.municipality))
    if query.interaction:
        parts.append("interaction = ?")
        values.append(_sayable(query.interaction))
    if query.kinds:
        parts.append(f"kind IN ({', '.join('?' * len(query.kinds))})")
        values += [_sayable(kind) for kind in query.kinds]
    if query.finding:
        parts.append("contains(findings, ?)" if "," not in query.finding else "FALSE AND ? <> ''")
        values.append(_sayable(f",{query.finding},"))
    for condition, bound in (
        ('"at" >= ?', query.since),
        ('"at" < ?', query.until),
        ("seq < ?", query.before),
    ):
        if bound is not None:
            parts.append(condition)
            values.append(bound)
    return " AND ".join(parts), values


def holds(query: Query, row: Mapping[str, Any]) -> bool:
    """Whether the row's clear columns answer the question; the same as `sql_of`."""
    return (
        all(not (value := getattr(query, column)) or row[column] == value for column in EQUAL)
        and (query.municipality is None or row["municipality"] == query.municipality)
        and (not query.interaction or row["interaction"] == query.interaction)
        and (not query.kinds or row["kind"] in query.kinds)
        and (not query.finding or ("," not in query.finding and f",{query.finding}," in row["findings"]))
        and (query.since is None or row["at"] >= query.since)
        and (query.until is None or row["at"] < query.until)
        and (query.before is None or row["seq"] < query.before)
    )
