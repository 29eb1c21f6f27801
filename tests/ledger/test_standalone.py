"""The verifier that travels with an export, against the one who has the ledger's signing key: whatever they sign anew, an entry is what was recorded."""

from __future__ import annotations

import ast
import csv
import json
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from kijun.ledger import model
from kijun.ledger.checkpoints import Checkpoints
from kijun.ledger.exporting import export
from kijun.ledger.ledger import Ledger
from kijun.ledger.model import Query
from kijun.ledger.standalone import kijun_verify
from tests.ledger.conftest import TOWN, Add, entry, signed
from tests.ledger.test_exporting import verified

Line = dict[str, Any]
AT = 2  # the line that is changed
MODELS = ("=1+1", "\n=1+1", "＝1+1", " =1+1", "　＠x", "'=1+1", "＋81", "'''", "gpt-5", "-5", "--5")


@pytest.fixture(params=["sqlite"])
def url() -> str:
    """The export is the same from either database."""
    return ""


@pytest.fixture
def exported(ledger: Ledger, add: Add, tmp_path: Path) -> Path:
    add(*[entry(f"不都合な発言 {number}", model=model) for number, model in enumerate(MODELS)])
    (tmp_path / "kept.txt").write_text(signed(ledger))
    (tmp_path / "kept-key").write_text(ledger.verifier().vkey)
    export(ledger, Query(municipality=TOWN), tmp_path / "out", ("jsonl", "csv"))
    return tmp_path / "out"


def told(exported: Path) -> tuple[int, list[Line]]:
    """What the verifier says with a key and checkpoints that were kept elsewhere."""
    elsewhere = str(exported.parent / "kept-key"), str(exported.parent / "kept.txt")
    code, report = verified(exported, "--key", elsewhere[0], "--checkpoints", elsewhere[1])
    return code, report["faults"]


def sign_anew(ledger: Ledger, exported: Path, **more: Any) -> None:
    """What the key's owner can do: a manifest that tells the files as they are now."""
    path = exported / "manifest.json"
    manifest = json.loads(path.read_text()) | more
    manifest["files"] = {
        name: sha256((exported / name).read_bytes()).hexdigest() for name in manifest["files"]
    }
    path.write_text(json.dumps(manifest))
    signer = Checkpoints(ledger.folder, ledger.database).signer
    body = f"{signer.origin}/export\n{sha256(path.read_bytes()).hexdigest()}\n"
    (exported / "manifest.note").write_text(signer.sign_text(body))


def into_salt(line: Line) -> None:
    line["salt"] += line["masked_commitment"] + line["content"].encode().hex()
    line["masked_commitment"] = line["content"] = ""


def into_masked(line: Line) -> None:
    line["masked_commitment"] += line["content"][:-2].encode().hex()
    line["content"] = line["content"][-2:]


def out_of_masked(line: Line) -> None:
    line["salt"], line["masked_commitment"] = line["salt"] + line["masked_commitment"], ""


def otherwise_written(line: Line) -> None:
    line["salt"] = " ".join(line["salt"])


def further_key(line: Line) -> None:
    line["corrected_content"] = "{}"


def shorter_clear(line: Line) -> None:
    line["clear"].pop()


def text_for_number(line: Line) -> None:
    line["clear"][4] = str(line["clear"][4])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (into_salt, "salt is not 32 bytes"),
        (into_masked, "masked_commitment is not 32 bytes"),
        (out_of_masked, "salt is not 32 bytes"),
        (otherwise_written, "salt is not 32 bytes"),
        (further_key, "no entry has"),
        (shorter_clear, "20 values"),
        (text_for_number, "at is of another kind"),
    ],
)
def test_what_was_said_cannot_be_told_as_another_field(
    ledger: Ledger, exported: Path, change: Callable[[Line], None], words: str
) -> None:
    assert told(exported) == (0, [])
    path = exported / "entries.jsonl"
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    change(lines[AT])
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))
    with (exported / "entries.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    rows[AT + 1][-1] = lines[AT]["content"]
    with (exported / "entries.csv").open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)
    sign_anew(ledger, exported)
    code, faults = told(exported)
    assert code == 1
    assert (faults[0]["kind"], faults[0]["line"], words in faults[0]["what"]) == ("unreadable", AT + 1, True)


def test_a_content_that_stands_twice_is_refused(ledger: Ledger, exported: Path) -> None:
    """Of two, programs read the first or the last: the verifier would hold one against the tree, and a person be shown the other."""
    path = exported / "entries.jsonl"
    lines = path.read_text().splitlines()
    lines[AT] = '{"content": "{}", ' + lines[AT][1:]
    path.write_text("\n".join(lines) + "\n")
    sign_anew(ledger, exported)
    code, faults = told(exported)
    assert code == 1
    assert ("unreadable", "twice" in faults[0]["what"]) == (faults[0]["kind"], True)
    path = exported / "manifest.json"
    path.write_text('{"places": [], ' + path.read_text()[1:])
    assert verified(exported)[0] == 2


def test_columns_under_other_names_are_named(ledger: Ledger, exported: Path) -> None:
    columns = list(model.COLUMNS)
    columns[9], columns[10] = columns[10], columns[9]
    path = exported / "entries.csv"
    path.write_text(path.read_text().replace("person,application", "application,person"))
    sign_anew(ledger, exported, columns=columns)
    code, faults = told(exported)
    assert code == 1
    assert [one["what"] for one in faults] == [
        "manifest.json: it names other columns than entries have",
        "entries.csv: its heading is another",
    ]


def test_no_cell_begins_a_formula(exported: Path) -> None:
    with (exported / "entries.csv").open(encoding="utf-8-sig", newline="") as file:
        models = [row["model"] for row in csv.DictReader(file)][::-1]
    assert dict(zip(MODELS, models, strict=True)) == {
        **{one: "'" + one for one in MODELS},
        "'''": "'''",
        "gpt-5": "gpt-5",
        "-5": "-5",
    }


def test_an_older_export_holds_still(ledger: Ledger, exported: Path) -> None:
    """Before, cells were marked only where ``= + - @``, a tab or a carriage return came first."""
    path = exported / "entries.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    at = rows[0].index("model")
    for row in rows[1:]:
        plain = row[at][1:] if row[at].startswith("'") and row[at] != "'''" else row[at]
        row[at] = "'" + plain if plain.startswith("=") else plain
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)
    sign_anew(ledger, exported)
    assert told(exported) == (0, [])


def test_it_knows_the_entries_of_this_ledger() -> None:
    assert kijun_verify.COLUMNS == model.COLUMNS
    assert model.FORMAT.encode() + b"\x00" == kijun_verify.FORMAT
    numbers = {name for name in model.COLUMNS if model.Entry.__annotations__[name] == "int"}
    assert numbers == kijun_verify.NUMBERS


def test_it_needs_nothing_but_python() -> None:
    """One file for Python 3.9: no syntax that is younger, and nothing that is not in the standard library."""
    tree = ast.parse(Path(kijun_verify.__file__).read_text(encoding="utf-8"), feature_version=(3, 9))
    names = {
        name.name.partition(".")[0]
        for one in ast.walk(tree)
        if isinstance(one, ast.Import)
        for name in one.names
    } | {str(one.module).partition(".")[0] for one in ast.walk(tree) if isinstance(one, ast.ImportFrom)}
    assert names <= sys.stdlib_module_names
    strict = [one for one in ast.walk(tree) if isinstance(one, ast.keyword) and one.arg == "strict"]
    assert not strict, "zip(strict=…) came with Python 3.10"
