"""What hangs on a department that is to be closed: upper apps register what they keep there, this app asks the registry.

People and their roles keep a department open until a transfer moves them. Work (an AI system, a finding, a task) can be
given to another department until the last day, and often only then, because the successor does not exist before: it
keeps a department open that would close at once, and for a day to come it is shown and waits for those who can move it.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from django.utils import timezone

from kijun.governance.organisation.models import Department

Source = Callable[[Department, datetime.date], Iterable[str]]
WorkSource = Callable[[Sequence[Department]], Iterable[tuple[int, str]]]
_sources: list[Source] = []
_work_sources: list[WorkSource] = []


def register(source: Source) -> None:
    """``source(department, day)`` names what would still belong to the department on ``day`` or later."""
    if source not in _sources:
        _sources.append(source)


def register_work(source: WorkSource) -> None:
    """``source(departments)`` yields (department's primary key, label) of work under way; a constant number of queries."""
    if source not in _work_sources:
        _work_sources.append(source)


def work(departments: Sequence[Department]) -> dict[int, list[str]]:
    """Work under way by the department's primary key; departments with none are left out."""
    found: dict[int, list[str]] = defaultdict(list)
    for source in _work_sources:
        for pk, label in source(departments):
            found[pk].append(label)
    return dict(found)


def dependents(department: Department, day: datetime.date) -> list[str]:
    """Everything that forbids to close the department on ``day``."""
    left = [label for source in _sources for label in source(department, day)]
    if day <= timezone.localdate():
        left += work([department]).get(department.pk, [])
    return left
