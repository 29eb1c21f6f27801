"""What the ledger keeps and what it is asked: entries, receipts, questions, answers. Plain values, no engine.

An interaction (入出力記録) is the entries that share an ``interaction``: mostly one input and its output. Each entry is one
leaf of the tree. What is counted stands in clear columns; what was said is encrypted.
"""

from __future__ import annotations

import datetime
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final


class Kind(StrEnum):
    """What an entry tells."""

    INPUT = "input"
    OUTPUT = "output"
    DECISION = "decision"  # of a predictive system: features, score, decision
    OUTCOME = "outcome"  # the true label of a decision, known later
    REFUSAL = "refusal"  # calls that the gateway refused before they became a question, counted
    LOOK = "look"  # somebody looked at records: who, at whose, why
    EVENT = "event"  # about the ledger itself: holds, erasures, recovery


class Verdict(StrEnum):
    """What became of it."""

    ALLOWED = "allowed"
    MASKED = "masked"
    CONFIRMED = "confirmed"  # sent after the person confirmed it
    TO_CONFIRM = "to_confirm"  # held until the person confirms it
    BLOCKED = "blocked"
    FAILED = "failed"  # the upstream did not answer, or answered garbage
    INCOMPLETE = "incomplete"  # the answer died halfway; what came is kept
    NONE = "none"  # nothing was decided


#: Columns that stand in the clear, in the order in which they are bound into an entry's commitment. A new column is
#: added at the end with a new `FORMAT`, never between.
COLUMNS: Final = (
    "id",
    "interaction",
    "kind",
    "municipality",
    "at",
    "retention",
    "source",
    "purpose",
    "system",
    "person",
    "application",
    "department",
    "grant",
    "model",
    "upstream",
    "verdict",
    "findings",
    "tokens_in",
    "tokens_out",
    "duration_ms",
)
#: Written into each commitment, so that a later form of entries can be told from this one.
FORMAT: Final = "kijun-entry/1"
#: Retention classes: how many years after the end of its month an entry is kept; None for ever.
RETENTIONS: Final[Mapping[str, int | None]] = {
    "y1": 1,
    "y3": 3,
    "y5": 5,
    "y10": 10,
    "permanent": None,
}


NOBODYS: Final = "000000"
"""What stands for a municipality where none is known: no municipality's code."""


def new_id() -> str:
    """A UUID of version 7 (RFC 9562) as 32 hexadecimal digits: they sort by time, and nobody can guess one."""
    milliseconds = time.time_ns() // 1_000_000
    low = secrets.randbits(74)
    number = (milliseconds << 80) | (0x7 << 76) | ((low >> 62) << 64) | (0b10 << 62) | (low & (1 << 62) - 1)
    return f"{number:032x}"


def now_ms() -> int:
    """The time in milliseconds since 1970 (UTC)."""
    return time.time_ns() // 1_000_000


