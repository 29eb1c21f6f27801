"""Scenes of a text, and what one recogniser alone proposes in them: its own work, before weights choose."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from kijun.inspection.inspector import build_lexicon
from kijun.inspection.rule import Rule, bundled
from kijun.inspection.scene import Candidate, Scene

LEXICON = build_lexicon(bundled())
Recogniser = Callable[[Scene], Iterable[Candidate]]


def scene(text: str) -> Scene:
    return Scene(text, LEXICON)


def rules(*by: str) -> list[Rule]:
    """The bundled rules that these recognisers read."""
    return [rule for rule in bundled().rules if rule.by in by]


def candidates(recognise: Recogniser, text: str, seen: Iterable[tuple[str, str]] = ()) -> list[Candidate]:
    """What is proposed in a text in which (type, value) were found before."""
    looked_at = scene(text)
    for type_, value in seen:
        start = looked_at.text.index(value)
        looked_at.add([Candidate(type_, start, start + len(value), 0.9, "test")])
    return list(recognise(looked_at))


def values(recognise: Recogniser, text: str) -> set[tuple[str, str]]:
    """Each (type, value) that is proposed with a score, as it stands in the given text."""
    looked_at = scene(text)
    found = {(one.type, looked_at.folded.back(one.start, one.end)) for one in recognise(looked_at)}
    return {(type_, text[slice(*place)]) for type_, place in found}


def features(recognise: Recogniser, text: str, **options: Any) -> dict[str, str]:
    """The ``name=value`` features of the first candidate."""
    first = candidates(recognise, text, **options)[0]
    return dict(feature.split("=", 1) for feature in first.features)
