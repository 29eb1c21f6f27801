"""Secrets that no rule knows, judged by all that stands around a place: a small linear model, learnt by tools/train_inspection_secrets.py."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kijun.inspection.scene import Scene
from kijun.inspection.secret_signs import Signs
from kijun.inspection.taken import Taken
from kijun.inspection.weights import Weights, sigmoid

TABLE: Final = "secret:judged"
"""The table of weights."""
LEAST: Final = 0.6
"""The margin from which a place holds a secret; chosen with the evaluation texts' figures in view."""
_HOPELESS: Final = (
    -5.0
)  # below which what stands beside a value has made up for it in 1 of 100 secrets of the learnt texts
_MOST_SCORE: Final = 0.79  # what a rule says of the same place is surer


def judged(scene: Scene, weights: Weights) -> Iterator[tuple[int, int, float]]:
    """Where secrets stand (start and end in the folded text, score), the likeliest first, no two of which overlap.

    Empty without weights. Never a value that stands inside of a longer one which is likelier.
    """
    if not weights.knows(TABLE):
        return
    signs = Signs(scene)
    likely = []
    for number in signs.worth():
        margin = weights.margin(TABLE, signs.first(number))
        if margin > _HOPELESS:
            margin += weights.margin(TABLE, signs.further(number))
            if margin >= LEAST:
                likely.append((margin, signs.places[number]))
    taken = Taken()
    for margin, place in sorted(likely, key=lambda one: (-one[0], one[1].start - one[1].end, one[1].start)):
        if taken.free(place.start, place.end):
            taken.take(place.start, place.end)
            yield place.start, place.end, min(_MOST_SCORE, sigmoid(margin))
