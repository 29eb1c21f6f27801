"""What still hangs on a system that is no longer used. Retiring is always possible; what remains is shown.

Upper apps register theirs, as they do their gates: a running self-assessment, an entry of the public register.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django_stubs_ext import StrOrPromise

from kijun.governance.inventory.models import AISystem


@dataclass(frozen=True, slots=True)
class Remain:
    """One thing to see to: what it is, and the page where that is done."""

    label: StrOrPromise
    url: str


Source = Callable[[AISystem], Iterable[Remain]]
_sources: list[Source] = []


def register(source: Source) -> None:
    """``source(system)`` yields what remains of one system. Called in ``AppConfig.ready``."""
    _sources.append(source)


def remaining(system: AISystem) -> list[Remain]:
    """All that remains, in the order of the apps."""
    return [one for source in _sources for one in source(system)]
