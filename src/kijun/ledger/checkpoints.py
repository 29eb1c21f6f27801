"""Signing what the tree is, and handing it out: once a minute while it grows."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Final

from kijun.ledger.database import Database
from kijun.ledger.files import private_folder, sync_folder, write_whole
from kijun.ledger.model import month_of, now_ms
from kijun.ledger.notes import Signer
from kijun.ledger.schema import meta, set_meta

LATEST: Final = "latest.txt"
#: Between two notes of one file.
BETWEEN: Final = "\n\n"


class Checkpoints:
    """The signed heads of one ledger. Each lies in the database, in ``checkpoints`` of the ledger's folder, and in each folder of ``elsewhere``."""

    def __init__(self, folder: Path, database: Database, elsewhere: tuple[Path, ...] = ()) -> None:
        self._folder = folder
        self._database = database
        self._elsewhere = elsewhere
        self.signer = Signer.load(folder / "signing-key", self._origin())
        write_whole(folder / "verifier-key", self.signer.verifier.vkey.encode() + b"\n")

    def _origin(self) -> str:
        with self._database.writing() as link:
            origin = meta(link, "origin")
            if origin is None:
                origin = f"kijun/{secrets.token_hex(8)}"
                set_meta(link, "origin", origin)
            return origin

    def newest(self) -> tuple[int, int]:
        """Size and time (ms) of the newest checkpoint; zeros without any."""
        with self._database.reading() as link:
            rows = link.execute("SELECT size, at FROM checkpoints ORDER BY size DESC LIMIT 1")
        return (int(rows[0][0]), int(rows[0][1])) if rows else (0, 0)

    def make(self, size: int, root: bytes) -> str:
        """Sign and hand out a checkpoint; an empty tree and a size that was signed already make none."""
        if size == 0:
            return ""
        with self._database.reading() as link:
            rows = link.execute("SELECT note FROM checkpoints WHERE size = ?", (size,))
        if rows:
            return str(rows[0][0])
        note, now = self.signer.sign(size, root), now_ms()
        with self._database.writing() as link:
            link.execute(
                "INSERT INTO checkpoints (size, at, root, note) VALUES (?, ?, ?, ?)", (size, now, root, note)
            )
        for folder in (self._folder / "checkpoints", *self._elsewhere):
            hand_out(folder, note, month_of(now))
        return note


def hand_out(folder: Path, note: str, month: str) -> None:
    """Append a note to the month's file in a folder and put it into ``latest.txt`` there."""
    private_folder(folder)
    with (folder / f"{month}.txt").open("a", encoding="utf-8") as file:
        file.write(note + BETWEEN)
        file.flush()
    write_whole(folder / LATEST, note.encode())
    sync_folder(folder)


def read_notes(path: Path) -> list[str]:
    """The notes in a file, or in all files of a folder. What is no note is left for the verifier to complain about."""
    files = sorted(path.glob("*.txt")) if path.is_dir() else [path]
    found = []
    for file in files:
        lines = file.read_text(encoding="utf-8", errors="replace").strip("\n").split(BETWEEN)
        # a note has an empty line inside: head and signatures come as two parts
        parts = [part.strip("\n") for part in lines if part.strip("\n")]
        at = 0
        while at < len(parts):
            if at + 1 < len(parts) and parts[at + 1].startswith("— "):
                found.append(f"{parts[at]}\n\n{parts[at + 1]}\n")
                at += 2
            else:
                found.append(parts[at] + "\n")
                at += 1
    return list(dict.fromkeys(found))
