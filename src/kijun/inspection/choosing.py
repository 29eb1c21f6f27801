"""Which of the candidates stay: the surer before the less sure, and no two at one place."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from kijun.inspection.policy import Policy
from kijun.inspection.scene import Candidate
from kijun.inspection.taken import Taken

DOUBTFUL = 0.6  # up to this score a finding is no company for others
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


def in_company(found: list[Candidate], length: int, weighed: Callable[[str], bool]) -> list[Candidate]:
    """The findings with what the others say of them.

    Personal data comes in company: among sure findings a doubtful one is likelier, and alone in a long text, where there
    was much to be mistaken for it, less likely. `length` is the text's in characters; `weighed` tells the types that
    weights decide: what a rule knows for sure does not depend on company, and nothing falls below its floor. The steps were chosen on the texts of
    benchmarks/inspection/.
    """
    weight = [_counts(one.score) for one in found]
    sure = sum(weight)
    moved = []
    for one, own in zip(found, weight, strict=True):
        if weighed(one.type) and one.score < 0.999:
            step = _step(sure - own)
            if step < 0:  # in a short text there was little to be mistaken for it
                step *= min(1.0, max(0.0, (length - 40) / 100))
            odds = math.log(one.score / (1 - one.score)) + step
            one = one._replace(score=max(1 / (1 + math.exp(-odds)), min(one.floor, one.score)))
        moved.append(one)
    return moved


def _counts(score: float) -> float:
    """For how much of a sure finding one counts: nothing where it is doubtful, all from `SURE` on."""
    return min(1.0, max(0.0, (score - DOUBTFUL) / (SURE - DOUBTFUL)))


def _step(others: float) -> float:
    number = min(int(others), len(_COMPANY) - 1)
    following = min(number + 1, len(_COMPANY) - 1)
    return _COMPANY[number] + (others - int(others)) * (_COMPANY[following] - _COMPANY[number])


_COMPANY: Final = (-2.5, -0.4, 0.7, 1.3, 1.7, 2.0, 2.2)  # by the number of other sure findings, in log odds


def settle(found: Iterable[Candidate], policy: Policy) -> Iterator[Candidate]:
    """What the policy acts on, without overlaps: the surer first, then the longer."""
    taken = Taken()
    for one in sorted(found, key=_order):
        if policy.acts(one.type, one.score) and taken.free(one.start, one.end):
            taken.take(one.start, one.end)
            yield one


def _order(one: Candidate) -> tuple[float, int, int, str]:
    return -one.score, one.start - one.end, one.start, one.type
