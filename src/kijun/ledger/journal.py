"""The journal: appends groups of entries durably, keeps the tree, and holds fresh records until they are sealed."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from kijun.ledger import counting, held
from kijun.ledger.counting import Counter
from kijun.ledger.database import FAULTS, THERE, Database, Link, Row, unavailable
from kijun.ledger.keeping import Keys
from kijun.ledger.keys import CONTENT, MASKED, RootKey, encrypt
from kijun.ledger.model import COLUMNS, Kind, LedgerError, Limits, Receipt, Verdict, month_of
from kijun.ledger.naming import Names, is_named, parted
from kijun.ledger.packing import Packed
from kijun.ledger.schema import COLUMN_LIST, ROW, create
from kijun.ledger.tiles import Tiles
from kijun.ledger.tree import SIZE, TILE, leaf_hash

_INSERT: Final = f"INSERT INTO entries ({COLUMN_LIST}) VALUES ({', '.join('?' for _ in ROW)})"  # noqa: S608 - fixed names
_ASKED: Final = (
    "INSERT INTO unanswered (interaction, worker, seq) VALUES (?, ?, ?) ON CONFLICT (interaction) DO NOTHING"
)
_PLACES: Final = {name: at for at, name in enumerate(COLUMNS)}
_ID, _INTERACTION, _KIND = _PLACES["id"], _PLACES["interaction"], _PLACES["kind"]
_MUNICIPALITY, _AT, _RETENTION = _PLACES["municipality"], _PLACES["at"], _PLACES["retention"]
_VERDICT, _IN, _OUT = _PLACES["verdict"], _PLACES["tokens_in"], _PLACES["tokens_out"]
log = logging.getLogger("kijun.ledger")
_FORWARDED: Final = frozenset({Verdict.ALLOWED, Verdict.MASKED, Verdict.CONFIRMED})


class BrokenTree(LedgerError):
    """The tree on disk has a hole; nothing can be appended behind it."""

    def __init__(self, at: int) -> None:
        super().__init__(
            f"台帳の木が{at:,}番から壊れています。kijun ledger verify で確かめ、バックアップから戻してください。",
            f"The ledger's tree is broken from leaf {at:,} on: run kijun ledger verify, then restore the back-up.",
        )


class _Repeated(Exception):
    """An append whose answer was lost is handed in again."""


@dataclass(slots=True)
class Appending:
    """Entries that belong together: all are recorded or none. ``worker`` is the process that waits for the answer."""

    entries: Sequence[Packed]
    limits: Limits | None = None
    worker: str = ""
    receipts: list[Receipt] = field(default_factory=list)
    error: LedgerError | None = None


class _Placing:
    """What one transaction writes: entries get their places first, then all is stored, a statement a table."""

    def __init__(self, journal: Journal, link: Link, names: Names, known: dict[str, int]) -> None:
        self._tiles, self._keys, self._link, self._names = journal.tiles, journal.keys, link, names
        self.known = known
        self._counted: list[Row] = []
        self.asked: list[tuple[str, str, int]] = []
        self.answered: list[tuple[str]] = []
        self._rows: list[Row] = []
        self._leaves: list[tuple[int, bytes]] = []
        self._whole: list[tuple[int, int, bytes]] = []

    def requests(self, fresh: Sequence[Sequence[Any]]) -> list[str]:
        """Of the interactions that some inputs begin those that were not counted yet: what others report of one call (a span, its events) may

        come as several inputs, at any distance. The gateway's own have ids that are no names, and each input is a request.
        """
        begun = [str(clear[_INTERACTION]) for clear in fresh if clear[_KIND] == Kind.INPUT]
        named = dict.fromkeys(one for one in begun if is_named(one) and one not in self.known)
        return [*named, *(one for one in begun if not is_named(one))]

    def count(self, interactions: Sequence[str]) -> None:
        """Remember that these are counted, beside the names of entries: for each of them one row is looked up, however many there are."""
        for one in interactions:
            if is_named(one):
                self.known[one] = self._tiles.size
                self._counted.append((one, self._tiles.size, 0, b""))

    def place(self, packed: Packed) -> Receipt:
        """Give an entry the next place in the tree; one that is known already has its own."""
        clear = packed.clear
        id = clear[_ID]
        seq = self.known.get(id)
        if seq is not None:
            return Receipt(id, seq, self._tiles.leaf(seq).hex())
        bound = id.encode()
        scope = clear[_MUNICIPALITY], month_of(clear[_AT]), clear[_RETENTION]
        key, cipher = self._keys.ready(self._link, CONTENT, *scope)
        masked_key = masked = None
        if packed.masked:
            masked_key, masked_cipher = self._keys.ready(self._link, MASKED, *scope)
            masked = encrypt(masked_cipher, packed.masked, bound)
        seq, leaf = self._tiles.size, leaf_hash(packed.commitment)
        self._leaves.append((seq, leaf))
        self._whole += self._tiles.append(leaf)
        self._rows.append((seq, *clear, key, encrypt(cipher, packed.content, bound), masked_key, masked))
        self.known[id] = seq
        self._names.give(packed, seq, key)
        held.follow(self._link, seq, packed)
        return Receipt(id, seq, leaf.hex())

    def store(self) -> None:
        """Write it all."""
        link = self._link
        for sql, rows in (
            (_INSERT, self._rows),
            ("INSERT INTO tiles (level, number, hashes) VALUES (?, ?, ?)", self._whole),
            ("INSERT INTO named (id, seq, content_key, digest) VALUES (?, ?, ?, ?)", self._counted),
            (_ASKED, self.asked),
            ("DELETE FROM unanswered WHERE interaction = ?", self.answered),
        ):
            if rows:
                link.executemany(sql, rows)
        self._keep_leaves()

    def _keep_leaves(self) -> None:
        """Store the leaves that fill no tile yet, and drop those that do now."""
        whole = self._tiles.size // TILE * TILE
        rest = [leaf for leaf in self._leaves if leaf[0] >= whole]
        if rest:
            self._link.executemany("INSERT INTO leaves (seq, hash) VALUES (?, ?)", rest)
        if self._whole:
            self._link.execute("DELETE FROM leaves WHERE seq < ?", (whole,))


def _counted_by_name(group: Sequence[Appending]) -> Iterator[str]:
    """Interactions that are counted once, whichever of their inputs comes first."""
    for one in group:
        if one.limits is not None:
            for packed in one.entries:
                interaction = str(packed.clear[_INTERACTION])
                if packed.clear[_KIND] == Kind.INPUT and is_named(interaction):
                    yield interaction


class Journal:
    """The hot half of a ledger. One process appends (`Database.lock`); any number read."""

    def __init__(self, database: Database, root: RootKey) -> None:
        self.database = database
        self.keys = Keys(database, root)
        self.counter = Counter()
        self.tiles = Tiles(self._tile)
        self.committed = self.tiles.frontier.copy()
        """The tree as it is on disk: what may be signed."""
        self._stale = True  # the tree in memory is not the one on disk
        self._mark: object = None  # of the database when its keys were looked at last

    def prepare(self) -> None:
        """Make the tables where they are missing; raises `WrongKey` for another ledger's root key."""
        create(self.database)
        self.keys.check_root()

    def open(self) -> None:
        """Prepare, and read the tree. Raises `BrokenTree`."""
        self.prepare()
        self.reload()

    def reload(self) -> None:
        """Read the tree anew from what is on disk."""
        tiles = Tiles(self._tile)
        with self.database.reading() as link:
            whole = int(link.execute("SELECT COUNT(*) FROM tiles WHERE level = 0")[0][0])
            rest = link.execute("SELECT seq, hash FROM leaves ORDER BY seq")
            if [row[0] for row in rest] != list(range(whole * TILE, whole * TILE + len(rest))) or any(
                not isinstance(hash, bytes) or len(hash) != SIZE for _seq, hash in rest
            ):
                raise BrokenTree(whole * TILE)
            try:
                tiles.restore(whole, (bytes(row[1]) for row in rest))
            except KeyError as error:
                level, number = error.args[0]
                raise BrokenTree(number * TILE ** (level + 1)) from error
        self.tiles = tiles
        self.committed = tiles.frontier.copy()
        self.keys.forget()
        self._stale, self._mark = False, None

    def stored_tile(self, level: int, number: int) -> bytes:
        """A whole tile as it is on disk; raises KeyError."""
        return self._tile(level, number)

    def _tile(self, level: int, number: int) -> bytes:
        with self.database.reading() as link:
            rows = link.execute("SELECT hashes FROM tiles WHERE level = ? AND number = ?", (level, number))
        if not rows or not isinstance(rows[0][0], bytes) or len(rows[0][0]) != TILE * SIZE:
            raise KeyError((level, number))
        return rows[0][0]

    # --- appending --------------------------------------------------------------------------

    def append(self, group: Sequence[Appending]) -> None:
        """Record a group in one transaction; each gets its receipts or its error. Durable on return.

        Where the database fails, the tree is read anew and the group tried once more: entries that reached the disk are found
        by their ids and not recorded twice.
        """
        try:
            self._append(group, ask=False)
        except (_Repeated, *THERE):
            self._append_again(group, reopen=False)
        except FAULTS as error:
            log.warning("the ledger's database failed: %s; trying again", type(error).__name__)
            self._append_again(group, reopen=True)

    def _append_again(self, group: Sequence[Appending], *, reopen: bool) -> None:
        try:
            if reopen:
                self.database.reopen()
            self._append(group, ask=True)
        except FAULTS as error:
            log.error("the ledger could not be written: %s", error)
            for one in group:
                one.receipts, one.error = [], unavailable(error)

    def _append(self, group: Sequence[Appending], *, ask: bool) -> None:
        """One transaction. Ids that are here already end it, unless the database is asked for them first."""
        if self._stale:
            self.reload()
        self._stale = (
            True  # until the commit: whatever ends the transaction, the next one begins with what is on disk
        )
        self.counter.begin()
        with self.database.writing() as link:
            mark = link.mark()
            if mark is None or mark != self._mark:
                self.keys.still(link)
            ids = [packed.clear[_ID] for one in group for packed in one.entries]
            names = Names(link, self.keys.ring, [*ids, *_counted_by_name(group)])
            placing = _Placing(self, link, names, {**(self._known(link, ids) if ask else {}), **names.known})
            for one in group:
                one.receipts, one.error = [], None
                try:
                    names.check(one.entries)
                    self._admit(link, one, placing)
                except LedgerError as error:
                    if not ask and self._known(link, [str(packed.clear[_ID]) for packed in one.entries]):
                        raise _Repeated from error  # it was counted then, and is not refused now
                    one.error = error
                    continue
                one.receipts = [placing.place(packed) for packed in one.entries]
                self._follow(one, placing)
            placing.store()
            names.store()
            self._mark = link.mark()
        self.counter.settle()
        self.committed = self.tiles.frontier.copy()
        self._stale = False

    def _known(self, link: Link, ids: Sequence[str]) -> dict[str, int]:
        """Entries that are here already."""
        known: dict[str, int] = {}
        for part in parted(ids):
            marks = ", ".join("?" for _ in part)
            found = link.execute(f'SELECT "id", seq FROM entries WHERE "id" IN ({marks})', part)  # noqa: S608 - question marks alone
            known.update((str(id), int(seq)) for id, seq in found)
        return known

    def _admit(self, link: Link, one: Appending, placing: _Placing) -> None:
        """Check the limits and count; what is known already was counted then."""
        if one.limits is None:
            return
        fresh = [packed.clear for packed in one.entries if packed.clear[_ID] not in placing.known]
        if fresh:
            begun = placing.requests(fresh)
            self.counter.check(link, one.limits, len(begun))
            self.counter.count(link, one.limits, len(begun), sum(clear[_IN] + clear[_OUT] for clear in fresh))
            placing.count(begun)

    def _follow(self, one: Appending, placing: _Placing) -> None:
        """Remember which interactions wait for an answer, and for whom: not those that others report, whose answers are theirs to tell."""
        if not one.worker:
            return
        here = {packed.clear[_INTERACTION] for packed in one.entries if packed.clear[_KIND] == Kind.OUTPUT}
        for packed, receipt in zip(one.entries, one.receipts, strict=True):
            kind, interaction = packed.clear[_KIND], packed.clear[_INTERACTION]
            waits = kind == Kind.INPUT and packed.clear[_VERDICT] in _FORWARDED
            if waits and interaction not in here and not is_named(str(interaction)):
                placing.asked.append((interaction, one.worker, receipt.seq))
            elif kind == Kind.OUTPUT:  # its question may have come before it
                placing.answered.append((interaction,))

    # --- what others look at ----------------------------------------------------------------

    def unanswered(self) -> list[tuple[str, int]]:
        """(worker, seq of the input) of each interaction whose answer is on its way."""
        with self.database.reading() as link:
            return [
                (str(worker), int(seq)) for worker, seq in link.execute("SELECT worker, seq FROM unanswered")
            ]

    def used(self, account: str, period: str) -> tuple[int, int]:
        """Requests and tokens that an account used in a period."""
        with self.database.reading() as link:
            return counting.used(link, account, period)
