"""The tree of commands."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kijun.cli.main import COMMANDS, build_parser, main
from kijun.cli.reference import text

ROOT = Path(__file__).resolve().parents[2]


def kijun(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "kijun.cli", *words],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, **environment},
    )


def test_it_works() -> None:
    done = kijun("version")
    assert done.returncode == 0
    assert done.stdout.startswith("kijun ")
    assert "Django 5.2" in done.stdout


def test_the_version_is_told_the_usual_way_as_well() -> None:
    assert kijun("--version").stdout == kijun("version").stdout


def test_the_package_is_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "kijun", "version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("kijun ")


@pytest.mark.parametrize(
    "words", ["setup-link", "recover 131016 1", "audit head", "sample load", "evidence collect"]
)
def test_a_folder_without_data_is_told(tmp_path: Path, words: str) -> None:
    """Mostly KIJUN_HOME was forgotten: the message names the folder that was looked into."""
    done = kijun(*words.split(), KIJUN_HOME=str(tmp_path), DATABASE_URL="")
    assert done.returncode == 1
    assert str(tmp_path) in done.stderr
    assert "KIJUN_HOME" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_that_does_not_answer_is_told(tmp_path: Path) -> None:
    url = "postgresql://somebody:secret-word@127.0.0.1:1/kijun"
    done = kijun("audit", "head", KIJUN_HOME=str(tmp_path), DATABASE_URL=url)
    assert done.returncode == 1
    assert "The database cannot be used" in done.stderr
    assert "secret-word" not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_data_folder_that_cannot_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = kijun("audit", "head", KIJUN_HOME=str(tmp_path / "file"))
    assert done.returncode == 2
    assert "KIJUN_HOME" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_error_is_told_as_json_to_whoever_asked_for_json(tmp_path: Path) -> None:
    """Of every command, however it tells people: standard output holds one object, and the exit code stays."""
    for words, code in (
        ("incidents list --as 0007 --json", 1),
        ("records search --as 0007 --reason x --json", 1),
        ("records search --json", 2),
        ("ledger export out --json", 2),
    ):
        done = kijun(*words.split(), KIJUN_HOME=str(tmp_path), DATABASE_URL="")
        assert done.returncode == code, done.stderr
        told = json.loads(done.stdout)
        assert told["exit"] == code
        assert told["error"]
        assert told["error"] in done.stderr
    assert kijun("records", "search", "--json", "--help").stdout.startswith("usage:")


def test_a_fault_of_ours_is_told_as_json_and_keeps_its_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("kijun.cli.main.dispatch", lambda argv: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        main(["ledger", "verify", "--json"])
    assert json.loads(capsys.readouterr().out)["error"].startswith("ZeroDivisionError")


def test_what_was_printed_already_stays_the_only_answer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def answer(argv: object) -> int:
        sys.stdout.write('{"holds": false}\n')
        return 1

    monkeypatch.setattr("kijun.cli.main.dispatch", answer)
    assert main(["ledger", "verify", "--json"]) == 1
    assert capsys.readouterr().out == '{"holds": false}\n'


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["help"]) == 0
    printed = capsys.readouterr().out
    for name, command in COMMANDS.items():
        assert re.search(rf"^    {name}\s", printed, re.MULTILINE)
        assert command.help in printed
    assert " manage " in printed


def test_help_imports_neither_django_nor_the_catalogue() -> None:
    script = (
        "import sys; from kijun.cli.main import main; main(['help']); "
        "sys.exit(bool({'django', 'kijun.catalog', 'uvicorn'} & set(sys.modules)))"
    )
    start = time.monotonic()
    assert subprocess.run([sys.executable, "-c", script], stdout=subprocess.DEVNULL).returncode == 0
    assert time.monotonic() - start < 2


def test_an_unknown_command_is_a_usage_error() -> None:
    done = kijun("serv")
    assert done.returncode == 2
    assert "invalid choice: 'serv'" in done.stderr


def test_no_command_shows_the_help_and_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "COMMAND" in capsys.readouterr().out


def test_a_variable_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    done = kijun("migrate", DATABASE_URL="mysql://somewhere/kijun", KIJUN_HOME=str(tmp_path))
    assert done.returncode == 2
    assert "DATABASE_URL" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_command_gives_its_exit_code_and_its_own_usage() -> None:
    assert kijun("catalog", "validate").returncode == 0
    assert kijun("catalog", "show", "P99.9.9").returncode != 0
    assert "usage: kijun catalog" in kijun("catalog", "show").stderr


def test_a_reader_that_goes_away_is_no_failure() -> None:
    script = f"set -o pipefail; '{sys.executable}' -m kijun.cli catalog list | head -n 1 >/dev/null"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True)
    assert done.returncode == 0
    assert "Traceback" not in done.stderr


def test_manage_hands_over_to_django(tmp_path: Path) -> None:
    done = kijun("manage", "diffsettings", "--output", "unified", KIJUN_HOME=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "AUTH_USER_MODEL" in done.stdout
    assert kijun("manage", "nonsense", KIJUN_HOME=str(tmp_path)).returncode != 0


def test_every_command_can_be_loaded() -> None:
    build_parser(*COMMANDS)


def test_the_page_of_commands_says_what_the_program_does() -> None:
    written = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert written == text(), "write it anew: .venv/bin/python -m kijun.cli.reference > docs/commands.md"
