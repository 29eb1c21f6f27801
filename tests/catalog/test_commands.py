import argparse
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from kijun.catalog import commands, load, write_template


@pytest.fixture
def kijun(capsys):
    """A function that runs ``kijun catalog …`` and gives exit code, stdout and stderr."""

    def call(*words):
        parser = argparse.ArgumentParser("kijun")
        commands.add_arguments(parser.add_subparsers().add_parser("catalog"))
        code = commands.run(parser.parse_args(["catalog", *map(str, words)]))
        out = capsys.readouterr()
        return code, out.out, out.err

    return call


@pytest.fixture
def sheet(tmp_path, catalog, own):
    path = tmp_path / "own.xlsx"
    write_template(path, catalog, [own])
    return path


def test_list(kijun):
    code, out, err = kijun("list")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert len(lines) == 2 + 154 + 1
    assert lines[0].startswith("番号")
    assert lines[2].startswith("G.1 ")
    assert lines[-1] == "154件"


def test_list_with_filters(kijun, catalog):
    _, out, _ = kijun("list", "--tier", "low", "--role", "user", "--principle", "6", "--lang", "en")
    ids = [line.split()[0] for line in out.splitlines()[2:-1]]
    assert ids == [
        control.id
        for control in catalog.controls
        if control.required_by("low") and control.role == "user" and control.principle == "6"
    ]
    assert out.splitlines()[0].split() == ["ID", "Role", "Tier", "from", "Frequency", "Title"]
    assert kijun("list", "--principle", "G")[1].endswith("20件\n")


def test_list_of_an_unknown_principle(kijun):
    english = "no principle '11'; there are 1 to 10 and G\n"
    assert kijun("list", "--principle", "11", "--lang", "en") == (2, "", english)
    japanese = "原則11はありません。1から10までとGがあります。\n"
    assert kijun("list", "--principle", "11") == (2, "", japanese)


def test_a_word_that_is_no_tier_names_those_there_are(kijun, capsys):
    with pytest.raises(SystemExit) as ended:
        kijun("list", "--tier", "huge")
    assert ended.value.code == 2
    err = capsys.readouterr().err
    assert "critical" in err
    assert "<Tier" not in err


@pytest.mark.parametrize("id", ["P6.1.3", "ｐ６.１.３ ", "R6.1.1", "6.1", "6", "G", "G.1"])
def test_show(kijun, id):
    code, out, _ = kijun("show", id)
    assert code == 0
    assert "URN: urn:kijun:" in out


def test_show_of_an_unknown_id_suggests_others(kijun):
    code, out, err = kijun("show", "P6.1.33")
    assert (code, out) == (2, "")
    assert err.startswith("「P6.1.33」は対策一覧にありません。近いもの: P6.1.3、")
    assert "did you mean P6.1.3," in kijun("show", "P6.1.33", "--lang", "en")[2]
    assert "kijun catalog list" in kijun("show", "！！")[2]


def test_validate(kijun, folder):
    assert kijun("validate")[0] == 0
    assert "対策154" in kijun("validate")[1]
    assert "154 controls" in kijun("validate", "--lang", "en")[1]
    (folder / "version.yaml").write_text("version: [", encoding="utf-8")
    code, out, err = kijun("validate", "--folder", folder)
    assert code == 1
    assert out.startswith("version.yaml, line 2")
    assert err == "問題 1件\n"


def test_export_json(kijun, tmp_path, catalog):
    code, out, _ = kijun("export")
    assert code == 0
    assert len(json.loads(out)["controls"]) == 154
    path = tmp_path / "c.json"
    assert kijun("export", "--format", "json", "--output", path) == (0, "", "")
    assert path.read_text(encoding="utf-8") == out


