"""A folder of our own for what lies open only while it is used: unpacked indexes, which tell what was said.

In memory (``/dev/shm``) where that is big enough, else in the ledger's folder. Nobody else may enter (0700). It goes with its
owner: at `close`, at exit, and where the owner was killed by whoever comes next. An owner holds a lock on its folder, which the
kernel lets go of however it ends; a process id alone would be given to another.
"""

from __future__ import annotations

import atexit
import fcntl
import hashlib
import os
import shutil
import stat
import tempfile
import weakref
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

_SHARED: Final = Path("/dev/shm")  # noqa: S108 - what lies in it is checked to be ours, and 0700
_LOCK: Final = "lock"
_MARK: Final = "~"  # after the name of what lies in a folder; no name of a segment holds one


def _is_ours(folder: Path) -> bool:
    """Whether it is a real folder of this user that nobody else may enter; others may write in /dev/shm."""
    try:
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077


def _made(folder: Path, *, parents: bool = False) -> bool:
    with suppress(OSError):
        folder.mkdir(mode=0o700, parents=parents)
    return _is_ours(folder) and os.access(folder, os.W_OK | os.X_OK)


def _shared(fallback: Path) -> Path:
    mark = hashlib.sha256(str(fallback.absolute()).encode()).hexdigest()[:16]
    return _SHARED / f"kijun-{os.getuid()}-{mark}"


def base_of(fallback: Path, size: int) -> Path:
    """Where private folders lie: in memory if ``size`` bytes and half as much again are free there, else ``fallback``."""
    with suppress(OSError):
        room = os.statvfs(_SHARED)
        shared = _shared(fallback)
        if room.f_bavail * room.f_frsize >= size * 3 // 2 and _made(shared):
            return shared
    if fallback.is_dir() and not _is_ours(fallback):
        fallback.chmod(0o700)
    if not _made(fallback, parents=True):
        raise PermissionError(f"{fallback} cannot be made a folder that is ours alone")
    return fallback


@contextmanager
def _alone(base: Path) -> Iterator[None]:
    """Only one process at a time makes or clears away folders here."""
    handle = os.open(base / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _clear_leftovers(base: Path) -> None:
    for folder in base.iterdir():
        if not folder.is_dir() or folder.is_symlink():
            continue
        try:
            handle = os.open(folder / _LOCK, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            shutil.rmtree(folder, ignore_errors=True)
            continue
        except OSError:
            continue
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            continue  # its owner lives
        else:
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(handle)


def remove_everywhere(fallback: Path, names: Collection[str]) -> None:
    """Removes what lies open under these names in the folder of whichever process (`PrivateFolder.named`). Who has it open reads on until it is
    closed there; nobody else can."""
    for base in (_shared(fallback), fallback):
        if not names or not _is_ours(base):
            continue
        for folder in base.glob(f"*/*{_MARK}*"):
            if folder.name.partition(_MARK)[0] in names:
                shutil.rmtree(folder, ignore_errors=True)


def _remove(path: Path, handle: int, owner: int) -> None:
    if os.getpid() == owner:  # a forked child leaves its parent's folder alone
        shutil.rmtree(path, ignore_errors=True)
        with suppress(OSError):
            os.close(handle)


class PrivateFolder:
    """A fresh folder, removed at `close`, when it is no longer referred to, and at exit. ``path`` is where it lies."""

    def __init__(self, fallback: Path, size: int) -> None:
        base = base_of(fallback, size)
        with _alone(base):
            _clear_leftovers(base)
            self.path = Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=base))
            handle = os.open(self.path / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self.owner = os.getpid()
        self._finalizer = weakref.finalize(self, _remove, self.path, handle, self.owner)
        atexit.register(self._finalizer)

    def fresh(self) -> Path:
        """A new folder within."""
        return Path(tempfile.mkdtemp(dir=self.path))

    def named(self, folder: Path, name: str) -> Path:
        """The folder within, where it lies now under this name: from now on `remove_everywhere` finds it."""
        return folder.rename(folder.with_name(f"{name}{_MARK}{folder.name}"))

    def close(self) -> None:
        """Removes it with all that is in it."""
        atexit.unregister(self._finalizer)
        self._finalizer()

    def __enter__(self) -> PrivateFolder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
