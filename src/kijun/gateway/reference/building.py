"""A segment of an index, written whole: postings as two arrays, words and passages in a SQLite file, in a folder of its own.

The weight of a word in a passage is that of BM25F (Robertson, Zaragoza, Taylor 2004: fields are weighted before saturation), without the
word's rarity, which is known when it is asked for. A passage's length is measured against a constant, for passages are cut to one size: so a weight
depends on nothing outside of its passage, and segments can be joined as they are.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple, dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kijun.gateway.reference.model import Passage, Source
from kijun.gateway.reference.words import Word, spoken, words

if TYPE_CHECKING:
    from kijun.gateway.reference.segment import Segment

FORMAT: Final = 2
_READ_BY: Final = ("building.py", "splitting.py", "words.py")
DATABASE, NUMBERS, WEIGHTS = "index.sqlite", "postings.u32", "weights.f32"
K1: Final = 1.2
B: Final = 0.4
"""Passages are of one size, so that their length says little."""
_USUAL: Final = 60.0  # words of a passage: what is shorter counts for a little more
_HEADINGS: Final = 2.0  # what a word in a heading counts for, against one of the text
_TITLE: Final = 0.5

_HELD: Final = 2_000_000  # rows that are held in memory
_READERS: Final = 2  # threads that cut texts into words; Sudachi lets go of the interpreter
_MANY: Final = 40  # texts from which on it pays to use them

_Numbers = np.ndarray[Any, np.dtype[np.uint32]]
_Floats = np.ndarray[Any, np.dtype[np.float32]]
_Places = np.ndarray[Any, np.dtype[np.int64]]

_SCHEMA: Final = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE terms (term TEXT PRIMARY KEY, first INTEGER NOT NULL, count INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE sources (at INTEGER PRIMARY KEY, digest TEXT, first INTEGER, count INTEGER, id TEXT, title TEXT, collection TEXT, department TEXT,
  version INTEGER, dated TEXT, review_by TEXT, link TEXT, open INTEGER);
CREATE TABLE passages (at INTEGER PRIMARY KEY, number INTEGER, headings TEXT, text TEXT, start INTEGER, stop INTEGER, place TEXT, guarded INTEGER);
CREATE TABLE readings (said TEXT, nouns TEXT, PRIMARY KEY (said, nouns)) WITHOUT ROWID;
"""


@cache
def reader() -> str:
    """What reads documents, as a digest: with another one they must be read again."""
    here = Path(__file__).parent
    told = hashlib.sha256(version("sudachidict-small").encode())
    for name in _READ_BY:
        told.update((here / name).read_bytes())
    return told.hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Built:
    """What was built."""

    sources: int
    passages: int
    terms: int
    bytes: int


