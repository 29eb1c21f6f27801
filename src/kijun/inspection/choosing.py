"""Which of the candidates stay: the surer before the less sure, and no two at one place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kijun.inspection.policy import Policy
from kijun.inspection.scene import Candidate
from kijun.inspection.taken import Taken

SURE = 0.85  # a finding of this score keeps its place against whatever is looked for later


def apart(proposed: Iterable[Candidate], taken: Taken) -> list[Candidate]:
    """The best of what overlaps, none inside what was found for sure before; what is sure now is taken."""
    mine = Taken()
    kept: list[Candidate] = []
    for one in sorted(proposed, key=_order):
        if taken.free(one.start, one.end) and mine.free(one.start, one.end):
            mine.take(one.start, one.end)
            kept.append(one)
    for one in kept:
        if one.score >= SURE:
            taken.take(one.start, one.end)
    return kept


def settle(found: Iterable[Candidate], policy: Policy) -> Iterator[Candidate]:
    """What the policy acts on, without overlaps: the surer first, then the longer."""
    taken = Taken()
    for one in sorted(found, key=_order):
        if policy.acts(one.type, one.score) and taken.free(one.start, one.end):
            taken.take(one.start, one.end)
            yield one


def _order(one: Candidate) -> tuple[float, int, int, str]:
    return -one.score, one.start - one.end, one.start, one.type
