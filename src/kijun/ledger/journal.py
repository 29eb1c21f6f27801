"""The journal: appends groups of entries durably, keeps the tree, and holds fresh records until they are sealed."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from kijun.ledger import counting
from kijun.ledger.counting import Counter
from kijun.ledger.database import FAULTS, Database, Link, Row, unavailable
from kijun.ledger.keeping import Keys
from kijun.ledger.keys import CONTENT, MASKED, RootKey, Scope, encrypt
from kijun.ledger.model import COLUMNS, Kind, LedgerError, Limits, Receipt, Verdict, month_of
from kijun.ledger.naming import Names, parted
from kijun.ledger.packing import Packed
from kijun.ledger.schema import COLUMN_LIST, ROW, create
from kijun.ledger.tiles import Tiles
from kijun.ledger.tree import SIZE, TILE, leaf_hash

_INSERT: Final = f"INSERT INTO entries ({COLUMN_LIST}) VALUES ({', '.join('?' for _ in ROW)})"  # noqa: S608 - fixed names
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


@dataclass(slots=True)
class Appending:
    """Entries that belong together: all are recorded or none. ``worker`` is the process that waits for the answer."""

    entries: Sequence[Packed]
    limits: Limits | None = None
    worker: str = ""
    receipts: list[Receipt] = field(default_factory=list)
    error: LedgerError | None = None


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
            if [row[0] for row in rest] != list(range(whole * TILE, whole * TILE + len(rest))):
                raise BrokenTree(whole * TILE)
            try:
                tiles.restore(whole, (bytes(row[1]) for row in rest))
            except KeyError as error:
                level, number = error.args[0]
                raise BrokenTree(number * TILE ** (level + 1)) from error
        self.tiles = tiles
        self.committed = tiles.frontier.copy()
        self.keys.forget()
        self._stale = False

    def stored_tile(self, level: int, number: int) -> bytes:
        """A whole tile as it is on disk; raises KeyError."""
        return self._tile(level, number)

    def _tile(self, level: int, number: int) -> bytes:
        with self.database.reading() as link:
            rows = link.execute("SELECT hashes FROM tiles WHERE level = ? AND number = ?", (level, number))
        if not rows or len(rows[0][0]) != TILE * SIZE:
            raise KeyError((level, number))
        return bytes(rows[0][0])

    # --- appending --------------------------------------------------------------------------

    def append(self, group: Sequence[Appending]) -> None:
        """Record a group in one transaction; each gets its receipts or its error. Durable on return.

        Where the database fails, the tree is read anew and the group tried once more: entries that reached the disk are found
        by their ids and not recorded twice.
        """
        try:
            self._append(group)
        except FAULTS as error:
            self._append_again(group, error)

    def _append_again(self, group: Sequence[Appending], error: Exception) -> None:
        try:
            self.database.reopen()
            self._append(group)
        except FAULTS as second:
            log.error("the ledger could not be written: %s, then %s", type(error).__name__, second)
            for one in group:
                one.receipts, one.error = [], unavailable(second)

    def _append(self, group: Sequence[Appending]) -> None:
        if self._stale:
            self.reload()
        self._stale = (
            True  # until the commit: whatever ends the transaction, the next one begins with what is on disk
        )
        with self.database.writing() as link:
            self.keys.still(link)
            ids = [str(packed.clear[_ID]) for one in group for packed in one.entries]
            names = Names(link, self.keys.ring, ids)
            known = self._known(link, ids) | names.known
            rows: list[Row] = []
            leaves: list[tuple[int, bytes]] = []
            for one in group:
                one.receipts, one.error = [], None
                try:
                    names.check(one.entries)
                    self._admit(link, one, known)
                except LedgerError as error:
                    one.error = error
                    continue
                for packed in one.entries:
                    one.receipts.append(self._place(link, packed, known, names, rows, leaves))
                self._follow(link, one)
            link.executemany(_INSERT, rows)
            self._keep_leaves(link, leaves)
            names.store()
        self.committed = self.tiles.frontier.copy()
        self._stale = False

    def _known(self, link: Link, ids: Sequence[str]) -> dict[str, int]:
        """Entries that are here already: an append whose answer was lost is repeated."""
        known: dict[str, int] = {}
        for part in parted(ids):
            marks = ", ".join("?" for _ in part)
            found = link.execute(f'SELECT "id", seq FROM entries WHERE "id" IN ({marks})', part)  # noqa: S608 - question marks alone
            known.update((str(id), int(seq)) for id, seq in found)
        return known

    def _admit(self, link: Link, one: Appending, known: dict[str, int]) -> None:
        """Check the limits and count; what is known already was counted then."""
        fresh = [packed for packed in one.entries if packed.clear[_ID] not in known]
        if one.limits is None or not fresh:
            return
        requests = sum(packed.clear[_KIND] == Kind.INPUT for packed in fresh)
        self.counter.check(link, one.limits, requests)
        tokens = sum(packed.clear[_IN] + packed.clear[_OUT] for packed in fresh)
        self.counter.count(link, one.limits, requests, tokens)

    def _place(
        self,
        link: Link,
        packed: Packed,
        known: dict[str, int],
        names: Names,
        rows: list[Row],
        leaves: list[tuple[int, bytes]],
    ) -> Receipt:
        id = str(packed.clear[_ID])
        if id in known:
            seq = known[id]
            return Receipt(id, seq, self.tiles.leaf(seq).hex())
        bound = id.encode()
        municipality, month = packed.clear[_MUNICIPALITY], month_of(packed.clear[_AT])
        retention = packed.clear[_RETENTION]
        key = self.keys.of(link, Scope(CONTENT, municipality, month, retention))
        cipher = self.keys.ring.cipher(key)
        assert cipher is not None  # made or found within this transaction
        masked_key = masked = None
        if packed.masked:
            masked_key = self.keys.of(link, Scope(MASKED, municipality, month, retention))
            masked_cipher = self.keys.ring.cipher(masked_key)
            assert masked_cipher is not None
            masked = encrypt(masked_cipher, packed.masked, bound)
        seq, leaf = self.tiles.size, leaf_hash(packed.commitment)
        leaves.append((seq, leaf))
        for level, number, hashes in self.tiles.append(leaf):
            link.execute(
                "INSERT INTO tiles (level, number, hashes) VALUES (?, ?, ?)", (level, number, hashes)
            )
        rows.append((seq, *packed.clear, key, encrypt(cipher, packed.content, bound), masked_key, masked))
        known[id] = seq
        names.give(packed, seq, key)
        return Receipt(id, seq, leaf.hex())

    def _keep_leaves(self, link: Link, leaves: list[tuple[int, bytes]]) -> None:
        """Store the leaves that fill no tile yet, and drop those that do now."""
        whole = self.tiles.size // TILE * TILE
        link.executemany(
            "INSERT INTO leaves (seq, hash) VALUES (?, ?)", [leaf for leaf in leaves if leaf[0] >= whole]
        )
        if leaves and leaves[0][0] < whole:
            link.execute("DELETE FROM leaves WHERE seq < ?", (whole,))

    def _follow(self, link: Link, one: Appending) -> None:
        """Remember which interactions wait for an answer, and for whom."""
        if not one.worker:
            return
        here = {packed.clear[_INTERACTION] for packed in one.entries if packed.clear[_KIND] == Kind.OUTPUT}
        for packed, receipt in zip(one.entries, one.receipts, strict=True):
            kind, interaction = packed.clear[_KIND], packed.clear[_INTERACTION]
            if kind == Kind.INPUT and packed.clear[_VERDICT] in _FORWARDED and interaction not in here:
                link.execute(
                    "INSERT INTO unanswered (interaction, worker, seq) VALUES (?, ?, ?) ON CONFLICT (interaction) DO NOTHING",
                    (interaction, one.worker, receipt.seq),
                )
            elif kind == Kind.OUTPUT:  # its question may have come before it
                link.execute("DELETE FROM unanswered WHERE interaction = ?", (interaction,))

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
