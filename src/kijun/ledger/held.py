"""The list of holds, as the ledger's own entries tell it.

The entries in the tree are what counts. The table is made of them, in the transaction that records them, so that what is under a hold can be asked
for at once; `verifying` and `erasing` hold it against them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import orjson

from kijun.ledger.database import Link
from kijun.ledger.model import COLUMNS, Kind
from kijun.ledger.packing import Packed, unpack

SOURCE: Final = "ledger"
"""Of the entries about the ledger itself."""
_HOLD, _RELEASE = "hold", "release"
_CLOSE: Final = (
    60_000  # milliseconds between an entry and its row, of a time when they were written one after the other
)
_KIND, _SOURCE = COLUMNS.index("kind"), COLUMNS.index("source")
_MUNICIPALITY, _PERSON, _AT = (COLUMNS.index(name) for name in ("municipality", "person", "at"))
_INSERT: Final = (
    'INSERT INTO holds (id, municipality, interaction, why, "by", at, released_at, released_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?) '
    "ON CONFLICT (id) DO "
)


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


@dataclass(frozen=True, slots=True)
class Event:
    """An entry about the ledger itself: where it stands, whose it is, who did it, when, and its content."""

    seq: int
    municipality: str
    person: str
    at: int
    told: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """A hold of which the table tells something else than the entries. ``lifted``: it is on, and the table does not keep anything for it."""

    id: str
    what: str
    lifted: bool = False


def event_of(seq: int, clear: tuple[Any, ...], said: bytes) -> Event | None:
    """The event that a row tells; None for any other entry."""
    if clear[_KIND] != Kind.EVENT or clear[_SOURCE] != SOURCE:
        return None
    told = orjson.loads(said)
    return Event(seq, str(clear[_MUNICIPALITY]), str(clear[_PERSON]), int(clear[_AT]), told)


def follow(link: Link, seq: int, packed: Packed) -> None:
    """What an entry that is being recorded does to the list."""
    if packed.clear[_KIND] != Kind.EVENT:
        return
    event = event_of(seq, packed.clear, unpack(packed.content)[2])
    if event is None:
        return
    made = _made(event)
    if made is not None:
        link.alone_with_holds()  # what is erased at this moment is gone when the hold is on, and `holding.hold` sees it
        link.execute(_INSERT + "NOTHING", _values(made))
    elif event.told.get("event") == _RELEASE:
        link.execute(
            "UPDATE holds SET released_at = ?, released_by = ? WHERE id = ? AND municipality = ? AND released_at IS NULL",
            (event.at, event.person, str(event.told.get("hold")), event.municipality),
        )


def _made(event: Event) -> Hold | None:
    told = event.told
    if told.get("event") != _HOLD:
        return None
    id, interaction, why = (str(told.get(name, "")) for name in ("hold", "interaction", "why"))
    return Hold(id, event.municipality, interaction, why, event.person, event.at, None, "")


def _values(one: Hold) -> tuple[Any, ...]:
    return (
        one.id,
        one.municipality,
        one.interaction,
        one.why,
        one.by,
        one.at,
        one.released_at,
        one.released_by or None,
    )


def listed(link: Link, municipality: str | None = None) -> list[Hold]:
    """The holds of a municipality (of all without one) as the table has them, newest first."""
    sql = 'SELECT id, municipality, interaction, why, "by", at, released_at, released_by FROM holds'
    where, values = ("", ()) if municipality is None else (" WHERE municipality = ?", (municipality,))
    return [
        Hold(
            str(id),
            str(town),
            str(on),
            str(why),
            str(by),
            _time(at),
            _released(released_at),
            str(released_by or ""),
        )
        for id, town, on, why, by, at, released_at, released_by in link.execute(
            f"{sql}{where} ORDER BY at DESC", values
        )
    ]


def _time(at: Any) -> int:
    """A time as it was written; -1, which none is, where something else stands."""
    return at if isinstance(at, int) else -1


def _released(at: Any) -> int | None:
    return None if at is None else _time(at)


def told(events: Iterable[Event]) -> dict[str, Hold]:
    """The holds as the entries tell them, by their ids."""
    found: dict[str, Hold] = {}
    for event in sorted(events, key=lambda one: one.seq):
        made = _made(event)
        if made is not None:
            found.setdefault(made.id, made)
        elif event.told.get("event") == _RELEASE:
            one = found.get(str(event.told.get("hold")))
            if one and one.released_at is None and one.municipality == event.municipality:
                found[one.id] = replace(one, released_at=event.at, released_by=event.person)
    return found


def differences(entries: Mapping[str, Hold], table: Iterable[Hold]) -> Iterator[Difference]:
    """Where the table is not what the entries tell: what was put there, changed or taken away behind the ledger's back."""
    rest = dict(entries)
    for row in table:
        one = rest.pop(row.id, None)
        if one is None:
            yield Difference(row.id, "the database tells of a hold that the ledger has no entry of")
        elif one.released_at is None and row.released_at is not None:
            yield Difference(
                row.id, "the database tells of a release that the ledger has no entry of", lifted=True
            )
        elif changed := _changed(one, row):
            yield Difference(
                row.id,
                f"not what the ledger's entry says: {', '.join(changed)}",
                lifted=one.released_at is None and one.interaction != row.interaction,
            )
    for one in rest.values():
        yield Difference(
            one.id,
            "the ledger has an entry of this hold, and the database does not know it",
            lifted=one.released_at is None,
        )


def _changed(one: Hold, row: Hold) -> list[str]:
    names = [
        name
        for name in ("municipality", "interaction", "why", "by", "released_by")
        if getattr(one, name) != getattr(row, name)
    ]
    for name in ("at", "released_at"):
        mine, theirs = getattr(one, name), getattr(row, name)
        if (mine is None) != (theirs is None) or (mine is not None and abs(mine - theirs) > _CLOSE):
            names.append(name)
    return names


def put_right(link: Link, holds: Iterable[Hold]) -> None:
    """Make the table say of these holds what the entries say. Rows that no entry tells of stay: they keep something, and are named."""
    names = ("municipality", "interaction", "why", '"by"', "at", "released_at", "released_by")
    link.alone_with_holds()
    update = "UPDATE SET " + ", ".join(f"{name} = excluded.{name}" for name in names)
    link.executemany(_INSERT + update, [_values(one) for one in holds])
