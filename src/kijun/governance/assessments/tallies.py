"""Counting answers: how many controls have which status, by principle and role. Pure, no database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kijun.governance.assessments.models import GAPS, Status

Summary = dict[str, dict[str, dict[str, int]]]
"""{principle: {role: {status: number}}}; the status of an open question is ""."""


@dataclass(slots=True)
class Tally:
    """How many controls have each status."""

    counts: dict[str, int] = field(default_factory=dict)

    def add(self, status: str, number: int = 1) -> None:
        self.counts[status] = self.counts.get(status, 0) + number

    def merge(self, other: Tally) -> None:
        for status, number in other.counts.items():
            self.add(status, number)

    def of(self, status: str) -> int:
        return self.counts.get(status, 0)

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def answered(self) -> int:
        return self.total - self.of("")

    @property
    def left(self) -> int:
        return self.of("")

    @property
    def done(self) -> int:
        return self.of(Status.DONE)

    @property
    def gaps(self) -> int:
        return sum(self.of(status) for status in GAPS)

    @property
    def applicable(self) -> int:
        """All but what does not apply."""
        return self.total - self.of(Status.NOT_APPLICABLE)

    @property
    def complete(self) -> bool:
        return self.left == 0

    @property
    def percent(self) -> int:
        """Answered controls of all, 0 to 100, rounded down so that 100 means all."""
        return 100 * self.answered // self.total if self.total else 100

    @property
    def rate(self) -> float | None:
        """実施率: done of applicable controls in per cent with one decimal; None where nothing applies."""
        return round(100 * self.done / self.applicable, 1) if self.applicable else None


@dataclass(slots=True)
class Results:
    """Tallies of one assessment (or of several together)."""

    cells: dict[tuple[str, str], Tally] = field(default_factory=dict)
    """By (principle, role)."""

    def add(self, principle: str, role: str, status: str, number: int = 1) -> None:
        self.cells.setdefault((principle, role), Tally()).add(status, number)

    def principle(self, principle: str) -> Tally:
        return self._sum(tally for (one, _role), tally in self.cells.items() if one == principle)

    def role(self, role: str) -> Tally:
        return self._sum(tally for (_principle, one), tally in self.cells.items() if one == role)

    def cell(self, principle: str, role: str) -> Tally:
        return self.cells.get((principle, role), Tally())

    @property
    def principles(self) -> list[str]:
        """Ids with at least one control: G first, then by number."""
        ids = {principle for principle, _role in self.cells}
        return sorted(ids, key=lambda id: (id != "G", int(id) if id.isdecimal() else 0))

    @property
    def roles(self) -> list[str]:
        return sorted({role for _principle, role in self.cells}, key=ROLE_ORDER.index)

    @property
    def total(self) -> Tally:
        return self._sum(self.cells.values())

    @staticmethod
    def _sum(tallies: Iterable[Tally]) -> Tally:
        whole = Tally()
        for tally in tallies:
            whole.merge(tally)
        return whole

    def as_summary(self) -> Summary:
        summary: Summary = {}
        for (principle, role), tally in self.cells.items():
            summary.setdefault(principle, {})[role] = dict(tally.counts)
        return summary


ROLE_ORDER = ["organisation", "provider", "user"]


def from_summary(summary: Mapping[str, Mapping[str, Mapping[str, int]]] | None) -> Results:
    found = Results()
    for principle, roles in (summary or {}).items():
        for role, counts in roles.items():
            for status, number in counts.items():
                found.add(principle, role, status, number)
    return found
