"""Looking at others' records is itself recorded: who, at whose, why. In the ledger first, then in the trail; else nothing is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from kijun.governance.accounts.models import Person
from kijun.governance.audit.actions import record as told
from kijun.governance.audit.refs import Ref
from kijun.governance.interactions import ledger
from kijun.ledger.model import Entry, Kind, Record, new_id

SOURCE: Final = "records"
RETENTION: Final = "y5"
"""As long as it may be asked who looked (U6.1.3): longer than most records themselves are kept."""
MOST: Final = 200
"""Interactions and people that one look names."""
THING: Final = "interactions.record"


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
    """Record a look, before anything of it is shown. ``action``: searched, opened, unmasked. Raises `LedgerError`.

    What was looked for may itself be somebody's name: it stands encrypted in the ledger; the trail tells only which fields were asked.
    """
    rows = list(records)
    conditions = {key: value for key, value in (asked or {}).items() if value}
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
            "asked": conditions,
            "interaction": interaction,
            "interactions": list(dict.fromkeys(one.interaction for one in rows))[:MOST],
            "whose": _whose(rows),
        },
    )
    ledger.record([entry])
    thing = Ref(THING, interaction or "*", interaction[:12] or "検索 search")
    detail = {"reason": reason, "look": id, "fields": sorted(conditions), "count": len(rows)}
    told(person.municipality.chain, person, f"interactions.{action}", thing, detail)
