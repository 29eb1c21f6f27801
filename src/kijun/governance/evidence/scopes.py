"""Scopes of upper apps: inventory registers how to list and name its systems, evidence asks the registry."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from kijun.governance.accounts.models import Person
from kijun.governance.evidence.models import ScopeKind
from kijun.governance.organisation.models import Department, Municipality


@dataclass(frozen=True, slots=True)
class ScopeFacts:
    """What evidence needs to know of one scope: its name, page, and who gets its findings."""

    kind: ScopeKind
    id: int
    label: str
    url: str
    owner: Person | None
    department: Department | None
    provider_department: Department | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """``all(municipality)``: every scope of this kind that evidence is collected for; ``may_see(person, id)``."""

    kind: ScopeKind
    all: Callable[[Municipality], Iterable[ScopeFacts]]
    may_see: Callable[[Person, int], bool]
    visible_ids: Callable[[Person], Iterable[int] | None]
    """Ids that the person may see; None means all of the municipality's."""


_sources: dict[ScopeKind, Source] = {}


def register(source: Source) -> None:
    _sources[source.kind] = source


def source(kind: ScopeKind) -> Source:
    return _sources[kind]


def every(municipality: Municipality) -> list[ScopeFacts]:
    """The organisation and all systems, a constant number of queries."""
    return [facts for one in _sources.values() for facts in one.all(municipality)]
