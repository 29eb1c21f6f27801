"""What an answer rests on: `chat` knows its sources and who opened which; reviews ask this registry.

>>> sources.register(lambda person, interaction: [Source("ごみ分別の手引 3頁", "/staff/…", opened=True)])
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from kijun.governance.accounts.models import Person


@dataclass(frozen=True, slots=True)
class Source:
    """One document or passage. ``opened``: the person has opened it; ``note`` is a line such as its date and owner."""

    title: str
    url: str = ""
    opened: bool = False
    note: str = ""


Find = Callable[[Person, str], Iterable[Source]]
_finders: list[Find] = []


def register(find: Find) -> None:
    """``find(person, interaction)``: the answer's sources, and which of them this person opened."""
    if find not in _finders:
        _finders.append(find)


def of(person: Person, interaction: str) -> list[Source]:
    """All that is known."""
    return [one for find in _finders for one in find(person, interaction)]
