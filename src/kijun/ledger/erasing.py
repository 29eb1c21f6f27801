"""Erasing when a retention is over: the key is destroyed, and with it all copies of what it encrypted.

What stays is that something was there: the leaves in the tree, an entry that tells how many were erased, and which places they had. A record
under a hold is encrypted with the hold's own key first. Files go afterwards (`sealing.publish`); without their key they tell nothing, whoever has them.
"""

from __future__ import annotations

import datetime
import time
from array import array
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kijun.ledger import fresh, keeping
from kijun.ledger import ranges as places
from kijun.ledger.database import Link
from kijun.ledger.holding import Append, about, check_holds
from kijun.ledger.keys import CONTENT, HELD, MASKED, Scope, encrypt
from kijun.ledger.ledger import Ledger, active_holds
from kijun.ledger.model import JAPAN, RETENTIONS, Entry, new_id, now_ms
from kijun.ledger.schema import COLUMN_LIST, ROW
from kijun.ledger.segments.segment import SegmentFault

_NEVER: Final = 9000 * 12
_PART: Final = 1000
_MOMENT: Final = 0.05  # seconds that putting a hold takes
_KEEP: Final = f"INSERT INTO kept ({COLUMN_LIST}) VALUES ({', '.join('?' for _ in ROW)})"  # noqa: S608 - fixed names


@dataclass(frozen=True, slots=True)
class Erased:
    """What one erasure took: how many entries of which partition, and how many a hold kept."""

    municipality: str
    month: str
    retention: str
    entries: int
    kept: int


def over(month: str, retention: str, now: int) -> bool:
    """The retention of a month's records is over: so many years after the end of that month, in Japan's time."""
    years = RETENTIONS.get(retention)
    if years is None:  # for ever, or a class that this version does not know
        return False
    year, number = divmod(_number(month) + 1, 12)
    year, number = year + years, number + 1
    end = datetime.datetime(year, number, 1, tzinfo=JAPAN)
    return now >= end.timestamp() * 1000


def _number(month: str) -> int:
    """Months before it, of the calendar; of what is no month, more than any clock will come to."""
    try:
        number = int(month[:4]) * 12 + int(month[5:]) - 1
    except ValueError:
        return _NEVER
    return number if 12 <= number < _NEVER else _NEVER


def _believe(ledger: Ledger, due: Iterable[tuple[int, Scope]]) -> None:
    """That keys are of what the table says. Else somebody could have one destroyed years early, and the ledger would do it itself."""
    for key, _scope in due:
        ledger.keys.ring.scope(key)


def erase_due(ledger: Ledger, append: Append, *, by: str = "", now: int | None = None) -> list[Erased]:
    """Erase everything whose retention is over, and what was kept for holds that were released since.

    Raises `holding.HoldsDiffer` where the list of holds lacks one that the entries tell of, and `ChangedKey` where somebody made a key one of
    an earlier month or a shorter retention: then nothing is erased.
    """
    moment = now_ms() if now is None else now
    with ledger.database.reading() as link:
        due = [
            (key, scope)
            for key, scope in keeping.scopes(link, CONTENT)
            if over(scope.month, scope.retention, moment)
        ]
        _believe(ledger, due)
        kept = any(keeping.scopes(link, HELD))
    if due or kept:
        check_holds(ledger)
    done = [_erase(ledger, append, key, scope, by) for key, scope in due]
    done += _erase_released(ledger, append, by)
    if done:
        keeping.scrub(ledger.database)
    return done


def is_due(link: Link, now: int | None = None) -> bool:
    """Whether the retention of anything is over."""
    moment = now_ms() if now is None else now
    return any(over(scope.month, scope.retention, moment) for _key, scope in keeping.scopes(link, CONTENT))


class _Changed(Exception):
    """An entry or a hold came to a partition while it was being erased."""


class _Busy(Exception):
    """A hold is being put at this moment."""


