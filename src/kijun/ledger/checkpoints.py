"""Signing what the tree is, and handing it out: once a minute while it grows."""

from __future__ import annotations

import base64
import contextlib
import logging
import os
import secrets
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Final

from kijun.ledger.database import Database, Link
from kijun.ledger.files import private_folder, sync_folder, write_whole
from kijun.ledger.keeping import LostKey, root_of
from kijun.ledger.keys import SIGNING, RootKey, Scope, WrongKey
from kijun.ledger.model import month_of, now_ms
from kijun.ledger.notes import Signer, Verifier
from kijun.ledger.schema import is_used, meta, set_meta

log = logging.getLogger("kijun.ledger")
LATEST: Final = "latest.txt"
#: Between two notes of one file.
BETWEEN: Final = "\n\n"


class Checkpoints:
    """The signed heads of one ledger. Each lies in the database, in ``checkpoints`` of the ledger's folder, and in each folder of ``elsewhere``."""

    def __init__(self, folder: Path, database: Database, elsewhere: tuple[Path, ...] = ()) -> None:
        self._folder = folder
        self._database = database
        self._elsewhere = elsewhere
        self.signer = self._signer(folder / "signing-key", self._origin())
        write_whole(folder / "verifier-key", self.signer.verifier.vkey.encode() + b"\n")

    def _origin(self) -> str:
        """The ledger's name. Where it is gone although something was signed, it is the one that was signed last: never a new one."""
        with self._database.writing() as link:
            origin = meta(link, "origin")
            if origin is None:
                notes = link.execute("SELECT note FROM checkpoints ORDER BY size DESC LIMIT 1")
                if notes:
                    log.warning(
                        "the ledger's name is gone from its database: run kijun ledger verify, and restore the back-up"
                    )
                    origin = str(notes[0][0]).partition("\n")[0]
                else:
                    origin = f"kijun/{secrets.token_hex(8)}"
                if not notes or meta(link, "root_key") is not None:
                    set_meta(link, "origin", origin)
            return origin

    def _signer(self, path: Path, origin: str) -> Signer:
        """The ledger's signing key. A copy of it lies in the database, wrapped with the root key, so that who has both has it again.

        Raises `LostKey` where it is gone with its copy: a new one would make every checkpoint that was handed out look forged.
        """
        with self._database.reading() as link:
            kept, whole = meta(link, "signing_key"), meta(link, "root_key") is not None
            last = link.execute("SELECT note FROM checkpoints ORDER BY size DESC LIMIT 1")
        scope = Scope(SIGNING, "", "", origin)
        if not path.exists():
            if kept is not None:
                raw = root_of(self._folder, self._database).unwrap(base64.b64decode(kept), scope)
                write_whole(path, raw)
                log.warning("%s was gone and is put back from the database", path)
            elif last:
                raise LostKey(
                    f"台帳の署名鍵（{path}）がありません。新しい鍵では、渡し済みのチェックポイントを確かめられないため、作っていません。"
                    "バックアップの signing-key を戻してください。",
                    f"The ledger's signing key ({path}) is gone. Checkpoints that were handed out could not be verified with another, so none "
                    "was made: put it back from the back-up.",
                )
        signer = Signer.load(path, origin)
        if kept is None and (
            whole or not last
        ):  # a table that was emptied stays so until somebody restores the root key
            with contextlib.suppress(WrongKey):  # without the root key there is nothing to wrap it with
                wrapped = root_of(self._folder, self._database).wrap(path.read_bytes(), scope)
                with self._database.writing() as link:
                    set_meta(link, "signing_key", base64.b64encode(wrapped).decode())
        return signer

    def newest(self) -> tuple[int, int]:
        """Size and time (ms) of the newest checkpoint; zeros without any."""
        with self._database.reading() as link:
            rows = link.execute("SELECT size, at FROM checkpoints ORDER BY size DESC LIMIT 1")
        return (int(rows[0][0]), int(rows[0][1])) if rows else (0, 0)

    def make(self, size: int, root: bytes) -> str:
        """Sign and hand out a checkpoint; an empty tree and a size that was signed already make none.

        A folder elsewhere that cannot be written holds nothing up: it is told of, and gets what it lacks with a later checkpoint.
        """
        if size == 0:
            return ""
        with self._database.reading() as link:
            rows = link.execute("SELECT note FROM checkpoints WHERE size = ?", (size,))
        note = str(rows[0][0]) if rows else self._sign(size, root)
        for folder in self._elsewhere:
            self._bring_up(folder, size, fresh=not rows)
        return note

    def _sign(self, size: int, root: bytes) -> str:
        # A clock that was set back makes no checkpoint that is older than the one before it.
        note, now = self.signer.sign(size, root), max(now_ms(), self.newest()[1])
        with self._database.writing() as link:
            link.execute(
                "INSERT INTO checkpoints (size, at, root, note) VALUES (?, ?, ?, ?)", (size, now, root, note)
            )
        hand_out(private_folder(self._folder / "checkpoints"), [(now, note)])
        return note

    def _bring_up(self, folder: Path, size: int, *, fresh: bool) -> None:
        """Hand out what a folder elsewhere lacks; a fresh checkpoint in any case, also after a ledger came back from a back-up."""
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            seen = min(_handed_out(folder, self.signer.verifier.origin, size), size - 1 if fresh else size)
            with self._database.reading() as link:
                rows = link.execute(
                    "SELECT at, note FROM checkpoints WHERE size > ? AND size <= ? ORDER BY size",
                    (seen, size),
                )
            hand_out(folder, [(int(at), str(note)) for at, note in rows])
        except OSError as error:
            log.warning(
                "the checkpoint could not be handed out to %s (%s): look whether it is there and can be written",
                folder,
                error.strerror or type(error).__name__,
            )


