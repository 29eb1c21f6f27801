"""Which of the candidates stay: the surer before the less sure, and no two at one place."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
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


def beside_own(found: Iterable[Candidate], own: Iterable[Candidate]) -> Iterator[Candidate]:
    """What a municipality's own rules found (none of these overlap), and what else was found, in which an own word may stand.

    What lies wholly inside of an own finding is not found again as something else. A longer one stays whole, and the own word in it
    counts beside it: without the first, a word that somebody registers would show the rest of an address; without the second, a word
    that stops a text would not where it stands in an address. Inside of its own type it says nothing more.
    """
    mine = sorted(own, key=lambda one: one.start)
    starts, ends = [one.start for one in mine], [one.end for one in mine]
    needless: set[int] = set()
    for other in found:
        first, last = bisect_right(ends, other.start), bisect_left(starts, other.end)
        if first < last and mine[first].start <= other.start and other.end <= mine[first].end:
            continue
        needless.update(
            at
            for at in range(first, last)
            if mine[at].type == other.type and other.start <= mine[at].start and mine[at].end <= other.end
        )
        yield other
    yield from (one for at, one in enumerate(mine) if at not in needless)


def _order(one: Candidate) -> tuple[float, int, int, str]:
    return -one.score, one.start - one.end, one.start, one.type
