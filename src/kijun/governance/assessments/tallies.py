"""Counting answers: how many controls have which status, by principle and role. Pure, no database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from kijun.governance.assessments.models import GAPS, Status

Summary = dict[str, dict[str, dict[str, list[str]]]]
"""{principle: {role: {status: [control ids]}}}; the status of an open question is ""."""


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
    def judged(self) -> int:
        """What was answered and applies: an open question is not yet known to be undone."""
        return self.applicable - self.left

    @property
    def complete(self) -> bool:
        return self.left == 0

    @property
    def percent(self) -> int:
        """Answered controls of all, 0 to 100, rounded down so that 100 means all."""
        return 100 * self.answered // self.total if self.total else 100

    @property
    def rate(self) -> float | None:
        """実施率: done of judged controls in per cent with one decimal; None where there are none."""
        return round(100 * self.done / self.judged, 1) if self.judged else None


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
        """Ids with at least one control, in order."""
        return sorted({principle for principle, _role in self.cells}, key=principle_order)

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


ROLE_ORDER = ["organisation", "provider", "user"]


def principle_order(id: str) -> tuple[bool, int]:
    """Sort key of principles: G first, then by number."""
    return id != "G", int(id) if id.isdecimal() else 0


def summary_of(controls: Iterable[Mapping[str, Any]]) -> Summary:
    """Of the controls of a frozen copy (:mod:`.freezing`): small enough to be read for many assessments at once."""
    summary: Summary = {}
    for one in controls:
        roles = summary.setdefault(one["principle"], {})
        roles.setdefault(one["role"], {}).setdefault(one["status"], []).append(one["id"])
    return summary


def from_summary(summary: Summary | None) -> Results:
    found = Results()
    for principle, roles in (summary or {}).items():
        for role, statuses in roles.items():
            for status, ids in statuses.items():
                found.add(principle, role, status, len(ids))
    return found


def statuses_in(summary: Summary | None) -> Iterator[tuple[str, str, str, str]]:
    """Control id, principle, role, status: of every control that was asked."""
    for principle, roles in (summary or {}).items():
        for role, statuses in roles.items():
            for status, ids in statuses.items():
                for id in ids:
                    yield id, principle, role, status
