"""Where sealed files lie: a folder, or a bucket (`s3`). Nothing above knows which.

A name is a path like ``data/municipality=…/month=…/retention=…/NAME.parquet``. Files never change; they are written once, read from a path on this
machine, and deleted.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Protocol

from kijun.ledger.files import sync_folder
from kijun.ledger.model import Unavailable
from kijun.ledger.place import parse
from kijun.ledger.segments.segment import File, make_folders, settle, temporary


class StoreFault(Unavailable):
    """The store cannot be reached, refuses, or is not this ledger's. Nothing is lost; what was asked for was not done."""


class NoRoom(Unavailable):
    """What is read at once takes more room than copies of a store's files may take on this machine."""


class NotAsSealed(Exception):
    """What lies in the store under a name is missing or not what was sealed; its text says how."""

    def __init__(self, file: File, how: str) -> None:
        super().__init__(how)
        self.file = file


class Store(Protocol):
    """Sealed files. Threads may share it. Everything that asks it raises `StoreFault` where it does not serve."""

    #: Stores with the same key are the same.
    key: Hashable
    #: The ledger's own folder on this machine.
    folder: Path
    #: Every path that `held` gives lies below this folder.
    below: Path
    #: Where the files lie, as people and as engines that read the table name it.
    place: str
    location: str
    #: Files come from elsewhere: looking at one may mean fetching it.
    remote: bool

    def draft(self, name: str) -> Path:
        """Where a file is written before it is `put`. What a crash left there is overwritten."""

    def put(self, file: File) -> None:
        """The draft is on its way to the file's name: whole or not at all, and durable when this returns."""

    def held(self, files: Sequence[File]) -> AbstractContextManager[list[Path]]:
        """Paths of the files, which stay readable until the end; may raise `NotAsSealed`, but who reads compares for himself."""

    def as_it_lies(self, file: File) -> AbstractContextManager[Path]:
        """A path of what lies under the file's name now, whatever it is; raises `NotAsSealed` where nothing does, or far too much."""

    def refresh(self, file: File) -> bool:
        """Fetch this machine's copy anew; False where there is nothing but the file itself. Raises `NotAsSealed`."""

    def forget(self, segments: Iterable[str]) -> None:
        """Let go of this machine's copies of segments that are no more."""

    def delete(self, names: Iterable[str]) -> int:
        """Delete files and give how many were there."""

    def names(self, below: str) -> list[str]:
        """Names of all files below ``data`` or ``metadata``, sorted."""

    def claim(self, ledger: str, entries: int) -> None:
        """Before anything is put or deleted: that this is the place of the ledger with this fingerprint, and not of a later state of it than one of
        ``entries``. Raises `StoreFault`."""

    def fault_of(self, error: OSError) -> StoreFault | None:
        """Words for what Arrow said of the store; None where the error is a file's and not the store's."""


class Folder:
    """The ledger's own folder."""

    remote = False

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.below = folder / "data"
        self.place = str(folder.absolute())
        self.key: Hashable = self.place
        # Not ``as_uri``: pyiceberg does not take ``%`` apart, and a folder may have a Japanese name.
        self.location = self.place if set("#?%") & set(self.place) else f"file://{self.place}"

    def draft(self, name: str) -> Path:
        """See `Store`: beside its place, so that taking the name is one step."""
        path = self.folder / name
        make_folders(path.parent)
        return temporary(path)

    def put(self, file: File) -> None:
        """See `Store`."""
        settle(self.folder / file.name)

    @contextmanager
    def held(self, files: Sequence[File]) -> Iterator[list[Path]]:
        """See `Store`; whether a file is there is seen when it is opened."""
        yield [self.folder / file.name for file in files]

    @contextmanager
    def as_it_lies(self, file: File) -> Iterator[Path]:
        """See `Store`."""
        path = self.folder / file.name
        if not path.is_file():
            raise NotAsSealed(file, "missing")
        yield path

    def refresh(self, file: File) -> bool:
        """See `Store`."""
        return False

    def forget(self, segments: Iterable[str]) -> None:
        """See `Store`."""

    def delete(self, names: Iterable[str]) -> int:
        """See `Store`."""
        paths = [self.folder / name for name in names]
        deleted = 0
        for path in paths:
            with suppress(FileNotFoundError):
                path.unlink()
                deleted += 1
        for folder in {path.parent for path in paths}:
            if folder.is_dir():
                sync_folder(folder)
        return deleted

    def names(self, below: str) -> list[str]:
        """See `Store`."""
        return sorted(
            path.relative_to(self.folder).as_posix()
            for path in (self.folder / below).rglob("*")
            if path.is_file()
        )

    def claim(self, ledger: str, entries: int) -> None:
        """See `Store`: a folder that holds the root key is its ledger's."""

    def fault_of(self, error: OSError) -> StoreFault | None:
        """See `Store`."""
        return None


def store_of(where: Path | Store) -> Store:
    """A store, or the one that a folder is."""
    return Folder(where) if isinstance(where, Path) else where


def open_store(folder: Path, address: str = "") -> Store:
    """The store of the ledger in ``folder``: that folder, or what the address names (`place`). Raises `BadPlace`; nothing is asked yet."""
    bucket = parse(address)
    if bucket is None:
        return Folder(folder)
    from kijun.ledger.segments.s3 import S3

    return S3(folder, bucket)


def segment_of(name: str) -> str:
    """The segment whose file this is: ``a.b`` of ``data/…/a.b.parquet``."""
    return PurePosixPath(name).stem
