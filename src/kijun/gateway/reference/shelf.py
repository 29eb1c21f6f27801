"""Where indexes lie, how one takes the place of another, and who has them open.

``KIJUN_HOME/reference/MUNICIPALITY/NAME/`` is one index, ``current`` beside it the name of the one in force. A new one is written into a folder of
its own; then ``current`` is replaced at once. A reader that has the old one open reads on in it.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import threading
import time
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from kijun.gateway.reference.building import Building, Built
from kijun.gateway.reference.index import BrokenIndex, Index
from kijun.gateway.reference.model import Passage, Source

log = logging.getLogger(__name__)

FOLDER: Final = "reference"
_CURRENT: Final = "current"
_LOOK: Final = 0.5  # seconds between two looks for a new index


def place_of(home: Path, municipality: str) -> Path:
    """The folder of a municipality's indexes. ``municipality`` is its code."""
    if not municipality.isalnum():
        raise ValueError("no code of a municipality")
    return home / FOLDER / municipality


def publish(home: Path, municipality: str, documents: Iterable[tuple[Source, Iterable[Passage]]]) -> Built:
    """Write an index of all documents and put it in force. The one before stays for those that read it; older ones go."""
    shelf = place_of(home, municipality)
    shelf.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = uuid.uuid4().hex
    building = Building(shelf / name)
    try:
        for source, passages in documents:
            building.add(source, passages)
        built = building.finish()
    except BaseException:
        shutil.rmtree(shelf / name, ignore_errors=True)
        raise
    before = _current(shelf)
    fresh = shelf / f"{_CURRENT}.{name}"
    with os.fdopen(
        os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii"
    ) as file:
        file.write(name)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(shelf / _CURRENT)
    _tidy(shelf, {name, before})
    return built


def _current(shelf: Path) -> str:
    """The name in force; empty where there is none, or none that is a name."""
    try:
        name = (shelf / _CURRENT).read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""
    return name if name.isalnum() else ""


def _tidy(shelf: Path, kept: set[str]) -> None:
    for one in shelf.iterdir():
        if one.is_dir() and one.name not in kept and time.time() - one.stat().st_mtime > 60:
            shutil.rmtree(one, ignore_errors=True)


class Shelf:
    """The indexes that one process has open. Thread-safe."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._lock = threading.Lock()
        self._held: dict[str, tuple[str, float, Index | None]] = {}

    def index(self, municipality: str) -> Index | None:
        """The index in force; None where there is none that can be read, which is logged once."""
        with self._lock:
            name, looked, index = self._held.get(municipality, ("", -1.0, None))
            if time.monotonic() - looked < _LOOK and looked >= 0:
                return index
            shelf = place_of(self._home, municipality)
            found = _current(shelf)
            if found != name or (index is None and found):
                index = self._open(shelf / found, index, told=found == name) if found else None
            self._held[municipality] = (found, time.monotonic(), index)
            return index

    @staticmethod
    def _open(folder: Path, before: Index | None, *, told: bool) -> Index | None:
        try:
            return Index(folder)
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
