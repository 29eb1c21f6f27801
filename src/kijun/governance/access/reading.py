"""Which reference documents a purpose reads: `chat` keeps them and registers itself; the snapshot asks this registry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reading:
    """``collections``: keys of those that are read, none for all that are open; ``for_models``: their passages go before questions to models;
    ``overdue``: documents past their review date are given, marked."""

    collections: tuple[str, ...] = ()
    for_models: bool = False
    overdue: bool = False


Find = Callable[[], Mapping[int, Reading]]
_finders: list[Find] = []


def register(find: Find) -> None:
    """``find()``: what purposes read, by their primary key."""
    if find not in _finders:
        _finders.append(find)


def readings() -> dict[int, Reading]:
    """Of all purposes for which something is set."""
    return {key: one for find in _finders for key, one in find().items()}
