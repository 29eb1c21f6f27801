"""An export, and the verifier that travels with it."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from kijun.ledger.checkpoints import Checkpoints
from kijun.ledger.exporting import Exported, export
from kijun.ledger.ledger import Ledger
from kijun.ledger.model import Query
from kijun.ledger.sealing import seal
from tests.ledger.conftest import OTHER_TOWN, TOWN, Add, entry

MINE = Query(municipality=TOWN)


@pytest.fixture
def exported(ledger: Ledger, add: Add, tmp_path: Path) -> Path:
    add(*[entry(f"第{number}の相談", model="=cmd()") for number in range(600)])
    add(entry("よその相談", municipality=OTHER_TOWN))
    seal(ledger, force=True)
    add(entry("税金の相談\n二行目", masked={"⟦氏名1⟧": "山田"}, model='改行\n"引用"\t\x7f\u2028'))
    committed = ledger.journal.committed
    Checkpoints(ledger.folder, ledger.database).make(committed.size, committed.root())
    export(ledger, MINE, tmp_path / "out", ("jsonl", "csv", "parquet"))
    return tmp_path / "out"


def verified(folder: Path, *options: str) -> tuple[int, dict[str, Any]]:
    """Run the verifier as the auditor does: another Python process, isolated, without site packages."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(folder / "kijun_verify.py"), str(folder), "--json", *options],
        capture_output=True, text=True, cwd="/",
    )  # fmt: skip
    return done.returncode, json.loads(done.stdout or "{}") | {"said": done.stderr}


@pytest.mark.s3
def test_an_export_holds_what_was_asked_for_and_verifies_alone(exported: Path) -> None:
    code, report = verified(exported)
    assert (code, report["faults"], report["entries"], report["size"]) == (0, [], 601, 602)
    lines = [json.loads(line) for line in (exported / "entries.jsonl").read_text().rstrip("\n").split("\n")]
    assert json.loads(lines[0]["content"])["request"]["messages"][0]["content"] == "税金の相談\n二行目"
    everything = b"".join(path.read_bytes() for path in exported.iterdir())
    assert "よその相談".encode() not in everything
    assert "山田".encode() not in everything, "masked values stay behind"


def test_tables_for_people_hold_the_same(exported: Path) -> None:
    import pyarrow.parquet as pq

    with (exported / "entries.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 601 == pq.read_table(exported / "entries.parquet").num_rows
    assert rows[1]["model"] == "'=cmd()", "no spreadsheet takes it for a formula"
    assert "二行目" in rows[0]["content"]


def test_the_manifest_tells_every_file(exported: Path) -> None:
    told = json.loads((exported / "manifest.json").read_text())
    assert set(told["files"]) == {path.name for path in exported.iterdir()} - {
        "manifest.json",
        "manifest.note",
    }
    assert told["entries"] == 601


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda lines: lines[:3] + lines[4:], "removed"),
        (lambda lines: [*lines, lines[5]], "inserted"),
        (lambda lines: [lines[0].replace("税金", "年金"), *lines[1:]], "changed"),
        (lambda lines: [swap(lines[0], lines[1]), swap(lines[1], lines[0]), *lines[2:]], "reordered"),
        (lambda lines: [*lines, "{"], "unreadable"),
    ],
)
def test_what_was_done_to_an_export_is_named(exported: Path, change: Any, kind: str) -> None:
    lines = (exported / "entries.jsonl").read_text().rstrip("\n").split("\n")
    (exported / "entries.jsonl").write_text("\n".join(change(lines)) + "\n")
    code, report = verified(exported)
    assert code == 1
    found = [one for one in report["faults"] if "entries.csv" not in one["what"]]
    assert {one["kind"] for one in found} == {kind, "file"}, (
        "the row, and the file that is not what was exported"
    )


