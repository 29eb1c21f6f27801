"""What changes between two versions of the catalogue, and which answers survive it (control G.16)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from kijun.catalog.model import Catalog, Control, Risk, Text, natural_key

E = TypeVar("E", Control, Risk)
T = TypeVar("T")

ASKS_AGAIN = frozenset({"statement", "done_when", "tiers", "role", "level"})
"""A control that changes in one of these is another question, so its answer does not carry."""


@dataclass(frozen=True, slots=True)
class Change(Generic[E]):
    """An element that differs between the versions. `fields` are names of the model, in its order."""

    old: E
    new: E
    fields: tuple[str, ...]

    @property
    def id(self) -> str:
        return self.new.id

    @property
    def asks_again(self) -> bool:
        """Whether an answer to the old one must be given again.

        Only where the question itself changed. A corrected English wording is none: the Japanese text binds.
        """
        return any(
            binding(getattr(self.old, name)) != binding(getattr(self.new, name))
            for name in ASKS_AGAIN.intersection(self.fields)
        )


@dataclass(frozen=True, slots=True)
class Difference(Generic[E]):
    """Everything between two versions, each list in natural order of the ids. `unchanged` holds ids."""

    added: tuple[E, ...]
    removed: tuple[E, ...]
    changed: tuple[Change[E], ...]
    unchanged: tuple[str, ...]

    def __bool__(self) -> bool:
        """Whether there is any difference."""
        return bool(self.added or self.removed or self.changed)


@dataclass(frozen=True, slots=True)
class Carried(Generic[T]):
    """Answers after an upgrade, by control id.

    `carried` stay valid, `again` need a new answer (the old one is there to start from), `dropped` belong to
    controls that are gone, `new` are ids of controls that nobody has answered yet.
    """

    carried: dict[str, T]
    again: dict[str, T]
    dropped: dict[str, T]
    new: tuple[str, ...]


def compare(old: Catalog, new: Catalog) -> Difference[Control]:
    """What happens to the controls from one catalogue to another, own controls included."""
    return compare_elements(old.controls, new.controls)


def compare_risks(old: Catalog, new: Catalog) -> Difference[Risk]:
    """What happens to the risks from one catalogue to another."""
    return compare_elements(old.risks, new.risks)


def compare_elements(old: Iterable[E], new: Iterable[E]) -> Difference[E]:
    """The difference between two sets of controls, or of risks."""
    before = {element.id: element for element in old}
    after = {element.id: element for element in new}
    both = sorted(before.keys() & after.keys(), key=natural_key)
    changes = [Change(before[id], after[id], _changed_fields(before[id], after[id])) for id in both]
    return Difference(
        added=tuple(after[id] for id in sorted(after.keys() - before.keys(), key=natural_key)),
        removed=tuple(before[id] for id in sorted(before.keys() - after.keys(), key=natural_key)),
        changed=tuple(change for change in changes if change.fields),
        unchanged=tuple(change.id for change in changes if not change.fields),
    )


def carry(answers: Mapping[str, T], difference: Difference[Control]) -> Carried[T]:
    """Sort answers, keyed by control id, into those that carry over an upgrade and those that do not.

    An answer is asked for again only where statement, done_when, tiers, role or level changed; a new title,
    place or frequency carries. Answers to ids that the difference does not know are dropped too.
    """
    asked = {change.id for change in difference.changed if change.asks_again}
    kept = {*difference.unchanged, *(change.id for change in difference.changed)} - asked
    open_ids = [control.id for control in difference.added] + [id for id in kept | asked if id not in answers]
    return Carried(
        carried={id: answer for id, answer in answers.items() if id in kept},
        again={id: answer for id, answer in answers.items() if id in asked},
        dropped={id: answer for id, answer in answers.items() if id not in kept and id not in asked},
        new=tuple(sorted(open_ids, key=natural_key)),
    )


def _changed_fields(old: E, new: E) -> tuple[str, ...]:
    names = (part.name for part in dataclasses.fields(old))
    return tuple(name for name in names if getattr(old, name) != getattr(new, name))


def binding(value: Any) -> Any:
    """The part of a value that binds: of a text, the Japanese without regard to white space."""
    if isinstance(value, Text):
        return "".join(value.ja.split())
    if isinstance(value, tuple):
        return tuple(binding(part) for part in value)
    return value
