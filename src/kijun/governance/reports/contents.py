"""What a report says, whatever the form: one set of frozen dataclasses that screen, PDF, Excel and Word draw.

Every text is in the reader's language already; every date is a ``date``. Nothing here reads the database
(:mod:`kijun.governance.reports.gather` does).
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

STATUSES = ("done", "partly", "planned", "not_done", "not_applicable", "")
"""The order of the columns; "" is 未回答."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of the line on top: label, value with unit, and a note in small print."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Results of one principle or one role: how many controls have each status."""

    label: str
    counts: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def asked(self) -> int:
        """Controls that apply: all but 該当なし."""
        return self.total - self.counts.get("not_applicable", 0)

    @property
    def rate(self) -> float | None:
        """Share of 実施済 among the controls that apply, 0 to 1; None when none applies."""
        return self.counts.get("done", 0) / self.asked if self.asked else None


@dataclass(frozen=True, slots=True)
class Point:
    """One cycle of the trend."""

    label: str
    rate: float | None
    answered: int
    asked: int


@dataclass(frozen=True, slots=True)
class FindingLine:
    number: str
    title: str
    control: str
    scope: str
    owner: str
    due_on: datetime.date
    state: str
    overdue: bool
    plan: str = ""


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    title: str
    value: str
    verdict: str
    as_of: datetime.date
    expires_on: datetime.date | None


@dataclass(frozen=True, slots=True)
class ControlLine:
    """One control with its answer and evidence. ``status`` is the code, ``status_label`` the words."""

    id: str
    title: str
    principle: str
    role: str
    status: str
    status_label: str
    reason: str
    planned_on: datetime.date | None
    answered_by: str
    answered_on: datetime.date | None
    evidence: tuple[EvidenceLine, ...] = ()
    inherited: bool = False


@dataclass(frozen=True, slots=True)
class SystemLine:
    """One AI system in the report of the whole organisation."""

    code: str
    name: str
    stage: str
    tier: str
    overruled: str
    owner: str
    departments: str
    assessed: str
    rate: float | None
    findings: int
    published: str


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report. ``language`` is ja or en; ``facts`` describe a system, ``systems`` list them (organisation only)."""

    title: str
    municipality: str
    is_sample: bool
    scope: str
    cycle: str
    state: str
    approved: str
    language: str
    made_on: datetime.date
    made_by: str
    catalog_version: str
    figures: tuple[Figure, ...]
    by_principle: tuple[Group, ...]
    by_role: tuple[Group, ...]
    trend: tuple[Point, ...]
    findings: tuple[FindingLine, ...]
    controls: tuple[ControlLine, ...]
    facts: tuple[Fact, ...] = ()
    risk_lines: tuple[str, ...] = ()
    systems: tuple[SystemLine, ...] = ()
    notes: tuple[str, ...] = field(default=())