@pytest.mark.parametrize(("one", "two"), [(3, 4), (2, 500), (0, 600)])
def test_whole_lines_that_changed_places_are_named_by_line(exported: Path, one: int, two: int) -> None:
    lines = (exported / "entries.jsonl").read_text().rstrip("\n").split("\n")
    places = [json.loads(lines[at])["seq"] for at in (one, two)]
    lines[one], lines[two] = lines[two], lines[one]
    (exported / "entries.jsonl").write_text("\n".join(lines) + "\n")
    code, report = verified(exported)
    moved = [(fault["line"], fault["seq"]) for fault in report["faults"] if fault["kind"] == "reordered"]
    assert code == 1
    assert set(moved) <= {(one + 1, places[1]), (two + 1, places[0])}
    assert len(moved) == (1 if two == one + 1 else 2)
    assert report["entries"] == 601, "each of them is what was recorded"
    assert "line" in report["faults"][0]["what"]


def test_rows_of_the_sheet_that_changed_places_are_named(exported: Path) -> None:
    path = exported / "entries.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    rows[5], rows[9] = rows[9], rows[5]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)
    _code, report = verified(exported)
    assert [one["kind"] for one in report["faults"]] == ["reordered", "reordered", "file"]
    assert {one.get("seq") for one in report["faults"]} == {int(rows[5][0]), int(rows[9][0]), None}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"hello", "no JSON"),
        (b"null", "no entry"),
        (b"[1]", "no entry"),
        (b"{}", "lacks seq"),
        (b'{"seq": "1"}', "seq is of another kind"),
        (b"\xff\xfe", "UTF-8"),
        (b"[" * 100_000, "no JSON"),
        (
            b'{"seq": 1, "clear": [], "salt": "xy", "masked_commitment": "", "content": ""}',
            "salt is not 32 bytes",
        ),
    ],
)
def test_a_line_that_cannot_be_read_is_told_by_its_number_and_in_words(
    exported: Path, line: bytes, words: str
) -> None:
    lines = (exported / "entries.jsonl").read_bytes().rstrip(b"\n").split(b"\n")
    lines.insert(6, line)
    (exported / "entries.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    _code, report = verified(exported)
    [fault] = [one for one in report["faults"] if one["kind"] == "unreadable"]
    assert (fault["line"], words in fault["what"]) == (7, True)
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(exported / "kijun_verify.py"), str(exported)],
        capture_output=True, text=True, cwd="/",
    )  # fmt: skip
    assert "line 7" in done.stdout
    assert "Error" not in done.stdout


@pytest.mark.parametrize(
    ("manifest", "words"),
    [
        ("{}", "lacks files"),
        ("[]", "no manifest"),
        ("{", "no JSON"),
        ('{"files": []}', "files is of another kind"),
        (
            '{"files": {}, "places": [1], "size": 1, "root": "", "entries": 1, "columns": []}',
            "places are no places",
        ),
    ],
)
def test_a_manifest_that_is_none_is_told_in_words(exported: Path, manifest: str, words: str) -> None:
    (exported / "manifest.json").write_text(manifest)
    code, report = verified(exported)
    assert code == 2
    assert "manifest.json: " in report["said"]
    assert words in report["said"]


def test_what_was_not_asked_stays_told(exported: Path, tmp_path: Path) -> None:
    key, notes = tmp_path / "key", tmp_path / "notes"
    key.write_text((exported / "verifier-key").read_text())
    notes.write_text((exported / "checkpoints.txt").read_text())
    code, report = verified(exported)
    assert (code, report["key"]) == (0, "of the folder")
    assert "only that it fits together" in report["doubt"]["en"]
    _code, report = verified(exported, "--key", str(key))
    assert report["key"] == "kept elsewhere"
    assert "--checkpoints" in report["doubt"]["en"]
    assert verified(exported, "--key", str(key), "--checkpoints", str(notes))[1]["doubt"] is None
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(exported / "kijun_verify.py"), str(exported)],
        capture_output=True, text=True, cwd="/",
    )  # fmt: skip
    assert "only that it fits together" in done.stdout.rstrip("\n").split("\n")[-1]


def swap(line: str, other: str) -> str:
    return json.dumps({**json.loads(line), "seq": json.loads(other)["seq"]}, ensure_ascii=False)


