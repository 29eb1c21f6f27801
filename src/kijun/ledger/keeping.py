"""The data keys of a ledger in its database: found, made, destroyed."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kijun.ledger.database import Database, Link, Row
from kijun.ledger.keys import BYTES, NAME, KeyRing, RootKey, Scope, WrongKey
from kijun.ledger.model import now_ms
from kijun.ledger.schema import VERSION, create, is_used, meta, set_meta

log = logging.getLogger("kijun.ledger")
_OWED: Final = "scrub_owed"


class LostKey(WrongKey):
    """The root key or the signing key is gone, and something was recorded or signed with it."""


def root_of(folder: Path, database: Database) -> RootKey:
    """A ledger's root key. A new one is made only where nothing was recorded yet; raises `LostKey` where something was."""
    if not (folder / NAME).exists():
        create(database)
        with database.writing() as link:
            if is_used(link):
                raise LostKey(
                    f"台帳の鍵（{folder / NAME}）がありません。別の鍵では記録を読めないため、新しい鍵は作っていません。"
                    "kijun ledger escrow restore ファイル で預けた鍵を戻すか、バックアップの root-key を戻してください。",
                    f"The ledger's root key ({folder / NAME}) is gone. What is recorded cannot be read with another, so none was made: "
                    "put it back with kijun ledger escrow restore FILE, or from the back-up.",
                )
            link.execute("DELETE FROM meta WHERE name = 'root_key'")
    return RootKey.load(folder)


def put_back(folder: Path, database: Database, root: RootKey) -> None:
    """Put a root key into the ledger's folder again; raises `WrongKey` for one that is not this ledger's, before anything is written."""
    create(database)
    Keys(database, root).check_root(restoring=True)
    root.store(folder)


class Keys:
    """The keys of one ledger."""

    def __init__(self, database: Database, root: RootKey) -> None:
        self._database = database
        self._root = root
        self._current: dict[Scope, int] = {}
        self._ready: dict[tuple[str, str, str, str], tuple[int, AESGCM]] = {}
        self.ring = KeyRing(root, self._fetch)

    @property
    def root(self) -> RootKey:
        """The root key."""
        return self._root

    @property
    def fingerprint(self) -> str:
        """The root key's: tells one ledger from another."""
        return self._root.fingerprint

    def check_root(self, *, restoring: bool = False) -> None:
        """Raise `WrongKey` unless the root key is the one that this ledger began with; the first one is remembered.

        Where its fingerprint is gone although something was recorded, the key must open what it wrapped, and the fingerprint is only put back
        where somebody restores the key: until then `verify` tells of it.
        """
        with self._database.writing() as link:
            if meta(link, "root_key") is None and not is_used(link):
                set_meta(link, "root_key", self._root.fingerprint)
            self._is_ours(link)
            if restoring and meta(link, "root_key") is None:
                set_meta(link, "root_key", self._root.fingerprint)
                set_meta(link, "version", str(VERSION))

    def _is_ours(self, link: Link) -> None:
        known = meta(link, "root_key")
        if known != self._root.fingerprint and not (known is None and self._opens(link)):
            raise WrongKey(
                "台帳の鍵（root-key）が、この台帳のものではありません。バックアップか、預けた鍵から戻してください。",
                "The root key is not this ledger's: restore it from the back-up or from escrow "
                "(kijun ledger escrow restore).",
            )

    def _opens(self, link: Link) -> bool:
        """Whether the root key wrapped any of this ledger's data keys, the newest first (the lines of some may have been changed); so where all
        were destroyed, for there is nothing that another could not read."""
        rows = link.execute(
            "SELECT purpose, municipality, month, retention, wrapped FROM keys WHERE wrapped IS NOT NULL ORDER BY id DESC"
        )
        return not rows or any(_is_opened(self._root, row) for row in rows)

    def escrow(self, passphrase: str) -> str:
        """See `keys.RootKey.escrow`."""
        return self._root.escrow(passphrase)

    def _fetch(self, id: int) -> tuple[Scope, bytes | None] | None:
        with self._database.reading() as link:
            rows = link.execute(
                "SELECT purpose, municipality, month, retention, wrapped FROM keys WHERE id = ?", (id,)
            )
        if not rows:
            return None
        return _read(rows[0])

    def of(self, link: Link, scope: Scope) -> int:
        """The id of a scope's key, made within the transaction when there is none that works."""
        known = self._current.get(scope)
        if known is not None:
            return known
        id = find(link, scope, link.share)
        if id is None:
            self._is_ours(
                link
            )  # the key's file may have been lost and made anew before anything was recorded
            id = int(link.execute("SELECT COALESCE(MAX(id), 0) + 1 FROM keys")[0][0])
            raw = secrets.token_bytes(BYTES)
            link.execute(
                "INSERT INTO keys (id, purpose, municipality, month, retention, wrapped) VALUES (?, ?, ?, ?, ?, ?)",
                (
                    id,
                    scope.use,
                    scope.municipality,
                    scope.month,
                    scope.retention,
                    self._root.wrap(raw, scope),
                ),
            )
            self.ring.hold(id, raw)
        self._current[scope] = id
        return id

    def ready(
        self, link: Link, use: str, municipality: str, month: str, retention: str
    ) -> tuple[int, AESGCM]:
        """A scope's key (as `of`) with its cipher."""
        place = (use, municipality, month, retention)
        found = self._ready.get(place)
        if found is None:
            id = self.of(link, Scope(*place))
            cipher = self.ring.cipher(id)
            assert cipher is not None  # made or found within this transaction
            found = self._ready[place] = (id, cipher)
        return found

    def still(self, link: Link) -> None:
        """Forget what was destroyed by another process since."""
        if not self._current:
            return
        marks = ", ".join("?" for _ in self._current)
        rows = link.execute(
            f"SELECT id FROM keys WHERE id IN ({marks}) AND wrapped IS NOT NULL{link.share}",  # noqa: S608 - fixed words
            tuple(self._current.values()),
        )
        alive = {row[0] for row in rows}
        self._ready.clear()
        for scope, id in list(self._current.items()):
            if id not in alive:
                del self._current[scope]
                self.ring.forget(id)

    def forget(self) -> None:
        """Drop everything from memory, after a transaction that did not end well."""
        self._current.clear()
        self._ready.clear()
        self.ring.forget()


