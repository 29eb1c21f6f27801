"""What keeps a department from being closed: upper apps register what they keep there, this app asks the registry."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable

from kijun.governance.organisation.models import Department

Source = Callable[[Department, datetime.date], Iterable[str]]
_sources: list[Source] = []


def register(source: Source) -> None:
    """``source(department, day)`` names what would still belong to the department on ``day`` or later."""
    if source not in _sources:
        _sources.append(source)


def dependents(department: Department, day: datetime.date) -> list[str]:
    """Everything that would be left without this department from ``day`` on."""
    return [label for source in _sources for label in source(department, day)]
