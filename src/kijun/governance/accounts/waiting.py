"""What waits for somebody: upper apps register, the home page and the reminders ask."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django_stubs_ext import StrOrPromise

from kijun.governance.accounts.models import Person


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do: what it is, where it is done, until when."""

    title: StrOrPromise
    kind: StrOrPromise
    url: str
    due: datetime.date | None = None


Source = Callable[[Person], Iterable[Task]]
_sources: list[Source] = []


def register(source: Source) -> None:
    """``source(person)`` yields what waits for this person now; a constant number of queries."""
    _sources.append(source)


def tasks(person: Person) -> list[Task]:
    """All that waits, the most urgent first; what has no date comes last."""
    found = [task for source in _sources for task in source(person)]
    return sorted(found, key=lambda task: (task.due is None, task.due or datetime.date.max))
