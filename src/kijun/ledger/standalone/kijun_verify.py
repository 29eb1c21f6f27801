#!/usr/bin/env python3
"""Verifies an export of a Kijun ledger. Needs Python 3.9 or newer and nothing else; no Kijun, no network.

    python3 kijun_verify.py FOLDER [--key FILE] [--checkpoints PATH …] [--json]

Each entry is hashed anew and held against its leaf; the tree is built from all leaves (RFC 9162) and held against the checkpoints that the
ledger signed (Ed25519, RFC 8032; C2SP signed notes). Every file is held against its digest in the manifest, which the ledger signed too, and the
CSV, cell by cell, against the entries. --key names a verifier key, and --checkpoints checkpoints (a file or a folder of them), that were kept
elsewhere: use them, for what lies in the folder itself proves only that it fits together.
書き出した入出力記録を、Kijun を入れずに検証します。--key と --checkpoints には、別の場所で保管していたものを指定してください。
"""

from __future__ import annotations

import argparse
import base64
import binascii
import bisect
import csv
import hashlib
import itertools
import json
import re
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FORMAT = b"kijun-entry/1\x00"
SIZE = 32
MANIFEST, SIGNED = "manifest.json", "manifest.note"
ENTRY: dict[str, type] = {"seq": int, "clear": list, "salt": str, "masked_commitment": str, "content": str}
#: What stands in ``clear``, in this order: texts, but for the numbers.
COLUMNS = (
    "id", "interaction", "kind", "municipality", "at", "retention", "source", "purpose", "system", "person", "application",
    "department", "grant", "model", "upstream", "verdict", "findings", "tokens_in", "tokens_out", "duration_ms",
)  # fmt: skip
NUMBERS = frozenset({"at", "tokens_in", "tokens_out", "duration_ms"})
HEX = re.compile("[0-9a-f]{64}")  # 32 bytes, written in one way only
TELLS: dict[str, type] = {
    "files": dict, "places": list, "size": int, "root": str, "entries": int, "columns": list,
}  # fmt: skip
MOST = 1000  # faults of a kind that are named one by one
FORMULA = re.compile(r"'*\s*[=+\-@\t\r\n＝＋－＠]")  # also in full width, and behind blanks
FORMULA_BEFORE = ("=", "+", "-", "@", "\t", "\r")  # of older exports

# --- Ed25519 (RFC 8032, section 5.1), verification alone ----------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
Point = tuple[int, int, int, int]


