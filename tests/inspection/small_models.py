"""A model small enough to know by heart."""

from __future__ import annotations

import numpy as np

from kijun.inspection.linear import SIZE, TextModels, codes_of, gram_ids
from tests.inspection.scenes import Recogniser, scene


def weighing(letter: str, weight: float, bias: float) -> dict[str, np.ndarray]:
    return {"at": gram_ids(codes_of(letter)), "head": np.array([weight]), "bias": np.array(bias)}


def arrays_of() -> dict[str, np.ndarray]:
    """悪 speaks for an attack, 罵 for harm; 甲 or 乙 tell the kind."""
    arrays = {"idf": np.full(SIZE, 1_000.0, dtype=np.float32)}
    for name, letter, weight, bias in (
        ("attack", "悪", 30.0, -2.0),
        ("harmful", "罵", 30.0, -2.0),
        ("attack-kind/role_play", "甲", 1.0, 0.0),
        ("attack-kind/indirect", "乙", 1.0, 0.0),
        ("harmful-kind/abuse", "甲", 1.0, 0.0),
        ("harmful-kind/discrimination", "乙", 1.0, 0.0),
        ("target/age", "老", 1.0, 0.0),
        ("target/region", "郷", 1.0, 0.0),
    ):
        arrays |= {f"{key}:{name}": value for key, value in weighing(letter, weight, bias).items()}
    return arrays


MODELS = TextModels(arrays_of())


def proposed(recognise: Recogniser, text: str) -> list[tuple[str, str, str]]:
    """(type, rule, value) of each proposal."""
    seen = scene(text)
    return [(one.type, one.rule, seen.text[one.start : one.end]) for one in recognise(seen)]
