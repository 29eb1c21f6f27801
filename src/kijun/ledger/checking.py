"""`verifying` over a real ledger: where rows, leaves and checkpoints come from."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any, Final

from kijun.ledger.checkpoints import missed, read_notes
from kijun.ledger.database import Link, Postgres
from kijun.ledger.erasing import told_erasures
from kijun.ledger.held import listed
from kijun.ledger.keeping import changed as changed_keys
from kijun.ledger.leaves import read as read_leaves
from kijun.ledger.ledger import Ledger
from kijun.ledger.listing import CHANGED, lines
from kijun.ledger.looking import Looked, check_segment
from kijun.ledger.maintenance import alone
from kijun.ledger.notes import Verifier
from kijun.ledger.ranges import Ranges, unpack
from kijun.ledger.rows import check_rows
from kijun.ledger.schema import COLUMN_LIST
from kijun.ledger.sealing import is_swept
from kijun.ledger.segments.joining import orphans
from kijun.ledger.segments.segment import TEMPORARY, Segment, SegmentFault
from kijun.ledger.segments.store import segment_of
from kijun.ledger.stamping import BadStamp, verify_stamp
from kijun.ledger.verifying import Erasure, Report, Signed, Verification

#: Sealed records from which on other cores help; starting a process costs half a second of one.
MANY: Final = 60_000
_PART: Final = 2000
_LARGEST: Final = 1 << 63
_AHEAD: Final = 2  # segments that each process is given, so that it has the next one when it is done


Result = Looked


def verify(
    ledger: Ledger,
    elsewhere: Iterable[Path] = (),
    key: Path | None = None,
    workers: int | None = None,
    roots: Iterable[Path] = (),
) -> Report:
    """Compute everything anew. ``elsewhere`` are files or folders of checkpoints that were kept elsewhere, ``key`` a verifier key that was.

    ``roots`` are certificates (PEM) that RFC 3161 timestamps have to lead to; without any, a stamp has to be of its checkpoint.
    """
    own = _own_notes(ledger)  # before the database: a note is handed out when it is there
    kept = [Signed(str(path), note) for path in elsewhere for note in read_notes(path)]
    verifier = ledger.verifier() if key is None else Verifier.parse(key.read_text(encoding="utf-8"))
    with ledger.database.reading() as link:
        ledger.keys.forget()
        leaves = read_leaves(link)
        run = Verification(leaves.joined, erasures(link), listed(link), leaves.holes)
        for what, place in leaves.faults:
            run.report.add("tree", what, place)
        for what in changed_keys(link, ledger.keys.root):
            run.report.add("key", what)
        for columns in _fresh(link, run.report):
            run.take_part(check_rows(columns, ledger.keys.ring))
        segments = _listed(link, run.report)
        signed = [
            _signed(*row) for row in link.execute("SELECT size, root, note FROM checkpoints ORDER BY size")
        ]
        _check_stamps(link, run.report, list(roots))

    def grow() -> None:
        run.grow(signed, kept, verifier, own)

    # Leaves that are missing are put together from the entries, so that the tree waits for them.
    for segment, looked in _sealed(
        ledger, segments, workers, meanwhile=(lambda: None) if leaves.holes else grow
    ):
        _take(run, segment, looked)
    if leaves.holes:
        grow()
    for name in strays(ledger) if segments or not ledger.store.remote else ():
        run.report.add(
            "segment", f"{name}: no segment of this ledger; somebody put it there, or a run left it that died"
        )
    with ledger.database.reading() as link:
        gone = missed(link, ledger.keys.root, verifier)
        for what, place, id in run.names.faults(link, ledger.keys.ring, run.gone):
            run.report.add("name", what, place, id)
    for what in gone:
        run.report.add("meta", f"table meta: {what}; restore the back-up, or the root key from escrow")
    return run.finish(ledger.journal.stored_tile)


def _own_notes(ledger: Ledger) -> list[Signed]:
    """What was handed out to the ledger's own folder: nobody who only has the database can take that away."""
    folder = ledger.folder / "checkpoints"
    return [Signed(str(folder), note) for note in read_notes(folder)] if folder.is_dir() else []


def _signed(size: Any, root: Any, note: Any) -> Signed:
    shown = f"{size:,}" if isinstance(size, int) else repr(size)
    return Signed(f"checkpoint {shown}", str(note), (size, root))


def _check_stamps(link: Link, report: Report, roots: Sequence[Path]) -> None:
    for size, note, stamp in link.execute(
        "SELECT size, note, stamp FROM checkpoints WHERE stamp IS NOT NULL ORDER BY size"
    ):
        try:
            verify_stamp(str(note), stamp if isinstance(stamp, bytes) else b"", roots)
            report.stamps += 1
        except BadStamp as error:
            report.add("stamp", f"{_signed(size, None, '').place}: {error.en}")


def _listed(link: Link, report: Report) -> list[Segment]:
    """The segments of the list; what a line that was changed does not tell any more is taken from what is left of it."""
    found = []
    for line in lines(link):
        guess: Segment | None
        try:
            guess = line.parse()
            if differs := line.differences(guess):
                what = f"{CHANGED}: its columns tell otherwise ({', '.join(differs)})"
                report.add("segment", f"{line.name}: {what}")
        except SegmentFault as fault:
            report.add("segment", f"{fault.name}: {fault.what}")
            guess = line.guess()
        if guess is not None:
            found.append(guess)
    return found


