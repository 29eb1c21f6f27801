"""A segment that is open: postings, passages and documents of one folder that `Building` wrote. The arrays are mapped, so that processes share them."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from kijun.gateway.reference.building import DATABASE, FORMAT, NUMBERS, WEIGHTS
from kijun.gateway.reference.model import Passage, Source

Numbers = np.ndarray[Any, np.dtype[np.uint32]]
Floats = np.ndarray[Any, np.dtype[np.float32]]
_COLUMNS: Final = "id, title, collection, department, version, dated, review_by, link, open"


class BrokenIndex(ValueError):
    """The folder holds no index that this version reads."""


class Told(NamedTuple):
    """Where a document's passages stand in a segment."""

    at: int
    digest: str
    first: int
    size: int


class Segment:
    """Opens a folder. Raises `BrokenIndex`. Thread-safe."""

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
                for row in self._db.execute(f"SELECT {_COLUMNS} FROM sources ORDER BY at")  # noqa: S608  # our own columns
            )
            self._told = tuple(
                Told(*row)
                for row in self._db.execute("SELECT at, digest, first, count FROM sources ORDER BY at")
            )
            self._numbers: Numbers = _mapped(folder / NUMBERS, np.uint32)
            self._weights: Floats = _mapped(folder / WEIGHTS, np.float32)
        except (sqlite3.Error, OSError, KeyError, ValueError) as error:
            if isinstance(error, BrokenIndex):
                raise
            raise BrokenIndex(type(error).__name__) from error

    def close(self) -> None:
        """Let go of the files."""
        with self._lock:
            self._db.close()

    def told(self) -> tuple[Told, ...]:
        """Its documents in order."""
        return self._told

    def postings(self, term: str) -> tuple[Numbers, Floats]:
        """The passages in which a term stands, in order, with its weight there."""
        with self._lock:
            row = self._db.execute("SELECT first, count FROM terms WHERE term = ?", (term,)).fetchone()
        first, count = row or (0, 0)
        return self._numbers[first : first + count], self._weights[first : first + count]

    def all_postings(self) -> Iterator[tuple[str, Numbers, Floats]]:
        """Every term with its postings."""
        with self._lock:
            rows = self._db.execute("SELECT term, first, count FROM terms ORDER BY first").fetchall()
        for term, first, count in rows:
            yield term, self._numbers[first : first + count], self._weights[first : first + count]

    def heard(self, said: str) -> list[str]:
        """The nouns of its headings that are read like this."""
        with self._lock:
            rows = self._db.execute("SELECT nouns FROM readings WHERE said = ?", (said,)).fetchall()
        return [row[0] for row in rows]

    def readings(self) -> list[tuple[str, str]]:
        """All of them."""
        with self._lock:
            return self._db.execute("SELECT said, nouns FROM readings").fetchall()

    def rows(self, first: int, count: int) -> list[tuple[Any, ...]]:
        """Passages as they are stored, but for their place."""
        with self._lock:
            return self._db.execute(
                "SELECT number, headings, text, start, stop, place, guarded FROM passages"
                " WHERE at >= ? AND at < ? ORDER BY at",
                (first, first + count),
            ).fetchall()

    def place(self, document: Told, number: int) -> int | None:
        """Where a document's passage stands."""
        with self._lock:
            row = self._db.execute(
                "SELECT at FROM passages WHERE at >= ? AND at < ? AND number = ?",
                (document.first, document.first + document.size, number),
            ).fetchone()
        return int(row[0]) if row else None

    def passage(self, at: int) -> Passage:
        """A passage by its place."""
        ((number, headings, text, start, stop, place, guarded),) = self.rows(at, 1)
        return Passage(
            number, tuple(filter(None, headings.split("\n"))), text, start, stop, place, bool(guarded)
        )


def _mapped(path: Path, kind: Any) -> Any:
    """A file as an array; an empty file cannot be mapped."""
    return np.memmap(path, dtype=kind, mode="r") if path.stat().st_size else np.zeros(0, dtype=kind)
