"""Gates of the life cycle: what must be true before a system enters a stage.

Inventory's own gates stand in :mod:`kijun.governance.inventory.own_gates`; upper apps (risks, assessments,
register) register theirs, and inventory asks the registry, never the app.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from django_stubs_ext import StrOrPromise

from kijun.governance.inventory.models import AISystem, Stage


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a system may not enter a stage yet, and the page where that is mended."""

    message: StrOrPromise
    url: str


@dataclass(frozen=True, slots=True)
class Gate:
    """``check(system)`` returns None when it is open. ``stages``: entering any of these asks it."""

    key: str
    label: StrOrPromise
    stages: frozenset[str]
    check: Callable[[AISystem], Obstacle | None]


_gates: dict[str, Gate] = {}


def register(
    key: str, label: StrOrPromise, stages: Collection[Stage], check: Callable[[AISystem], Obstacle | None]
) -> None:
    _gates[key] = Gate(key, label, frozenset(stages), check)


def gates(stage: str) -> list[Gate]:
    """The gates in front of ``stage``."""
    return [gate for gate in _gates.values() if stage in gate.stages]


def obstacles(system: AISystem, stage: str) -> list[Obstacle]:
    """What stands in the way of ``system`` entering ``stage``; empty when it may."""
    found = (gate.check(system) for gate in gates(stage))
    return [one for one in found if one is not None]
