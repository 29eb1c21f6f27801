"""An index that is open: questions to passages, over all its segments. Thread-safe."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

import numpy as np

from kijun.gateway.reference.model import Found, Hit, Passage
from kijun.gateway.reference.readings import spelled
from kijun.gateway.reference.scoring import Documents, Scoring, ranked
from kijun.gateway.reference.segment import BrokenIndex, Floats, Segment, Told
from kijun.gateway.reference.synonyms import spans, table
from kijun.gateway.reference.words import Word, words

__all__ = ["FITS", "NEAR", "BrokenIndex", "Index"]

LONGEST: Final = 2_000
"""Characters of a question that are read."""
FITS: Final = 0.45
"""A passage that covers less of a question's weight may be about something else (measured: benchmarks/reference)."""
NEAR: Final = 0.3
"""One that covers less than this is none."""
_MOST: Final = 60  # different words of a question


class Index:
    """Segments searched as one. ``segments``: each with the places of its documents that were replaced or withdrawn since."""

    def __init__(self, segments: Sequence[tuple[Segment, Collection[int]]]) -> None:
        self.segments = tuple(segments)
        self._starts: list[tuple[int, Segment]] = []
        self._places: dict[str, tuple[Segment, Told]] = {}
        sources, alive, counts, passages = [], [], [], 0
        for segment, dead in segments:
            self._starts.append((passages, segment))
            passages += segment.passages
            for one in segment.told():
                source = segment.sources[one.at]
                sources.append(source)
                counts.append(one.size)
                alive.append(one.at not in dead)
                if alive[-1]:
                    self._places[source.id] = (segment, one)
        self.passages = passages
        self.sources = tuple(sources)
        self._alive = np.array(alive, dtype=np.bool_)
        self._source_of = np.repeat(np.arange(len(sources), dtype=np.uint32), counts)
        self._documents = Documents([one for one in counts if one])

    def close(self) -> None:
        """Let go of the files."""
        for segment, _ in self.segments:
            segment.close()

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
        asked = self._asked(question)
        if all(word.empty for word in asked) or not self.passages:
            return Found()
        marks = Scoring(self._starts, self.passages).marks(spans(asked, table()), self._documents)
        allowed = self._allowed(collections)
        score = np.where(allowed[self._source_of], ranked(marks), np.float32(0))
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
        found = self._places.get(document)
        if found is None:
            return None
        segment, told = found
        at = segment.place(told, number)
        return None if at is None else Hit(segment.sources[told.at], segment.passage(at), 0.0, 1.0)

    def _allowed(self, collections: Collection[str]) -> np.ndarray[Any, np.dtype[np.bool_]]:
        wanted = set(collections)
        readable = [(one.collection in wanted) if wanted else one.open for one in self.sources]
        return np.array(readable, dtype=np.bool_) & self._alive

    def _asked(self, question: str) -> list[Word]:
        """The different words of a question, in order; those that say nothing alone may belong to a phrase."""
        text = spelled(question[:LONGEST], self._heard)
        return list({word.term: word for word in words(text, all_=True)}.values())[:_MOST]

    def _heard(self, said: str) -> list[str]:
        return list(dict.fromkeys(one for segment, _ in self.segments for one in segment.heard(said)))

    def _passage(self, at: int) -> Passage:
        first, segment = next(one for one in reversed(self._starts) if one[0] <= at)
        return segment.passage(at - first)


def _best(score: Floats, most: int) -> list[int]:
    """The passages with the highest scores above zero; equal ones in the order of the documents."""
    most = min(most, len(score))
    near = np.argpartition(-score, most - 1)[:most]
    ordered = sorted(near.tolist(), key=lambda at: (-float(score[at]), at))
    return [at for at in ordered if score[at] > 0]
