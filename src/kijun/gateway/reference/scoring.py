"""How well passages answer a question: BM25F over its words, what else they may be called, pairs of characters and kanji."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from kijun.gateway.reference.segment import Floats, Numbers, Segment
from kijun.gateway.reference.synonyms import Name, Span
from kijun.gateway.reference.words import Word

_PAIR: Final = 0.3  # what pairs of characters count for, against words
_KANJI: Final = 0.45  # what kanji count for, against words
_VERB: Final = 0.6  # what verbs and adjectives count for, against nouns
_PARTLY: Final = 0.6  # how far a word is covered by its pairs alone
_HARDLY: Final = 0.4  # and by its kanji alone
_TOGETHER: Final = (
    3.0  # how much more a passage counts in which all of a question stands, against one in which little does
)
_AROUND: Final = 0.2  # what the best passage of a document counts for, for each of them

_NONE: Final[tuple[Numbers, Floats]] = (np.zeros(0, dtype=np.uint32), np.zeros(0, dtype=np.float32))


class Marks(NamedTuple):
    """What words give each passage: their score, and which share of them stands there."""

    score: Floats
    covers: Floats


class _Few(NamedTuple):
    """The same for a few passages, which are named."""

    numbers: Numbers
    score: Floats
    covers: float


class Scoring:
    """Scores one question; what it reads of the segments is kept until it is done."""

    def __init__(self, segments: Sequence[tuple[int, Segment]], passages: int) -> None:
        self._segments, self._passages = segments, passages
        self._held: dict[str, tuple[Numbers, Floats]] = {}

    def marks(self, asked: Sequence[Span]) -> Marks:
        """Of a whole question: scores are added, covers weighted by how rare the words are."""
        score, covers, total = self._nothing(), self._nothing(), 0.0
        for span in asked:
            weight = sum(self._weight(word) for word in span.words if not word.empty)
            marks = self._span(span)
            score += marks.score
            covers += marks.covers * np.float32(weight)
            total += weight
        return Marks(score, covers / np.float32(total or 1.0))

    def _span(self, span: Span) -> Marks:
        marks = self.marks(span.inner) if span.inner else self._phrase(span.words)
        for other in span.others:
            found = self._other(other)
            at = found.numbers
            marks.score[at] = np.maximum(marks.score[at], found.score)
            marks.covers[at] = np.maximum(marks.covers[at], np.float32(found.covers))
        return marks

    def _phrase(self, phrase: Sequence[Word]) -> Marks:
        """Of words that belong together."""
        score, covers, total = self._nothing(), self._nothing(), 0.0
        for word in phrase:
            if word.empty:
                continue
            rarity = self._weight(word)
            self._word(word, rarity, score, covers)
            total += rarity
        return Marks(score, covers / np.float32(total or 1.0))

    def _other(self, name: Name) -> _Few:
        """Of another name: only passages with all of its words count."""
        numbers, score = _NONE
        for at, word in enumerate(name.words):
            here, weights = self._postings(word.term)
            gives = weights * np.float32(self._weight(word) * name.weight)
            if not at:
                numbers, score = here, gives
            else:
                numbers, left, right = np.intersect1d(numbers, here, assume_unique=True, return_indices=True)
                score = score[left] + gives[right]
        return _Few(numbers, score, name.weight)

    def _word(self, word: Word, weight: float, score: Floats, covers: Floats) -> None:
        """Add a word to score and covers; ``weight`` is what it counts for."""
        shares = []
        if word.kanji:
            shares.append(self._parts(word.kanji, _KANJI, _HARDLY, score))
        if word.pairs:
            shares.append(self._parts(word.pairs, _PAIR, _PARTLY, score))
        numbers, weights = self._postings(word.term)
        score[numbers] += weights * np.float32(weight)
        share = shares[0] if shares else self._nothing()
        for one in shares[1:]:
            np.maximum(share, one, out=share)
        share[numbers] = 1.0
        covers += share * np.float32(weight)

    def _parts(self, parts: tuple[str, ...], counts: float, most: float, score: Floats) -> Floats:
        """Add a word's pairs or kanji: together they count for less than the word, and so for less each. Gives how far they cover it."""
        share = self._nothing()
        for part in parts:
            numbers, weights = self._postings(part)
            score[numbers] += weights * np.float32(counts * self._rarity(part) / math.sqrt(len(parts)))
            share[numbers] += np.float32(most / len(parts))
        share[share < most * 0.99] *= np.float32(0.5)
        return share

    def _weight(self, word: Word) -> float:
        """What a word of a question counts for: how rare it is, and less where it names nothing."""
        return self._rarity(word.term) * (1.0 if word.noun else _VERB)

    def _rarity(self, term: str) -> float:
        """The inverse document frequency of BM25; what stands nowhere is as rare as can be."""
        count = len(self._postings(term)[0])
        return math.log(1 + (self._passages - count + 0.5) / (count + 0.5))

    def _postings(self, term: str) -> tuple[Numbers, Floats]:
        """Over all segments; passages are numbered through."""
        held = self._held.get(term)
        if held is None:
            found = [
                (numbers + np.uint32(first) if first else numbers, weights)
                for first, segment in self._segments
                for numbers, weights in [segment.postings(term)]
                if len(numbers)
            ]
            if len(found) > 1:
                held = (
                    np.concatenate([one[0] for one in found]),
                    np.concatenate([one[1] for one in found]),
                )
            else:
                held = found[0] if found else _NONE
            self._held[term] = held
        return held

    def _nothing(self) -> Floats:
        return np.zeros(self._passages, dtype=np.float32)


def ranked(marks: Marks) -> Floats:
    """Scores, raised where much of the question stands together."""
    return marks.score * (1 + np.float32(_TOGETHER) * marks.covers)


def around(score: Floats, firsts: np.ndarray[Any, np.dtype[np.int64]], source_of: Numbers) -> Floats:
    """Scores with a share of what the best passage of the same document has. ``firsts``: where each document with passages begins."""
    best = np.maximum.reduceat(score, firsts)
    return score + np.float32(_AROUND) * best[source_of] * (score > 0)