class Building:
    """A segment in the making. ``folder`` must not exist yet; it is there whole after `finish`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True)
        self._db = sqlite3.connect(folder / DATABASE, isolation_level=None, check_same_thread=False)
        self._db.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + _SCHEMA)
        self._db.execute("BEGIN")
        self._terms: dict[str, int] = {}
        self._rows = (array("I"), array("I"), array("f"))
        """Term, passage, weight; they go to a file when they are many."""
        self._spill = folder / "rows"
        self._passages = 0
        self._sources = 0
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="words")

    def add(self, source: Source, passages: Iterable[Passage], digest: str = "") -> int:
        """Add a document; gives how many passages it has. ``digest`` tells whether it must be read again some day."""
        first, given = self._passages, list(passages)
        texts = [one.text for one in given]
        read: Iterable[list[Word]] = (
            self._readers.map(words, texts) if len(texts) >= _MANY else map(words, texts)
        )
        headings: dict[tuple[str, ...], dict[str, float]] = {}
        for passage, found in zip(given, read, strict=True):
            if passage.headings not in headings:
                headings[passage.headings] = _of_headings(source, passage.headings)
                self._heard(spoken(" ".join(passage.headings[-1:])))
            self._one(found, headings[passage.headings])
        self._db.executemany(
            "INSERT INTO passages VALUES (?,?,?,?,?,?,?,?)",
            ((at, *_row(passage)) for at, passage in enumerate(given, first)),
        )
        self._told(source, digest, first, len(given))
        self._heard(spoken(source.title))
        return len(given)

    def take(self, segment: Segment, dead: set[int]) -> None:
        """Take over another segment's documents but those in ``dead`` (their places in it), as they are."""
        kept = [one for one in segment.told() if one.at not in dead]
        new = np.full(segment.passages, -1, dtype=np.int64)
        for one in kept:
            new[one.first : one.first + one.size] = np.arange(
                self._passages, self._passages + one.size, dtype=np.int64
            )
            rows = segment.rows(one.first, one.size)
            self._db.executemany(
                "INSERT INTO passages VALUES (?,?,?,?,?,?,?,?)",
                ((at, *row) for at, row in enumerate(rows, self._passages)),
            )
            self._told(segment.sources[one.at], one.digest, self._passages, one.size)
            self._passages += one.size
        self._db.executemany("INSERT OR IGNORE INTO readings VALUES (?,?)", segment.readings())
        for term, numbers, weights in segment.all_postings():
            places = new[numbers]
            alive = places >= 0
            count = int(alive.sum())
            if count:
                self._rows[0].extend([self._terms.setdefault(term, len(self._terms))] * count)
                self._rows[1].frombytes(places[alive].astype(np.uint32).tobytes())
                self._rows[2].frombytes(weights[alive].astype(np.float32).tobytes())
                if len(self._rows[0]) > _HELD:
                    self._put_away()

    def _heard(self, readings: Mapping[str, str]) -> None:
        """Note how words of headings are read."""
        self._db.executemany("INSERT OR IGNORE INTO readings VALUES (?,?)", readings.items())

    def _told(self, source: Source, digest: str, first: int, count: int) -> None:
        self._db.execute(
            "INSERT INTO sources VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
            (self._sources, digest, first, count, *astuple(source)),
        )
        self._sources += 1

    def _one(self, found: Sequence[Word], beside: dict[str, float]) -> None:
        counts = dict(beside)
        _count(found, 1.0, counts)
        bound = K1 * (1 - B + B * len(found) / _USUAL)
        terms = self._terms
        term_of, passage_of, weights = self._rows
        for term, count in counts.items():
            term_of.append(terms.setdefault(term, len(terms)))
            weights.append(count * (K1 + 1) / (count + bound))
        passage_of.extend([self._passages] * len(counts))
        self._passages += 1
        if len(term_of) > _HELD:
            self._put_away()

    def finish(self) -> Built:
        """Write the postings, make everything durable."""
        self._readers.shutdown()
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
            "INSERT INTO meta VALUES (?,?)", [("format", str(FORMAT)), ("passages", str(self._passages))]
        )
        self._db.execute("COMMIT")
        self._db.close()
        for name in (DATABASE, NUMBERS, WEIGHTS):
            settle(self._folder / name)
        settle(self._folder)
        size = sum(one.stat().st_size for one in self._folder.iterdir())
        return Built(self._sources, self._passages, len(rows), size)

    def drop(self) -> None:
        """Let go of everything that is open; the folder is of no use."""
        self._readers.shutdown(cancel_futures=True)
        self._db.close()

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
        for term_of, passage_of, held in self._put():
            order = np.argsort(term_of, kind="stable")
            terms = term_of[order]
            found, starts, sizes = np.unique(terms, return_index=True, return_counts=True)
            places = np.arange(len(terms)) - np.repeat(starts, sizes) + np.repeat(nexts[found], sizes)
            numbers[places] = passage_of[order]
            weights[places] = held[order]
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


def _row(passage: Passage) -> tuple[object, ...]:
    headings = "\n".join(passage.headings)
    return (passage.number, headings, *astuple(passage)[2:])


def _of_headings(source: Source, headings: Sequence[str]) -> dict[str, float]:
    """What title and headings add to each of their passages."""
    counts: dict[str, float] = {}
    _count(words(source.title), _TITLE, counts)
    for heading in headings:
        _count(words(heading), _HEADINGS, counts)
    return counts


def _count(found: Sequence[Word], weight: float, counts: dict[str, float]) -> None:
    """Add words with their pairs and kanji."""
    for word in found:
        counts[word.term] = counts.get(word.term, 0.0) + weight
        for part in (*word.pairs, *word.kanji):
            counts[part] = counts.get(part, 0.0) + weight


def settle(path: Path) -> None:
    """Make a file or folder durable."""
    held = os.open(path, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)
