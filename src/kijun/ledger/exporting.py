"""An export for an auditor: a folder that reads without Kijun and verifies without it.

entries.jsonl      an entry a line, with what its commitment is made of
entries.csv or entries.parquet    the same to be read in a spreadsheet or an analysis, where asked for
leaves.bin         all leaf hashes of the tree (32 bytes each), of everybody: they tell nothing about what they stand for
checkpoints.txt, verifier-key    what was signed, and by which key
erasures.json      what was erased: when, of which month, which places
manifest.json      what the export holds, with the SHA-256 of each file
manifest.note      the SHA-256 of the manifest, signed by the ledger as its checkpoints are
kijun_verify.py, README.txt
"""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from hashlib import file_digest, sha256
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import Any, Final

import orjson
from cryptography.exceptions import InvalidTag

from kijun.ledger import ranges
from kijun.ledger.checkpoints import Checkpoints
from kijun.ledger.erasing import told_erasures
from kijun.ledger.ledger import Ledger, active_holds
from kijun.ledger.model import COLUMNS, FORMAT, LedgerError, Query, now_ms
from kijun.ledger.packing import BadPacking, unpack
from kijun.ledger.tree import Frontier

FORMATS: Final = ("jsonl", "csv", "parquet")
#: What spreadsheets run, also in full width and behind blanks; apostrophes in front count as part of it, so that exactly one is added.
_FORMULA: Final = re.compile(r"'*\s*[=+\-@\t\r\n＝＋－＠]")
_NUMBER: Final = re.compile("-?[0-9]+")
_HEADING: Final = ("seq", *COLUMNS, "content")
_NUMBERS: Final = frozenset({"seq", "at", "tokens_in", "tokens_out", "duration_ms"})
#: Rows of a group in Parquet, or the characters of content after which one ends earlier.
_GROUP, _GROUP_BYTES = 20_000, 64_000_000
_README: Final = """AIの入出力記録の書き出し / Export of the records of AI use
========================================================
検証 / verify:   python3 kijun_verify.py .
別の場所で保管していた検証鍵と検査点があるとき / with key and checkpoints that were kept elsewhere:
                 python3 kijun_verify.py . --key KEY --checkpoints FILE-OR-FOLDER
内容には個人情報が含まれることがあります。保存場所と閲覧する人を限ってください。
The contents may hold personal information: keep them where few can read them.
"""


class Exported(LedgerError):
    """The folder is not empty, or nothing is signed yet."""


def prepare(folder: Path) -> None:
    """Make the folder of an export; raises `Exported` where something lies in it.

    It is closed to others unless it was there already: the files in it are in any case.
    """
    if folder.exists() and any(folder.iterdir()):
        raise Exported(f"{folder} は空ではありません。", f"{folder} is not empty: name another folder.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def export(
    ledger: Ledger, query: Query, folder: Path, formats: tuple[str, ...] = ("jsonl",), look: str = ""
) -> dict[str, Any]:
    """Write everything that answers the query (its ``limit`` is not looked at) into an empty folder; gives the manifest.

    Entries that no checkpoint signs yet are left out: make one first (`client.Client.command`, "checkpoint"). ``look`` is the id of the
    entry that tells of this export.
    """
    prepare(folder)
    newest = ledger.newest_checkpoint()
    if newest is None:
        raise Exported("署名された記録がまだありません。", "Nothing was recorded and signed yet.")
    size = newest[0]
    root = _write_tree(ledger, folder, size)
    places = _write_entries(ledger, query, folder, size, formats)
    _write_erasures(ledger, folder)
    for name in ("kijun_verify.py",):
        _write(folder / name, files("kijun.ledger.standalone").joinpath(name).read_bytes())
    _write(folder / "README.txt", _README.encode())
    manifest = {
        "format": FORMAT,
        "made_at": now_ms(),
        "municipality": query.municipality,
        "look": look,
        "entries": len(places),
        "size": size,
        "root": root.hex(),
        "places": ranges.ranges_of(places),
        "columns": list(COLUMNS),
        "files": {path.name: _digest(path) for path in sorted(folder.iterdir())},
    }
    told = orjson.dumps(manifest, option=orjson.OPT_INDENT_2)
    _write(folder / "manifest.json", told)
    signer = Checkpoints(ledger.folder, ledger.database).signer
    body = f"{signer.origin}/export\n{sha256(told).hexdigest()}\n"
    _write(folder / "manifest.note", signer.sign_text(body).encode())
    return manifest


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _write(path: Path, data: bytes) -> None:
    with open(path, "wb", opener=_private) as file:
        file.write(data)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _write_tree(ledger: Ledger, folder: Path, size: int) -> bytes:
    """Leaves, checkpoints and the key; gives the root."""
    ledger.journal.reload()
    tree, last = Frontier(), ""
    with open(folder / "leaves.bin", "wb", opener=_private) as file:
        for leaf in islice(ledger.journal.tiles.leaves(), size):
            tree.append(leaf)
            file.write(leaf)
    with open(folder / "checkpoints.txt", "w", encoding="utf-8", opener=_private) as notes:
        for count, _at, note, _stamp in ledger.checkpoints():
            if count <= size:
                notes.write(f"\n\n{note}" if last else note)
                last = note
    if f"\n{size}\n" not in last or tree.size != size:
        raise Exported(
            "台帳の木が検査点と合いません。",
            "The tree does not reach its newest checkpoint: run kijun ledger verify.",
        )
    _write(folder / "verifier-key", ledger.verifier().vkey.encode() + b"\n")
    return tree.root()


