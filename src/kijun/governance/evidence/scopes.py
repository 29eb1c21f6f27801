"""Scopes of upper apps: inventory registers how to list and name its systems, evidence asks the registry."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Q

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

    @property
    def key(self) -> str:
        """As it stands in addresses: ``system-12``."""
        return f"{self.kind.value}-{self.id}"


@dataclass(frozen=True, slots=True)
class Source:
    """``all(municipality)``: every scope of this kind that evidence is collected for; ``may_see(person, id)``."""

    kind: ScopeKind
    all: Callable[[Municipality], Iterable[ScopeFacts]]
    may_see: Callable[[Person, int], bool]
    visible_ids: Callable[[Person], Iterable[int] | None]
    """Ids that the person may see; None means all of the municipality's."""
    past: Callable[[Municipality], Iterable[tuple[int, str]]] = lambda municipality: ()
    """Id and name of scopes that evidence is no longer collected for; what was found there is still read."""


_sources: dict[ScopeKind, Source] = {}


def register(source: Source) -> None:
    _sources[source.kind] = source


def source(kind: ScopeKind) -> Source:
    return _sources[kind]


def every(municipality: Municipality) -> list[ScopeFacts]:
    """The organisation and all systems, a constant number of queries."""
    return [facts for one in _sources.values() for facts in one.all(municipality)]


def visible(person: Person) -> list[ScopeFacts]:
    """The scopes that the person may see, a constant number of queries."""
    found = []
    for one in _sources.values():
        ids = one.visible_ids(person)
        allowed = None if ids is None else set(ids)
        found += [facts for facts in one.all(person.municipality) if allowed is None or facts.id in allowed]
    return found


def past_rows(municipality: Municipality) -> Q:
    """A condition on rows about scopes that evidence is no longer collected for."""
    past = Q(pk__in=[])
    for kind, one in _sources.items():
        past |= Q(scope_kind=kind, scope_id__in=[id for id, _name in one.past(municipality)])
    return past


def labels(person: Person) -> dict[str, str]:
    """Key → name of every scope that the person may see, those that have passed included."""
    found = {one.key: one.label for one in visible(person)}
    for kind, one in _sources.items():
        ids = one.visible_ids(person)
        allowed = None if ids is None else set(ids)
        for id, name in one.past(person.municipality):
            if allowed is None or id in allowed:
                found.setdefault(f"{kind.value}-{id}", name)
    return found


def may_see(person: Person, kind: str, id: int) -> bool:
    """The person may see the evidence of this scope; no for a kind that nobody registered."""
    try:
        return _sources[ScopeKind(kind)].may_see(person, id)
    except (KeyError, ValueError):
        return False


def visible_rows(person: Person) -> Q:
    """A condition on rows about scopes (items, findings): those that the person may see."""
    seen = Q(pk__in=[])
    for kind, one in _sources.items():
        ids = one.visible_ids(person)
        seen |= Q(scope_kind=kind) if ids is None else Q(scope_kind=kind, scope_id__in=list(ids))
    return seen


Tiers = Callable[[Municipality], Mapping[int, str]]
_tiers: list[Tiers] = []


def register_tiers(source: Tiers) -> None:
    """``source(municipality)`` gives the risk tier (low to critical) of each system that has one."""
    _tiers.append(source)


def tiers(municipality: Municipality) -> dict[int, str]:
    """System → risk tier, as far as an upper app knows it."""
    return {system: tier for one in _tiers for system, tier in one(municipality).items()}
