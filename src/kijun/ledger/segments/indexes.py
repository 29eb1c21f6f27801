"""Indexes that are open: unpacked into a private folder, the least used closed first when they take too much room.

What was erased or moved is closed by every process that has it open: whoever erases removes it from the folders of all, and each looks once a minute
whether what it holds was removed, or its key destroyed.
"""

from __future__ import annotations

import errno
import os
import shutil
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kijun.ledger.segments.files import Files
from kijun.ledger.segments.index import Words
from kijun.ledger.segments.packing import Unpackable, unpack
from kijun.ledger.segments.private import PrivateFolder, remove_everywhere
from kijun.ledger.segments.segment import Segment, SegmentFault

#: Bytes that opened indexes take before the least used is closed; a million records of a thousand characters take less.
ROOM: Final = 1 << 30
TIDY: Final = 60.0
"""Seconds between two looks for what was erased meanwhile, also where nobody searches."""


@dataclass(frozen=True, slots=True)
class _Open:
    words: Words
    folder: Path
    size: int
    key: int


def _tidy(open: weakref.ref[Indexes], closed: threading.Event) -> None:
    while not closed.wait(TIDY):
        indexes = open()
        if indexes is None or not indexes.tidy():
            return
        del indexes  # it goes when nobody else needs it


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
        self._tidying: threading.Event | None = None  # set, it ends the thread

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
                words = self._unpack_with_room(segment, key, name)
            finally:
                with self._lock:
                    self._opening.pop(name, None)
                    self._forgotten.discard(name)
        if self._segment_key(segment.content_key) is None:  # destroyed meanwhile
            self.forget([segment.name])
            return None
        return words

    def _kept(self, name: str) -> Words | None:
        with self._lock:
            if self._private is not None and self._private.owner != os.getpid():
                self._open.clear()  # a forked child: these lie in its parent's folder
                self._private = self._tidying = None
            if name not in self._open:
                return None
            if not self._open[name].folder.is_dir():  # another process moved it
                del self._open[name]
                return None
            self._open.move_to_end(name)
            return self._open[name].words

    def _folder(self) -> tuple[PrivateFolder, Path]:
        with self._lock:
            if self._private is None:
                self._private = PrivateFolder(self._fallback, self._room)
            return self._private, self._private.fresh()

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
        private, folder = self._folder()
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
            if name in self._forgotten or private is not self._private:  # while it was being unpacked
                shutil.rmtree(folder, ignore_errors=True)
                return words
            folder = private.named(folder, segment.name)
            self._open[name] = _Open(words, folder, size, segment.content_key)
            self._shrink()
            self._keep_tidy()
        return words

    def _keep_tidy(self) -> None:
        if self._tidying is None:
            self._tidying = threading.Event()
            given = weakref.ref(self), self._tidying
            threading.Thread(target=_tidy, args=given, name="kijun-indexes", daemon=True).start()

    def tidy(self) -> bool:
        """Closes what another process removed, and what the key was destroyed of; whether anything is open still."""
        with self._lock:
            found = list(self._open.items())
        destroyed = {key for key in {kept.key for _, kept in found} if self._is_destroyed(key)}
        with self._lock:
            for name, kept in found:
                if kept.key in destroyed or not kept.folder.is_dir():
                    shutil.rmtree(kept.folder, ignore_errors=True)
                    if self._open.get(name) is kept:
                        del self._open[name]
            if not self._open:
                self._tidying = None
            return bool(self._open)

    def _is_destroyed(self, key: int) -> bool:
        try:
            return self._segment_key(key) is None
        except SegmentFault:  # its line was changed: with what lies open of it nothing can be done either
            return True
        except Exception:  # the database does not answer: it is asked again
            return False

    def _shrink(self) -> None:
        taken = sum(kept.size for kept in self._open.values())
        while taken > self._room and len(self._open) > 1:
            _, oldest = self._open.popitem(last=False)
            taken -= oldest.size
            shutil.rmtree(oldest.folder, ignore_errors=True)

    def forget(self, names: Iterable[str]) -> None:
        """Removes what lies open of these segments, in whichever process, for their content was erased or moved; here it is closed as well."""
        gone = set(names)
        with self._lock:
            self._forgotten |= {name for name in self._opening if _segment_of(name) in gone}
            self._close(gone)
        remove_everywhere(self._fallback, gone)

    def only(self, names: Iterable[str]) -> None:
        """Closes what lies open of any other segments: they are not listed any more."""
        listed = set(names)
        with self._lock:
            self._close({_segment_of(name) for name in self._open} - listed)

    def _close(self, segments: set[str]) -> None:
        for name in [name for name in self._open if _segment_of(name) in segments]:
            shutil.rmtree(self._open.pop(name).folder, ignore_errors=True)

    def close(self) -> None:
        """Closes all and removes the private folder."""
        with self._lock:
            self._open.clear()
            if self._tidying is not None:
                self._tidying.set()
                self._tidying = None
            if self._private is not None:
                self._private.close()
                self._private = None


def _segment_of(name: str) -> str:
    return name.partition("\0")[0]
