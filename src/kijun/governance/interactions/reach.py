"""Whose records a person may read, beside their own.

Auditors, executives and IT staff read their whole municipality, a system's accountable owner what was said to the system, an approver what
their department (with everything below it) said. All others read nobody's but their own.

Entries of one interaction may be several people's: what turned out to be true of a decision mostly comes from somebody else. So each entry is
read by whoever may read it, and the others' stay hidden from them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from kijun.governance.accounts.models import Person
from kijun.governance.accounts.roles import Role
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Department
from kijun.ledger.model import Record

EVERYTHING = frozenset({Role.IT_STAFF, Role.EXECUTIVE, Role.AUDITOR})


@dataclass(frozen=True, slots=True)
class Reach:
    """Primary keys as text, as they stand in the ledger's columns."""

    person: str
    everything: bool = False
    systems: frozenset[str] = frozenset()
    departments: frozenset[str] = frozenset()

    @property
    def nothing(self) -> bool:
        """Nobody else's records."""
        return not (self.everything or self.systems or self.departments)

    def holds(self, record: Record) -> bool:
        """Another person's record is within reach."""
        return (
            self.everything
            or (bool(record.system) and record.system in self.systems)
            or (bool(record.department) and record.department in self.departments)
        )

    def may_read(self, record: Record) -> bool:
        """An entry is within reach, or the person's own."""
        return self.is_own(record) or self.holds(record)

    def is_own(self, record: Record) -> bool:
        """The person's own record."""
        return bool(record.person) and record.person == self.person

    def may_unmask(self, record: Record, *, auditor: bool) -> bool:
        """The values behind an entry's placeholders: an auditor's, the system's owner's and the person's own to see."""
        return auditor or self.is_own(record) or (bool(record.system) and record.system in self.systems)

    def unmasked(self, records: Iterable[Record], *, auditor: bool) -> list[Record]:
        """Entries with values where the person may see them, and without elsewhere."""
        return [
            one if self.may_unmask(one, auditor=auditor) else replace(one, masked=None) for one in records
        ]


def reach_of(person: Person) -> Reach:
    """What a person may read today; at most three queries."""
    key = str(person.pk)
    systems = AISystem.objects.of(person.municipality).filter(owner=person).values_list("pk", flat=True)
    owned = frozenset(map(str, systems))
    if person.roles_today() & EVERYTHING:
        return Reach(key, True, owned)
    return Reach(key, False, owned, _departments(person))


def _departments(person: Person) -> frozenset[str]:
    grants = [one for one in person.grants_today() if one.role == Role.APPROVER]
    if not grants:
        return frozenset()
    rows = Department.objects.of(person.municipality).values_list("pk", "path")
    if any(one.department is None for one in grants):
        return frozenset(str(pk) for pk, _path in rows)
    paths = tuple(one.department.path for one in grants if one.department is not None)
    return frozenset(str(pk) for pk, path in rows if path.startswith(paths))
