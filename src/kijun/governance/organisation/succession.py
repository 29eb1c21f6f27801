"""What a closed department leaves to those that follow it: upper apps register what can be given on, this app asks the registry.

As with ``dependents``, but here everything has a way to its new home. A keeper checks nothing about the person: whoever may close the
department may give on what belonged to it (`actions.hand_on`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django_stubs_ext import StrOrPromise

from kijun.governance.organisation.models import Department


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that belongs to a department. ``key`` names it among all: ``chat.prompt:12``."""

    key: str
    kind: StrOrPromise
    label: str


@dataclass(frozen=True, slots=True)
class Keeper:
    """Things of one kind. ``kind`` is the code (``chat.prompt``), ``label`` what it is called."""

    kind: str
    label: StrOrPromise
    find: Callable[[Department], Iterable[tuple[int, str]]]
    """(primary key, label) of what belongs to the department."""
    give: Callable[[Any, int, Department, Department], None]
    """(actor, primary key, from, to): runs inside the caller's transaction; ValidationError says why it cannot go there."""


_keepers: dict[str, Keeper] = {}


def register(keeper: Keeper) -> None:
    _keepers[keeper.kind] = keeper


def left(department: Department) -> list[Thing]:
    """Everything that belongs to the department, kind by kind."""
    return [
        Thing(f"{keeper.kind}:{pk}", keeper.label, label)
        for keeper in _keepers.values()
        for pk, label in keeper.find(department)
    ]


def give(actor: Any, key: str, old: Department, new: Department) -> None:
    """Give one thing to its new department; KeyError for what nobody keeps."""
    kind, pk = key.rsplit(":", 1)
    _keepers[kind].give(actor, int(pk), old, new)
