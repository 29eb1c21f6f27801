"""Indexes that are open: unpacked into a private folder, the least used closed first when they take too much room."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kijun.ledger.segments.files import Files
from kijun.ledger.segments.index import Words
from kijun.ledger.segments.packing import Unpackable, unpack
from kijun.ledger.segments.private import PrivateFolder
from kijun.ledger.segments.segment import Segment, SegmentFault

#: Bytes that opened indexes take before the least used is closed; a million records of a thousand characters take less.
ROOM: Final = 1 << 30


@dataclass(frozen=True, slots=True)
class _Open:
    words: Words
    folder: Path
    size: int


class Indexes:
    """Opened indexes of a ledger's segments. Threads may share it; what one of them uses stays readable until it is done."""

    def __init__(
        self, files: Files, segment_key: Callable[[int], bytes | None], private: Path, room: int = ROOM
    ) -> None:
        self._files, self._segment_key, self._fallback, self._room = files, segment_key, private, room
        self._lock = threading.Lock()
        self._opening: dict[str, threading.Lock] = {}
        self._open: OrderedDict[str, _Open] = OrderedDict()
        self._forgotten: set[str] = set()
        self._private: PrivateFolder | None = None

    def words(self, segment: Segment) -> Words | None:
        """The segment's index, opened; None where its key was destroyed. Raises `SegmentFault` where it is not what was sealed."""
        key = self._segment_key(segment.content_key)
        if key is None:
            self.forget([segment.name])
            return None
        name = f"{segment.name}\0{segment.sha256_index}"
        if (kept := self._kept(name)) is not None:
            return kept
        with self._lock:
            opening = self._opening.setdefault(name, threading.Lock())
        with opening:  # two that want the same index unpack it once
            if (kept := self._kept(name)) is not None:
                return kept
            try:
                return self._unpack_with_room(segment, key, name)
            finally:
                with self._lock:
                    self._opening.pop(name, None)
                    self._forgotten.discard(name)

    def _kept(self, name: str) -> Words | None:
        with self._lock:
            if self._private is not None and self._private.owner != os.getpid():
                self._open.clear()  # a forked child: these lie in its parent's folder
                self._private = None
            if name not in self._open:
                return None
            self._open.move_to_end(name)
            return self._open[name].words

    def _folder(self) -> Path:
        with self._lock:
            if self._private is None:
                self._private = PrivateFolder(self._fallback, self._room)
            return Path(tempfile.mkdtemp(dir=self._private.path))

    def _unpack_with_room(self, segment: Segment, key: bytes, name: str) -> Words:
        try:
            return self._unpack(segment, key, name)
        except OSError as error:  # memory's folder is everybody's: others may have filled it
            if error.errno != errno.ENOSPC:
                raise
        with self._lock:
            for kept in self._open.values():
                shutil.rmtree(kept.folder, ignore_errors=True)
            self._open.clear()
        try:
            return self._unpack(segment, key, name)
        except OSError as error:
            raise SegmentFault(segment.name, "index: there is no room to open it") from error

    def _unpack(self, segment: Segment, key: bytes, name: str) -> Words:
        with self._files.held_index(segment) as source:
            return self._unpack_from(source, segment, key, name)

    def _unpack_from(self, source: Path, segment: Segment, key: bytes, name: str) -> Words:
        folder = self._folder()
        try:
            size = unpack(source, folder, key, segment.name)
            words = Words(folder)
        except Unpackable as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise SegmentFault(segment.name, f"index: {error}") from error
        except (OSError, ValueError) as error:
            shutil.rmtree(folder, ignore_errors=True)
            if isinstance(error, OSError) and error.errno == errno.ENOSPC:
                raise
            raise SegmentFault(segment.name, f"index: cannot be opened ({type(error).__name__})") from error
        with self._lock:
            if name in self._forgotten:  # while it was being unpacked
                shutil.rmtree(folder, ignore_errors=True)
                return words
            self._open[name] = _Open(words, folder, size)
            self._shrink()
        return words

    def _shrink(self) -> None:
        taken = sum(kept.size for kept in self._open.values())
        while taken > self._room and len(self._open) > 1:
            _, oldest = self._open.popitem(last=False)
            taken -= oldest.size
            shutil.rmtree(oldest.folder, ignore_errors=True)

    def forget(self, names: Iterable[str]) -> None:
        """Closes and removes what lies open of these segments, for their content was erased or moved."""
        gone = set(names)
        with self._lock:
            self._forgotten |= {name for name in self._opening if name.partition("\0")[0] in gone}
            for name in [name for name in self._open if name.partition("\0")[0] in gone]:
                shutil.rmtree(self._open.pop(name).folder, ignore_errors=True)

    def close(self) -> None:
        """Closes all and removes the private folder."""
        with self._lock:
            self._open.clear()
            if self._private is not None:
                self._private.close()
                self._private = None