def _erase(ledger: Ledger, append: Append, key: int, scope: Scope, by: str) -> Erased:
    while True:
        try:
            return _erase_once(ledger, append, key, scope, by)
        except _Changed:
            continue


def _erase_once(ledger: Ledger, append: Append, key: int, scope: Scope, by: str) -> Erased:
    with ledger.database.reading() as link:
        held = active_holds(link)
        found = _look(ledger, link, key, held)
    told = _tell(ledger, append, scope, found.gone, len(found.kept), by)

    def destroy(link: Link) -> None:
        _keep(ledger, link, found.kept)
        masked = keeping.find(link, Scope(MASKED, scope.municipality, scope.month, scope.retention))
        keeping.destroy(link, [key, *([] if masked is None else [masked])])
        # From here on nobody appends with the key; what came before is counted.
        if link.execute("SELECT COUNT(*) FROM entries WHERE content_key = ?", (key,))[0][0] != found.unsealed:
            raise _Changed
        # Whoever puts a hold may wait for one of the keys, so they must not be waited for.
        if not link.alone_with_holds(wait=False):
            raise _Busy
        if any(hash(one) in found.marks for one in active_holds(link).keys() - held.keys()):
            raise _Changed
        _record(link, told, scope, found.gone)
        link.execute("DELETE FROM entries WHERE content_key = ?", (key,))
        link.execute("DELETE FROM segments WHERE content_key = ?", (key,))

    _destroy(ledger, destroy)
    ledger.reader.forget(found.segments)
    count = places.count(found.gone)
    return Erased(scope.municipality, scope.month, scope.retention, count, len(found.kept))


@dataclass(slots=True)
class _Found:
    """What a key encrypted: the names of its segments, how many rows lie in the journal, the places of what goes, the hashes of their interactions
    (a month's ids would take ten times as much), and the rows that a hold keeps."""

    segments: list[str] = field(default_factory=list)
    unsealed: int = 0
    gone: places.Ranges = field(default_factory=list)
    marks: array[int] = field(default_factory=lambda: array("q"))
    kept: list[fresh.Row] = field(default_factory=list)


def _look(ledger: Ledger, link: Link, key: int, held: Collection[str]) -> _Found:
    """Look at every row that a key encrypted; only what is kept is read whole. A segment that cannot be read raises: nothing is erased that nobody
    can name."""
    found, gone = _Found(), array("q")

    def sort(rows: Iterable[tuple[int, str]]) -> list[int]:
        """Note what goes; gives the places of what is kept."""
        kept = []
        for seq, interaction in rows:
            if interaction in held:
                kept.append(seq)
            else:
                gone.append(seq)
                found.marks.append(hash(interaction))
        return kept

    for part in link.parts(f"SELECT seq, interaction FROM entries WHERE content_key = {int(key)}", _PART):  # noqa: S608 - a number
        found.unsealed += len(part)
        for seq in sort((int(seq), interaction) for seq, interaction in part):
            rows = link.execute(f"SELECT {COLUMN_LIST} FROM entries WHERE seq = ?", (seq,))  # noqa: S608 - names of ours
            found.kept += map(fresh.row_of, rows)
    for segment in [one for one in ledger.segments(link) if one.content_key == key]:
        found.segments.append(segment.name)
        mine: list[int] = []
        for batch in ledger.reader.scan([segment], ("seq", "interaction")):
            mine += sort(zip(*(column.to_pylist() for column in batch.columns), strict=True))
        kept = ledger.reader.files.rows(segment, mine) if mine else []
        if len(kept) != len(mine):
            raise SegmentFault(segment.name, "data file: a row that a hold keeps cannot be found again")
        found.kept += kept
    found.gone = places.ranges_of(gone)
    return found


def _destroy(ledger: Ledger, destroy: Callable[[Link], None]) -> None:
    """Destroy in one transaction; once more where a hold is being put at this moment."""
    while True:
        try:
            with ledger.database.writing() as link:
                return destroy(link)
        except _Busy:
            time.sleep(_MOMENT)
        finally:
            ledger.keys.forget()  # also those of a hold that a transaction made and took back