def test_rewritten_leaves_do_not_fit_what_was_signed(exported: Path) -> None:
    leaves = bytearray((exported / "leaves.bin").read_bytes())
    leaves[600 * 32] ^= 1  # the other town's: no line of this export
    (exported / "leaves.bin").write_bytes(leaves)
    code, report = verified(exported)
    assert code == 1
    assert {one["kind"] for one in report["faults"]} == {"tree", "file"}


def faults(exported: Path, *options: str) -> list[tuple[str, str]]:
    code, report = verified(exported, *options)
    assert code == (1 if report["faults"] else 0)
    return [(one["kind"], one["what"]) for one in report["faults"]]


@pytest.mark.parametrize(
    "name", ["entries.csv", "entries.parquet", "erasures.json", "README.txt", "kijun_verify.py"]
)
def test_every_file_is_held_against_the_manifest(exported: Path, tmp_path: Path, name: str) -> None:
    data = (exported / name).read_bytes()
    (exported / name).write_bytes(data + b" ")
    assert ("file", f"{name}: not what was exported") in faults(exported)
    if name != "kijun_verify.py":
        (exported / name).unlink()
        assert faults(exported) == [("file", f"{name}: missing")]
    (exported / name).write_bytes(data)
    (exported / "more.csv").write_text("x")
    assert faults(exported) == [("file", "more.csv: the manifest does not tell of it")]


def test_rows_of_the_sheet_that_were_taken_out_changed_and_added_are_named(exported: Path) -> None:
    path = exported / "entries.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    gone = [rows.pop(5)[0] for _ in range(3)]
    changed = rows[9][0]
    rows[9][-1] = rows[9][-1].replace("相談", "苦情")
    rows.append(["9999", *rows[1][1:]])
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)
    _code, report = verified(exported)
    told = [(one["kind"], one.get("seq")) for one in report["faults"]]
    assert told == [
        ("changed", int(changed)),
        ("inserted", 9999),
        *[("removed", int(seq)) for seq in sorted(gone, key=int)],
        ("file", None),
    ]


