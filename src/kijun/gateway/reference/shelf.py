"""Where indexes lie, how one takes the place of another, and who has them open.

``KIJUN_HOME/reference/MUNICIPALITY/NAME/`` is one segment of an index; ``current`` beside them names those in force, with the documents in them that
were replaced or withdrawn since. A change writes a segment of the changed documents alone into a folder of its own; then ``current`` is replaced at
once. Whoever dies in between leaves the index as it was. A reader that has the old one open reads on in it.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import shutil
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

import orjson

from kijun.gateway.reference.building import Building, Built, settle
from kijun.gateway.reference.index import BrokenIndex, Index
from kijun.gateway.reference.model import Passage, Source
from kijun.gateway.reference.segment import Segment

log = logging.getLogger(__name__)

FOLDER: Final = "reference"
_CURRENT: Final = "current"
_LOOK: Final = 0.5  # seconds between two looks for a new index
_SEGMENTS: Final = 8  # segments from which on they are joined
_STALE: Final = 0.2  # share of passages that are of no use any more, from which on all are joined
_KEPT: Final = 60.0  # seconds that a folder which nobody names is kept

Listed = dict[str, list[int]]
"""Names of segments, each with the places of the documents in it that do not count."""
Read = Callable[[], Iterable[Passage]]
Wanted = Iterable[tuple[Source, str, Read]]
"""Documents, each with a digest that differs when its passages do, and what reads them."""


def place_of(home: Path, municipality: str) -> Path:
    """The folder of a municipality's indexes. ``municipality`` is its code."""
    if not municipality.isalnum():
        raise ValueError("no code of a municipality")
    return home / FOLDER / municipality


def publish(home: Path, municipality: str, documents: Iterable[tuple[Source, Iterable[Passage]]]) -> Built:
    """Write an index of all documents anew and put it in force."""
    with _changing(place_of(home, municipality)) as shelf:
        name, built = _write(shelf, ((source, "", passages) for source, passages in documents))
        _put_in_force(shelf, {name: []})
    return built


class Updated(NamedTuple):
    """What is in force after a change, and how many documents had to be read for it."""

    documents: int
    passages: int
    read: int


def update(home: Path, municipality: str, wanted: Wanted, *, tidy: bool = False) -> Updated:
    """Make the index hold these documents: only those that are new or differ are read, those that are not named leave.

    ``wanted`` is asked for after others have finished, so that two at once end with the newer. ``tidy``: also join all segments, so that what was
    withdrawn is no longer on the disk.
    """
    with _changing(place_of(home, municipality)) as shelf, contextlib.ExitStack() as open_:
        listed = _current(shelf)
        opened = _opened(shelf, listed, open_)
        fresh, changed = _compared(listed, opened, wanted)
        if changed:
            name, _ = _write(shelf, ((source, digest, read()) for source, digest, read in changed))
            fresh[name] = []
            opened[name] = open_.enter_context(contextlib.closing(Segment(shelf / name)))
        fresh = _joined(shelf, fresh, opened, all_=tidy)
        if fresh != listed or not (shelf / _CURRENT).exists():
            _put_in_force(shelf, fresh)
        sizes = [
            one.size
            for name, segment in _opened(shelf, fresh, open_).items()
            for one in segment.told()
            if one.at not in fresh[name]
        ]
    return Updated(len(sizes), sum(sizes), len(changed))


def _compared(
    listed: Listed, opened: dict[str, Segment], wanted: Wanted
) -> tuple[Listed, list[tuple[Source, str, Read]]]:
    """What of the segments stays in force, and what has to be read."""
    there = {
        (segment.sources[one.at], one.digest): (name, one.at)
        for name, segment in opened.items()
        for one in segment.told()
        if one.at not in listed[name] and one.digest
    }
    kept, changed = set(), []
    for source, digest, read in wanted:
        if at := there.get((source, digest)):
            kept.add(at)
        else:
            changed.append((source, digest, read))
    return {
        name: [one.at for one in segment.told() if (name, one.at) not in kept]
        for name, segment in opened.items()
    }, changed


