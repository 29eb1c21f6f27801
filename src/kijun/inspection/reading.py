"""Attacks and harmful expression: what the models say of the whole text and its pieces, and which words agree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from kijun.inspection.decode import decoded
from kijun.inspection.fold import fold
from kijun.inspection.linear import Ids, TextModels, codes_of, gram_ids, language
from kijun.inspection.rule import Rule
from kijun.inspection.scene import Candidate, Hit, Scene
from kijun.inspection.segments import PART, WHOLE, windows
from kijun.inspection.weights import sigmoid

_STEEP: Final = 2.5  # how fast a score rises with the margin
_AGREE: Final = 0.9  # how far below its threshold the model may be where a rule's words are there
_NOTHING: Final = -9.0
_DECODED: Final = 0.1
_WORDS: Final = 0.15  # what a word of a rule of the same kind adds


class Reading(NamedTuple):
    """What a model says: how far above its threshold, and where the piece is that says it."""

    over: float
    start: int
    end: int


class Attacks:
    """The recogniser of attacks."""

    def __init__(self, rules: Sequence[Rule], models: TextModels | None) -> None:
        self._model_rule = next((rule for rule in rules if rule.by == "attack-model"), None)
        self._decoded_rule = next((rule for rule in rules if rule.by == "attack-decoded"), None)
        self._words = [rule for rule in rules if rule.by == "attack-words"]
        self._models = models

    def __call__(self, scene: Scene) -> Iterator[Candidate]:
        """Propose at most one finding of the model, one of an encoding, and those of the rules that the model agrees with."""
        if self._models is None:
            return
        text = scene.text
        best = read(self._models, "attack", text, scene.pieces(self._models))
        rules = [found for rule in self._words for found in _near(scene, rule)]
        for rule, start, end in rules:
            if best.over > -_WORDS:
                yield Candidate(rule.type, start, end, max(0.6, score_of(best.over)), rule.id)
        if self._model_rule is not None and best.over > 0 and not rules:
            kind = kind_of(self._models, "attack-kind", text[best.start : best.end])
            yield Candidate(
                kind, *plainest(self._models, "attack", text, best), score_of(best.over), self._model_rule.id
            )
        if self._decoded_rule is not None and best.over <= 0:
            yield from self._hidden(scene, self._decoded_rule)

    def _hidden(self, scene: Scene, rule: Rule) -> Iterator[Candidate]:
        assert self._models is not None
        for piece in decoded(scene, scene.given):
            over = read(self._models, "attack", fold(piece.text[:4000]).text).over + _DECODED
            if over > 0:
                yield Candidate(rule.type, piece.start, piece.end, score_of(over), rule.id)
                return


class Piece(NamedTuple):
    """A piece of a text as the models see it: its place, its n-grams, their length, its language."""

    start: int
    end: int
    ids: Ids
    norm: float
    language: str


def piece(models: TextModels, text: str, start: int, end: int) -> Piece | None:
    """A piece of a text; None where there is nothing to read."""
    codes = codes_of(text[start:end])
    ids = gram_ids(codes)
    return Piece(start, end, ids, models.norm(ids), language(codes)) if len(ids) else None


def pieces(models: TextModels, text: str) -> list[Piece]:
    """A text, or its windows where it is long."""
    found = (piece(models, text, start, end) for start, end in windows(text, WHOLE))
    return [one for one in found if one is not None]


def read(models: TextModels, head: str, text: str, wholes: Sequence[Piece] | None = None) -> Reading:
    """How far a text, or the plainest window of a long one, is above the threshold of its language."""
    best = Reading(_NOTHING, 0, len(text))
    for whole in pieces(models, text) if wholes is None else wholes:
        over = models.margin(head, whole.ids, whole.norm) - models.threshold(head, whole.language)
        if over > best.over:
            best = Reading(over, whole.start, whole.end)
    return best


def plainest(models: TextModels, head: str, text: str, best: Reading) -> tuple[int, int]:
    """The part of what was read that speaks plainest, without the space around it."""
    start, end = best.start, best.end
    if end - start > PART:
        found = (
            piece(models, text, start + first, start + last) for first, last in windows(text[start:end], PART)
        )
        part = max((one for one in found if one), key=lambda one: models.margin(head, one.ids, one.norm))
        start, end = part.start, part.end
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def score_of(over: float) -> float:
    """A margin above or below its threshold as a score; 0.5 at the threshold."""
    return sigmoid(_STEEP * over)


def kind_of(models: TextModels, group: str, text: str) -> str:
    """The likeliest kind of a piece that was found."""
    ids = gram_ids(codes_of(text))
    return models.likeliest(group, ids, models.norm(ids))


def _near(scene: Scene, rule: Rule) -> Iterator[tuple[Rule, int, int]]:
    """Places where one word of each part of a rule stand within its reach."""
    parts = [scene.words(f"near:{rule.id}:{number}") for number in range(len(rule.settings["near"]))]
    if not all(parts):
        return
    reach = int(rule.settings["reach"])
    last = -1
    for anchor in parts[-1]:
        chain: list[Hit] = [anchor]
        for part in reversed(parts[:-1]):
            close = [hit for hit in part if all(abs(hit.start - other.start) <= reach for other in chain)]
            if not close:
                break
            chain.append(min(close, key=lambda hit: abs(hit.start - anchor.start)))
        if len(chain) == len(parts) and anchor.start > last:
            last = anchor.end
            yield rule, min(hit.start for hit in chain), max(hit.end for hit in chain)


class Expressions:
    """The recogniser of harmful expression, and of the words that the municipality forbids."""

    def __init__(self, rules: Sequence[Rule], models: TextModels | None) -> None:
        self._model_rule = next((rule for rule in rules if rule.by == "expression-model"), None)
        self._words = [rule for rule in rules if rule.by == "expression-words"]
        self._models = models

    def __call__(self, scene: Scene) -> Iterator[Candidate]:
        """Propose what the model finds, under the rule of its words where there are some."""
        if self._models is None or self._model_rule is None:
            return
        text = scene.text
        best = read(self._models, "harmful", text, scene.pieces(self._models))
        if best.over <= -_AGREE:
            return
        piece = text[best.start : best.end]
        kind = kind_of(self._models, "harmful-kind", piece)
        hits = [
            (rule, hit)
            for rule in self._words
            for hit in scene.words(f"words:{rule.id}")
            if best.start <= hit.start < best.end
        ]
        same = [(rule, hit) for rule, hit in hits if rule.type == kind]
        over = best.over + (_WORDS if same else 0.0)
        if over <= 0:
            return
        rule = same[0][0] if same else self._model_rule
        target = kind_of(self._models, "target", piece) if kind == "discrimination" else ""
        yield Candidate(
            kind, *plainest(self._models, "harmful", text, best), score_of(over), rule.id, target=target
        )