def rows_of(ledger: Ledger, query: Query) -> Iterator[Mapping[str, Any]]:
    """All rows that answer a query, newest first, with keys and ciphertext; a page at a time."""
    page = replace(query, limit=500)
    while True:
        rows, further = ledger.rows(page)
        yield from rows
        if further is None:
            return
        page = replace(page, before=further)


def _write_entries(
    ledger: Ledger, query: Query, folder: Path, size: int, formats: tuple[str, ...]
) -> list[int]:
    """The entries in each of the formats, a page of them in memory at a time; gives their places."""
    places: list[int] = []
    with ExitStack() as stack:
        out = stack.enter_context(open(folder / "entries.jsonl", "wb", opener=_private))
        tables: list[_Sheet | _Parquet] = []
        if "csv" in formats:
            tables.append(stack.enter_context(_Sheet(folder / "entries.csv")))
        if "parquet" in formats:
            tables.append(stack.enter_context(_Parquet(folder / "entries.parquet")))
        for row in rows_of(ledger, query):
            told = entry_of(ledger, row) if row["seq"] < size else None
            if told is None:
                continue
            out.write(orjson.dumps(told) + b"\n")
            places.append(int(row["seq"]))
            for table in tables:
                table.add((row["seq"], *told["clear"], told["content"]))
    return places


class _Sheet:
    """Entries as CSV."""

    def __init__(self, path: Path) -> None:
        self._file = open(path, "w", encoding="utf-8-sig", newline="", opener=_private)  # noqa: SIM115  closed with it
        self._table = csv.writer(self._file)
        self._table.writerow(_HEADING)

    def add(self, values: Sequence[Any]) -> None:
        """One more entry."""
        self._table.writerow([_cell(value) for value in values])

    def __enter__(self) -> _Sheet:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


class _Parquet:
    """Entries as Parquet, written in groups of rows."""

    def __init__(self, path: Path) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        kinds = [(name, pa.int64() if name in _NUMBERS else pa.string()) for name in _HEADING]
        self._schema, self._table = pa.schema(kinds), pa.Table
        self._file = open(path, "wb", opener=_private)  # noqa: SIM115  closed with it
        self._writer = pq.ParquetWriter(self._file, self._schema, compression="zstd")
        self._rows: list[dict[str, Any]] = []
        self._bytes = 0

    def add(self, values: Sequence[Any]) -> None:
        """One more entry."""
        self._rows.append(dict(zip(_HEADING, values, strict=True)))
        self._bytes += len(values[-1])
        if len(self._rows) >= _GROUP or self._bytes >= _GROUP_BYTES:
            self._flush()

    def _flush(self) -> None:
        self._writer.write_table(self._table.from_pylist(self._rows, schema=self._schema))
        self._rows, self._bytes = [], 0

    def __enter__(self) -> _Parquet:
        return self

    def __exit__(self, *_: object) -> None:
        if self._rows:
            self._flush()
        self._writer.close()
        self._file.close()


def entry_of(ledger: Ledger, row: Mapping[str, Any]) -> dict[str, Any] | None:
    """A row with all that its commitment is made of; None where it was erased meanwhile or cannot be read."""
    try:
        packed = ledger.keys.ring.decrypt(row["content_key"], row["content"], row["id"].encode())
        if packed is None:
            return None
        salt, masked_commitment, said = unpack(packed)
    except (InvalidTag, BadPacking) as error:
        raise Exported(
            f"{row['seq']:,}番の記録が読めません。kijun ledger verify で確かめてください。",
            f"The entry at place {row['seq']:,} cannot be read: run kijun ledger verify.",
        ) from error
    return {
        "seq": row["seq"],
        "clear": [row[name] for name in COLUMNS],
        "salt": salt.hex(),
        "masked_commitment": masked_commitment.hex(),
        "content": said.decode(),
    }


def _cell(value: object) -> str:
    """A value that no spreadsheet takes for a formula."""
    text = str(value)
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def _write_erasures(ledger: Ledger, folder: Path) -> None:
    with ledger.database.reading() as link:
        told = [
            {"id": id, "what": what, "places": ranges.unpack(bytes(packed)), "digest": digest}
            for id, what, packed, digest, *_rest in told_erasures(link)
        ]
        held = active_holds(link)
    said = json.dumps({"erasures": told, "held": sorted(held)}, indent=1)
    _write(folder / "erasures.json", said.encode())
