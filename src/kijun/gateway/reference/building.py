"""An index written whole: postings as two arrays, words and passages in a SQLite file, in a folder of its own.

The weight of a word in a passage is that of BM25F (Robertson, Zaragoza, Taylor 2004: fields are weighted before saturation), without the
word's rarity, which is known when it is asked for.
"""

from __future__ import annotations

import os
import sqlite3
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Final

import numpy as np

from kijun.gateway.reference.model import Passage, Source
from kijun.gateway.reference.words import words

FORMAT: Final = 1
DATABASE, NUMBERS, WEIGHTS = "index.sqlite", "postings.u32", "weights.f32"
K1: Final = 1.2
B: Final = 0.45
"""Passages are of one size, so that their length says little."""
_HEADINGS: Final = 2.0  # what a word in a heading counts for, against one of the text
_TITLE: Final = 1.0

_SCHEMA: Final = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE terms (term TEXT PRIMARY KEY, first INTEGER NOT NULL, count INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE sources (at INTEGER PRIMARY KEY, id TEXT, title TEXT, collection TEXT, department TEXT, version INTEGER, dated TEXT,
  review_by TEXT, link TEXT, open INTEGER);
CREATE TABLE passages (at INTEGER PRIMARY KEY, source INTEGER NOT NULL, number INTEGER, headings TEXT, text TEXT, start INTEGER,
  stop INTEGER, place TEXT, guarded INTEGER);
"""


@dataclass(frozen=True, slots=True)
class Built:
    """What was built."""

    sources: int
    passages: int
    terms: int
    bytes: int


class Building:
    """An index in the making. ``folder`` must not exist yet; it is there whole after `finish`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True)
        self._db = sqlite3.connect(folder / DATABASE, isolation_level=None)
        self._db.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + _SCHEMA)
        self._db.execute("BEGIN")
        self._terms: dict[str, int] = {}
        self._term_of, self._passage_of, self._counts = array("I"), array("I"), array("f")
        self._lengths = array("f")
        self._source_of = array("I")
        self._sources = 0

    def add(self, source: Source, passages: Iterable[Passage]) -> int:
        """Add a document; gives how many passages it has."""
        at = self._sources
        self._sources += 1
        self._db.execute("INSERT INTO sources VALUES (?,?,?,?,?,?,?,?,?,?)", (at, *astuple(source)))
        before = len(self._lengths)
        headings: dict[tuple[str, ...], dict[str, float]] = {}
        for passage in passages:
            if passage.headings not in headings:
                headings[passage.headings] = _of_headings(source, passage.headings)
            self._one(at, passage, headings[passage.headings])
        return len(self._lengths) - before

    def _one(self, source: int, passage: Passage, beside: dict[str, float]) -> None:
        number = len(self._lengths)
        self._source_of.append(source)
        counts = dict(beside)
        length = _count(passage.text, 1.0, counts)
        self._lengths.append(length)
        terms = self._terms
        for term, count in counts.items():
            self._term_of.append(terms.setdefault(term, len(terms)))
            self._passage_of.append(number)
            self._counts.append(count)
        self._db.execute(
            "INSERT INTO passages VALUES (?,?,?,?,?,?,?,?,?)",
            (
                number,
                source,
                passage.number,
                "\n".join(passage.headings),
                passage.text,
                passage.start,
                passage.end,
                passage.place,
                passage.guarded,
            ),
        )

    def finish(self) -> Built:
        """Write the postings, make everything durable."""
        term_of = np.frombuffer(self._term_of, dtype=np.uint32)
        order = np.argsort(term_of, kind="stable")  # passages stay in order within a term
        ends = np.cumsum(np.bincount(term_of, minlength=len(self._terms)))
        passages = np.frombuffer(self._passage_of, dtype=np.uint32)[order]
        weights = self._weights(passages, order)
        passages.tofile(self._folder / NUMBERS)
        weights.tofile(self._folder / WEIGHTS)
        firsts = np.concatenate(([0], ends[:-1])).tolist() if len(ends) else []
        rows = sorted(zip(self._terms, firsts, (ends - firsts).tolist() if firsts else [], strict=True))
        self._db.executemany("INSERT INTO terms VALUES (?,?,?)", rows)
        self._db.executemany(
            "INSERT INTO meta VALUES (?,?)",
            [("format", str(FORMAT)), ("passages", str(len(self._lengths))), ("sources", str(self._sources))],
        )
        self._db.execute("COMMIT")
        self._db.close()
        for name in (DATABASE, NUMBERS, WEIGHTS):
            _settle(self._folder / name)
        _settle(self._folder)
        size = sum(one.stat().st_size for one in self._folder.iterdir())
        return Built(self._sources, len(self._lengths), len(rows), size)

    def _weights(self, passages: np.ndarray, order: np.ndarray) -> np.ndarray:
        counts = np.frombuffer(self._counts, dtype=np.float32)[order]
        lengths = np.frombuffer(self._lengths, dtype=np.float32)
        if not len(lengths):
            return np.zeros(0, dtype=np.float32)
        bounds = (K1 * (1 - B + B * lengths / max(float(lengths.mean()), 1.0))).astype(np.float32)
        found: np.ndarray = (counts * np.float32(K1 + 1) / (counts + bounds[passages])).astype(np.float32)
        return found


def _of_headings(source: Source, headings: Sequence[str]) -> dict[str, float]:
    """What title and headings add to each of their passages."""
    counts: dict[str, float] = {}
    _count(source.title, _TITLE, counts)
    for heading in headings:
        _count(heading, _HEADINGS, counts)
    return counts


def _count(text: str, weight: float, counts: dict[str, float]) -> float:
    """Add the words of a text; gives how many there are."""
    found = words(text)
    for word in found:
        counts[word.term] = counts.get(word.term, 0.0) + weight
        for part in (*word.pairs, *word.kanji):
            counts[part] = counts.get(part, 0.0) + weight
    return float(len(found))


def _settle(path: Path) -> None:
    held = os.open(path, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)
