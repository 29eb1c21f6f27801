"""Computes everything anew: each entry against its leaf, the leaves against the tree, the tree against what was signed.

What is wrong is named: an entry that was changed, removed, inserted or put in another's place; leaves that were rewritten,
between which two checkpoints; a checkpoint kept elsewhere that the ledger does not know any more.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

import orjson
from cryptography.exceptions import InvalidTag

from kijun.ledger.keys import KeyRing
from kijun.ledger.model import COLUMNS, Kind
from kijun.ledger.notes import BadNote, Verifier
from kijun.ledger.packing import BadPacking, commitment, unpack
from kijun.ledger.ranges import Ranges, count, digest
from kijun.ledger.tree import SIZE, Frontier, leaf_hash

_WIDTH: Final = len(COLUMNS)
_ID, _KIND = 1 + COLUMNS.index("id"), 1 + COLUMNS.index("kind")
MOST_FAULTS: Final = 1000  # that are named one by one


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong. ``kind`` is changed, removed, inserted, reordered, unreadable, masked, tree, checkpoint, stamp, erasure or segment."""

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
    """A checkpoint as it is kept: where, and the note."""

    place: str
    note: str


@dataclass(frozen=True, slots=True)
class Erasure:
    """An erasure as the database tells it."""

    id: str
    what: str
    ranges: Ranges
    digest: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of one row: the leaf that it gives, or why it gives none. ``event`` is its content where it is about the ledger."""

    seq: int
    id: str
    leaf: bytes | None
    why: str = ""
    event: Mapping[str, Any] | None = None


def check_row(row: Sequence[Any], ring: KeyRing) -> Checked:
    """Decrypt a row (as `schema.ROW`) and compute its leaf."""
    seq, id = int(row[0]), str(row[_ID])
    clear = tuple(row[1 : 1 + _WIDTH])
    content_key, content, masked_key, masked = row[1 + _WIDTH :]
    bound = id.encode()
    try:
        packed = ring.decrypt(content_key, bytes(content), bound)
        if packed is None:
            return Checked(seq, id, None, "erased")
        salt, masked_commitment, said = unpack(packed)
        leaf = leaf_hash(commitment(clear, salt, masked_commitment, said))
        why = _check_masked(ring, masked_key, masked, bound, masked_commitment)
    except (InvalidTag, BadPacking):
        return Checked(seq, id, None, "its content, its id or its key was changed")
    event = orjson.loads(said) if row[_KIND] == Kind.EVENT else None
    return Checked(seq, id, leaf, why, event)


def _check_masked(ring: KeyRing, key: int | None, masked: bytes | None, bound: bytes, expected: bytes) -> str:
    """Why the masked values are not what they were; empty when they are, or were erased."""
    if key is None or masked is None:
        return "" if expected == bytes(SIZE) else "its masked values were removed"
    try:
        packed = ring.decrypt(key, bytes(masked), bound)
        if packed is None:
            return ""
        salt, _nothing, said = unpack(packed)
    except (InvalidTag, BadPacking):
        return "its masked values were changed"
    return "" if sha256(salt + said).digest() == expected else "its masked values were changed"


class Verification:
    """One run over a whole ledger. ``leaves`` are the leaf hashes in order, joined."""

    def __init__(self, leaves: bytes, erasures: Iterable[Erasure] = ()) -> None:
        self.report = Report(size=len(leaves) // SIZE)
        self._leaves = leaves
        self._seen = bytearray(self.report.size)
        self._erasures = list(erasures)
        self._gone = bytearray(self.report.size)
        for one in self._erasures:
            if one.what == "content":
                for first, last in one.ranges:
                    for seq in range(max(first, 0), min(last + 1, self.report.size)):
                        self._gone[seq] = 1
        self._events: dict[str, Mapping[str, Any]] = {}
        self._places: dict[bytes, int] | None = None
        self._started = time.perf_counter()

    def leaf(self, seq: int) -> bytes:
        """The leaf hash at a place."""
        return self._leaves[seq * SIZE : (seq + 1) * SIZE]

    def take(self, checked: Checked) -> None:
        """Hold a row against its leaf."""
        report, seq = self.report, checked.seq
        if not 0 <= seq < report.size:
            report.add(
                "inserted", f"the tree has {report.size:,} leaves and none for this entry", seq, checked.id
            )
            return
        if checked.leaf is None:
            if checked.why == "erased" and self._gone[seq]:
                return  # its file is still to be swept away
            what = (
                checked.why if checked.why != "erased" else "its key was destroyed, and no erasure tells so"
            )
            report.add("unreadable" if checked.why == "erased" else "changed", what, seq, checked.id)
            self._seen[seq] = 1
            return
        if self._seen[seq]:
            report.add("inserted", "another entry stands at the same place", seq, checked.id)
            return
        if checked.leaf != self.leaf(seq):
            self._differs(checked)
        else:
            report.entries += 1
            if checked.why:
                report.add("masked", checked.why, seq, checked.id)
            if checked.event is not None:
                self._events[checked.id] = checked.event
        self._seen[seq] = 1

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

    def finish(
        self,
        signed: Iterable[Signed],
        elsewhere: Iterable[Signed],
        verifier: Verifier,
        tile: Callable[[int, int], bytes] | None = None,
    ) -> Report:
        """Find what is missing, hold the tree against all checkpoints, and close the report."""
        self._find_missing()
        self._check_erasures()
        self._check_tree(list(signed), list(elsewhere), verifier, tile)
        self.report.seconds = time.perf_counter() - self._started
        return self.report

    def _find_missing(self) -> None:
        for seq in range(self.report.size):
            if self._seen[seq]:
                continue
            if self._gone[seq]:
                self.report.erased += 1
            else:
                self.report.add("removed", "there is a leaf, but no entry and no erasure", seq)

    def _check_erasures(self) -> None:
        """An erasure is believed only where the ledger itself, in the tree, says the same."""
        for one in self._erasures:
            told = self._events.get(one.id)
            if told is None:
                self.report.add(
                    "erasure", "the database tells of an erasure that the ledger has no entry of", id=one.id
                )
            elif not digest(one.ranges) == one.digest == told.get("digest") or told.get("entries") != count(
                one.ranges
            ):
                self.report.add("erasure", "what was erased is not what the ledger's entry says", id=one.id)

    def _check_tree(
        self,
        signed: list[Signed],
        elsewhere: list[Signed],
        verifier: Verifier,
        tile: Callable[[int, int], bytes] | None,
    ) -> None:
        wanted: dict[int, list[tuple[bytes, str]]] = {}
        for mine, one in [*((True, one) for one in signed), *((False, one) for one in elsewhere)]:
            try:
                checkpoint = verifier.open(one.note)
            except BadNote as error:
                self.report.add("checkpoint", f"{one.place}: {error}")
                continue
            self.report.checkpoints += mine
            self.report.kept_elsewhere += not mine
            if checkpoint.size > self.report.size:
                self.report.add(
                    "removed",
                    f"{one.place}: the ledger had {checkpoint.size:,} entries; the last {checkpoint.size - self.report.size:,} are gone",
                )
            else:
                wanted.setdefault(checkpoint.size, []).append((checkpoint.root, one.place))
        self._walk(wanted)
        if tile is not None:
            self._check_tiles(tile)

    def _walk(self, wanted: Mapping[int, list[tuple[bytes, str]]]) -> None:
        """Grow the tree from its leaves and look at each size that was signed."""
        frontier, good = Frontier(), 0
        for seq in range(self.report.size):
            frontier.append(self.leaf(seq))
            size = seq + 1
            if size not in wanted:
                continue
            root = frontier.root()
            bad = [place for expected, place in wanted[size] if expected != root]
            for place in bad:
                self.report.add(
                    "tree",
                    f"{place}: the tree of {size:,} leaves is not the one that was signed; "
                    f"something from place {good:,} to {size - 1:,} was rewritten",
                )
            if not bad:
                good = size
        self.report.root = frontier.root().hex()

    def _check_tiles(self, tile: Callable[[int, int], bytes]) -> None:
        """The upper tiles, from which proofs are made, follow from the leaves."""
        from kijun.ledger.tiles import Tiles

        computed: dict[tuple[int, int], bytes] = {}

        def fetch(level: int, number: int) -> bytes:
            return computed[(level, number)]

        grown = Tiles(fetch)
        for seq in range(self.report.size):
            for level, number, hashes in grown.append(self.leaf(seq)):
                if level:
                    computed[(level, number)] = hashes
        for (level, number), hashes in computed.items():
            try:
                same = tile(level, number) == hashes
            except KeyError:
                same = False
            if not same:
                self.report.add(
                    "tree", f"the tile {number:,} of level {level} does not follow from the leaves"
                )
