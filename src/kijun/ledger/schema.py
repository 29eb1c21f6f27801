"""The journal's tables."""

from __future__ import annotations

import re
from typing import Final

from kijun.ledger.database import Database, Link
from kijun.ledger.model import COLUMNS
from kijun.ledger.tree import TILE

VERSION: Final = 1
_CREATED: Final = re.compile(r"CREATE (?:TABLE|(?:UNIQUE )?INDEX) IF NOT EXISTS (\w+)")
NUMBERS: Final = frozenset({"at", "tokens_in", "tokens_out", "duration_ms"})
#: A row as it is stored: its place, the clear columns, then key and text of the content and of the masked values.
ROW: Final = ("seq", *COLUMNS, "content_key", "content", "masked_key", "masked")


def quoted(name: str) -> str:
    """A column's name in SQL; "grant" and "at" mean other things there."""
    return f'"{name}"'


COLUMN_LIST: Final = ", ".join(map(quoted, ROW))


def create(database: Database) -> None:
    """Make what is not there. What is there is not named again: even so, PostgreSQL would lock each table, and two that open and erase would wait for each other."""
    blob, integer, clustered = database.blob, database.integer, database.clustered
    clear = ", ".join(f"{quoted(name)} {integer if name in NUMBERS else 'TEXT'} NOT NULL" for name in COLUMNS)
    row = f"seq {integer} PRIMARY KEY, {clear}, content_key {integer} NOT NULL, content {blob} NOT NULL, masked_key {integer}, masked {blob}"
    statements = [
        "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
        # Fresh records, until they are sealed.
        f"CREATE TABLE IF NOT EXISTS entries ({row})",
        'CREATE UNIQUE INDEX IF NOT EXISTS entries_id ON entries ("id")',
        'CREATE INDEX IF NOT EXISTS entries_interaction ON entries ("interaction")',
        # Records under a hold whose key was destroyed: encrypted anew with the hold's.
        f"CREATE TABLE IF NOT EXISTS kept ({row})",
        'CREATE INDEX IF NOT EXISTS kept_interaction ON kept ("interaction")',
        # The tree: whole tiles, and the leaves that fill none yet.
        f"CREATE TABLE IF NOT EXISTS leaves (seq {integer} PRIMARY KEY, hash {blob} NOT NULL)",
        f"CREATE TABLE IF NOT EXISTS tiles (level {integer}, number {integer}, hashes {blob} NOT NULL, PRIMARY KEY (level, number))",
        f"CREATE TABLE IF NOT EXISTS checkpoints (size {integer} PRIMARY KEY, at {integer} NOT NULL, root {blob} NOT NULL, note TEXT NOT NULL, stamp {blob})",
        f"CREATE TABLE IF NOT EXISTS keys (id {integer} PRIMARY KEY, purpose TEXT NOT NULL, municipality TEXT NOT NULL, month TEXT NOT NULL, "
        f"retention TEXT NOT NULL, wrapped {blob}, destroyed_at {integer})",
        "CREATE INDEX IF NOT EXISTS keys_scope ON keys (municipality, month, retention)",
        f"CREATE TABLE IF NOT EXISTS segments (name TEXT PRIMARY KEY, municipality TEXT NOT NULL, month TEXT NOT NULL, retention TEXT NOT NULL, "
        f"content_key {integer} NOT NULL, first_seq {integer} NOT NULL, last_seq {integer} NOT NULL, told TEXT NOT NULL)",
        f"CREATE TABLE IF NOT EXISTS holds (id TEXT PRIMARY KEY, municipality TEXT NOT NULL, interaction TEXT NOT NULL, why TEXT NOT NULL, "
        f'"by" TEXT NOT NULL, at {integer} NOT NULL, released_at {integer}, released_by TEXT)',
        "CREATE INDEX IF NOT EXISTS holds_interaction ON holds (interaction)",
        # What was erased: which entries (packed ranges of seq), and the entry of the ledger that says so.
        f"CREATE TABLE IF NOT EXISTS erasures (id TEXT PRIMARY KEY, municipality TEXT NOT NULL, month TEXT NOT NULL, retention TEXT NOT NULL, "
        f"what TEXT NOT NULL, at {integer} NOT NULL, entries {integer} NOT NULL, ranges {blob} NOT NULL, digest TEXT NOT NULL)",
        # What is counted together with an append.
        f"CREATE TABLE IF NOT EXISTS counts (account TEXT, period TEXT, requests {integer} NOT NULL, tokens {integer} NOT NULL, PRIMARY KEY (account, period)){clustered}",
        f"CREATE TABLE IF NOT EXISTS once (token TEXT PRIMARY KEY, until {integer} NOT NULL){clustered}",
        # Entries whose ids come from what they tell (`naming`): known by them also when they are sealed.
        f"CREATE TABLE IF NOT EXISTS named (id TEXT PRIMARY KEY, seq {integer} NOT NULL, content_key {integer} NOT NULL, digest {blob} NOT NULL){clustered}",
        # Interactions whose answer is still on its way, and the process that waits for it.
        f"CREATE TABLE IF NOT EXISTS unanswered (interaction TEXT PRIMARY KEY, worker TEXT NOT NULL, seq {integer} NOT NULL){clustered}",
    ]
    with database.writing() as link:
        there = {str(name) for (name,) in link.execute(database.there)}
        for statement in statements:
            if _CREATED.findall(statement)[0] not in there:
                link.execute(statement)
        if meta(link, "version") is None and not is_used(
            link
        ):  # where something is recorded, what is gone stays gone and is told
            set_meta(link, "version", str(VERSION))


def places(link: Link) -> int:
    """How many places the tree has; what stands at another one was never recorded."""
    leaves = link.execute("SELECT MAX(seq) FROM leaves WHERE seq >= 0")[0][0]
    tiles = link.execute("SELECT MAX(number) FROM tiles WHERE level = 0")[0][0]
    return max(_after(leaves), _after(tiles) * TILE)


def _after(last: object) -> int:
    return last + 1 if isinstance(last, int) else 0


def is_used(link: Link) -> bool:
    """Whether data keys were made, or entries recorded."""
    return any(link.execute(f"SELECT 1 FROM {table} LIMIT 1") for table in ("keys", "leaves", "tiles"))  # noqa: S608 - fixed words


def meta(link: Link, name: str) -> str | None:
    """A value of the ledger itself."""
    rows = link.execute("SELECT value FROM meta WHERE name = ?", (name,))
    return str(rows[0][0]) if rows else None


def set_meta(link: Link, name: str, value: str) -> None:
    """Keep a value of the ledger itself."""
    link.execute(
        "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, value),
    )