def month_of(at: int) -> str:
    """``YYYY-MM`` of a time in milliseconds, in Japan's time: months are a town hall's, not Greenwich's."""
    return _month_of_hour(at // 3_600_000)


@lru_cache(maxsize=256)
def _month_of_hour(hour: int) -> str:
    """Japan is nine whole hours ahead, so no month begins within one."""
    moment = datetime.datetime.fromtimestamp(hour * 3600, JAPAN)
    return f"{moment.year:04d}-{moment.month:02d}"


JAPAN: Final = datetime.timezone(datetime.timedelta(hours=9), "JST")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry as it is handed to the ledger.

    ``municipality`` is its six-digit code; ``at`` milliseconds since 1970 (UTC); ``retention`` a key of `RETENTIONS`.
    ``purpose``, ``system``, ``person``, ``application``, ``department``, ``grant`` and ``upstream`` are ids of the control
    plane as text, empty where there is none. ``findings`` are names of types, sorted, without their values.
    ``content`` is anything JSON can hold and is encrypted, with values masked; ``masked`` holds the value of each placeholder and has a key
    of its own, so that it can be destroyed earlier. ``fingerprint`` is for ids that come from what the entry tells (`kijun.ledger.naming`):
    the digest of what was handed in, by which a repetition is told from something else under the same id.
    """

    kind: Kind
    interaction: str
    municipality: str
    id: str = field(default_factory=new_id)
    at: int = field(default_factory=now_ms)
    retention: str = "y1"
    source: str = "gateway"
    purpose: str = ""
    system: str = ""
    person: str = ""
    application: str = ""
    department: str = ""
    grant: str = ""
    model: str = ""
    upstream: str = ""
    verdict: Verdict = Verdict.NONE
    findings: tuple[str, ...] = ()
    tokens_in: int = 0
    tokens_out: int = 0
    duration_ms: int = 0
    content: Mapping[str, Any] = field(default_factory=dict, repr=False)
    masked: Mapping[str, str] = field(default_factory=dict, repr=False)
    fingerprint: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the ledger answers once an entry is durable. ``leaf`` is its leaf hash (hex), ``seq`` its place in the tree."""

    id: str
    seq: int
    leaf: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """An entry as it is read. ``content`` is None where it was erased; ``masked`` where it was, or was not asked for."""

    seq: int
    id: str
    interaction: str
    kind: str
    municipality: str
    at: int
    retention: str
    source: str
    purpose: str
    system: str
    person: str
    application: str
    department: str
    grant: str
    model: str
    upstream: str
    verdict: str
    findings: tuple[str, ...]
    tokens_in: int
    tokens_out: int
    duration_ms: int
    content: Mapping[str, Any] | None = field(default=None, repr=False)
    masked: Mapping[str, str] | None = field(default=None, repr=False)
    holds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What somebody looks for. Empty fields ask for nothing; all that are given must hold.

    ``municipality`` None asks across all and is for operators alone. ``text`` is a substring of what was said (not of what was
    masked), found in every width and case. ``since`` and ``until`` are milliseconds, ``until`` exclusive. Results come newest
    first, ``limit`` of them, those before ``before`` (a ``seq``).
    """

    municipality: str | None
    text: str = ""
    interaction: str = ""
    kinds: tuple[str, ...] = ()
    purpose: str = ""
    system: str = ""
    person: str = ""
    application: str = ""
    department: str = ""
    grant: str = ""
    model: str = ""
    source: str = ""
    verdict: str = ""
    finding: str = ""
    since: int | None = None
    until: int | None = None
    before: int | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Page:
    """Records that answer a query, newest first; ``next`` is the ``before`` of the next page, None on the last."""

    records: tuple[Record, ...]
    next: int | None = None


class LedgerError(Exception):
    """Something that the ledger cannot do, with words for people in Japanese and English."""

    def __init__(self, ja: str, en: str) -> None:
        super().__init__(en)
        self.ja, self.en = ja, en


class Busy(LedgerError):
    """Too much is waiting to be written; try again shortly. Nothing was recorded."""


class Unavailable(LedgerError):
    """The ledger cannot write just now (no writer, no disk), or did not say in time that it had: nothing is known to be recorded."""


class Spent(LedgerError):
    """A budget or a rate is used up. Nothing was recorded. ``retry_after`` is in seconds, 0 where waiting does not help."""

    def __init__(self, ja: str, en: str, *, what: str, retry_after: int) -> None:
        super().__init__(ja, en)
        self.what, self.retry_after = what, retry_after


class UsedUp(LedgerError):
    """A token that counts once was used before. Nothing was recorded."""


class Differs(LedgerError):
    """Entries of these ids are recorded already and say something else. Nothing was recorded."""

    def __init__(self, ids: tuple[str, ...]) -> None:
        super().__init__(
            "同じ番号で内容の異なる記録がすでにあります。",
            "The same id is recorded already, with other content.",
        )
        self.ids = ids


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What is checked and counted together with an append, durably and for all processes at once.

    ``account`` names what is counted (a grant's id). ``period`` names the counting period (``2026-11``, or ``""`` for all time);
    a request past ``requests`` or one after ``tokens`` were used in it is refused, as is one past ``per_minute`` in the last
    60 seconds. None limits nothing. ``once`` are tokens that may be used once each, forgotten after ``once_until`` (ms).
    """

    account: str
    period: str = ""
    requests: int | None = None
    tokens: int | None = None
    per_minute: int | None = None
    once: tuple[str, ...] = ()
    once_until: int = 0
