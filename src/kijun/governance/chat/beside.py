"""What other apps show beside an answer: feedback's buttons, how far it was confirmed, its sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import get_language

from kijun.governance.accounts.models import Person
from kijun.governance.chat.history import Shown
from kijun.governance.chat.sources import Source, sources_of
from kijun.governance.feedback import queries as feedback
from kijun.governance.reviews import queries as reviews
from kijun.web.markdown import rendered


@dataclass(frozen=True, slots=True)
class Line:
    """A turn with what stands beside it."""

    said: Shown
    given: Any = None
    state: Any = None
    sources: Sequence[Source] = field(default_factory=list)

    @property
    def usable(self) -> bool:
        """There is an answer to be confirmed, told about or copied."""
        return bool(self.said.answer) and self.said.state in {"whole", "cut"}

    @property
    def answer(self) -> SafeString:
        """The answer as the page shows it; ``[1]`` leads to its source."""
        order = self.said.turn.order
        return rendered(
            self.said.answer, {one.number: f"#source-{order}-{one.number}" for one in self.sources}
        )


def english() -> bool:
    """The reader reads English."""
    return (get_language() or "").startswith("en")


def states(person: Person, ids: Sequence[str]) -> Mapping[str, Any]:
    """How far answers were confirmed, by interaction."""
    return reviews.states(person, ids) if ids else {}


def lines(person: Person, shown: Sequence[Shown]) -> list[Line]:
    """All turns of a page, each app asked once."""
    ids = [one.turn.interaction for one in shown if one.answer]
    given, reviewed = (feedback.given(person, ids) if ids else {}), states(person, ids)
    return [
        Line(
            one,
            given.get(one.turn.interaction),
            reviewed.get(one.turn.interaction),
            sources_of(one.turn.interaction) if one.answer else [],
        )
        for one in shown
    ]