def _read(row: Row) -> tuple[Scope, bytes | None]:
    """A key's line; what cannot be one opens with nothing."""
    wrapped = row[4] if row[4] is None or isinstance(row[4], bytes) else b""
    return Scope(*map(str, row[:4])), wrapped


def _is_opened(root: RootKey, row: Row) -> bool:
    scope, wrapped = _read(row)
    try:
        root.unwrap(wrapped or b"", scope)
    except WrongKey:
        return False
    return True


def changed(link: Link, root: RootKey) -> Iterator[str]:
    """Data keys that the root key does not open, in words: somebody changed what they are for, or the key."""
    for id, *row in link.execute(
        "SELECT id, purpose, municipality, month, retention, wrapped FROM keys WHERE wrapped IS NOT NULL ORDER BY id"
    ):
        if not _is_opened(root, tuple(row)):
            what = " ".join(str(one) for one in row[:4] if one)
            yield f"table keys: the line of data key {id} ({what}) was changed, and what it encrypted cannot be read; restore the back-up"


def find(link: Link, scope: Scope, share: str = "") -> int | None:
    """The newest key of a scope that was not destroyed."""
    rows = link.execute(
        "SELECT id FROM keys WHERE purpose = ? AND municipality = ? AND month = ? AND retention = ? "  # noqa: S608 - fixed words
        f"AND wrapped IS NOT NULL ORDER BY id DESC LIMIT 1{share}",
        (scope.use, scope.municipality, scope.month, scope.retention),
    )
    return int(rows[0][0]) if rows else None


def scopes(link: Link, use: str) -> Iterator[tuple[int, Scope]]:
    """All keys of a use that were not destroyed, with their scopes."""
    for id, municipality, month, retention in link.execute(
        "SELECT id, municipality, month, retention FROM keys WHERE purpose = ? AND wrapped IS NOT NULL ORDER BY id",
        (use,),
    ):
        yield int(id), Scope(use, str(municipality), str(month), str(retention))


def destroy(link: Link, ids: Iterable[int]) -> None:
    """Destroy keys: what they encrypted is gone for good once the transaction and `scrub` are done."""
    link.executemany(
        "UPDATE keys SET wrapped = NULL, destroyed_at = ? WHERE id = ?", [(now_ms(), id) for id in ids]
    )
    set_meta(link, _OWED, secrets.token_hex(8))  # until it is done, also by another run where this one dies


def scrub(database: Database) -> bool:
    """Put on disk that destroyed keys are gone, where that is still owed; False where it stays so, for somebody reads what was before."""
    with database.reading() as link:
        owed = meta(link, _OWED)
    if owed is None:
        return True
    if not database.scrub():
        log.warning(
            "destroyed keys may still lie in the database's write-ahead log or pages, for somebody reads a moment before their destruction "
            "(a back-up, an export, an open transaction): it is tried again with the next run; end what reads if it stays so"
        )
        return False
    with database.writing() as link:
        link.execute("DELETE FROM meta WHERE name = ? AND value = ?", (_OWED, owed))
    return True
