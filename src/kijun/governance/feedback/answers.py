"""The answer that somebody speaks of: which system, purpose and department, out of the ledger. Its texts stay there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kijun.governance.access.models import Purpose
from kijun.governance.accounts.models import Person
from kijun.governance.interactions.searching import Interaction, openable
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Department, Municipality


@dataclass(frozen=True, slots=True)
class About:
    """What an opinion or a report is about. ``values``: what the ledger guards → its placeholder."""

    interaction: str = ""
    system: AISystem | None = None
    purpose: Purpose | None = None
    department: Department | None = None
    own: bool = True
    values: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def rows(self) -> dict[str, Any]:
        """The columns that opinions and reports share."""
        return {
            "interaction": self.interaction,
            "system": self.system,
            "purpose": self.purpose,
            "department": self.department,
        }

    def hidden(self, text: str) -> str:
        """Placeholders in place of what the ledger guards, so that erasing it there erases it here."""
        for value, holder in sorted(self.values.items(), key=lambda one: -len(one[0])):
            if value:
                text = text.replace(value, holder)
        return text


def about(person: Person, interaction: str) -> About | None:
    """An interaction that the person may open; None whether it is another's, another town's or nobody's. Raises `LedgerError`."""
    found = openable(person, interaction, masked=True)
    if found is None:
        return None
    one, reach = found
    return _about(person.municipality, one, all(reach.is_own(entry) for entry in one.entries))


def _about(town: Municipality, one: Interaction, own: bool) -> About:
    entry = one.answer or one.first
    return About(
        one.id,
        _row(AISystem, town, entry.system),
        _row(Purpose, town, entry.purpose),
        _row(Department, town, entry.department),
        own,
        {value: key for each in one.entries for key, value in (each.masked or {}).items()},
    )


def _row(model: Any, town: Municipality, id: str) -> Any:
    if not id.isdecimal() or len(id) > 18:
        return None
    return model.objects.filter(municipality=town, pk=int(id)).first()