def _tell(ledger: Ledger, append: Append, scope: Scope, gone: places.Ranges, kept: int, by: str) -> Entry:
    """The ledger's own entry about an erasure; on disk before anything is destroyed."""
    id = new_id()
    told = about(
        "erasure",
        scope.municipality,
        by,
        id=id,
        month=scope.month,
        retention=scope.retention,
        entries=places.count(gone),
        kept=kept,
        digest=places.digest(gone),
    )
    append([told])
    return told


def _record(link: Link, told: Entry, scope: Scope, gone: places.Ranges) -> None:
    link.execute(
        "INSERT INTO erasures (id, municipality, month, retention, what, at, entries, ranges, digest) "
        "VALUES (?, ?, ?, ?, 'content', ?, ?, ?, ?)",
        (
            told.id,
            scope.municipality,
            scope.month,
            scope.retention,
            told.at,
            places.count(gone),
            places.pack(gone),
            places.digest(gone),
        ),
    )


def _keep(ledger: Ledger, link: Link, rows: Iterable[fresh.Row]) -> None:
    """Encrypt rows anew with their hold's key and keep them apart."""
    for old in rows:
        scope = Scope(HELD, old["municipality"], "", f"hold:{old['interaction']}")
        key = ledger.keys.of(link, scope)
        cipher = ledger.keys.ring.cipher(key)
        assert cipher is not None  # made or found within this transaction
        row = {**old, "content_key": key}
        row["content"] = _again(ledger, cipher, old["content_key"], old["id"], old["content"])
        if old["masked_key"] is not None:
            masked = _again(ledger, cipher, old["masked_key"], old["id"], old["masked"])
            row["masked"], row["masked_key"] = masked, None if masked is None else key
        link.execute(_KEEP, tuple(row[name] for name in ROW))


def _again(ledger: Ledger, cipher: AESGCM, key: int, id: str, blob: bytes) -> bytes | None:
    opened = ledger.keys.ring.decrypt(key, bytes(blob), id.encode())
    return None if opened is None else encrypt(cipher, opened, id.encode())


def _erase_released(ledger: Ledger, append: Append, by: str) -> list[Erased]:
    """What was kept for a hold that is off now."""
    with ledger.database.reading() as link:
        held = active_holds(link)
        due = [(key, scope) for key, scope in keeping.scopes(link, HELD) if _kept_for(scope) not in held]
        _believe(ledger, due)
    done = (_erase_kept(ledger, append, key, scope, by) for key, scope in due)
    return [one for one in done if one is not None]


def _kept_for(scope: Scope) -> str:
    return scope.retention.removeprefix("hold:")


def _erase_kept(ledger: Ledger, append: Append, key: int, scope: Scope, by: str) -> Erased | None:
    """Erase what was kept for one interaction; None where it is under a hold again."""
    with ledger.database.reading() as link:
        if _kept_for(scope) in active_holds(link):
            return None
        gone = places.ranges_of(
            int(seq) for (seq,) in link.execute("SELECT seq FROM kept WHERE content_key = ?", (key,))
        )
    told = _tell(ledger, append, scope, gone, 0, by)
    with ledger.database.writing() as link:
        link.alone_with_holds()
        if _kept_for(scope) in active_holds(link):
            return None
        keeping.destroy(link, [key])
        _record(link, told, scope, gone)
        link.execute("DELETE FROM kept WHERE content_key = ?", (key,))
    ledger.keys.forget()
    return Erased(scope.municipality, scope.month, scope.retention, places.count(gone), 0)


def told_erasures(link: Link) -> list[tuple[Any, ...]]:
    """(id, what, ranges, digest, municipality, month, retention, at, entries) of each erasure, for verification."""
    return link.execute(
        "SELECT id, what, ranges, digest, municipality, month, retention, at, entries FROM erasures ORDER BY at"
    )
