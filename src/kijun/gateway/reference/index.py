"""An index that is open: questions to passages. Thread-safe; the arrays are mapped, so that processes share them."""

from __future__ import annotations

import math
import sqlite3
import threading
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from kijun.gateway.reference.building import DATABASE, FORMAT, NUMBERS, WEIGHTS
from kijun.gateway.reference.model import Found, Hit, Passage, Source
from kijun.gateway.reference.synonyms import Span, spans, table
from kijun.gateway.reference.words import Word, words

LONGEST: Final = 2_000
"""Characters of a question that are read."""
FITS: Final = 0.45
"""A passage that covers less of a question's weight may be about something else (measured: benchmarks/reference)."""
NEAR: Final = 0.3
"""One that covers less than this is none."""
_MOST: Final = 60  # different words of a question
_PAIR: Final = 0.35  # what pairs of characters count for, against words
_OTHER: Final = 0.75  # what another name counts for, against the word that was asked
_KANJI: Final = 0.6  # what kanji count for, against words
_VERB: Final = 0.6  # what verbs and adjectives count for, against nouns
_PARTLY: Final = 0.6  # how far a word is covered by its pairs alone
_HARDLY: Final = 0.4  # and by its kanji alone

_Floats = np.ndarray[Any, np.dtype[np.float32]]


class BrokenIndex(ValueError):
    """The folder holds no index that this version reads."""


class _Marks(NamedTuple):
    """What words give each passage: their score, and which share of them stands there."""

    score: _Floats
    covers: _Floats


