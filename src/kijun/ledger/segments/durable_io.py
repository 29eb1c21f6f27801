"""pyiceberg's files, fsynced: it writes a table's metadata without, and a catalogue that names a lost file is a lost table."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import IO

import orjson
from pyarrow.fs import FileSystem
from pyiceberg.io import OutputStream
from pyiceberg.io.pyarrow import PyArrowFile, PyArrowFileIO

from kijun.ledger.files import sync_folder
from kijun.ledger.place import Bucket
from kijun.ledger.segments.s3 import filesystem_of
from kijun.ledger.segments.segment import make_folders


class _Stream(OutputStream):
    def __init__(self, path: Path) -> None:
        make_folders(path.parent)
        self._path = path
        self._file: IO[bytes] = path.open("wb")

    def write(self, b: bytes) -> int:
        return self._file.write(b)

    def tell(self) -> int:
        return self._file.tell()

    def close(self) -> None:
        if self._file.closed:
            return
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        sync_folder(self._path.parent)

    def __enter__(self) -> OutputStream:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _File(PyArrowFile):
    def create(self, overwrite: bool = False) -> OutputStream:
        if not overwrite and self.exists():
            raise FileExistsError(f"Cannot create file, already exists: {self.location}")
        return _Stream(Path(self._path))


class DurableFileIO(PyArrowFileIO):
    """Local files that are on disk once they are closed, and a ledger's bucket, whose files are durable then anyway."""

    def _initialize_s3_fs(self, netloc: str | None) -> FileSystem:
        """The ledger's own way to its bucket: pyiceberg knows no private authority of certificates.

        Raises ValueError for a bucket where files lay before.
        """
        bucket = Bucket(**orjson.loads(self.properties.get("kijun.bucket", '{"bucket": ""}')))
        if bucket.bucket != netloc:
            raise ValueError(f"the ledger's files do not lie in {netloc}")
        return filesystem_of(bucket)

    def new_output(self, location: str) -> PyArrowFile:
        made = super().new_output(location)
        scheme, _, _ = self.parse_location(location, self.properties)
        if scheme != "file":
            return made
        return _File(location=made.location, path=made._path, fs=made._filesystem)
