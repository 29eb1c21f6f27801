"""Two rounds of self-assessment, like for like. Pure, no database.

A rate rises or falls by itself when other controls are asked, other systems join or half of the answers are still open.
So two rounds are compared by what both asked in the same scope, both have answered, and applies in both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from kijun.governance.assessments.models import Status
from kijun.governance.assessments.tallies import principle_order

DONE, NOT_APPLICABLE = Status.DONE.value, Status.NOT_APPLICABLE.value
Key = tuple[str, int, str]
"""Scope kind, scope id, control id."""


class Given(NamedTuple):
    """An answer as it counts: ``status`` is "" while the question is open."""

    principle: str
    role: str
    status: str


@dataclass(slots=True)
class Change:
    """How many of ``common`` controls were done before, and are done now."""

    common: int = 0
    done_before: int = 0
    done_now: int = 0

    @property
    def before(self) -> float | None:
        """実施率 of the earlier round in per cent with one decimal; None where nothing can be compared."""
        return round(100 * self.done_before / self.common, 1) if self.common else None

    @property
    def now(self) -> float | None:
        return round(100 * self.done_now / self.common, 1) if self.common else None

    @property
    def points(self) -> float | None:
        """By how many percentage points it changed."""
        if self.before is None or self.now is None:
            return None
        return round(self.now - self.before, 1)


@dataclass(slots=True)
class Comparison:
    """By principle, and why the others are left out. All that is asked now: common + added + left + not_applicable."""

    by_principle: dict[str, Change] = field(default_factory=dict)
    added: int = 0
    """Asked now, not before."""
    dropped: int = 0
    """Asked before, not now."""
    left: int = 0
    """Asked both times, without an answer as yet (now or, in a round that ended early, then)."""
    not_applicable: int = 0
    """Answered 該当なし at one of the two times."""

    @property
    def principles(self) -> list[str]:
        return sorted(self.by_principle, key=principle_order)

    @property
    def total(self) -> Change:
        every = self.by_principle.values()
        return Change(
            sum(one.common for one in every),
            sum(one.done_before for one in every),
            sum(one.done_now for one in every),
        )


def compare(before: Iterable[tuple[Key, Given]], now: Mapping[Key, Given]) -> Comparison:
    """``now`` against ``before`` (each control once). A control counts for the principle in which it stands now."""
    found = Comparison(added=len(now))
    for key, earlier in before:
        answer = now.get(key)
        if answer is None:
            found.dropped += 1
            continue
        found.added -= 1
        if not answer.status or not earlier.status:
            found.left += 1
        elif answer.status == NOT_APPLICABLE or earlier.status == NOT_APPLICABLE:
            found.not_applicable += 1
        else:
            change = found.by_principle.get(answer.principle)
            if change is None:
                change = found.by_principle[answer.principle] = Change()
            change.common += 1
            change.done_before += earlier.status == DONE
            change.done_now += answer.status == DONE
    return found
