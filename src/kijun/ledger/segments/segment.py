"""What a segment is, how a row of it is laid out, and what can be wrong with one. Plain values; nothing heavy is imported.

A segment is two files that lie side by side: a Parquet file with the rows and a packed, encrypted index of their words.
All rows of a segment share municipality, month, retention class and content key.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from kijun.ledger.files import sync_folder
from kijun.ledger.model import COLUMNS, LedgerError

#: A row as the journal hands it over, in this order. ``content`` and ``masked`` are nonce(12) ‖ AES-256-GCM.
ROW: Final = ("seq", *COLUMNS, "content_key", "content", "masked_key", "masked")
#: Columns of the files: a row with its month, which the table is partitioned by.
STORED: Final = ("seq", *COLUMNS, "month", "content_key", "content", "masked_key", "masked")
#: Clear columns that hold whole numbers of 64 bits; the others hold text.
NUMBERS: Final = frozenset({"at", "tokens_in", "tokens_out", "duration_ms"})
#: Columns that hold what was said; only these are ciphertext.
SEALED: Final = frozenset({"content", "masked"})

Row = dict[str, Any]

_NAME: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,127}")
_PART: Final = {
    "municipality": re.compile(r"[0-9A-Za-z_-]{1,32}"),
    "month": re.compile(r"[0-9]{4}-[0-9]{2}"),
    "retention": re.compile(r"[0-9a-z_]{1,32}"),
}
TEMPORARY: Final = ".part"


@dataclass(frozen=True, slots=True)
class File:
    """A sealed file: its name in the store, its size in bytes and its hexadecimal SHA-256."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One sealed segment. Paths are names in the store, relative to the ledger's folder where that is it, so that all can be moved.

    ``first_seq`` and ``last_seq`` bound its rows' places in the tree, ``min_at`` and ``max_at`` their times in milliseconds (UTC);
    ``rows`` is their count. ``bytes_*`` are file sizes, ``sha256_*`` hexadecimal digests of the files as written.
    """

    name: str
    municipality: str
    month: str
    retention: str
    content_key: int
    path: str
    index_path: str
    first_seq: int
    last_seq: int
    rows: int
    bytes_data: int
    bytes_index: int
    sha256_data: str
    sha256_index: str
    min_at: int
    max_at: int

    @property
    def data(self) -> File:
        """The Parquet file."""
        return File(self.path, self.bytes_data, self.sha256_data)

    @property
    def index(self) -> File:
        """The packed index."""
        return File(self.index_path, self.bytes_index, self.sha256_index)

    def as_dict(self) -> dict[str, Any]:
        """Plain values for a journal's table or JSON; ``Segment(**values)`` is the way back."""
        return asdict(self)


class SegmentFault(LedgerError):
    """A segment's file is missing, cut, changed or cannot be read. ``name`` is the segment, ``what`` says which and how."""

    def __init__(self, name: str, what: str) -> None:
        super().__init__(
            f"記録の区画「{name}」に異常があります（{what}）。控えから戻し、kijun ledger verify で確かめてください。",
            f"segment {name} is damaged ({what}); restore it from a backup and run kijun ledger verify",
        )
        self.name, self.what = name, what


def checked_name(name: str) -> str:
    """The name again if it can stand in a path; raises ValueError."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"not a name of a segment: {name!r}")
    return name


def partition_of(municipality: str, month: str, retention: str) -> str:
    """``data/municipality=…/month=…/retention=…``; raises ValueError where a part could leave its folder."""
    for key, value in (("municipality", municipality), ("month", month), ("retention", retention)):
        if not _PART[key].fullmatch(value):
            raise ValueError(f"not a {key} of a segment: {value!r}")
    return f"data/municipality={municipality}/month={month}/retention={retention}"


def row_of(given: Mapping[str, Any] | Sequence[Any]) -> tuple[Any, ...]:
    """A row in the order of `ROW`, whichever way it was given; raises ValueError where a column lacks."""
    if isinstance(given, Mapping):
        try:
            return tuple(given[name] for name in ROW)
        except KeyError as error:
            raise ValueError(f"a row lacks its column {error}") from None
    if len(given) != len(ROW):
        raise ValueError(f"a row has {len(ROW)} columns, not {len(given)}")
    return tuple(given)


def sha256_of(path: Path) -> str:
    """The file's digest in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def temporary(path: Path) -> Path:
    """Where a file is written before it takes its name. The same for each try, so that what a crash left is overwritten."""
    return path.with_name(f".{path.name}{TEMPORARY}")


def make_folders(folder: Path) -> None:
    """Makes a folder and those above it, each fsynced into the one that holds it."""
    if folder.is_dir():
        return
    make_folders(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def settle(path: Path) -> None:
    """What was written to the temporary name is made durable and takes its name."""
    part = temporary(path)
    handle = os.open(part, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    part.replace(path)
    sync_folder(path.parent)
