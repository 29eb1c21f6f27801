"""What other apps show beside an answer: feedback's buttons, how far it was confirmed, its sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.utils.translation import get_language

from kijun.governance.accounts.models import Person
from kijun.governance.chat.history import Shown


@dataclass(frozen=True, slots=True)
class Line:
    """A turn with what stands beside it."""

    said: Shown
    given: Any = None
    state: Any = None
    sources: Sequence[Any] = field(default_factory=list)

    @property
    def usable(self) -> bool:
        """There is an answer to be confirmed, told about or copied."""
        return bool(self.said.answer) and self.said.state in {"whole", "cut"}


def english() -> bool:
    """The reader reads English."""
    return (get_language() or "").startswith("en")


def has_feedback() -> bool:
    """The feedback app is there."""
    return apps.is_installed("kijun.governance.feedback")


def has_reviews() -> bool:
    """The reviews app is there."""
    return apps.is_installed("kijun.governance.reviews")


def states(person: Person, ids: Sequence[str]) -> Mapping[str, Any]:
    """How far answers were confirmed, by interaction."""
    if not ids or not has_reviews():
        return {}
    from kijun.governance.reviews import queries

    return queries.states(person, ids)


def _given(person: Person, ids: Sequence[str]) -> Mapping[str, Any]:
    if not ids or not has_feedback():
        return {}
    from kijun.governance.feedback import queries

    return queries.given(person, ids)


def lines(person: Person, shown: Sequence[Shown]) -> list[Line]:
    """All turns of a page, each app asked once."""
    ids = [one.turn.interaction for one in shown if one.answer]
    given, reviewed = _given(person, ids), states(person, ids)
    return [
        Line(one, given.get(one.turn.interaction), reviewed.get(one.turn.interaction), _sources(one))
        for one in shown
    ]


def _sources(one: Shown) -> Sequence[Any]:
    try:
        from kijun.governance.chat import sources
    except ImportError:
        return []
    return sources.sources_of(one.turn.interaction) if one.answer else []
