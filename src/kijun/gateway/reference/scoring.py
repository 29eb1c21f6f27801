"""How well passages answer a question: BM25F over its words, what else they may be called, pairs of characters and kanji."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from kijun.gateway.reference.segment import Floats, Numbers, Segment
from kijun.gateway.reference.synonyms import Name, Span
from kijun.gateway.reference.words import Word

_PAIR: Final = 0.3  # what pairs of characters count for, against words
_KANJI: Final = 0.5  # what kanji count for, against words
_VERB: Final = 0.6  # what verbs and adjectives count for, against nouns
_PARTLY: Final = 0.6  # how far a word is covered by its pairs alone
_HARDLY: Final = 0.4  # and by its kanji alone
_NAMED: Final = 0.5  # covers from which on a word or one of its other names stands in a passage
_TOGETHER: Final = (
    3.0  # how much more a passage counts in which all of a question stands, against one in which little does
)
_PART: Final = 0.5  # how much less a part of a compound covers than its share
_AROUND: Final = 0.15  # what stands in other passages of a document counts for, against what stands in one
_BESIDE: Final = 0.1  # how far it covers a question

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

    def marks(self, asked: Sequence[Span], documents: Documents | None = None) -> Marks:
        """Of a whole question: scores are added, covers weighted by how rare the words are. ``documents``: what stands elsewhere in the same document
        counts for a little as well."""
        score, covers, total = self._nothing(), self._nothing(), 0.0
        around, beside = (
            (documents.nothing(), documents.nothing()) if documents is not None else (score, covers)
        )
        for group in _compounds(asked):
            share, worth = self._nothing(), 0.0
            for span in group:
                marks = self._span(span)
                weight = self._worth(span, marks)
                score += marks.score
                share += marks.covers * np.float32(weight)
                worth += weight
                if documents is not None:
                    around += documents.best(marks.score)
            if len(group) > 1 and worth:
                share *= np.float32(1 - _PART) + np.float32(_PART) * share / np.float32(worth)
            covers += share
            total += worth
            if documents is not None:
                beside += documents.best(share)
        if documents is not None:
            score = np.where(score > 0, score + np.float32(_AROUND) * documents.each(around), score)
            raised = covers + np.float32(_BESIDE) * (documents.each(beside) - covers)
            covers = np.where(covers > 0, raised, covers)
        return Marks(score, covers / np.float32(total or 1.0))

    def _span(self, span: Span) -> Marks:
        marks = self.marks(span.inner) if span.inner else self._phrase(span.words)
        for other in span.others:
            found = self._other(other)
            at = found.numbers
            marks.score[at] = np.maximum(marks.score[at], found.score)
            marks.covers[at] = np.maximum(marks.covers[at], np.float32(found.covers))
        return marks

    def _worth(self, span: Span, marks: Marks) -> float:
        """What a span counts for in what is covered: as much as its words, and where it has other names no more than all of them together tell."""
        own = sum(self._weight(word) for word in span.words if not word.empty)
        if not span.others:
            return own
        return min(own, self._rare(int(np.count_nonzero(marks.covers >= _NAMED))))

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
        return self._rare(len(self._postings(term)[0]))

    def _rare(self, count: int) -> float:
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


def _compounds(asked: Sequence[Span]) -> list[list[Span]]:
    """Spans, those together that are one compound: 電子 of 電子レンジ is little of it."""
    found: list[list[Span]] = []
    for span in asked:
        if found and span.words[0].joined:
            found[-1].append(span)
        else:
            found.append([span])
    return found


class Documents:
    """Which passages are of one document. ``sizes``: how many each has that has any."""

    def __init__(self, sizes: Sequence[int]) -> None:
        self._firsts = np.cumsum([0, *sizes])[:-1]
        self._of = np.repeat(np.arange(len(sizes), dtype=np.uint32), sizes)

    def nothing(self) -> Floats:
        """Nothing for each document."""
        return np.zeros(len(self._firsts), dtype=np.float32)

    def best(self, values: Floats) -> Floats:
        """The highest of each document's passages."""
        return np.asarray(np.maximum.reduceat(values, self._firsts))

    def each(self, values: Floats) -> Floats:
        """A document's value for each of its passages."""
        return np.asarray(values[self._of])