@contextlib.contextmanager
def _changing(shelf: Path) -> Iterator[Path]:
    """One at a time; who dies lets go."""
    shelf.mkdir(mode=0o700, parents=True, exist_ok=True)
    held = os.open(shelf / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield shelf
    finally:
        os.close(held)


def _write(shelf: Path, documents: Iterable[tuple[Source, str, Iterable[Passage]]]) -> tuple[str, Built]:
    """A new segment: its name and what it holds."""
    with _building(shelf) as (name, building):
        for source, digest, passages in documents:
            building.add(source, passages, digest)
        return name, building.finish()


@contextlib.contextmanager
def _building(shelf: Path) -> Iterator[tuple[str, Building]]:
    name = uuid.uuid4().hex
    building = Building(shelf / name)
    try:
        yield name, building
    except BaseException:
        building.drop()
        shutil.rmtree(shelf / name, ignore_errors=True)
        raise


def _joined(shelf: Path, listed: Listed, opened: dict[str, Segment], *, all_: bool) -> Listed:
    """Join segments where there are many of them, or where much in them is of no use; the largest stays as it is while little in it is."""
    listed = {name: dead for name, dead in listed.items() if len(dead) < len(opened[name].sources)}
    wasted = {
        name: sum(one.size for one in opened[name].told() if one.at in dead) for name, dead in listed.items()
    }
    whole = sum(opened[name].passages for name in listed)
    if all_ or sum(wasted.values()) > _STALE * whole:
        joined = list(listed) if len(listed) > 1 or any(listed.values()) else []
    elif len(listed) >= _SEGMENTS:
        largest = max(listed, key=lambda name: opened[name].passages)
        joined = [name for name in listed if name != largest]
        if 2 * sum(opened[name].passages for name in joined) > opened[largest].passages:
            joined.append(largest)
    else:
        joined = []
    if not joined:
        return listed
    with _building(shelf) as (made, building):
        for name in joined:
            building.take(opened[name], set(listed[name]))
        building.finish()
    return {name: dead for name, dead in listed.items() if name not in joined} | {made: []}


def _opened(shelf: Path, listed: Listed, open_: contextlib.ExitStack) -> dict[str, Segment]:
    """The segments in force that can be read; what cannot is written anew, for nothing of it counts as there."""
    found = {}
    for name in listed:
        with contextlib.suppress(BrokenIndex):
            found[name] = open_.enter_context(contextlib.closing(Segment(shelf / name)))
    return found


def _put_in_force(shelf: Path, listed: Listed) -> None:
    before = _current(shelf)
    fresh = shelf / f"{_CURRENT}.{uuid.uuid4().hex}"
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(orjson.dumps({"segments": listed}))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(shelf / _CURRENT)
    settle(shelf)
    _tidy(shelf, {*listed, *before})


def _current(shelf: Path) -> Listed:
    """The segments in force; none where there is no index, or none that this version reads."""
    try:
        told = orjson.loads((shelf / _CURRENT).read_bytes())
        return {name: list(map(int, dead)) for name, dead in told["segments"].items() if name.isalnum()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def _tidy(shelf: Path, kept: set[str]) -> None:
    for one in shelf.iterdir():
        if one.name in kept or time.time() - one.stat().st_mtime < _KEPT:
            continue
        if one.is_dir():
            shutil.rmtree(one, ignore_errors=True)
        elif one.name.startswith(f"{_CURRENT}."):
            one.unlink(missing_ok=True)


class Shelf:
    """The indexes that one process has open. Thread-safe."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._lock = threading.Lock()
        self._held: dict[str, tuple[Listed, float, Index | None]] = {}

    def index(self, municipality: str) -> Index | None:
        """The index in force; None where there is none that can be read, which is logged once."""
        with self._lock:
            listed, looked, index = self._held.get(municipality, ({}, -1.0, None))
            if time.monotonic() - looked < _LOOK and looked >= 0:
                return index
            shelf = place_of(self._home, municipality)
            found = _current(shelf)
            if found != listed or (index is None and found):
                index = self._open(shelf, found, index, told=found == listed) if found else None
            self._held[municipality] = (found, time.monotonic(), index)
            return index

    @staticmethod
    def _open(shelf: Path, found: Listed, before: Index | None, *, told: bool) -> Index | None:
        """Opens what is new of it; segments that are open already are read on."""
        open_ = {one.folder.name: one for one, _ in before.segments} if before is not None else {}
        try:
            return Index(
                [(open_.get(name) or Segment(shelf / name), frozenset(dead)) for name, dead in found.items()]
            )
        except BrokenIndex as error:
            if not told:
                log.error("an index of reference documents cannot be read: %s", error)
            return before

    def close(self) -> None:
        """Let go of all."""
        with self._lock:
            for _, _, index in self._held.values():
                if index is not None:
                    with contextlib.suppress(Exception):
                        index.close()
            self._held.clear()
