"""Entries whose ids come from what they tell, so that what is handed in twice is recorded once, also long after the first was sealed.

Such an id is a UUID of version 8 (RFC 9562, 5.8). Where an entry brings a ``fingerprint`` of what was handed in, the same id with another one
is refused. Fingerprints are encrypted with the content's own key: once that is destroyed, they tell nothing.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence
from typing import Final

from cryptography.exceptions import InvalidTag

from kijun.ledger.database import Link
from kijun.ledger.keys import KeyRing, decrypt, encrypt
from kijun.ledger.model import COLUMNS, Differs
from kijun.ledger.packing import Packed

MARKS: Final = 10_000  # question marks in one statement; SQLite takes 32,766, PostgreSQL 65,535
_ID: Final = COLUMNS.index("id")


def is_named(id: str) -> bool:
    """Whether an id comes from what its entry tells."""
    return len(id) == 32 and id[12] == "8"


class Names:
    """The names that one transaction asks for and gives."""

    def __init__(self, link: Link, ring: KeyRing, ids: Iterable[str]) -> None:
        self._link, self._ring = link, ring
        self.known: dict[str, int] = {}
        self._digests: dict[str, tuple[int, bytes]] = {}
        self._fresh: list[tuple[str, int, int, bytes]] = []
        for part in parted([one for one in ids if is_named(one)]):
            marks = ", ".join("?" for _ in part)
            found = link.execute(
                f"SELECT id, seq, content_key, digest FROM named WHERE id IN ({marks})",  # noqa: S608 - question marks alone
                part,
            )
            for id, seq, key, digest in found:
                self.known[str(id)] = int(seq)
                self._digests[str(id)] = (int(key), bytes(digest))

    def check(self, entries: Sequence[Packed]) -> None:
        """Raise `Differs` where a name stands for something else already."""
        other = [
            str(one.clear[_ID])
            for one in entries
            if one.fingerprint and not self._same(str(one.clear[_ID]), one.fingerprint)
        ]
        if other:
            raise Differs(tuple(other))

    def _same(self, id: str, fingerprint: bytes) -> bool:
        key, kept = self._digests.get(id, (0, b""))
        cipher = self._ring.cipher(key) if kept else None
        if cipher is None:  # unknown, or erased, and nobody knows any more what it said
            return True
        try:
            return hmac.compare_digest(decrypt(cipher, kept, id.encode()), fingerprint)
        except InvalidTag:  # somebody changed it: it is not the same, and no reason to refuse others
            return False

    def _digest(self, key: int, id: str, fingerprint: bytes) -> bytes:
        cipher = self._ring.cipher(key) if fingerprint else None
        return b"" if cipher is None else encrypt(cipher, fingerprint, id.encode())

    def give(self, packed: Packed, seq: int, key: int) -> None:
        """An entry has its place."""
        id = str(packed.clear[_ID])
        if is_named(id):
            digest = self._digest(key, id, packed.fingerprint)
            self._digests[id] = (key, digest)
            self._fresh.append((id, seq, key, digest))

    def store(self) -> None:
        """Keep what was given."""
        if self._fresh:
            self._link.executemany(
                "INSERT INTO named (id, seq, content_key, digest) VALUES (?, ?, ?, ?)", self._fresh
            )


def parted(ids: Sequence[str]) -> list[Sequence[str]]:
    """The ids in parts that fit into a statement."""
    return [ids[at : at + MARKS] for at in range(0, len(ids), MARKS)]
