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
    def judged(self) -> int:
        """Controls that were answered and apply: all but 未回答 and 該当なし."""
        return self.total - self.counts.get("not_applicable", 0) - self.counts.get("", 0)

    @property
    def rate(self) -> float | None:
        """実施率: share of 実施済 among the judged controls, 0 to 1; None when there are none."""
        return self.counts.get("done", 0) / self.judged if self.judged else None


@dataclass(frozen=True, slots=True)
class Point:
    """One cycle of the trend: controls that were asked, those that were answered and apply, and 実施率 of these (0 to 1)."""

    label: str
    asked: int
    judged: int
    rate: float | None


@dataclass(frozen=True, slots=True)
class Change:
    """実施率 (0 to 1) of one principle, or of all, in the earlier cycle and now: of the ``common`` controls of both."""

    label: str
    common: int
    before: float
    now: float

    @property
    def points(self) -> float:
        """The difference in percentage points."""
        return round((self.now - self.before) * 100, 1)


@dataclass(frozen=True, slots=True)
class Comparison:
    """This cycle against the last one, like for like. ``text`` says it in words, with what is not compared.

    ``total`` is None, and ``changes`` are empty, while nothing can be compared yet.
    """

    earlier: str
    now: str
    text: str
    total: Change | None
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One step of a finding's improvement plan."""

    what: str
    person: str
    due_on: datetime.date | None
    done_on: datetime.date | None


@dataclass(frozen=True, slots=True)
class FindingLine:
    """One finding. ``url`` is its page in the staff site."""

    number: str
    title: str
    control: str
    scope: str
    owner: str
    due_on: datetime.date
    state: str
    overdue: bool
    plan: tuple[PlanLine, ...] = ()
    url: str = ""


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    title: str
    value: str
    verdict: str
    as_of: datetime.date
    expires_on: datetime.date | None
    url: str = ""


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
class ControlGroup:
    """The controls of one principle, counted: ``inherited`` are those that the organisation answers for a system."""

    principle: str
    label: str
    counts: Group
    inherited: int = 0


@dataclass(frozen=True, slots=True)
class SystemLine:
    """One AI system in the report of the whole organisation."""

    code: str
    name: str
    stage: str
    tier: str
    overruled: str
    owner: str
    departments: tuple[str, ...]
    assessed: str
    rate: float | None
    findings: int
    published: str
    answered: int = 0
    asked: int = 0


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report. ``language`` is ja or en; ``facts`` describe a system, ``systems`` list them (organisation only).

    ``controls`` are empty in a report for the screen, which shows ``groups`` and each group's controls on a page.
    """

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
    comparison: Comparison | None
    findings: tuple[FindingLine, ...]
    controls: tuple[ControlLine, ...]
    groups: tuple[ControlGroup, ...] = ()
    facts: tuple[Fact, ...] = ()
    risk_lines: tuple[str, ...] = ()
    systems: tuple[SystemLine, ...] = ()
    notes: tuple[str, ...] = field(default=())
