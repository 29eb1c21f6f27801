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
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from importlib.resources import files
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
from kijun.ledger.tree import root_of

FORMATS: Final = ("jsonl", "csv", "parquet")
#: What spreadsheets run, also in full width and behind blanks; apostrophes in front count as part of it, so that exactly one is added.
_FORMULA: Final = re.compile(r"'*\s*[=+\-@\t\r\n＝＋－＠]")
_NUMBER: Final = re.compile("-?[0-9]+")
_README: Final = """AIの入出力記録の輸出 / Export of the records of AI use
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
    """Make the folder of an export, closed to others; raises `Exported` where something lies in it."""
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
    newest = list(ledger.checkpoints())[-1:]
    if not newest:
        raise Exported("署名された記録がまだありません。", "Nothing was recorded and signed yet.")
    size = newest[0][0]
    root = _write_tree(ledger, folder, size)
    places, rows = _write_entries(ledger, query, folder, size, formats)
    if "parquet" in formats:
        _write_parquet(folder, rows)
    _write_erasures(ledger, folder)
    for name in ("kijun_verify.py",):
        (folder / name).write_bytes(files("kijun.ledger.standalone").joinpath(name).read_bytes())
    (folder / "README.txt").write_text(_README, encoding="utf-8")
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
        "files": {path.name: sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())},
    }
    told = orjson.dumps(manifest, option=orjson.OPT_INDENT_2)
    (folder / "manifest.json").write_bytes(told)
    signer = Checkpoints(ledger.folder, ledger.database).signer
    body = f"{signer.origin}/export\n{sha256(told).hexdigest()}\n"
    (folder / "manifest.note").write_text(signer.sign_text(body), encoding="utf-8")
    return manifest


def _write_tree(ledger: Ledger, folder: Path, size: int) -> bytes:
    ledger.journal.reload()
    leaves: list[bytes] = []
    for leaf in ledger.journal.tiles.leaves():
        if len(leaves) == size:
            break
        leaves.append(leaf)
    notes = [note for count, _at, note, _stamp in ledger.checkpoints() if count <= size]
    root = root_of(leaves)
    if f"\n{size}\n" not in notes[-1] or len(leaves) != size:
        raise Exported(
            "台帳の木が検査点と合いません。",
            "The tree does not reach its newest checkpoint: run kijun ledger verify.",
        )
    (folder / "leaves.bin").write_bytes(b"".join(leaves))
    (folder / "checkpoints.txt").write_text("\n\n".join(notes), encoding="utf-8")
    (folder / "verifier-key").write_text(ledger.verifier().vkey + "\n", encoding="utf-8")
    return root


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
) -> tuple[list[int], list[dict[str, Any]]]:
    places: list[int] = []
    clear_rows: list[dict[str, Any]] = []
    with (
        (folder / "entries.jsonl").open("wb") as out,
        (folder / "entries.csv").open("w", encoding="utf-8-sig", newline="") as sheet,
    ):
        table = csv.writer(sheet)
        table.writerow(("seq", *COLUMNS, "content"))
        for row in rows_of(ledger, query):
            if row["seq"] >= size:
                continue
            told = entry_of(ledger, row)
            if told is None:
                continue
            out.write(orjson.dumps(told) + b"\n")
            places.append(int(row["seq"]))
            if "csv" in formats:
                table.writerow([_cell(value) for value in (row["seq"], *told["clear"], told["content"])])
            if "parquet" in formats:
                clear_rows.append(
                    {
                        "seq": row["seq"],
                        **dict(zip(COLUMNS, told["clear"], strict=True)),
                        "content": told["content"],
                    }
                )
    if "csv" not in formats:
        (folder / "entries.csv").unlink()
    return places, clear_rows


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


def _write_parquet(folder: Path, rows: list[dict[str, Any]]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    numbers = ("seq", "at", "tokens_in", "tokens_out", "duration_ms")
    names = ("seq", *COLUMNS, "content")
    kinds = pa.schema([(name, pa.int64() if name in numbers else pa.string()) for name in names])
    pq.write_table(pa.Table.from_pylist(rows, schema=kinds), folder / "entries.parquet", compression="zstd")


def _write_erasures(ledger: Ledger, folder: Path) -> None:
    with ledger.database.reading() as link:
        told = [
            {"id": id, "what": what, "places": ranges.unpack(bytes(packed)), "digest": digest}
            for id, what, packed, digest, *_rest in told_erasures(link)
        ]
        held = active_holds(link)
    (folder / "erasures.json").write_text(
        json.dumps({"erasures": told, "held": sorted(held)}, indent=1), encoding="utf-8"
    )