def test_export_oscal(kijun):
    document = json.loads(kijun("export", "--format", "oscal", "--lang", "en")[1])
    assert document["catalog"]["metadata"]["oscal-version"] == "1.2.0"
    words = ("export", "--format", "oscal", "--profile", "low", "--catalog-href", "x.json")
    document = json.loads(kijun(*words)[1])
    assert document["profile"]["imports"][0]["href"] == "x.json"
    document = json.loads(kijun("export", "--format", "oscal", "--mapping", "--catalog-href", "x.json")[1])
    (first, *_) = document["mapping-collection"]["mappings"]
    assert first["source-resource"]["href"] == "x.json"


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_a_terminal_without_japanese(lang):
    """Under the C locale, without Python's own rescue: JSON is UTF-8 all the same, text is told as it can be."""
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    kijun = [sys.executable, "-m", "kijun.cli", "catalog"]
    for words in (["show", "P6.1.3", "--lang", lang], ["list", "--lang", lang]):
        assert subprocess.run([*kijun, *words], env=environment, capture_output=True).returncode == 0
    done = subprocess.run([*kijun, "export"], env=environment, capture_output=True)
    assert json.loads(done.stdout.decode("utf-8"))["controls"][0]["title"]["ja"]


def test_export_xlsx(kijun, tmp_path):
    path = tmp_path / "c.xlsx"
    assert kijun("export", "--format", "xlsx", "--output", path) == (0, "", "")
    assert openpyxl.load_workbook(path).sheetnames[0] == "対策"


def test_export_that_cannot_be(kijun, tmp_path):
    code, out, err = kijun("export", "--format", "xlsx")
    assert (code, out) == (2, "")
    assert "--output FILE" in err
    assert kijun("export", "--profile", "low")[0] == 2
    assert kijun("export", "--mapping", "--format", "json")[0] == 2
    code, _, err = kijun("export", "--output", tmp_path / "no" / "c.json")
    assert code == 2
    assert "No such file" in err


def test_own_controls(kijun, sheet, tmp_path):
    assert kijun("list", "--own", sheet)[1].endswith("155件\n")
    assert kijun("show", "L5.1.1", "--own", sheet)[0] == 0
    code, out, _ = kijun("own-check", sheet)
    assert code == 0
    assert out.splitlines()[0] == "+ L5.1.1  窓口端末の目隠し"
    assert kijun("own-check", sheet, "--own", sheet)[1].startswith("追加 0件、削除 0件、変更 0件")
    path = tmp_path / "template.xlsx"
    assert kijun("own-template", "--own", sheet, "--output", path)[0] == 0
    assert kijun("own-check", path, "--own", sheet)[1].startswith("追加 0件、削除 0件、変更 0件")


def test_own_controls_with_errors(kijun, tmp_path, catalog, own):
    path = tmp_path / "own.xlsx"
    write_template(path, catalog, [replace(own, id="L5.9.1")])
    assert kijun("own-check", path) == (1, "2行目 番号: 項目5.9はありません。\n", "")
    write_template(path, catalog, [replace(own, id="L5.9.1")], "en")
    code, out, err = kijun("export", "--own", path, "--lang", "en")
    assert (code, out) == (1, "")
    assert "row 2, ID: There is no topic 5.9." in err
    path.write_bytes(b"x")
    assert kijun("own-check", path)[1].startswith("ファイル: ")
    assert kijun("own-check", tmp_path / "none.xlsx")[0] == 2


def test_versions_and_difference(kijun):
    version = load().version
    assert kijun("versions")[1].split()[0] == version
    assert kijun("list", "--at", version)[0] == 0
    assert (
        kijun("difference", version)[1] == "追加 0件、削除 0件、変更 0件（うち再回答 0件）、変更なし 154件\n"
    )
    code, _, err = kijun("difference", "1999.1.0")
    assert code == 2
    assert version in err


def test_freeze(kijun, folder, release):
    code, out, _ = kijun("freeze", "--folder", folder)
    assert code == 0
    assert out.strip().endswith(".json.gz")
    release(load().version, place="x")
    code, _, err = kijun("freeze", "--folder", folder)
    assert code == 1
    assert "released already" in err


def test_no_command_shows_the_help(kijun):
    code, out, err = kijun()
    assert (code, out) == (2, "")
    assert "own-check" in err


def test_every_command_is_documented():
    text = (Path(__file__).parents[2] / "docs" / "catalog.md").read_text(encoding="utf-8")
    parser = argparse.ArgumentParser()
    commands.add_arguments(parser)
    names = next(a.choices for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    for name, one in names.items():
        assert f"catalog {name}" in text, name
        for action in one._actions:
            for option in action.option_strings:
                if option not in ("-h", "--help"):
                    assert option in text, option
