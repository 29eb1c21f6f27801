"""Names for the ids that stand in the ledger: looked up together, a query a kind of thing. What is gone shows its id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from kijun.gateway.ways.people import UNKNOWN
from kijun.governance.access.models import Purpose, Upstream
from kijun.governance.accounts.models import Person
from kijun.governance.accounts.names import normalise_number
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Department, Municipality
from kijun.ledger.model import Record
from kijun.web.templatetags.kit import named

_Rows = QuerySet[Any]
_MODELS: Final[Mapping[str, Any]] = {
    "person": Person,
    "system": AISystem,
    "purpose": Purpose,
    "department": Department,
    "upstream": Upstream,
}


def _label(row: Any) -> str:
    return str(getattr(row, "shown_name", None) or named(row))


@dataclass(slots=True)
class Names:
    """``names.of("system", "12")`` is a label; an id that leads nowhere (any more) is shown as it is."""

    known: dict[tuple[str, str], str] = field(default_factory=dict)
    gone: set[tuple[str, str]] = field(default_factory=set)

    def of(self, kind: str, id: str) -> str:
        """The label."""
        if kind == "person" and id.startswith(UNKNOWN):
            return _("職員番号%(n)s（該当する職員なし）") % {"n": id.removeprefix(UNKNOWN)}
        return self.known.get((kind, id), id)

    def who(self, record: Record) -> str:
        """The person, or the application that asked."""
        return self.of("person", record.person) or record.application


def unknown_number(municipality: Municipality, asked: str) -> str:
    """What the ledger has for a number that nobody has: a decision names who is in charge as its system knows them. Empty for anybody's, and for words."""
    number = normalise_number(asked)
    if not (number.isascii() and number.isdecimal() and len(number) < 19):
        return ""
    known = Person.objects.of(municipality).filter(staff_number=number)
    return "" if known.exists() else f"{UNKNOWN}{number}"


def names_of(municipality: Municipality, records: Iterable[Record]) -> Names:
    """Names for everything that the records mention; a constant number of queries."""
    found = list(records)
    wanted = {kind: {getattr(one, kind) for one in found} - {""} for kind in _MODELS}
    return resolve(municipality, wanted)


def resolve(municipality: Municipality, wanted: Mapping[str, Iterable[str]]) -> Names:
    """Names for ids by kind. Only the municipality's own things are named."""
    names = Names()
    for kind, ids in wanted.items():
        keys = [int(one) for one in set(ids) if one.isdecimal() and len(one) < 19]
        if not keys:
            continue
        rows: _Rows = _MODELS[kind].objects.filter(municipality=municipality, pk__in=keys)
        names.known |= {(kind, str(row.pk)): _label(row) for row in rows}
    return names
