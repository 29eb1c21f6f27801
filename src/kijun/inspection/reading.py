"""Attacks and harmful expression: what the models say of the whole text and its pieces, and which words agree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from kijun.inspection.decode import decoded
from kijun.inspection.fold import fold
from kijun.inspection.linear import Ids, TextModels, gram_ids, plain
from kijun.inspection.rule import Rule
from kijun.inspection.scene import Candidate, Hit, Scene
from kijun.inspection.segments import sentences, windows
from kijun.inspection.weights import sigmoid

_STEEP: Final = 2.5  # how fast a score rises with the margin
_AGREE: Final = 0.9  # how far below its threshold the model may be where a rule's words are there
_NOTHING: Final = -9.0
_PIECE: Final = 0.15  # a piece must say it a little more plainly than a whole text
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
            if best.over > -_AGREE * 0.5:
                yield Candidate(rule.type, start, end, max(0.6, score_of(best.over)), rule.id)
        if self._model_rule is not None and best.over > 0 and not rules:
            kind = kind_of(self._models, "attack-kind", text[best.start : best.end])
            yield Candidate(kind, *self._place(text, best), score_of(best.over), self._model_rule.id)
        if self._decoded_rule is not None and best.over <= 0:
            yield from self._hidden(scene, self._decoded_rule)

    def _hidden(self, scene: Scene, rule: Rule) -> Iterator[Candidate]:
        assert self._models is not None
        for piece in decoded(scene, scene.given):
            over = read(self._models, "attack", fold(piece.text[:4000]).text).over + _DECODED
            if over > 0:
                yield Candidate(rule.type, piece.start, piece.end, score_of(over), rule.id)
                return

    def _place(self, text: str, best: Reading) -> tuple[int, int]:
        return place_of(self._models, "attack", text, best) if self._models else (best.start, best.end)


class Piece(NamedTuple):
    """A piece of a text as the models see it: its place, its n-grams, their length, its language."""

    start: int
    end: int
    ids: Ids
    norm: float
    language: str


def pieces(models: TextModels, text: str) -> list[Piece]:
    """A text and, where it is long, its windows."""
    found = []
    for start, end in ((0, len(text)), *windows(text)):
        reading = plain(text[start:end])
        ids = gram_ids(reading)
        if len(ids):
            found.append(Piece(start, end, ids, models.norm(ids), language(reading)))
    return found


def read(models: TextModels, head: str, text: str, parts: Sequence[Piece] | None = None) -> Reading:
    """The plainest of a text and its pieces; what a piece says counts a little less than the whole."""
    best = Reading(_NOTHING, 0, len(text))
    for number, part in enumerate(pieces(models, text) if parts is None else parts):
        over = (
            models.margin(head, part.ids, part.norm)
            - models.threshold(head, part.language)
            - (_PIECE if number else 0)
        )
        if over > best.over:
            best = Reading(over, part.start, part.end)
    return best


def _over(models: TextModels, head: str, text: str) -> float:
    reading = plain(text)
    ids = gram_ids(reading)
    if not len(ids):
        return _NOTHING
    return models.margin(head, ids, models.norm(ids)) - models.threshold(head, language(reading))


def language(text: str) -> str:
    """``en`` where most characters are ASCII, else ``ja``."""
    sample = text[:600]
    return "en" if len(sample.encode("utf-8", "replace")) < 2 * len(sample) else "ja"


def score_of(over: float) -> float:
    """A margin above or below its threshold as a score; 0.5 at the threshold."""
    return sigmoid(_STEEP * over)


def kind_of(models: TextModels, group: str, text: str) -> str:
    """The likeliest kind of a piece that was found."""
    ids = gram_ids(plain(text))
    return models.likeliest(group, ids, models.norm(ids))


def place_of(models: TextModels, head: str, text: str, best: Reading) -> tuple[int, int]:
    """The sentences of a piece that speak for the finding, from the first to the last of them."""
    parts = [
        part
        for part in sentences(text[best.start : best.end])
        if text[best.start + part[0] : best.start + part[1]].strip()
    ]
    if len(parts) < 2:
        return _trimmed(text, best.start, best.end)
    said = [
        (_over(models, head, text[best.start + start : best.start + end]), start, end) for start, end in parts
    ]
    top = max(said)[0]
    strong = [part for part in said if part[0] >= top - 0.5]
    return _trimmed(
        text, best.start + min(part[1] for part in strong), best.start + max(part[2] for part in strong)
    )


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


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
            kind, *place_of(self._models, "harmful", text, best), score_of(over), rule.id, target=target
        )
