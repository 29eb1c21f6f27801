"""An index written whole: postings as two arrays, words and passages in a SQLite file, in a folder of its own.

The weight of a word in a passage is that of BM25F (Robertson, Zaragoza, Taylor 2004: fields are weighted before saturation), without the
word's rarity, which is known when it is asked for.
"""

from __future__ import annotations

import os
import sqlite3
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any, Final

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

_HELD: Final = 2_000_000  # rows that are held in memory

_Numbers = np.ndarray[Any, np.dtype[np.uint32]]
_Floats = np.ndarray[Any, np.dtype[np.float32]]
_Places = np.ndarray[Any, np.dtype[np.int64]]

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
        self._rows = (
            array("I"),
            array("I"),
            array("f"),
        )  # term, passage, count; they go to a file when they are many
        self._spill = folder / "rows"
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
        term_of, passage_of, held = self._rows
        for term, count in counts.items():
            term_of.append(terms.setdefault(term, len(terms)))
            held.append(count)
        passage_of.extend([number] * len(counts))
        if len(term_of) > _HELD:
            self._put_away()
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
        self._put_away()
        counts = np.zeros(len(self._terms), dtype=np.int64)
        for term_of, _, _ in self._put():
            counts += np.bincount(term_of, minlength=len(counts))
        firsts = np.cumsum(counts) - counts
        self._write_postings(firsts.copy(), int(counts.sum()))
        self._spill.unlink(missing_ok=True)
        rows = sorted(zip(self._terms, firsts.tolist(), counts.tolist(), strict=True))
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

    def _put_away(self) -> None:
        """Move the rows that are held into the file."""
        with self._spill.open("ab") as file:
            if len(self._rows[0]):
                np.array([len(self._rows[0])], dtype=np.uint64).tofile(file)
            for one in self._rows:
                one.tofile(file)
        self._rows = (array("I"), array("I"), array("f"))

    def _put(self) -> Iterator[tuple[_Numbers, _Numbers, _Floats]]:
        """The rows in the file, part by part."""
        with self._spill.open("rb") as file:
            while len(size := np.fromfile(file, dtype=np.uint64, count=1)):
                count = int(size[0])
                yield (
                    np.fromfile(file, dtype=np.uint32, count=count),
                    np.fromfile(file, dtype=np.uint32, count=count),
                    np.fromfile(file, dtype=np.float32, count=count),
                )

    def _write_postings(self, nexts: _Places, total: int) -> None:
        """Put each row where its term's postings are; passages stay in order within a term. ``nexts`` is the next place of each term."""
        numbers = _made(self._folder / NUMBERS, np.uint32, total)
        weights = _made(self._folder / WEIGHTS, np.float32, total)
        lengths = np.frombuffer(self._lengths, dtype=np.float32)
        mean = max(float(lengths.mean()), 1.0) if len(lengths) else 1.0
        bounds = (K1 * (1 - B + B * lengths / mean)).astype(np.float32)
        for term_of, passage_of, counts in self._put():
            order = np.argsort(term_of, kind="stable")
            terms, passages, held = term_of[order], passage_of[order], counts[order]
            found, starts, sizes = np.unique(terms, return_index=True, return_counts=True)
            places = np.arange(len(terms)) - np.repeat(starts, sizes) + np.repeat(nexts[found], sizes)
            numbers[places] = passages
            weights[places] = held * np.float32(K1 + 1) / (held + bounds[passages])
            nexts[found] += sizes
        for one in (numbers, weights):
            if isinstance(one, np.memmap):
                one.flush()


def _made(path: Path, kind: Any, count: int) -> Any:
    """A file of numbers to be filled; one of none cannot be mapped."""
    if count:
        return np.memmap(path, dtype=kind, mode="w+", shape=(count,))
    path.touch()
    return np.zeros(0, dtype=kind)


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
