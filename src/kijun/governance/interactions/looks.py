"""Looking at others' records is itself recorded: who, at whose, why. In the ledger first, then in the trail; else nothing is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from kijun.governance.accounts.models import Person
from kijun.governance.audit.actions import record as in_trail
from kijun.governance.audit.models import Entry as Told
from kijun.governance.audit.queries import HISTORY
from kijun.governance.audit.refs import Ref, is_at_console
from kijun.governance.interactions import ledger
from kijun.governance.organisation.models import Municipality
from kijun.ledger.model import Entry, Kind, Query, Record, new_id

SOURCE: Final = "records"
RETENTION: Final = "y5"
"""As long as it may be asked who looked (U6.1.3): longer than most records themselves are kept."""
MOST: Final = 1_000
"""Interactions and people that one look names."""
THING: Final = "interactions.record"
TAKEN_OUT: Final = "taken_out"


def _whose(records: Iterable[Record]) -> list[str]:
    found = dict.fromkeys(one.person or one.application for one in records)
    return [one for one in found if one][:MOST]


def look(
    person: Person,
    action: str,
    reason: str,
    records: Iterable[Record],
    *,
    asked: Mapping[str, Any] | None = None,
    interaction: str = "",
) -> None:
    """Record a look, before anything of it is shown. ``action``: searched, exported, opened, unmasked. Raises `LedgerError`.

    What was looked for may itself be somebody's name: it stands encrypted in the ledger; the trail tells only which fields were asked.
    """
    rows = list(records)
    content = {
        "asked": _conditions(asked),
        "interaction": interaction,
        "interactions": list(dict.fromkeys(one.interaction for one in rows))[:MOST],
        "whose": _whose(rows),
    }
    thing = Ref(THING, interaction or "*", interaction[:12] or "検索 search")
    _record(person, action, reason, content, thing, len(rows))


def take_out(person: Person, reason: str, query: Query, asked: Mapping[str, Any]) -> str:
    """Record that everything which answers a query is about to be written out; gives the look's id. Raises `LedgerError`.

    It may be millions of entries: whose they are is counted where they lie, and named as far as one look names people.
    """
    with ledger.reading() as book:
        groups = book.aggregate(("person", "application"), query)
    whose = dict.fromkeys(one["person"] or one["application"] for one in groups)
    count = sum(int(one["count"]) for one in groups)
    content = {
        "asked": _conditions(asked),
        "interaction": "",
        "interactions": [],
        "count": count,
        "whose": [one for one in whose if one][:MOST],
    }
    return _record(person, TAKEN_OUT, reason, content, Ref(THING, "*", "書き出し export"), count)


def _conditions(asked: Mapping[str, Any] | None) -> dict[str, Any]:
    return {key: value for key, value in (asked or {}).items() if value}


def _record(person: Person, action: str, reason: str, content: dict[str, Any], thing: Ref, count: int) -> str:
    """In the ledger first, then in the trail."""
    id = new_id()
    entry = Entry(
        kind=Kind.LOOK,
        id=id,
        interaction=id,
        municipality=person.municipality.code,
        retention=RETENTION,
        source=SOURCE,
        person=str(person.pk),
        content={
            "look": action,
            "why": reason,
            **content,
            **({"by_command": True} if is_at_console() else {}),
        },
    )
    ledger.record([entry])
    detail = {"reason": reason, "look": id, "fields": sorted(content["asked"]), "count": count}
    in_trail(person.municipality.chain, person, f"interactions.{action}", thing, detail)
    return id


# --- reading what was recorded --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Look:
    """One look: ``what`` as for `look`, ``whose`` and ``interactions`` ids as the ledger has them. ``by_command``: on the machine, in the person's name. ``asked``: the conditions of a search."""

    at: int
    person: str
    what: str
    why: str
    whose: list[str]
    interaction: str
    count: int
    by_command: bool
    asked: dict[str, Any]
    interactions: list[str]


@dataclass(frozen=True, slots=True)
class Looks:
    """A page, newest first. ``before`` leads to the next one, None on the last; ``unread`` counts segments that could not be read."""

    rows: list[Look]
    before: int | None
    unread: int


def looks(municipality: Municipality, before: int | None = None, limit: int = 50) -> Looks:
    """Who looked at whose records. Raises `LedgerError`."""
    query = Query(municipality=municipality.code, kinds=(Kind.LOOK,), before=before, limit=limit)
    with ledger.reading() as book:
        page = book.search(query)
    return Looks([told(one) for one in page.records], page.next, len(page.faults))


def told(record: Record) -> Look:
    """An entry of the ledger, read."""
    content = record.content or {}
    whose, several = content.get("whose"), content.get("interactions")
    return Look(
        record.at,
        record.person,
        str(content.get("look", "")),
        str(content.get("why", "")),
        [str(one) for one in whose] if isinstance(whose, list) else [],
        str(content.get("interaction", "")),
        content.get("count") or (len(several) if isinstance(several, list) else 0),
        bool(content.get("by_command")),
        _conditions(asked) if isinstance(asked := content.get("asked"), Mapping) else {},
        [str(one) for one in several] if isinstance(several, list) else [],
    )


def history(municipality: Municipality, interaction: str) -> list[Told]:
    """Who looked at an interaction, and who kept it from being erased; newest first."""
    rows = Told.objects.filter(chain__key=municipality.chain, thing_kind=THING, thing_id=interaction)
    return list(rows.order_by("-seq")[:HISTORY])


def release_reasons(municipality: Municipality) -> dict[str, str]:
    """Why each hold was released, by the hold's id."""
    rows = Told.objects.filter(chain__key=municipality.chain, action="interactions.released")
    details = rows.values_list("detail", flat=True)
    return {str(one.get("hold", "")): str(one.get("reason", "")) for one in details}
