"""Holds: an interaction under dispute is not erased while one is on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from kijun.ledger import held
from kijun.ledger.held import SOURCE, Event, differences, listed, told
from kijun.ledger.held import Hold as Hold
from kijun.ledger.ledger import Ledger
from kijun.ledger.model import Entry, Kind, LedgerError, Query, Receipt, new_id
from kijun.ledger.schema import ROW

Append = Callable[[Sequence[Entry]], list[Receipt]]
"""How an entry about the ledger itself gets into it: `client.Client.append`, or the journal's where no writer runs."""


class NoInteraction(LedgerError):
    """There is no such interaction in the municipality."""


class NoHold(LedgerError):
    """There is no such hold, or it was released."""


def hold(ledger: Ledger, append: Append, *, municipality: str, interaction: str, why: str, by: str) -> Hold:
    """Put a hold on an interaction; the ledger itself tells who did and why. Raises `NoInteraction`, also where it was erased while the hold was put."""
    query = Query(municipality=municipality, interaction=interaction, limit=1)
    missing = NoInteraction(
        "この番号の入出力記録は見つかりません。番号を確認してください。",
        "There is no interaction of that id: check it.",
    )
    if not ledger.search(query).records:
        raise missing
    id = new_id()
    entry = about("hold", municipality, by, hold=id, interaction=interaction, why=why)
    append([entry])  # and with it, in one transaction, the list of holds (`held.follow`)
    found = ledger.search(query)  # whatever is there now stays: an erasure that ends later knows of the hold
    if not found.records and not found.faults:
        release(ledger, append, municipality=municipality, id=id, why="保全の直前に消去されていた", by=by)
        raise missing
    return Hold(id, municipality, interaction, why, by, entry.at, None, "")


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


def holds_of(ledger: Ledger, municipality: str, interaction: str = "") -> list[Hold]:
    """The holds of a municipality (on one interaction), newest first, released ones included."""
    with ledger.database.reading() as link:
        rows = listed(link, municipality)
    return [one for one in rows if not interaction or one.interaction == interaction]


class HoldsDiffer(LedgerError):
    """The list of holds does not keep what the ledger's entries say is under a hold; nothing is erased."""

    def __init__(self, ids: Sequence[str]) -> None:
        some = ", ".join(ids[:5]) + ("…" if len(ids) > 5 else "")
        super().__init__(
            f"保全の一覧が、台帳の記録と合いません（{some}）。保全された記録を消さないよう、何も消去していません。"
            "kijun ledger verify で確かめ、kijun ledger maintain --holds で一覧を戻してください。",
            f"The list of holds is not what the ledger's entries say ({some}); so that nothing under a hold is destroyed, nothing was erased. "
            "See kijun ledger verify, and put the list right with kijun ledger maintain --holds.",
        )


class ChangedEvent(LedgerError):
    """An entry about the ledger itself is not what was recorded."""

    def __init__(self, seq: int) -> None:
        super().__init__(
            f"{seq:,}番の記録（台帳の出来事）が、記録されたものと違います。kijun ledger verify で確かめてください。",
            f"The entry at place {seq:,} (an event of the ledger) is not what was recorded: run kijun ledger verify.",
        )


def told_events(ledger: Ledger) -> dict[str, Event]:
    """The entries about the ledger itself, by their ids, each held against its leaf. Raises `ChangedEvent`, and `SegmentFault`
    where they cannot be read."""
    from kijun.ledger.rows import check_row

    ledger.journal.reload()
    page, events = Query(municipality=None, kinds=(Kind.EVENT,), source=SOURCE, limit=500), {}
    while True:
        rows, further = ledger.rows(page)
        for row in rows:
            checked = check_row([row[name] for name in ROW], ledger.keys.ring)
            if checked.leaf is None or checked.leaf != ledger.journal.tiles.leaf(checked.seq):
                raise ChangedEvent(checked.seq)
            if checked.event is not None:
                events[checked.id] = checked.event
        if further is None:
            return events
        page = replace(page, before=further)


def told_holds(ledger: Ledger) -> dict[str, Hold]:
    """The holds as the ledger's entries tell them. Raises what `told_events` does."""
    return told(told_events(ledger).values())


def check_holds(ledger: Ledger) -> None:
    """That everything which the entries hold is held by the list. Raises `HoldsDiffer`."""
    entries = told_holds(ledger)
    with ledger.database.reading() as link:
        lifted = [one.id for one in differences(entries, listed(link)) if one.lifted]
    if lifted:
        raise HoldsDiffer(lifted)


def put_right(ledger: Ledger, append: Append, by: str = "") -> int:
    """Make the list of holds what the entries tell; gives how many were not. The ledger itself tells that it was done, and of which."""
    entries = told_holds(ledger)
    with ledger.database.reading() as link:
        wrong = [entries[one.id] for one in differences(entries, listed(link)) if one.id in entries]
    for town in sorted({one.municipality for one in wrong}):
        mine = [one.id for one in wrong if one.municipality == town]
        append([about("holds put right", town, by, holds=mine)])
    if wrong:
        with ledger.database.writing() as link:
            held.put_right(link, wrong)
    return len(wrong)


def about(event: str, municipality: str, by: str, *, id: str = "", **content: object) -> Entry:
    """An entry about the ledger itself; kept for ever."""
    id = id or new_id()
    return Entry(
        id=id,
        kind=Kind.EVENT,
        interaction=id,
        municipality=municipality,
        retention="permanent",
        source=SOURCE,
        person=by,
        content={"event": event, **content},
    )