def strays(ledger: Ledger) -> list[str]:
    """Sealed files that belong to no segment. What a run that died left is swept by the next one, and is named only where none is due."""
    with alone(ledger) as first:  # nobody seals meanwhile
        try:
            if not first or not is_swept(ledger):
                return []
        except SegmentFault:  # a line of the list was changed, and is named
            return []
        with ledger.database.reading() as link:
            names = {line.name for line in lines(link)}
            left = [name for name in orphans(ledger.store, names) if not name.endswith(TEMPORARY)]
            return [name for name in left if not _is_being_sealed(link, name)]


def _is_being_sealed(link: Link, name: str) -> bool:
    """Its first row is still in the journal: the run that wrote it died before it was listed, and the next one writes it again."""
    first, _, rest = segment_of(name).partition("-")
    key = rest.rpartition("-")[2]
    if not (first.isdecimal() and key.isdecimal() and len(first) + len(key) < 30):
        return False
    asked = int(first), int(key)
    return bool(link.execute("SELECT 1 FROM entries WHERE seq = ? AND content_key = ?", asked))


def _take(run: Verification, segment: Segment, looked: Looked) -> None:
    for fault in looked.faults:
        run.report.add("segment", f"{segment.name}: {fault}", segment.first_seq)
    for part in looked.parts:
        run.take_part(part)
    named = {one.seq for one in run.report.faults if one.kind == "reordered"}
    for seq in [seq for seq in looked.moved if seq not in named]:
        run.report.add("reordered", f"{segment.name}: it does not stand in its order in the file", seq)
    for first, last in looked.lost:
        run.lose(segment.name, first, last)


def erasures(link: Link) -> list[Erasure]:
    """The erasures as the database tells them."""
    return [
        Erasure(str(id), str(what), _ranges(packed), str(digest), *columns)
        for id, what, packed, digest, *columns in told_erasures(link)
    ]


def _ranges(packed: Any) -> Ranges:
    """The places of an erasure; none where the bytes were changed, which then do not fit their digest."""
    try:
        return unpack(packed) if isinstance(packed, bytes) else []
    except ValueError:
        return []


def _fresh(link: Link, report: Report) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of the journal in parts, as columns; what stands at nothing that is a place is named at once."""
    for table in ("entries", "kept"):
        for rows in link.parts(f"SELECT {COLUMN_LIST} FROM {table} ORDER BY seq", _PART):  # noqa: S608 - names of ours
            placed = [row for row in rows if _is_place(row[0])]
            for row in rows if len(placed) < len(rows) else ():
                if not _is_place(row[0]):
                    report.add(
                        "inserted", f"{row[0]!r} in table {table} is no place of the tree", id=str(row[1])
                    )
            if placed:
                yield list(zip(*placed, strict=True))


def _is_place(seq: Any) -> bool:
    return isinstance(seq, int) and -_LARGEST <= seq < _LARGEST


def _sealed(
    ledger: Ledger,
    segments: Sequence[Segment],
    workers: int | None,
    meanwhile: Callable[[], None],
) -> Iterator[tuple[Segment, Looked]]:
    """Check every row of the segments; with many, on all cores. A segment that cannot be read is a fault."""
    count = workers or min(os.cpu_count() or 1, len(segments))
    if count <= 1 or (workers is None and sum(one.rows for one in segments) < MANY):
        meanwhile()
        results: Iterable[Result] = (check_segment(ledger, one) for one in segments)
    else:
        results = _Sharing(ledger, segments, count - 1).results(meanwhile)
    yield from zip(segments, results, strict=True)


class _Sharing:
    """Segments that this process and others check. While this one would wait for a result, it does what nobody has begun; where
    another one dies, it goes on alone."""

    def __init__(self, ledger: Ledger, segments: Sequence[Segment], others: int) -> None:
        self._ledger, self._segments, self._others = ledger, segments, others
        self._mine: dict[int, Result] = {}
        self._theirs: dict[int, Future[Result]] = {}
        self._begun = 0

    def results(self, meanwhile: Callable[[], None]) -> Iterator[Result]:
        """Of each segment, in order. ``meanwhile`` is done while the others start."""
        with ProcessPoolExecutor(self._others, multiprocessing.get_context("spawn")) as pool:
            self._give(pool)
            meanwhile()
            for at in range(len(self._segments)):
                while not self._is_there(at) and self._begun < len(self._segments):
                    place = self._next()
                    self._mine[place] = check_segment(self._ledger, self._segments[place])
                    self._give(pool)
                yield self._result(at)
                self._give(pool)

    def _next(self) -> int:
        self._begun += 1
        return self._begun - 1

    def _give(self, pool: ProcessPoolExecutor) -> None:
        database = self._ledger.database
        url = database.url if isinstance(database, Postgres) else ""
        while self._begun < len(self._segments) and len(self._theirs) < _AHEAD * self._others:
            try:
                place = self._ledger.folder, url, self._ledger.files
                future = pool.submit(_in_process, place, self._segments[self._begun])
            except BrokenProcessPool:
                return
            self._theirs[self._next()] = future

    def _is_there(self, at: int) -> bool:
        return at in self._mine or (at in self._theirs and self._theirs[at].done())

    def _result(self, at: int) -> Result:
        if at in self._mine:
            return self._mine.pop(at)
        try:
            return self._theirs.pop(at).result()
        except BrokenProcessPool:
            return check_segment(self._ledger, self._segments[at])


_Place = tuple[Path, str, str]
_opened: dict[_Place, Ledger] = {}


def _in_process(place: _Place, segment: Segment) -> Result:
    ledger = _opened.get(place)
    if ledger is None:
        ledger = _opened[place] = Ledger(*place)
    return check_segment(ledger, segment)
