"""What hangs on a person who moves: upper apps register what they keep, accounts asks the registry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django_stubs_ext import StrOrPromise

from kijun.governance.accounts.models import Person


@dataclass(frozen=True, slots=True)
class Belonging:
    """One thing that would be left without this person. ``role``: what they are to it (owner, approver, …)."""

    thing_kind: str
    thing_id: str
    label: str
    role: StrOrPromise
    role_key: str
    url: str


@dataclass(frozen=True, slots=True)
class Keeper:
    """``find(person)`` lists belongings; ``hand_over(belonging key, from, to, actor)`` gives one to a successor."""

    key: str
    find: Callable[[Person], Iterable[Belonging]]
    hand_over: Callable[[str, Person, Person, Person], None]
    """(thing_id, from_person, to_person, actor): runs inside the caller's transaction."""
    find_many: Callable[[Sequence[Person]], Iterable[tuple[int, Belonging]]] | None = None
    """(person's primary key, belonging) for many people in a constant number of queries: a third of the staff moves
    on one day. Without it ``find`` is asked person by person."""


_keepers: dict[str, Keeper] = {}


def register(keeper: Keeper) -> None:
    """``keeper.key`` is the ``thing_kind`` and role of its belongings, for example ``inventory.aisystem:owner``."""
    _keepers[keeper.key] = keeper


def belongings(person: Person) -> list[Belonging]:
    return [one for keeper in _keepers.values() for one in keeper.find(person)]


def belongings_of(people: Sequence[Person]) -> dict[int, list[Belonging]]:
    """Belongings of many people by the person's primary key; people with none are left out."""
    found: dict[int, list[Belonging]] = defaultdict(list)
    for keeper in _keepers.values():
        if keeper.find_many is not None:
            for pk, one in keeper.find_many(people):
                found[pk].append(one)
        else:
            for person in people:
                found[person.pk] += keeper.find(person)
    return {pk: things for pk, things in found.items() if things}


def hand_over(kind: str, role_key: str, thing_id: str, old: Person, new: Person, actor: Person) -> None:
    """Give one thing to its new person; KeyError when nobody keeps such things."""
    _keepers[f"{kind}:{role_key}"].hand_over(thing_id, old, new, actor)
