"""Computes everything anew: each entry against its leaf, the leaves against the tree, the tree against what was signed.

What is wrong is named: an entry that was changed, removed, inserted or put in another's place; leaves that were rewritten,
between which two checkpoints; a checkpoint kept elsewhere that the ledger does not know any more.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from kijun.ledger.held import Event, Hold, differences, told
from kijun.ledger.named_rows import NamedRows
from kijun.ledger.notes import BadNote, Verifier, is_whole
from kijun.ledger.ranges import Ranges, count, digest, ranges_of
from kijun.ledger.rows import ERASED, NO_KEY, Checked, Part
from kijun.ledger.tiles import Walked, walk
from kijun.ledger.tree import SIZE

MOST_FAULTS: Final = 1000  # that are named one by one
_CLOSE: Final = 3_600_000  # milliseconds between an erasure's entry and its row, of a time when the row was given one of its own
_NO_FAULT: Final = frozenset({ERASED, NO_KEY})  # of the row itself


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong. ``kind`` is changed, removed, inserted, reordered, unreadable, masked, tree, checkpoint, stamp, erasure, hold, meta, key or segment."""

    kind: str
    what: str
    seq: int | None = None
    id: str = ""


@dataclass(slots=True)
class Report:
    """What was computed. ``entries`` were there and read, ``erased`` are known to be gone."""

    size: int = 0
    entries: int = 0
    erased: int = 0
    checkpoints: int = 0
    kept_elsewhere: int = 0
    stamps: int = 0
    root: str = ""
    seconds: float = 0.0
    faults: list[Fault] = field(default_factory=list)
    more_faults: int = 0

    @property
    def holds(self) -> bool:
        """Nothing is wrong."""
        return not self.faults

    def add(self, kind: str, what: str, seq: int | None = None, id: str = "") -> None:
        """Name a fault; past `MOST_FAULTS` they are only counted."""
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault(kind, what, seq, id))
        else:
            self.more_faults += 1


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint as it is kept: where, and the note. ``told`` are the size and the root that stand beside it in the database."""

    place: str
    note: str
    told: tuple[Any, Any] | None = None


@dataclass(frozen=True, slots=True)
class Erasure:
    """An erasure as the database tells it."""

    id: str
    what: str
    ranges: Ranges
    digest: str
    municipality: Any
    month: Any
    retention: Any
    at: Any
    entries: Any

    def differences(self, event: Event) -> list[str]:
        """What it tells otherwise than the ledger's own entry."""
        told, wanted = event.told, count(self.ranges)
        same = {
            "id": told.get("event") == "erasure",
            "what": self.what == "content",
            "municipality": self.municipality == event.municipality,
            "month": self.month == told.get("month"),
            "retention": self.retention == told.get("retention"),
            "at": isinstance(self.at, int) and abs(self.at - event.at) <= _CLOSE,
            "entries": self.entries == told.get("entries"),
            "ranges": digest(self.ranges) == told.get("digest") and wanted == told.get("entries"),
            "digest": self.digest == told.get("digest"),
        }
        return [name for name, holds in same.items() if not holds]