class Index:
    """Opens a folder that `Building` wrote. Raises `BrokenIndex`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        try:
            self._db = sqlite3.connect(
                f"file:{(folder / DATABASE).absolute()}?mode=ro&immutable=1",
                uri=True,
                check_same_thread=False,
            )
            meta = dict(self._db.execute("SELECT name, value FROM meta"))
            if meta.get("format") != str(FORMAT):
                raise BrokenIndex("another format")
            self.passages = int(meta["passages"])
            self.sources = tuple(
                Source(*(*row[:-1], bool(row[-1])))
                for row in self._db.execute(
                    "SELECT id, title, collection, department, version, dated, review_by, link, open FROM sources ORDER BY at"
                )
            )
            self._source_of = np.fromiter(
                (row[0] for row in self._db.execute("SELECT source FROM passages ORDER BY at")),
                dtype=np.uint32,
                count=self.passages,
            )
            self._numbers, self._weights = (
                _mapped(folder / NUMBERS, np.uint32),
                _mapped(folder / WEIGHTS, np.float32),
            )
        except (sqlite3.Error, OSError, KeyError, ValueError) as error:
            if isinstance(error, BrokenIndex):
                raise
            raise BrokenIndex(type(error).__name__) from error

    def close(self) -> None:
        """Let go of the files."""
        with self._lock:
            self._db.close()

    def search(
        self,
        question: str,
        *,
        today: str,
        collections: Collection[str] = (),
        most: int = 5,
        with_overdue: bool = False,
        for_model: bool = False,
        fits: float = NEAR,
    ) -> Found:
        """The best passages for a question that cover at least ``fits`` of it.

        ``collections`` empty: all that are open. ``with_overdue``: documents past their review date are given, marked; else they are left out and
        counted. ``for_model``: passages with personal data are left out. ``today`` is an ISO date.
        """
        asked = _asked(question)
        if not asked or not self.passages:
            return Found()
        marks = self._marks(spans(asked, table()))
        allowed = self._allowed(collections)
        score = np.where(allowed[self._source_of], marks.score, np.float32(0))
        hits: list[Hit] = []
        left_out = 0
        for at in _best(score, 8 * most):
            covers = min(1.0, float(marks.covers[at]))
            if covers < fits:
                continue
            source = self.sources[self._source_of[at]]
            overdue = source.overdue(today)
            if overdue and not with_overdue:
                left_out += 1
                continue
            passage = self._passage(int(at))
            if for_model and passage.guarded:
                continue
            hits.append(Hit(source, passage, float(score[at]), covers, overdue))
            if len(hits) == most:
                break
        return Found(tuple(hits), left_out)

    def passage(self, document: str, number: int) -> Hit | None:
        """A passage of a document by its number."""
        for at, source in enumerate(self.sources):
            if source.id == document:
                with self._lock:
                    row = self._db.execute(
                        "SELECT at FROM passages WHERE source = ? AND number = ?", (at, number)
                    ).fetchone()
                return Hit(source, self._passage(row[0]), 0.0, 1.0) if row else None
        return None

    # --- scoring ---------------------------------------------------------------------------------

    def _marks(self, asked: list[Span]) -> _Marks:
        """Of a whole question: scores are added, covers weighted by how rare the words are."""
        score, covers, total = self._nothing(), self._nothing(), 0.0
        for span in asked:
            weight = sum(self._weight(word) for word in span.words)
            marks = self._marks(list(span.inner)) if span.inner else self._phrase(span.words)
            for other in span.others:
                found = self._phrase(other, together=True)
                np.maximum(marks.score, found.score * np.float32(_OTHER), out=marks.score)
                np.maximum(marks.covers, found.covers * np.float32(_OTHER), out=marks.covers)
            score += marks.score
            covers += marks.covers * np.float32(weight)
            total += weight
        return _Marks(score, covers / np.float32(total or 1.0))

    def _phrase(self, phrase: Iterable[Word], *, together: bool = False) -> _Marks:
        """Of words that belong together. ``together``: only passages with all of them count."""
        score, covers, total = self._nothing(), self._nothing(), 0.0
        whole: np.ndarray[Any, np.dtype[np.bool_]] | None = None
        for word in phrase:
            rarity = self._weight(word)
            marks = self._word(word, rarity)
            score += marks.score
            covers += marks.covers * np.float32(rarity)
            total += rarity
            here = marks.covers > 0.5
            whole = here if whole is None else whole & here
        if together and whole is not None:
            score *= whole
            covers *= whole
        return _Marks(score, covers / np.float32(total or 1.0))

    def _word(self, word: Word, weight: float) -> _Marks:
        score, covers = self._parts(word.kanji, _KANJI, _HARDLY)
        if word.pairs:
            of_pairs = self._parts(word.pairs, _PAIR, _PARTLY)
            score, covers = score + of_pairs.score, np.maximum(covers, of_pairs.covers)
        numbers, weights = self._postings(word.term)
        score[numbers] += weights * np.float32(weight)
        covers[numbers] = 1.0
        return _Marks(score, covers)

    def _parts(self, parts: tuple[str, ...], counts: float, most: float) -> _Marks:
        """Of a word's pairs or kanji: together they count for less than the word, and so for less each."""
        score, share = self._nothing(), self._nothing()
        for part in parts:
            numbers, weights = self._postings(part)
            score[numbers] += weights * np.float32(counts * self._rarity(part) / math.sqrt(len(parts)))
            share[numbers] += np.float32(most / len(parts))
        share[share < most * 0.99] *= np.float32(0.5)
        return _Marks(score, share)

    def _weight(self, word: Word) -> float:
        """What a word of a question counts for: how rare it is, and less where it names nothing."""
        return self._rarity(word.term) * (1.0 if word.noun else _VERB)

    def _postings(self, term: str) -> tuple[np.ndarray[Any, np.dtype[np.uint32]], _Floats]:
        first, count = self._term(term)
        return self._numbers[first : first + count], self._weights[first : first + count]

    def _rarity(self, term: str) -> float:
        """The inverse document frequency of BM25; what stands nowhere is as rare as can be."""
        count = self._term(term)[1]
        return math.log(1 + (self.passages - count + 0.5) / (count + 0.5))

    def _term(self, term: str) -> tuple[int, int]:
        with self._lock:
            row = self._db.execute("SELECT first, count FROM terms WHERE term = ?", (term,)).fetchone()
        return (row[0], row[1]) if row else (0, 0)

    def _nothing(self) -> _Floats:
        return np.zeros(self.passages, dtype=np.float32)

    # --- reading ---------------------------------------------------------------------------------

    def _allowed(self, collections: Collection[str]) -> np.ndarray[Any, np.dtype[np.bool_]]:
        wanted = set(collections)
        return np.array(
            [(one.collection in wanted) if wanted else one.open for one in self.sources], dtype=np.bool_
        )

    def _passage(self, at: int) -> Passage:
        with self._lock:
            number, headings, text, start, stop, place, guarded = self._db.execute(
                "SELECT number, headings, text, start, stop, place, guarded FROM passages WHERE at = ?", (at,)
            ).fetchone()
        return Passage(
            number, tuple(filter(None, headings.split("\n"))), text, start, stop, place, bool(guarded)
        )


def _asked(question: str) -> list[Word]:
    """The different words of a question, in order."""
    return list({word.term: word for word in words(question[:LONGEST])}.values())[:_MOST]


def _best(score: _Floats, most: int) -> list[int]:
    """The passages with the highest scores above zero; equal ones in the order of the documents."""
    most = min(most, len(score))
    near = np.argpartition(-score, most - 1)[:most]
    ordered = sorted(near.tolist(), key=lambda at: (-float(score[at]), at))
    return [at for at in ordered if score[at] > 0]


def _mapped(path: Path, kind: Any) -> Any:
    """A file as an array; an empty file cannot be mapped."""
    return np.memmap(path, dtype=kind, mode="r") if path.stat().st_size else np.zeros(0, dtype=kind)
