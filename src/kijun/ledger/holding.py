"""Holds: an interaction under dispute is not erased while one is on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kijun.ledger.ledger import Ledger
from kijun.ledger.model import Entry, Kind, LedgerError, Query, Receipt, new_id, now_ms

Append = Callable[[Sequence[Entry]], list[Receipt]]
"""How an entry about the ledger itself gets into it: `client.Client.append`, or the journal's where no writer runs."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold. Times are in milliseconds; ``released_at`` None while it is on."""

    id: str
    municipality: str
    interaction: str
    why: str
    by: str
    at: int
    released_at: int | None
    released_by: str


class NoInteraction(LedgerError):
    """There is no such interaction in the municipality."""


class NoHold(LedgerError):
    """There is no such hold, or it was released."""


def hold(ledger: Ledger, append: Append, *, municipality: str, interaction: str, why: str, by: str) -> Hold:
    """Put a hold on an interaction; the ledger itself tells who did and why. Raises `NoInteraction`."""
    if not ledger.search(Query(municipality=municipality, interaction=interaction, limit=1)).records:
        raise NoInteraction(
            "この番号の入出力記録は見つかりません。番号を確認してください。",
            "There is no interaction of that id: check it.",
        )
    made = Hold(new_id(), municipality, interaction, why, by, now_ms(), None, "")
    append([about("hold", municipality, by, hold=made.id, interaction=interaction, why=why)])
    with ledger.database.writing() as link:
        link.execute(
            'INSERT INTO holds (id, municipality, interaction, why, "by", at) VALUES (?, ?, ?, ?, ?, ?)',
            (made.id, municipality, interaction, why, by, made.at),
        )
    return made


def release(ledger: Ledger, append: Append, *, municipality: str, id: str, why: str, by: str) -> None:
    """Take a hold off. The next erasure takes what it would have taken. Raises `NoHold`."""
    with ledger.database.reading() as link:
        rows = link.execute(
            "SELECT interaction FROM holds WHERE id = ? AND municipality = ? AND released_at IS NULL",
            (id, municipality),
        )
    if not rows:
        raise NoHold(
            "この保全は見つからないか、すでに解除されています。",
            "There is no such hold, or it was released already.",
        )
    append([about("release", municipality, by, hold=id, interaction=rows[0][0], why=why)])
    with ledger.database.writing() as link:
        link.execute("UPDATE holds SET released_at = ?, released_by = ? WHERE id = ?", (now_ms(), by, id))


def holds_of(ledger: Ledger, municipality: str, interaction: str = "") -> list[Hold]:
    """The holds of a municipality (on one interaction), newest first, released ones included."""
    sql = 'SELECT id, municipality, interaction, why, "by", at, released_at, released_by FROM holds WHERE municipality = ?'
    values = [municipality]
    if interaction:
        sql, values = f"{sql} AND interaction = ?", [municipality, interaction]
    with ledger.database.reading() as link:
        rows = link.execute(f"{sql} ORDER BY at DESC", values)
    return [
        Hold(id, town, on, why, by, at, released_at, released_by or "")
        for id, town, on, why, by, at, released_at, released_by in rows
    ]


def about(event: str, municipality: str, by: str, *, id: str = "", **told: object) -> Entry:
    """An entry about the ledger itself; kept for ever."""
    id = id or new_id()
    return Entry(
        id=id,
        kind=Kind.EVENT,
        interaction=id,
        municipality=municipality,
        retention="permanent",
        source="ledger",
        person=by,
        content={"event": event, **told},
    )