def _add(one: Point, two: Point) -> Point:
    a, b = (one[1] - one[0]) * (two[1] - two[0]) % P, (one[1] + one[0]) * (two[1] + two[0]) % P
    c, d = 2 * one[3] * two[3] * D % P, 2 * one[2] * two[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def _times(number: int, point: Point) -> Point:
    made: Point = (0, 1, 1, 0)
    while number > 0:
        if number & 1:
            made = _add(made, point)
        point = _add(point, point)
        number >>= 1
    return made


def _same(one: Point, two: Point) -> bool:
    return (one[0] * two[2] - two[0] * one[2]) % P == 0 and (one[1] * two[2] - two[1] * one[2]) % P == 0


def _point(data: bytes) -> Point | None:
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if square == 0:
        return None if sign else (0, y, 1, 0)
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P:
        return None
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


_BASE = _point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def is_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """The signature (64 bytes) of the message is by the key (32 bytes)."""
    if len(public) != 32 or len(signature) != 64 or _BASE is None:
        return False
    key, commitment = _point(public), _point(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or commitment is None or scalar >= L:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    return _same(_times(scalar, _BASE), _add(commitment, _times(challenge, key)))


# --- the tree (RFC 9162, section 2.1) -----------------------------------------------------------


class Tree:
    """A Merkle tree that grows."""

    def __init__(self) -> None:
        self.size = 0
        self.stack: list[bytes] = []

    def append(self, leaf: bytes) -> None:
        size = self.size
        while size & 1:
            leaf = hashlib.sha256(b"\x01" + self.stack.pop() + leaf).digest()
            size >>= 1
        self.stack.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        if not self.stack:
            return hashlib.sha256(b"").digest()
        made = self.stack[-1]
        for left in self.stack[-2::-1]:
            made = hashlib.sha256(b"\x01" + left + made).digest()
        return made


def leaf_of(entry: dict[str, Any]) -> bytes:
    """The leaf hash of an entry as `entry_in` gives it: of other lengths, salt and commitment could hold bytes of the content."""
    clear = json.dumps(entry["clear"], ensure_ascii=False, separators=(",", ":")).encode()
    commitment = hashlib.sha256(
        FORMAT
        + struct.pack(">I", len(clear))
        + clear
        + bytes.fromhex(entry["salt"])
        + bytes.fromhex(entry["masked_commitment"])
        + entry["content"].encode()
    ).digest()
    return hashlib.sha256(b"\x00" + commitment).digest()


# --- checkpoints (c2sp.org/signed-note, c2sp.org/tlog-checkpoint) --------------------------------


def notes_in(text: str) -> Iterator[str]:
    """The notes in a file: each is three lines, an empty one, and signatures."""
    parts = [part.strip("\n") for part in text.split("\n\n") if part.strip("\n")]
    at = 0
    while at < len(parts):
        if at + 1 < len(parts) and parts[at + 1].startswith("\u2014 "):
            yield parts[at] + "\n\n" + parts[at + 1] + "\n"
            at += 2
        else:
            yield parts[at] + "\n"
            at += 1


def notes_at(path: Path) -> list[str]:
    """The notes of a file, or of all files (*.txt) of a folder, in order, each once."""
    files = sorted(path.glob("*.txt")) if path.is_dir() else [path]
    found = [note for file in files for note in notes_in(file.read_text(encoding="utf-8"))]
    if not found:
        raise ValueError(f"{path}: there is no checkpoint")
    return list(dict.fromkeys(found))


def open_note(note: str, vkey: str) -> tuple[int, bytes]:
    """Size and root of a checkpoint that the key signed; raises ValueError."""
    lines = signed_lines(note, vkey, "")
    return int(lines[1]), base64.b64decode(lines[2], validate=True)


def signed_lines(note: str, vkey: str, suffix: str) -> list[str]:
    """The lines of a note that the key signed, of which the first is the ledger's name and ``suffix``; raises ValueError."""
    name, key_hash, encoded = vkey.strip().split("+", 2)
    public = base64.b64decode(encoded, validate=True)
    if public[:1] != b"\x01" or hashlib.sha256(name.encode() + b"\n" + public).digest()[:4].hex() != key_hash:
        raise ValueError("the verifier key is broken")
    body, _, signatures = note.partition("\n\n")
    lines = body.split("\n")
    if len(lines) < 3 - bool(suffix) or lines[0] != name + suffix:
        raise ValueError("of another ledger, or none")
    for line in signatures.splitlines():
        signer, _, value = line[2:].partition(" ")
        if signer != name or not line.startswith("\u2014 "):
            continue
        raw = base64.b64decode(value, validate=True)
        if raw[:4].hex() == key_hash and is_signed(public[1:], (body + "\n").encode(), raw[4:]):
            return lines
    raise ValueError("not signed by the key")


# --- the export ---------------------------------------------------------------------------------


def cells(entry: dict[str, Any]) -> list[str]:
    """An entry as it stands in ``entries.csv``: nothing that a spreadsheet takes for a formula."""
    return [
        "'" + text if FORMULA.match(text) and not re.fullmatch("-?[0-9]+", text) else text
        for text in texts_of(entry)
    ]


def cells_before(entry: dict[str, Any]) -> list[str]:
    """The same as older exports wrote it."""
    return [
        "'" + text if text.startswith(FORMULA_BEFORE) and not text.lstrip("-").isdigit() else text
        for text in texts_of(entry)
    ]


def texts_of(entry: dict[str, Any]) -> list[str]:
    return [str(value) for value in (entry["seq"], *entry["clear"], entry["content"])]


def digest_of(path: Path) -> str:
    made = hashlib.sha256()
    with path.open("rb") as file:
        for piece in iter(lambda: file.read(1 << 20), b""):
            made.update(piece)
    return made.hexdigest()


def _check_files(folder: Path, told: dict[str, Any], vkey: str, faults: list[dict[str, Any]]) -> None:
    """Each file against the manifest, the manifest against the folder, and the manifest against its signature."""

    def fault(what: str) -> None:
        faults.append({"kind": "file", "what": what})

    try:
        lines = signed_lines((folder / SIGNED).read_text(encoding="utf-8"), vkey, "/export")
        if lines[1] != digest_of(folder / MANIFEST):
            fault(MANIFEST + ": not what the ledger signed")
    except FileNotFoundError:
        fault(SIGNED + ": missing, so that nothing tells whose the manifest is")
    except (ValueError, binascii.Error) as error:
        fault(SIGNED + ": " + str(error))
    there = {path.name: path for path in folder.iterdir()}
    for name, digest in told["files"].items():
        path = there.get(name)
        if path is None or not path.is_file():
            fault(name + ": missing")
        elif digest_of(path) != digest:
            fault(name + ": not what was exported")
    for name in sorted(there.keys() - told["files"].keys() - {MANIFEST, SIGNED}):
        fault(name + ": the manifest does not tell of it")


def _check_table(folder: Path, rows: dict[int, tuple[bytes, ...]], faults: list[dict[str, Any]]) -> None:
    """``entries.csv`` holds the same entries as ``entries.jsonl`` (``rows``: digests that their cells may have), and nothing else."""
    rest, number = dict(rows), 0
    order: list[tuple[int, int]] = []
    csv.field_size_limit(2**31 - 1)
    try:
        with (folder / "entries.csv").open(encoding="utf-8-sig", newline="") as file:
            table = csv.reader(file)
            if next(table, None) != ["seq", *COLUMNS, "content"]:
                faults.append({"kind": "changed", "what": "entries.csv: its heading is another"})
            for number, row in enumerate(table, 2):
                seq = int(row[0]) if row and row[0].isascii() and row[0].isdigit() else None
                digests = None if seq is None else rest.pop(seq, None)
                if digests is None:
                    what, kind = "no entry of entries.jsonl, or one that came before", "inserted"
                elif row_digest(row) not in digests:
                    what, kind = "not what entries.jsonl says", "changed"
                else:
                    order.append((number, int(row[0])))
                    continue
                faults.append({"kind": kind, "seq": seq, "what": f"entries.csv, row {number}: {what}"})
        for number, seq, belongs in itertools.islice(out_of_order(order), MOST):
            what = f"entries.csv, row {number}: not where the export wrote it: it belongs into row {belongs}"
            faults.append({"kind": "reordered", "seq": seq, "what": what})
    except (csv.Error, UnicodeDecodeError) as error:
        faults.append({"kind": "unreadable", "what": f"entries.csv, after row {number}: {error}"})
    for seq in sorted(rest)[:MOST]:
        faults.append({"kind": "removed", "seq": seq, "what": "entries.csv lacks it"})


def out_of_order(lines: list[tuple[int, int]]) -> Iterator[tuple[int, int, int]]:
    """Of lines (number, place), which an export writes the newest first, the fewest that stand elsewhere: number, place, number of its own line."""
    ends: list[int] = []  # for each length the least negative place that ends a falling run so long
    last: list[int] = []  # the lines of these ends
    before: list[int] = []  # for each line the one before it in its run
    for at, (_, seq) in enumerate(lines):
        length = bisect.bisect_left(ends, -seq)
        before.append(last[length - 1] if length else -1)
        if length == len(ends):
            ends.append(-seq)
            last.append(at)
        else:
            ends[length], last[length] = -seq, at
    stay: set[int] = set()
    at = last[-1] if last else -1
    while at >= 0:
        stay.add(at)
        at = before[at]
    moved = [one for at, one in enumerate(lines) if at not in stay]
    ordered = sorted(-seq for _, seq in lines) if moved else []
    for number, seq in moved:
        yield number, seq, lines[bisect.bisect_left(ordered, -seq)][0]


def row_digest(row: list[str]) -> bytes:
    return hashlib.sha256(json.dumps(row).encode()).digest()


def _check_entries(
    folder: Path, leaves: bytes, table: bool, faults: list[dict[str, Any]]
) -> tuple[int, set[int], dict[int, tuple[bytes, ...]]]:
    """Each line against its leaf: how many are what was recorded, which places stand there, and with ``table`` the digests that their cells may have."""

    def fault(kind: str, seq: int, number: int, what: str) -> None:
        faults.append({"kind": kind, "seq": seq, "line": number, "what": what})

    size = len(leaves) // SIZE
    seen: set[int] = set()
    rows: dict[int, tuple[bytes, ...]] = {}
    places: dict[bytes, int] = {}
    good: list[tuple[int, int]] = []
    with (folder / "entries.jsonl").open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                entry = entry_in(line)
                seq, leaf = entry["seq"], leaf_of(entry)
                if table:
                    ways = cells(entry), cells_before(entry)
                    rows[seq] = tuple(map(row_digest, ways if ways[0] != ways[1] else ways[:1]))
            except Unreadable as error:
                faults.append({"kind": "unreadable", "line": number, "what": str(error)})
                continue
            except ValueError:  # half of a surrogate pair, which is no text
                what = "a value of this entry cannot be read"
                faults.append({"kind": "unreadable", "line": number, "what": what})
                continue
            if seq in seen:
                fault("inserted", seq, number, "the place is taken already")
            elif not 0 <= seq < size:
                fault("inserted", seq, number, "the tree has no such leaf")
            elif leaf != leaves[seq * SIZE : (seq + 1) * SIZE]:
                if not places:
                    places = {leaves[at * SIZE : (at + 1) * SIZE]: at for at in range(size)}
                belongs = places.get(leaf)
                if belongs is None:
                    fault("changed", seq, number, "not what was recorded")
                else:
                    fault("reordered", seq, number, f"recorded at place {belongs}")
            else:
                good.append((number, seq))
            seen.add(seq)
    for number, seq, belongs in itertools.islice(out_of_order(good), MOST):
        fault("reordered", seq, number, f"not where the export wrote it: it belongs into line {belongs}")
    return len(good), seen, rows


class Unreadable(ValueError):
    """What is wrong with a line, in words."""


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON in which nothing stands twice: programs differ in which of the two they read. Raises Unreadable."""
    made = dict(pairs)
    if len(made) != len(pairs):
        raise Unreadable("something stands twice in it")
    return made


def entry_in(line: bytes) -> dict[str, Any]:
    """The entry of a line, in every field of the form in which it was recorded; raises Unreadable with words about what is wrong."""
    try:
        entry = json.loads(line, object_pairs_hook=once)
    except Unreadable as error:
        raise Unreadable(f"this line is no entry: {error}") from None
    except UnicodeDecodeError:
        raise Unreadable("this line is no text in UTF-8") from None
    except (ValueError, RecursionError):
        raise Unreadable("this line is no JSON") from None
    if not isinstance(entry, dict):
        raise Unreadable("this line is no entry")
    for name, kind in ENTRY.items():
        if name not in entry:
            raise Unreadable(f"this entry lacks {name}")
        if not isinstance(entry[name], kind) or isinstance(entry[name], bool):
            raise Unreadable(f"this entry's {name} is of another kind")
    for name in entry:
        if name not in ENTRY:
            raise Unreadable("this entry holds something that no entry has")
    for name in ("salt", "masked_commitment"):
        if not HEX.fullmatch(entry[name]):
            raise Unreadable(f"this entry's {name} is not 32 bytes in hexadecimal")
    if len(entry["clear"]) != len(COLUMNS):
        raise Unreadable(f"this entry's clear has not the {len(COLUMNS)} values of an entry")
    for name, value in zip(COLUMNS, entry["clear"]):  # noqa: B905  as long as each other; Python 3.9
        if type(value) is not (int if name in NUMBERS else str):
            raise Unreadable(f"this entry's {name} is of another kind")
    try:
        content = json.loads(entry["content"])
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise Unreadable("this entry's content is no object of JSON")
    return entry


def manifest_in(folder: Path) -> dict[str, Any]:
    """What the manifest tells; raises ValueError with words about what is wrong."""
    try:
        told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"), object_pairs_hook=once)
    except Unreadable as error:
        raise ValueError(f"{MANIFEST}: {error}") from None
    except (ValueError, RecursionError):
        raise ValueError(MANIFEST + ": this is no JSON") from None
    if not isinstance(told, dict):
        raise ValueError(MANIFEST + ": this is no manifest of an export")
    for name, kind in TELLS.items():
        if name not in told:
            raise ValueError(
                f"{MANIFEST}: it lacks {name}, so it is no manifest of an export, or a part of one"
            )
        if not isinstance(told[name], kind):
            raise ValueError(f"{MANIFEST}: its {name} is of another kind")
    for pair in told["places"]:
        if not (isinstance(pair, list) and len(pair) == 2 and all(isinstance(one, int) for one in pair)):
            raise ValueError(MANIFEST + ": its places are no places")
    return told


def verify(folder: Path, vkey: str, elsewhere: list[tuple[str, str]]) -> dict[str, Any]:
    """Counts and faults of an export."""
    faults: list[dict[str, Any]] = []
    told = manifest_in(folder)
    leaves = (folder / "leaves.bin").read_bytes()
    size = len(leaves) // SIZE
    table = "entries.csv" in told["files"]
    entries, seen, rows = _check_entries(folder, leaves, table, faults)
    wanted = {seq for first, last in told["places"] for seq in range(max(first, 0), min(last, size) + 1)}
    missing, more = sorted(wanted - seen), sorted(seen - wanted)
    faults += [{"kind": "removed", "seq": seq, "what": "the export should hold it"} for seq in missing[:MOST]]
    faults += [
        {"kind": "inserted", "seq": seq, "what": "the manifest does not tell of it"}
        for seq in more[:MOST]
        if 0 <= seq < size
    ]
    checkpoints, later, root = _check_tree(folder, vkey, elsewhere, leaves, size, faults)
    if len(leaves) % SIZE or told["size"] != size or told["root"] != root or told["entries"] != len(wanted):
        faults.append(
            {
                "kind": "file",
                "what": MANIFEST + ": it tells of another tree, or of other entries, than lie here",
            }
        )
    if told["columns"] != list(COLUMNS):
        faults.append({"kind": "file", "what": MANIFEST + ": it names other columns than entries have"})
    if table and (folder / "entries.csv").is_file():
        _check_table(folder, rows, faults)
    _check_files(folder, told, vkey, faults)
    return {
        "entries": entries,
        "size": size,
        "root": root,
        "checkpoints": checkpoints,
        "kept_elsewhere": len(elsewhere),
        "later": later,
        "faults": faults,
    }


def _check_tree(
    folder: Path,
    vkey: str,
    elsewhere: list[tuple[str, str]],
    leaves: bytes,
    size: int,
    faults: list[dict[str, Any]],
) -> tuple[int, int, str]:
    """How many checkpoints lie here, how many that were kept elsewhere were signed after the export, and the root."""
    own = [
        ("checkpoints.txt", note)
        for note in notes_in((folder / "checkpoints.txt").read_text(encoding="utf-8"))
    ]
    wanted: dict[int, list[tuple[str, bytes]]] = {}
    larger: list[tuple[str, int]] = []
    later = 0
    reached: set[str] = set()  # the places where a checkpoint of this very tree was kept, before larger ones
    for place, note in own + elsewhere:
        try:
            count, root = open_note(note, vkey)
        except (ValueError, binascii.Error) as error:
            faults.append({"kind": "checkpoint", "what": f"{place}: {error}"})
            continue
        if count <= size:
            wanted.setdefault(count, []).append((place, root))
            if count == size and not any(one == place for one, _count in larger):
                reached.add(place)
        elif place in reached:
            later += 1
        else:
            larger.append((place, count))
    for place, count in larger:
        what = (
            f"{place}: the ledger had {count} entries when this was signed; this export tells of {size}. "
            "Unless it was signed after the export, entries are missing"
        )
        faults.append({"kind": "removed", "what": what})
    tree, good = Tree(), 0
    for at in range(size):
        tree.append(leaves[at * SIZE : (at + 1) * SIZE])
        for place, root in wanted.get(tree.size, ()):
            if root == tree.root():
                good = tree.size
            else:
                what = (
                    f"{place}: the tree of {tree.size} leaves is another; rewritten from place {good} to {at}"
                )
                faults.append({"kind": "tree", "what": what})
    if not any(count == size for count in wanted):
        faults.append({"kind": "checkpoint", "what": "no checkpoint signs the whole tree of this export"})
    return len(own), later, tree.root().hex()


def doubt_of(*, kept_key: bool, kept_checkpoints: bool) -> tuple[str, str] | None:
    """What stays unproven, in Japanese and English, where nothing that was kept elsewhere was used."""
    if kept_checkpoints:  # they open only with the ledger's own key
        return None
    if kept_key:
        return (
            "注意：別の場所で保管した検査点（--checkpoints）を使っていません。この鍵で署名されたことは確かですが、台帳の持ち主が書き換えていないことは確かめられません。",
            "NOTE: no checkpoints that were kept elsewhere were used (--checkpoints): the key signed this, but that its holder rewrote nothing is not proven.",
        )
    return (
        "注意：このフォルダーの中の鍵と検査点だけを使いました。内容がたがいに合うことしか示しません。別の場所で保管した --key と --checkpoints を指定してください。",
        "NOTE: only the key and the checkpoints of this very folder were used, which proves only that it fits together: "
        "give --key and --checkpoints that were kept elsewhere.",
    )


def main(argv: list[str] | None = None) -> int:
    """0 when everything holds, 1 when not, 2 when this is no export."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--key", type=Path, help="the verifier key that was kept elsewhere")
    parser.add_argument(
        "--checkpoints",
        type=Path,
        action="append",
        default=[],
        help="checkpoints that were kept elsewhere: a file or a folder",
    )
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(argv)
    doubt = doubt_of(kept_key=args.key is not None, kept_checkpoints=bool(args.checkpoints))
    try:
        vkey = (args.key or args.folder / "verifier-key").read_text(encoding="utf-8")
        kept = [(str(path), note) for path in args.checkpoints for note in notes_at(path)]
        report = verify(args.folder, vkey, kept)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        print(f"検証できません / cannot be verified: {error}", file=sys.stderr)
        return 2
    report["key"] = "kept elsewhere" if args.key else "of the folder"
    report["doubt"] = None if doubt is None else {"ja": doubt[0], "en": doubt[1]}
    if args.json:
        print(json.dumps(report, ensure_ascii=False, indent=1))
    else:
        print(
            f"記録 entries {report['entries']}  木 leaves {report['size']}  検査点 checkpoints {report['checkpoints']}"
            f"（別保管 kept elsewhere {report['kept_elsewhere']}、書き出しの後 later {report['later']}）"
        )
        print(f"根 root {report['root']}")
        for fault in report["faults"]:
            line = f"（行 line {fault['line']}）" if "line" in fault else ""
            print("異常 FAULT", fault.get("kind"), fault.get("seq", ""), fault.get("what", "") + line)
        print(
            "すべて一致 / everything holds"
            if not report["faults"]
            else f"異常 {len(report['faults'])}件 / faults"
        )
        for words in doubt or ():
            print(words)
    return 1 if report["faults"] else 0


if __name__ == "__main__":
    sys.exit(main())
