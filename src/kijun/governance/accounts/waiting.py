"""What waits for somebody: upper apps register, the home page and the reminders ask."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils import timezone
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


SOON = datetime.timedelta(days=7)
"""What is due within so many days comes before what has no date: somebody waits for that, but not by a day."""


def tasks(person: Person) -> list[Task]:
    """All that waits, the most urgent first: late, due soon, without a date (now), due later."""
    soon = timezone.localdate() + SOON
    found = [task for source in _sources for task in source(person)]

    def urgency(task: Task) -> tuple[int, datetime.date]:
        if task.due is None:
            return 1, datetime.date.max
        return (0 if task.due <= soon else 2), task.due

    return sorted(found, key=urgency)