def test_a_manifest_written_anew_does_not_help(exported: Path) -> None:
    """Whoever takes rows out of every file and puts digests and places right has no key to sign that with."""
    lines = (exported / "entries.jsonl").read_text().rstrip("\n").split("\n")
    (exported / "entries.jsonl").write_text("\n".join(lines[:-3]) + "\n")
    with (exported / "entries.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    with (exported / "entries.csv").open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows[:-3])
    told = json.loads((exported / "manifest.json").read_text())
    told["places"] = [[3, 599], [601, 601]]
    told["entries"] = 598
    told["files"] |= {
        name: sha256((exported / name).read_bytes()).hexdigest() for name in ("entries.jsonl", "entries.csv")
    }
    (exported / "manifest.json").write_text(json.dumps(told))
    assert faults(exported) == [("file", "manifest.json: not what the ledger signed")]
    note = exported / "manifest.note"
    signed = sha256((exported / "manifest.json").read_bytes()).hexdigest()
    head, _digest, *rest = note.read_text().split("\n")
    note.write_text("\n".join([head, signed, *rest]))
    assert faults(exported) == [("file", "manifest.note: not signed by the key")]
    note.unlink()
    assert "missing" in faults(exported)[0][1]


def test_a_manifest_that_tells_of_another_tree_is_named(exported: Path) -> None:
    told = json.loads((exported / "manifest.json").read_text())
    (exported / "manifest.json").write_text(json.dumps({**told, "root": "00" * 32}))
    assert any("another tree" in what for _kind, what in faults(exported))
    (exported / "manifest.json").write_text(json.dumps({**told, "places": [[0, 598]]}))
    assert ("inserted", "the manifest does not tell of it") in faults(exported)


def test_a_checkpoint_is_no_signature_of_a_manifest(exported: Path) -> None:
    (exported / "manifest.note").write_text((exported / "checkpoints.txt").read_text())
    assert ("file", "manifest.note: of another ledger, or none") in faults(exported)
    note = (exported / "manifest.note").read_text()
    assert note.split("\n")[0] == (exported / "verifier-key").read_text().split("+")[0]


def test_a_folder_of_checkpoints_is_asked_and_later_ones_are_no_fault(
    ledger: Ledger, exported: Path, add: Add, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    first = (exported / "checkpoints.txt").read_text()
    add(entry("あとから"))
    committed = ledger.journal.committed
    later = Checkpoints(ledger.folder, ledger.database).make(committed.size, committed.root())
    (kept / "2026-11.txt").write_text(first + "\n\n")
    (kept / "2026-12.txt").write_text(later + "\n\n")
    (kept / "latest.txt").write_text(later)
    code, report = verified(exported, "--checkpoints", str(kept))
    assert (code, report["faults"], report["kept_elsewhere"], report["later"]) == (0, [], 2, 1)
    (kept / "2026-11.txt").unlink()
    [(kind, what)] = faults(exported, "--checkpoints", str(kept))
    assert kind == "removed"
    assert "the ledger had 603 entries" in what
    (kept / "2026-13.txt").write_text(first)
    assert len(faults(exported, "--checkpoints", str(kept))) == 1, (
        "a size that was signed again after a larger one"
    )
    for path in kept.iterdir():
        path.unlink()
    code, report = verified(exported, "--checkpoints", str(kept))
    assert (code, "there is no checkpoint" in report["said"]) == (2, True)


def test_a_checkpoint_and_a_key_kept_elsewhere_are_asked(exported: Path, tmp_path: Path) -> None:
    key, notes = tmp_path / "key", tmp_path / "notes"
    key.write_text((exported / "verifier-key").read_text())
    notes.write_text((exported / "checkpoints.txt").read_text())
    code, report = verified(exported, "--key", str(key), "--checkpoints", str(notes))
    assert (code, report["kept_elsewhere"]) == (0, 1)
    notes.write_text(notes.read_text().replace("\n602\n", "\n601\n"))
    code, report = verified(exported, "--checkpoints", str(notes))
    assert code == 1
    assert "not signed" in report["faults"][0]["what"]


def test_what_is_no_export_says_so(exported: Path) -> None:
    (exported / "leaves.bin").unlink()
    code, report = verified(exported)
    assert code == 2
    assert "cannot be verified" in report["said"]


def test_a_folder_with_files_is_not_written_into(ledger: Ledger, exported: Path) -> None:
    with pytest.raises(Exported, match="not empty"):
        export(ledger, MINE, exported)


def test_nothing_signed_is_nothing_to_export(ledger: Ledger, add: Add, tmp_path: Path) -> None:
    add(entry())
    with pytest.raises(Exported, match="signed"):
        export(ledger, MINE, tmp_path / "out")


def test_what_is_signed_later_waits(ledger: Ledger, exported: Path, add: Add, tmp_path: Path) -> None:
    add(entry("あとから"))
    assert export(ledger, MINE, tmp_path / "again")["entries"] == 601


def test_its_files_are_for_this_user_alone_whoever_may_enter_the_folder(
    ledger: Ledger, exported: Path, tmp_path: Path
) -> None:
    assert exported.stat().st_mode & 0o777 == 0o700
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o755)
    export(ledger, MINE, shared, ("jsonl", "csv", "parquet"))
    assert {path.stat().st_mode & 0o777 for path in shared.iterdir()} == {0o600}
    assert shared.stat().st_mode & 0o777 == 0o755, "a folder that was there keeps its mode"


def test_parquet_is_written_in_groups(
    ledger: Ledger, exported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that an export of everything needs no more memory than a page of it."""
    import pyarrow.parquet as pq

    monkeypatch.setattr("kijun.ledger.exporting._GROUP", 100)
    export(ledger, MINE, tmp_path / "again", ("jsonl", "parquet"))
    file = pq.ParquetFile(tmp_path / "again" / "entries.parquet")
    assert file.metadata.num_row_groups == 7
    assert file.read().equals(pq.read_table(exported / "entries.parquet"))
