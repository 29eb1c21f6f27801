"""The hash chain: canonical form, digest, verification. Pure functions over rows.

Digest of an entry: SHA-256 over the UTF-8 JSON (keys sorted, no blanks) of its fields and the digest of the
entry before; the first entry's ``previous`` is the SHA-256 of ``kijun-audit:<chain key>``.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

FIELDS = (
    "seq",
    "at",
    "actor_kind",
    "actor_id",
    "actor_label",
    "action",
    "thing_kind",
    "thing_id",
    "thing_label",
    "detail",
    "previous",
)


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain: number of entries and the last digest. Kept elsewhere it proves that no end was cut."""

    key: str
    seq: int
    digest: str

    def __str__(self) -> str:
        return f"{self.key or '-'}:{self.seq}:{self.digest}"

    @classmethod
    def parse(cls, text: str) -> Head:
        """Read what ``str(head)`` wrote; ValueError when it is something else."""
        key, seq, digest = text.strip().split(":")
        if len(digest) != 64 or not seq.isdecimal():
            raise ValueError(text)
        return cls("" if key == "-" else key, int(seq), digest)


@dataclass(frozen=True, slots=True)
class Break:
    """A place where the chain does not hold. ``kind``: changed, removed, reordered, cut, rewritten, unlinked; or
    unguarded: the database no longer refuses changes."""

    seq: int
    kind: str
    message: str


def start(key: str) -> str:
    return hashlib.sha256(f"kijun-audit:{key}".encode()).hexdigest()


def digest(row: Any) -> str:
    """The digest of an entry (any object with :data:`FIELDS` as attributes)."""
    values = {name: getattr(row, name) for name in FIELDS}
    at: datetime.datetime = values["at"]
    values["at"] = at.astimezone(datetime.UTC).isoformat(timespec="microseconds")
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _digest_as_found(row: Any) -> str:
    """:func:`digest`, or nothing for values of a kind that was never written (SQLite keeps any in any column)."""
    try:
        return digest(row)
    except (AttributeError, TypeError, ValueError, OverflowError):
        return ""


def verify(key: str, rows: Iterable[Any], kept: Head | None = None) -> tuple[Head, list[Break]]:
    """Walk a chain in order of ``seq``; ``kept`` is a head noted earlier and held elsewhere.

    Returns the head found and every break, the first one first.
    """
    breaks: list[Break] = []
    previous, expected, at_kept = start(key), 1, None
    last_at: datetime.datetime | None = None
    for row in rows:
        if type(row.seq) is not int:
            breaks.append(
                Break(expected, "changed", f"an entry after {expected - 1} has the number {row.seq!r}")
            )
            continue
        if row.seq != expected:
            breaks.append(Break(expected, "removed", f"entry {expected} is missing before entry {row.seq}"))
        elif row.previous != previous:
            breaks.append(Break(row.seq, "unlinked", f"entry {row.seq} does not follow the entry before it"))
        if _digest_as_found(row) != row.digest:
            breaks.append(Break(row.seq, "changed", f"entry {row.seq} is not what was written"))
        at = row.at if isinstance(row.at, datetime.datetime) else None
        if last_at is not None and at is not None and at < last_at:
            breaks.append(Break(row.seq, "reordered", f"entry {row.seq} is older than the entry before it"))
        if kept and row.seq == kept.seq:
            at_kept = row.digest
        previous, expected, last_at = row.digest, row.seq + 1, at or last_at
    head = Head(key, expected - 1, previous)
    if kept:
        if kept.key != key:
            breaks.append(Break(0, "rewritten", f"the kept head belongs to chain {kept.key or '-'}"))
        elif head.seq < kept.seq:
            breaks.append(Break(head.seq + 1, "cut", f"{kept.seq - head.seq} entries at the end are missing"))
        elif kept.seq and at_kept != kept.digest:
            breaks.append(Break(kept.seq, "rewritten", f"entry {kept.seq} differs from the kept head"))
    return head, breaks