def put_back_names(folder: Path, database: Database) -> None:
    """After a root key was restored: the ledger's name and the copy of its signing key, where something was signed and they are gone."""
    with database.reading() as link:
        signed = bool(link.execute("SELECT 1 FROM checkpoints LIMIT 1"))
    if signed:
        with contextlib.suppress(LostKey):  # told by whatever signs next
            Checkpoints(folder, database)


def missed(link: Link, root: RootKey, verifier: Verifier) -> list[str]:
    """What the database should know of the ledger itself and does not, or knows otherwise than what is recorded and signed; in words."""
    if not is_used(link):
        return []
    found = []
    if meta(link, "root_key") is None:
        found.append("the root key's fingerprint is gone (root_key)")
    if meta(link, "version") is None:
        found.append("the version of the tables is gone (version)")
    if not link.execute("SELECT 1 FROM checkpoints LIMIT 1"):
        return found
    origin, kept = meta(link, "origin"), meta(link, "signing_key")
    if origin is None:
        found.append("the ledger's name, which every checkpoint tells, is gone (origin)")
    elif origin != verifier.origin:
        found.append(f"the ledger's name is {origin}; checkpoints are read as those of {verifier.origin}")
    if kept is None:
        found.append("the copy of the signing key is gone (signing_key)")
    else:
        try:
            raw = root.unwrap(base64.b64decode(kept), Scope(SIGNING, "", "", verifier.origin))
            if Signer.of(verifier.origin, raw).verifier.vkey != verifier.vkey:
                found.append("the copy of the signing key is not of the key that signs (signing_key)")
        except (WrongKey, ValueError):
            found.append("the copy of the signing key cannot be opened (signing_key)")
    return found


def hand_out(folder: Path, notes: Sequence[tuple[int, str]]) -> None:
    """Append notes, each with its time (ms), to the months' files in a folder, and put the last into ``latest.txt`` there."""
    for month, some in groupby(notes, key=lambda one: month_of(one[0])):
        with (folder / f"{month}.txt").open("a", encoding="utf-8") as file:
            file.writelines(note + BETWEEN for _at, note in some)
            file.flush()
            os.fsync(file.fileno())
    if notes:
        write_whole(folder / LATEST, notes[-1][1].encode())
        sync_folder(folder)


def _handed_out(folder: Path, origin: str, size: int) -> int:
    """The size of the newest checkpoint that a folder was given; one less than ``size`` where another ledger gave the last."""
    try:
        lines = (folder / LATEST).read_text(encoding="utf-8", errors="replace").split("\n")
    except FileNotFoundError:
        return 0
    if lines[0] != origin or len(lines) < 2 or not lines[1].isdecimal():
        return size - 1
    return int(lines[1])


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