class Verification:
    """One run over a whole ledger. ``leaves`` are the leaf hashes in order, joined; those in the ``holes`` are not known, and entries that stand
    there tell them: whether they tell the truth, `grow` tells after that."""

    def __init__(
        self,
        leaves: bytes,
        erasures: Iterable[Erasure] = (),
        holds: Iterable[Hold] = (),
        holes: Ranges | None = None,
    ) -> None:
        self.report = Report(size=len(leaves) // SIZE)
        self._leaves = bytearray(leaves) if holes else leaves
        self._hashes = _hashes(self._leaves)
        self._holes = np.zeros(self.report.size if holes else 0, np.bool_)
        for first, last in holes or ():
            self._holes[first : last + 1] = True
        self._seen = np.zeros(self.report.size, np.bool_)
        self._erasures = list(erasures)
        self._holds = list(holds)
        self._gone = np.zeros(self.report.size, np.bool_)
        for one in self._erasures:
            if one.what == "content":
                for first, last in one.ranges:
                    self._gone[max(first, 0) : max(last + 1, 0)] = True
        self._events: dict[str, Event] = {}
        self._places: dict[bytes, int] | None = None
        self._heads: list[tuple[str, str]] = []
        self._walked: Walked | None = None
        self._lost: list[tuple[str, int, int]] = []
        self.names = NamedRows()
        self._started = time.perf_counter()

    @property
    def gone(self) -> NDArray[np.bool_]:
        """Whether what stood at a place was erased, as the erasures tell."""
        return self._gone

    def lose(self, segment: str, first: int, last: int) -> None:
        """A part of a segment's file that held entries between two places cannot be read; which they were is what is missing at the end."""
        self._lost.append((segment, max(first, 0), last))

    def leaf(self, seq: int) -> bytes:
        """The leaf hash at a place."""
        return bytes(self._leaves[seq * SIZE : (seq + 1) * SIZE])

    def take_part(self, part: Part) -> None:
        """Hold rows against their leaves: all at once where each is what was recorded, else each for itself."""
        seqs = part.seqs
        if not len(seqs):
            return
        self.names.take(seqs.tolist(), part.ids, part.begun)
        known = seqs.min() >= 0 and seqs.max() < self.report.size and len(np.unique(seqs)) == len(seqs)
        if not known or self._seen[seqs].any() or (len(self._holes) and self._holes[seqs].any()):
            for at in range(len(seqs)):
                self.take(part.row(at))
            return
        same = (self._hashes[seqs] == _hashes(part.leaves)).all(axis=1)
        same[list(part.odd)] = False
        self._seen[seqs[same]] = True
        self.report.entries += int(same.sum())
        for at in np.flatnonzero(~same).tolist():
            self.take(part.row(at))

    def take(self, checked: Checked) -> None:
        """Hold a row against its leaf."""
        report, seq = self.report, checked.seq
        if not 0 <= seq < report.size:
            report.add(
                "inserted", f"the tree has {report.size:,} leaves and none for this entry", seq, checked.id
            )
            return
        if checked.leaf is None:
            if checked.why == ERASED and self._gone[seq]:
                return  # its file is still to be swept away
            what = checked.why if checked.why != ERASED else "its key was destroyed, and no erasure tells so"
            report.add("unreadable" if checked.why in _NO_FAULT else "changed", what, seq, checked.id)
            self._seen[seq] = True
            return
        if self._seen[seq]:
            report.add("inserted", "another entry stands at the same place", seq, checked.id)
            return
        if len(self._holes) and self._holes[seq]:
            self._holes[seq] = False
            self._hashes[seq] = _hashes(checked.leaf)[0]  # and with it `_leaves`, whose bytes these are
        if checked.leaf != self.leaf(seq):
            self._differs(checked)
        else:
            report.entries += 1
            if checked.why:
                report.add("masked", checked.why, seq, checked.id)
            if checked.event is not None:
                self._events[checked.id] = checked.event
        self._seen[seq] = True

    def _differs(self, checked: Checked) -> None:
        if self._places is None:
            self._places = {self.leaf(seq): seq for seq in range(self.report.size)}
        assert checked.leaf is not None
        belongs = self._places.get(checked.leaf)
        if belongs is None:
            self.report.add(
                "changed", "a clear column or the content is not what was recorded", checked.seq, checked.id
            )
        else:
            self.report.add(
                "reordered", f"this entry was recorded at place {belongs:,}", checked.seq, checked.id
            )

    def grow(
        self,
        signed: Iterable[Signed],
        elsewhere: Iterable[Signed],
        verifier: Verifier,
        own: Iterable[Signed] = (),
    ) -> None:
        """Compute the tree from its leaves and hold it against all checkpoints. What is wrong is told at the end.

        ``own`` are those that were handed out to the ledger's own folder; each is to be one of the ``signed``.
        """
        wanted: dict[int, list[tuple[bytes, str]]] = {}
        signed = list(signed)
        for mine, one in [*((True, one) for one in signed), *((False, one) for one in elsewhere)]:
            try:
                checkpoint = verifier.open(one.note)
            except BadNote as error:
                self._heads.append(("checkpoint", f"{one.place}: {error}"))
                continue
            if one.told is not None and one.told != (checkpoint.size, checkpoint.root):
                what = f"its line tells another size or root than the note, which is of {checkpoint.size:,}"
                self._heads.append(("checkpoint", f"{one.place}: {what}"))
            self.report.checkpoints += mine
            self.report.kept_elsewhere += not mine
            if checkpoint.size > self.report.size:
                what = f"the ledger had {checkpoint.size:,} entries; the last {checkpoint.size - self.report.size:,} are gone"
                self._heads.append(("removed", f"{one.place}: {what}"))
            else:
                wanted.setdefault(checkpoint.size, []).append((checkpoint.root, one.place))
        self._miss({one.note for one in signed}, own, verifier, wanted)
        self._walked = walk(bytes(self._leaves), wanted)
        self.report.root = self._walked.root.hex()
        self._compare(self._walked.roots, wanted)

    def _miss(
        self,
        known: Collection[str],
        own: Iterable[Signed],
        verifier: Verifier,
        wanted: dict[int, list[tuple[bytes, str]]],
    ) -> None:
        """Checkpoints that the ledger's own folder has and its database has not. A note that a dying machine left half written is none."""
        missing: dict[int, str] = {}
        for one in own:
            if one.note in known:
                continue
            try:
                checkpoint = verifier.open(one.note)
            except BadNote as error:
                if is_whole(one.note):
                    self._heads.append(("checkpoint", f"{one.place}: {error}"))
                continue
            missing[checkpoint.size] = one.place
            if checkpoint.size <= self.report.size:
                wanted.setdefault(checkpoint.size, []).append((checkpoint.root, one.place))
        if not missing:
            return
        last, place = max(missing.items())
        what = f"{len(missing):,} checkpoints that were handed out are not in the database, of {min(missing):,} to {last:,} entries"
        self._heads.append(("checkpoint", f"{place}: {what}"))
        if last > self.report.size:
            what = f"the ledger had {last:,} entries; the last {last - self.report.size:,} are gone"
            self._heads.append(("removed", f"{place}: {what}"))

    def _compare(self, roots: Mapping[int, bytes], wanted: Mapping[int, list[tuple[bytes, str]]]) -> None:
        """Look at each size that was signed."""
        good = 0
        for size, root in sorted(roots.items()):
            bad = [place for expected, place in wanted[size] if expected != root]
            for place in bad:
                what = (
                    f"{place}: the tree of {size:,} leaves is not the one that was signed; "
                    f"something from place {good:,} to {size - 1:,} was rewritten"
                )
                self._heads.append(("tree", what))
            if not bad:
                good = size

    def finish(self, tile: Callable[[int, int], bytes] | None = None) -> Report:
        """Find what is missing, tell what `grow` found, and close the report. ``tile`` gives the tiles that proofs are made from."""
        self._find_missing()
        self._check_erasures()
        for one in differences(told(self._events.values()), self._holds):
            self.report.add("hold", one.what, id=one.id)
        for kind, what in self._heads:
            self.report.add(kind, what)
        if tile is not None:
            self._check_tiles(tile)
        self.report.seconds = time.perf_counter() - self._started
        return self.report

    def _find_missing(self) -> None:
        self.report.erased += int((self._gone & ~self._seen).sum())
        missing = ~self._gone & ~self._seen
        for segment, first, last in self._lost:
            places = (np.flatnonzero(missing[first : last + 1]) + first).tolist()
            for begin, end in ranges_of(places):
                what = f"{segment}: its file held the entries {begin:,} to {end:,} and cannot be read there"
                self.report.add("unreadable", what, begin)
            missing[first : last + 1] = False
        for seq in np.flatnonzero(missing).tolist():
            leaf = not len(self._holes) or not self._holes[seq]
            what = "there is a leaf, but no entry" if leaf else "there is neither a leaf nor an entry"
            self.report.add("removed", f"{what} and no erasure", seq)

    def _check_erasures(self) -> None:
        """An erasure is believed only where the ledger itself, in the tree, says the same."""
        for one in self._erasures:
            event = self._events.get(one.id)
            if event is None:
                self.report.add(
                    "erasure", "the database tells of an erasure that the ledger has no entry of", id=one.id
                )
            elif differs := one.differences(event):
                what = f"what was erased is not what the ledger's entry says: {', '.join(differs)}"
                self.report.add("erasure", what, id=one.id)

    def _check_tiles(self, tile: Callable[[int, int], bytes]) -> None:
        """The upper tiles, from which proofs are made, follow from the leaves."""
        walked = self._walked or walk(bytes(self._leaves), ())
        for (level, number), hashes in walked.tiles.items():
            try:
                same = tile(level, number) == hashes
            except KeyError:
                same = False
            if not same:
                self.report.add(
                    "tree", f"the tile {number:,} of level {level} does not follow from the leaves"
                )


def _hashes(joined: bytes | bytearray) -> NDArray[np.uint64]:
    """Joined hashes as rows of four numbers, to be compared many at once."""
    return np.frombuffer(joined, np.uint64).reshape(-1, SIZE // 8)
