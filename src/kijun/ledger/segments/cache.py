"""Copies of a bucket's files on this machine: fetched once, held while they are read, the least used let go of when they take too much room.

Processes share the folder. Who reads a copy holds a lock on it (one byte of a file of locks each, open file description locks), so that nobody
takes it away meanwhile; however a process ends, the kernel lets go of its locks. A copy is named by its digest: what was written anew is another.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import secrets
import struct
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from kijun.ledger.files import private_folder
from kijun.ledger.segments.segment import File
from kijun.ledger.segments.store import NoRoom, segment_of

_LOCKS: Final = ".locks"
_FLOCK: Final = "hhqqi4x"  # struct flock of 64-bit Linux; the process id has to be 0
_FETCH: Final = 1 << 62  # locks of fetching stand beside those of holding
_ROOM: Final = 1 << 61  # the byte of whoever makes room
_STALE: Final = 3600.0  # seconds after which a file that nobody finished is nobody's
_FULL: Final = (errno.ENOSPC, errno.EDQUOT)


def _place(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:7])


class _Locks:
    """Locks of one use. Not shared by threads."""

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def _ask(self, how: int, kind: int, start: int, length: int = 1) -> None:
        fcntl.fcntl(self._handle, how, struct.pack(_FLOCK, kind, os.SEEK_SET, start, length, 0))

    def share(self, start: int) -> None:
        self._ask(fcntl.F_OFD_SETLKW, fcntl.F_RDLCK, start)

    def take(self, start: int) -> None:
        self._ask(fcntl.F_OFD_SETLKW, fcntl.F_WRLCK, start)

    def try_take(self, start: int) -> bool:
        try:
            self._ask(fcntl.F_OFD_SETLK, fcntl.F_WRLCK, start)
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.EACCES):
                raise
            return False
        return True

    def release(self, start: int, length: int = 1) -> None:
        self._ask(fcntl.F_OFD_SETLK, fcntl.F_UNLCK, start, length)

    def close(self) -> None:
        """A child that was forked meanwhile has the same handle: closing alone would not let go."""
        self.release(0, 0)
        os.close(self._handle)


class Cache:
    """Copies below ``folder``, ``room`` bytes at most. Threads and processes may share it."""

    def __init__(self, folder: Path, room: int) -> None:
        self.folder, self.room = folder, room
        self._used: dict[str, float] = {}

    @contextmanager
    def _locks(self) -> Iterator[_Locks]:
        private_folder(self.folder)
        locks = _Locks(self.folder / _LOCKS)
        try:
            yield locks
        finally:
            locks.close()

    def draft(self, name: str) -> Path:
        """Where a file is written before it is put; the same for each try."""
        return private_folder(self.folder) / f".{_flat(name)}.draft"

    @contextmanager
    def held(self, files: Sequence[File], fetch: Callable[[File, Path], None]) -> Iterator[list[Path]]:
        """Copies that stay until the end. ``fetch`` writes one that is not there. Raises `NoRoom`, and what ``fetch`` does."""
        with self._locks() as locks:
            names = [_copy(file) for file in files]
            for file, name in zip(files, names, strict=True):
                locks.share(_place(name))
                if not (self.folder / name).exists():
                    self._fetch(locks, file, fetch)
                self._used[name] = time.time()
            yield [self.folder / name for name in names]

    def refresh(self, file: File, fetch: Callable[[File, Path], None]) -> None:
        """Fetch a copy anew; whoever reads the one of before reads on."""
        with self._locks() as locks:
            self._fetch(locks, file, fetch, anew=True)

    def _fetch(
        self, locks: _Locks, file: File, fetch: Callable[[File, Path], None], anew: bool = False
    ) -> None:
        name = _copy(file)
        locks.take(_FETCH | _place(name))  # two that want the same fetch it once
        part = self.folder / f".{name}.{secrets.token_hex(4)}.part"
        try:
            if (self.folder / name).exists() and not anew:
                return
            self._make_room(locks, file.bytes)
            fetch(file, part)
            part.replace(self.folder / name)
        except OSError as error:
            if error.errno not in _FULL:
                raise
            raise NoRoom(
                f"ディスクに空きがないため、記録を手元に写せません（{self.folder}）。",
                f"The disk is full: a copy of the records cannot be made in {self.folder}.",
            ) from error
        finally:
            part.unlink(missing_ok=True)
            locks.release(_FETCH | _place(name))

    def adopt(self, file: File) -> None:
        """A draft that was put is the first copy; where there is no room for it, it goes."""
        draft = self.draft(file.name)
        with self._locks() as locks:
            try:
                self._make_room(locks, file.bytes)
            except NoRoom:
                draft.unlink()
            else:
                draft.replace(self.folder / _copy(file))

    def _make_room(self, locks: _Locks, wanted: int) -> None:
        locks.take(_ROOM)
        try:
            found = self._found()
            taken = sum(size for _used, size, _path in found) + wanted
            for _used, size, path in sorted(found):
                if taken <= self.room:
                    return
                if self._let_go(locks, path):
                    taken -= size
            if taken > self.room:
                raise NoRoom(
                    "一度に読む記録が、手元に置ける量を超えました。期間を短くするか、KIJUN_LEDGER_FILES の cache を大きくしてください。",
                    "What is to be read at once takes more room than copies may take: ask for less, or raise cache in KIJUN_LEDGER_FILES.",
                )
        finally:
            locks.release(_ROOM)

    def _found(self) -> list[tuple[float, int, Path]]:
        """(last use that is known, size, path) of each copy; what nobody finished goes."""
        found, now = [], time.time()
        for path in self.folder.iterdir():
            with suppress(FileNotFoundError):
                told = path.stat()
                if path.name[0] != ".":
                    used = max(told.st_mtime, told.st_atime, self._used.get(path.name, 0.0))
                    found.append((used, told.st_size, path))
                elif path.name != _LOCKS and told.st_mtime < now - _STALE:
                    path.unlink()
        return found

    def _let_go(self, locks: _Locks, path: Path) -> bool:
        """Delete a copy that nobody holds, not even whoever asks."""
        with self._locks() as own:  # the asker's own locks count as another's
            if not own.try_take(_place(path.name)):
                return False
            path.unlink(missing_ok=True)
            self._used.pop(path.name, None)
        return True

    def forget(self, segments: Iterable[str]) -> None:
        """Delete all copies of these segments' files, whoever reads them."""
        gone = set(segments)
        if not self.folder.is_dir():
            return
        for path in self.folder.iterdir():
            if path.name[0] != "." and path.name.partition("~")[0] in gone:
                path.unlink(missing_ok=True)
                self._used.pop(path.name, None)

    def taken(self) -> int:
        """Bytes that copies take now."""
        return sum(size for _used, size, _path in self._found()) if self.folder.is_dir() else 0


def _flat(name: str) -> str:
    return name.rpartition("/")[2]


def _copy(file: File) -> str:
    return f"{segment_of(file.name)}~{file.sha256[:32]}{Path(file.name).suffix}"
