"""A ledger as its readers see it: fresh and sealed records as one, whatever database and files lie below."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

import orjson
from cryptography.exceptions import InvalidTag

from kijun.ledger import fresh, tree
from kijun.ledger.checkpoints import Checkpoints
from kijun.ledger.database import Link, connect
from kijun.ledger.files import private_folder
from kijun.ledger.journal import Journal
from kijun.ledger.keeping import root_of
from kijun.ledger.keys import ChangedKey
from kijun.ledger.listing import lines
from kijun.ledger.model import Page, Query, Record
from kijun.ledger.notes import Verifier
from kijun.ledger.packing import BadPacking, parted, storable, unpack
from kijun.ledger.segments.reader import Reader
from kijun.ledger.segments.segment import Segment, SegmentFault
from kijun.ledger.segments.store import open_store

log = logging.getLogger("kijun.ledger")
MOST: Final = 10_000  # entries of one interaction that are given
_PAGE: Final = 1000
INDEX_USE = "index"
"""What the keys of indexes are derived for."""


@dataclass(frozen=True, slots=True)
class Found(Page):
    """A page of records, and the segments that could not be read for it: whoever reads is told that there may be more."""

    faults: tuple[SegmentFault, ...] = ()


@dataclass(frozen=True, slots=True)
class Proof:
    """That an entry stands in the tree of ``size`` leaves whose root was signed (RFC 9162, 2.1.3). Hashes are hexadecimal."""

    seq: int
    size: int
    leaf: str
    path: tuple[str, ...]
    root: str
    note: str


class Ledger:
    """The ledger in ``folder``; its journal lies there too, or in the PostgreSQL of ``url``; its sealed files as well, or in the bucket whose
    address (`place`) ``files`` is. Threads may share it.

    Nothing here appends: that is the writer's, through `client`.
    """

    def __init__(self, folder: Path, url: str = "", files: str = "") -> None:
        self.folder = private_folder(folder)
        self.url, self.files = url, files
        self.store = open_store(folder, files)
        self.database = connect(folder, url)
        try:
            self.journal = Journal(self.database, root_of(folder, self.database))
            self.journal.prepare()  # the tree is read by what needs it: one that is broken can still be verified and read
        except BaseException:
            self.database.close()
            raise
        self.keys = self.journal.keys
        self.reader = Reader(self.store, self._index_key, self.decrypted, folder / "private")

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of files and connections; what lies open of the indexes is removed."""
        self.reader.close()
        self.database.close()

    def claim(self) -> None:
        """Before sealed files are written or deleted: that their place is this ledger's. Raises `segments.store.StoreFault`."""
        with (
            self.database.reading() as link
        ):  # not by the tree: one that is broken does not keep records from being sealed
            whole = int(link.execute("SELECT COUNT(*) FROM tiles WHERE level = 0")[0][0])
            rest = int(link.execute("SELECT COUNT(*) FROM leaves")[0][0])
        self.store.claim(self.keys.fingerprint, whole * tree.TILE + rest)

    # --- keys -------------------------------------------------------------------------------

    def _index_key(self, id: int) -> bytes | None:
        try:
            return self.keys.ring.derived(id, INDEX_USE)
        except ChangedKey as error:
            raise SegmentFault(f"({id})", "index: the line of its key in the journal was changed") from error

    def decrypted(self, key: int, id: str, blob: bytes) -> bytes | None:
        """A content's JSON; None where it was erased, or was changed and says nothing any more."""
        try:
            packed = self.keys.ring.decrypt(key, blob, id.encode())
            return None if packed is None else unpack(packed)[2]
        except (InvalidTag, BadPacking, ChangedKey):
            return None

    # --- reading ----------------------------------------------------------------------------

    def segments(self, link: Link | None = None) -> list[Segment]:
        """The sealed segments. Raises `SegmentFault` where a line of the list was changed."""
        if link is None:
            with self.database.reading() as link:
                return self.segments(link)
        return [one.read() for one in lines(link)]

    def search(self, query: Query, *, masked: bool = False) -> Found:
        """Records that answer a query, newest first. ``masked`` also opens the values behind the placeholders."""
        found = self._search(query, masked)
        if found.faults:  # segments may have been joined or erased while they were read
            found = self._search(query, masked)
        return found

    def _search(self, query: Query, masked: bool) -> Found:
        page, further, faults = self._rows(query)
        with self.database.reading() as link:
            holds = active_holds(link)
        return Found(tuple(self.record(row, holds, masked) for row in page), further, faults)

    def rows(self, query: Query) -> tuple[list[Mapping[str, Any]], int | None]:
        """Stored rows that answer a query, newest first, and the ``before`` of the next page; raises `SegmentFault`."""
        page, further, faults = self._rows(query)
        if faults:
            page, further, faults = self._rows(query)
        if faults:
            raise faults[0]
        return page, further

    def _rows(self, query: Query) -> tuple[list[Mapping[str, Any]], int | None, tuple[SegmentFault, ...]]:
        query = asked(query)
        more = replace(query, limit=query.limit + 1)
        faults: list[SegmentFault] = []
        with self.database.reading() as link:
            rows = fresh.rows(link, more, self._content, more.limit, faults.append)
            segments = []
            for line in lines(link):
                try:
                    segments.append(line.read())
                except SegmentFault as fault:  # it hides no others
                    faults.append(fault)
        hits = self.reader.search(more, segments)
        merged: list[Mapping[str, Any]] = sorted(
            [*rows, *hits.rows], key=lambda row: int(row["seq"]), reverse=True
        )
        if hits.before is not None:  # older sealed ones were not looked at yet
            merged = [row for row in merged if row["seq"] >= hits.before]
        page = merged[: query.limit]
        further = int(page[-1]["seq"]) if len(merged) > query.limit else hits.before
        return page, further, (*faults, *hits.faults)

    def _content(self, row: Mapping[str, Any]) -> bytes | None:
        return self.decrypted(row["content_key"], row["id"], row["content"])

    def interaction(
        self, interaction: str, municipality: str | None, *, masked: bool = False
    ) -> list[Record]:
        """The entries of an interaction, oldest first; none where it is another municipality's.

        Of one that has more than `MOST`, as only a program's trace has, the first and the last are given, half of `MOST` each: what it began with is
        among them in any case. The log tells that some were left out.
        """
        found: list[Record] = []  # the newest first
        query = Query(municipality=municipality, interaction=interaction, limit=_PAGE)
        before, left_out = query.before, 0
        while interaction:
            page = self.search(replace(query, before=before), masked=masked)
            found += page.records
            if len(found) > MOST:
                left_out += len(found) - MOST
                del found[MOST // 2 : len(found) - MOST // 2]
            before = page.next
            if before is None:
                break
        if left_out:
            log.warning("an interaction has more than %d entries: %d are left out", MOST, left_out)
        return found[::-1]

    def record(self, row: Mapping[str, Any], holds: Mapping[str, tuple[str, ...]], masked: bool) -> Record:
        """A row as it is read."""
        said = row.get("plain") or self._content(row)
        values = None
        if masked and row["masked_key"] is not None and row["masked"] is not None:
            opened = self.decrypted(row["masked_key"], row["id"], row["masked"])
            values = None if opened is None else orjson.loads(opened)
        clear = {name: row[name] for name in Record.__dataclass_fields__ if name in row}
        clear |= {
            "findings": parted(row["findings"]),
            "content": None if said is None else orjson.loads(said),
            "masked": values,
            "holds": holds.get(row["interaction"], ()),
        }
        return Record(**clear)

    def aggregate(
        self, by: Sequence[str], where: Query, values: Sequence[str] = ("count",)
    ) -> list[dict[str, Any]]:
        """Figures over fresh and sealed records, grouped; `segments.aggregating.aggregate` names what there is."""
        from kijun.ledger.segments.aggregating import aggregate

        where = asked(where)

        def once() -> list[dict[str, Any]]:
            with self.database.reading() as link:
                rows, segments = fresh.clear_rows(link), self.segments(link)
            return aggregate(
                self.store,
                segments,
                rows,
                by=tuple(by),
                where=where,
                values=tuple(values),
                files=self.reader.files,
                cursor=self.reader.cursor(),
            )

        try:
            return once()
        except SegmentFault:  # segments may have been joined or erased meanwhile
            return once()

    def status(self) -> dict[str, Any]:
        """How much is recorded, sealed and waiting."""
        with self.database.reading() as link:
            segments = self.segments(link)
            fresh_entries = int(link.execute("SELECT COUNT(*) FROM entries")[0][0])
            kept = int(link.execute("SELECT COUNT(*) FROM kept")[0][0])
            unanswered = int(link.execute("SELECT COUNT(*) FROM unanswered")[0][0])
            erased = int(link.execute("SELECT COALESCE(SUM(entries), 0) FROM erasures")[0][0])
            signed = int(link.execute("SELECT COALESCE(MAX(size), 0) FROM checkpoints")[0][0])
        self.journal.reload()
        return {
            "entries": self.journal.tiles.size,
            "signed": signed,
            "fresh": fresh_entries,
            "sealed": sum(one.rows for one in segments),
            "segments": len(segments),
            "bytes": sum(one.bytes_data + one.bytes_index for one in segments),
            "files": self.store.place,
            "held": kept,
            "erased": erased,
            "unanswered": unanswered,
        }

    # --- proofs -----------------------------------------------------------------------------

    def verifier(self) -> Verifier:
        """Reads this ledger's checkpoints."""
        if not (self.folder / "verifier-key").exists():  # nobody has written yet
            return Checkpoints(self.folder, self.database).signer.verifier
        return Verifier.parse((self.folder / "verifier-key").read_text(encoding="utf-8"))

    def prove(self, seq: int, size: int | None = None) -> Proof | None:
        """That an entry stands in the newest signed tree (or the one of ``size``); None where none that is signed holds it yet."""
        with self.database.reading() as link:
            rows = link.execute(
                "SELECT size, root, note FROM checkpoints WHERE size > ? AND size <= ? ORDER BY size DESC LIMIT 1",
                (seq, size if size is not None else 1 << 62),
            )
        if not rows:
            return None
        self.journal.reload()
        signed, root, note = int(rows[0][0]), bytes(rows[0][1]), str(rows[0][2])
        nodes = self.journal.tiles.node
        path = tree.inclusion(nodes, seq, signed)
        return Proof(seq, signed, nodes(0, seq).hex(), tuple(one.hex() for one in path), root.hex(), note)

    def prove_growth(self, old: int, new: int) -> list[str]:
        """The hashes that show that the tree of ``new`` leaves grew out of the one of ``old`` (RFC 9162, 2.1.4)."""
        self.journal.reload()
        return [one.hex() for one in tree.consistency(self.journal.tiles.node, old, new)]

    def newest_checkpoint(self) -> tuple[int, int, str, bytes | None] | None:
        """(size, time in ms, note, RFC 3161 stamp) of what was signed last; None where nothing was."""
        with self.database.reading() as link:
            rows = link.execute("SELECT size, at, note, stamp FROM checkpoints ORDER BY size DESC LIMIT 1")
        return _checkpoint(*rows[0]) if rows else None

    def checkpoints(self) -> Iterator[tuple[int, int, str, bytes | None]]:
        """(size, time in ms, note, RFC 3161 stamp) of each, oldest first."""
        with self.database.reading() as link:
            for rows in link.parts("SELECT size, at, note, stamp FROM checkpoints ORDER BY size", _PAGE):
                yield from (_checkpoint(*row) for row in rows)


def _checkpoint(size: Any, at: Any, note: Any, stamp: Any) -> tuple[int, int, str, bytes | None]:
    return int(size), int(at), str(note), None if stamp is None else bytes(stamp)


def asked(query: Query) -> Query:
    """A query whose texts are stored nowhere else than records could store them: no NUL, no lone surrogates."""
    texts = {
        one.name: storable(value)
        for one in fields(query)
        if isinstance(value := getattr(query, one.name), str) and value
    }
    return replace(query, **texts)  # type: ignore[arg-type]  # only fields that hold text


def active_holds(link: Link) -> dict[str, tuple[str, ...]]:
    """Interaction → ids of the holds on it."""
    found: dict[str, tuple[str, ...]] = {}
    for interaction, id in link.execute(
        "SELECT interaction, id FROM holds WHERE released_at IS NULL ORDER BY at"
    ):
        found[interaction] = (*found.get(interaction, ()), id)
    return found
