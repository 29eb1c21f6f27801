"""Small linear models: how much each thing around a value speaks for it. Learnt by tools/train_inspection.py."""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from itertools import repeat
from typing import Final

_NOTHING: Final = repeat(0.0)  # what a feature weighs that was not learnt


class Weights:
    """For each type the weights of its features; a type without weights keeps its rules' own scores."""

    def __init__(self, tables: Mapping[str, Mapping[str, float]]) -> None:
        self._tables = {type: dict(table) for type, table in tables.items()}

    def knows(self, type: str) -> bool:
        """Whether there are weights for a type."""
        return type in self._tables

    def margin(self, type: str, features: Iterable[str]) -> float:
        """The sum of the weights of the features: above zero speaks for the type."""
        return sum(map(self._tables[type].get, features, _NOTHING))

    def score(self, type: str, features: Iterable[str]) -> float:
        """The probability, between 0 and 1."""
        return sigmoid(self.margin(type, features))


def sigmoid(margin: float) -> float:
    """The logistic function, without overflow."""
    if margin < -40:
        return 0.0
    return 1 / (1 + math.exp(-margin))


@cache
def bundled_weights() -> Weights:
    """The weights that come with the package; none where they were not yet learnt."""
    file = files("kijun.inspection").joinpath("data", "weights.json.gz")
    if not file.is_file():
        return Weights({})
    return Weights(json.loads(gzip.decompress(file.read_bytes()))["weights"])
