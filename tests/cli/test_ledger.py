"""``kijun ledger`` as an operator types it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from kijun.cli import ledger as command
from kijun.cli import writer
from kijun.cli.main import main
from kijun.ledger.appending import appender
from kijun.ledger.holding import hold
from kijun.ledger.keys import RootKey
from kijun.ledger.ledger import Ledger
from kijun.ledger.model import Query, new_id, now_ms
from tests.ledger.bucket import S3Server
from tests.ledger.conftest import OTHER_TOWN, TOWN, entry, s3

__all__ = ["s3"]

PASSPHRASE = "正しい馬は電池をホチキスで"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with three entries of one town and one of another."""
    made = tmp_path / "home"
    monkeypatch.setenv("KIJUN_HOME", str(made))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("KIJUN_LEDGER_FILES", raising=False)
    monkeypatch.setenv("KIJUN_CHECKPOINT_FOLDER", str(tmp_path / "elsewhere"))
    with Ledger(made / "ledger") as ledger, appender(made, ledger, (tmp_path / "elsewhere",)) as to:
        to.append([entry("介護の相談"), entry("税金の相談"), entry(), entry(municipality=OTHER_TOWN)])
    return made


def told(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> Any:
    assert main(["ledger", *words, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def test_verify_prints_counts_and_holds(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = told(capsys, "verify")
    assert (report["entries"], report["size"], report["holds"], report["faults"]) == (4, 4, True, [])
    assert main(["ledger", "verify"]) == 0
    assert "すべて一致しました" in capsys.readouterr().out


def test_verify_fails_and_names_what_was_changed(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Ledger(home / "ledger") as ledger, ledger.database.writing() as link:
        link.execute("UPDATE entries SET person = 'nobody' WHERE seq = 1")
    report = told(capsys, "verify", code=1)
    assert [(one["kind"], one["seq"]) for one in report["faults"]] == [("changed", 1)]
    assert main(["ledger", "verify"]) == 1
    assert "異常 / FAULT  changed 1" in capsys.readouterr().out


def failed(capsys: pytest.CaptureFixture[str], *words: str, code: int = 1) -> str:
    """The error, as a program that asked for JSON reads it, and as a person does beside it."""
    assert main(["ledger", *words, "--json"]) == code
    said = capsys.readouterr()
    told = json.loads(said.out)
    assert told["exit"] == code
    error: str = told["error"]
    assert error in said.err
    return error


def test_what_ends_a_command_is_told_as_json_too(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "Traceback" not in failed(capsys, "verify", "--checkpoints", str(tmp_path / "nowhere"))
    (tmp_path / "no-key").write_text("x")
    assert "verifier key cannot be read" in failed(capsys, "verify", "--key", str(tmp_path / "no-key"))
    assert "No signed tree" in failed(capsys, "prove", "99")
    (home / "ledger" / "root-key").unlink()
    for words in (("verify",), ("status",), ("head",), ("checkpoint",), ("maintain",), ("prove", "0")):
        assert "kijun ledger escrow restore" in failed(capsys, *words)
    (home / "ledger" / "journal.sqlite3").write_bytes(b"no database " * 1000)
    for name in ("journal.sqlite3-wal", "journal.sqlite3-shm"):
        (home / "ledger" / name).unlink(missing_ok=True)
    assert "cannot be read or written" in failed(capsys, "verify")


def test_checkpoints_kept_elsewhere_are_asked(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = tmp_path / "elsewhere"
    assert (elsewhere / "latest.txt").exists(), "handed out"
    assert told(capsys, "verify", "--checkpoints", str(elsewhere))["kept_elsewhere"] == 1
    with Ledger(home / "ledger") as ledger, ledger.database.writing() as link:
        for table in ("entries", "leaves"):
            link.execute(f"DELETE FROM {table} WHERE seq = 3")
        link.execute("DELETE FROM checkpoints")
    assert not told(capsys, "verify", code=1)["holds"], "the folder still holds the note"
    shutil.rmtree(home / "ledger" / "checkpoints")
    assert told(capsys, "verify")["holds"]
    report = told(capsys, "verify", "--checkpoints", str(elsewhere), code=1)
    assert "the last 1 are gone" in report["faults"][0]["what"]


def test_files_in_a_bucket(
    home: Path, s3: S3Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told(capsys, "maintain", "--force")["sealed"] == 4
    assert told(capsys, "status")["files"] == str(home / "ledger")
    address = s3.address(new_id())
    monkeypatch.setenv("KIJUN_LEDGER_FILES", address)
    place = address.partition("?")[0]
    assert told(capsys, "status")["files"] == place
    assert told(capsys, "bring", "folder") == {"brought": 4, "place": place}
    shutil.rmtree(home / "ledger" / "data")
    assert told(capsys, "verify")["holds"]
    assert main(["ledger", "status"]) == 0
    assert place in capsys.readouterr().out
    with s3.says("403 AccessDenied"):
        assert main(["ledger", "verify"]) == 1
    said = capsys.readouterr()
    assert "AWS_ACCESS_KEY_ID" in said.err
    assert "拒否されました" in said.err
    assert "Everything holds" not in said.out
    monkeypatch.setenv("KIJUN_LEDGER_FILES", "s3://key:secret@town")
    assert main(["ledger", "status"]) == 2
    said = capsys.readouterr()
    assert "AWS_SECRET_ACCESS_KEY" in said.err
    assert "key:secret" not in said.err


def test_head_is_what_an_auditor_keeps(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    head = told(capsys, "head")
    assert head["size"] == 4
    assert head["note"].startswith(head["key"].split("+")[0] + "\n4\n")
    assert main(["ledger", "head"]) == 0
    assert head["key"] in capsys.readouterr().out


def test_days_are_japans() -> None:
    assert command.day("2026-11-01") == 1_793_458_800_000  # 2026-10-31 15:00 in Greenwich


def test_nothing_is_written_out_in_nobodys_name_or_without_a_reason(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What it does in somebody's name is tested where people are: tests/governance/interactions/test_exports.py."""
    for words in ((), ("--as", "0007"), ("--reason", "監査")):
        with pytest.raises(SystemExit) as stopped:
            main(["ledger", "export", str(tmp_path / "out"), *words])
        assert stopped.value.code == 2
    assert not (tmp_path / "out").exists()


def test_a_proof_is_for_what_is_signed(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    proof = told(capsys, "prove", "2")
    assert (proof["seq"], proof["size"], len(proof["path"])) == (2, 4, 2)
    assert main(["ledger", "prove", "99"]) == 1


@pytest.mark.parametrize("place", ["-1", "1.5", "x", "٣", "9" * 30, ""])
def test_a_place_that_is_none_is_a_wrong_call(
    home: Path, capsys: pytest.CaptureFixture[str], place: str
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["ledger", "prove", place])
    assert stopped.value.code == 2
    assert "0 for the first entry" in capsys.readouterr().err


@pytest.mark.parametrize("until", ["2026-10-31", "2026-10-01"])
def test_an_export_of_no_days_is_a_wrong_call(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], until: str
) -> None:
    words = ("--as", "0007", "--reason", "監査", "--since", "2026-11-01", "--until", until)
    with pytest.raises(SystemExit) as stopped:
        main(["ledger", "export", str(tmp_path / "out"), *words])
    assert stopped.value.code == 2
    assert "the day of --since, or a later one" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_erasing_waits_for_the_next_night_and_says_so(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Ledger(home / "ledger") as ledger, appender(home, ledger) as to:
        to.append([entry(at=now_ms() - 3 * 366 * 86_400_000)])
    for _ in range(2):
        done = told(capsys, "maintain", "--erase")
        assert (done["waits"], done["erased"]) == (True, [])
    assert main(["ledger", "maintain", "--erase"]) == 0
    assert "waits for the next night" in capsys.readouterr().out


def test_a_list_of_holds_that_somebody_changed_is_put_right(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Ledger(home / "ledger") as ledger:
        mine = ledger.search(Query(municipality=TOWN)).records[0].interaction
        with appender(home, ledger) as to:
            hold(ledger, to.append, municipality=TOWN, interaction=mine, why="審査請求", by="17")
        with ledger.database.writing() as link:
            link.execute("DELETE FROM holds")
    assert [one["kind"] for one in told(capsys, "verify", code=1)["faults"]] == ["hold"]
    assert told(capsys, "maintain", "--holds")["holds"] == 1
    assert told(capsys, "verify")["holds"]
    assert main(["ledger", "maintain", "--holds"]) == 0
    assert "holds put right 0" in capsys.readouterr().out


def test_sealing_by_hand_and_the_figures_after(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "maintain", "--force")["sealed"] == 4
    status = told(capsys, "status")
    assert (status["entries"], status["fresh"], status["sealed"], status["segments"]) == (4, 0, 4, 2)
    assert told(capsys, "verify")["holds"]


@pytest.fixture
def escrowed(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[str, ...]:
    """The words after ``escrow restore`` that bring this ledger's key back."""
    (tmp_path / "words").write_text(PASSPHRASE + "\n", encoding="utf-8")
    how = (str(tmp_path / "key.escrow"), "--passphrase-file", str(tmp_path / "words"))
    assert main(["ledger", "escrow", "export", *how]) == 0
    capsys.readouterr()
    return how


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is typed at a terminal, to be filled."""
    words: list[str] = []
    monkeypatch.setattr(command.getpass, "getpass", lambda _prompt: words.pop(0))
    monkeypatch.setattr(command.sys.stdin, "isatty", lambda: True, raising=False)
    return words


def test_a_passphrase_is_typed_twice_before_the_key_is_written_out(
    home: Path, tmp_path: Path, typed: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "key.escrow"
    typed += [PASSPHRASE, PASSPHRASE + "。"]
    assert "passphrases differ" in failed(capsys, "escrow", "export", str(out))
    assert not out.exists()
    typed += [PASSPHRASE, PASSPHRASE]
    assert main(["ledger", "escrow", "export", str(out)]) == 0
    typed += [PASSPHRASE]
    assert main(["ledger", "escrow", "restore", str(out)]) == 0, "where a slip shows at once, once is enough"
    assert typed == []


def test_a_passphrase_from_a_pipe_is_read_once(
    home: Path, tmp_path: Path, typed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command.sys.stdin, "isatty", lambda: False, raising=False)
    typed += [PASSPHRASE]
    assert main(["ledger", "escrow", "export", str(tmp_path / "key.escrow")]) == 0


@pytest.mark.parametrize("what", ["export", "restore"])
def test_without_anybody_to_type_the_passphrase_its_file_is_named(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    def nobody(_prompt: str) -> str:
        raise EOFError

    monkeypatch.setattr(command.getpass, "getpass", nobody)
    ja, en = failed(capsys, "escrow", what, str(tmp_path / "key.escrow")).splitlines()
    assert "--passphrase-file で指定してください。" in ja
    assert "with --passphrase-file." in en
    assert not (tmp_path / "key.escrow").exists()


def test_names_that_are_gone_come_back_with_the_root_key(
    home: Path, escrowed: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with Ledger(home / "ledger") as ledger, ledger.database.writing() as link:
        link.execute("DELETE FROM meta")
    report = told(capsys, "verify", code=1)
    assert {one["kind"] for one in report["faults"]} == {"meta"}
    assert main(["ledger", "escrow", "restore", *escrowed]) == 0
    capsys.readouterr()
    assert told(capsys, "verify")["holds"]


def test_the_root_key_comes_back_from_escrow(
    home: Path, escrowed: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    lost = (home / "ledger" / "root-key").read_bytes()
    (home / "ledger" / "root-key").unlink()
    assert main(["ledger", "escrow", "restore", *escrowed]) == 0
    assert (home / "ledger" / "root-key").read_bytes() == lost
    capsys.readouterr()
    assert told(capsys, "verify")["holds"]


def test_a_lost_key_is_not_replaced_and_comes_back_at_the_first_try(
    home: Path, escrowed: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "ledger" / "root-key").unlink()
    there = sorted(home.rglob("*"))
    for words in (("status",), ("verify",), ("head",), ("checkpoint",), ("escrow", "export", *escrowed)):
        assert main(["ledger", *words]) == 1
        said = capsys.readouterr()
        assert "kijun ledger escrow restore" in said.err
        assert "is gone" in said.err
    assert sorted(home.rglob("*")) == there, "nothing was made"
    assert told(capsys, "escrow", "restore", *escrowed)["fingerprint"]
    report = told(capsys, "verify")
    assert (report["holds"], report["entries"]) == (True, 4)


def test_a_key_that_was_cut_is_told_and_comes_back(
    home: Path, escrowed: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "ledger" / "root-key").write_bytes(b"cut")
    assert main(["ledger", "verify"]) == 1
    assert "kijun ledger escrow restore" in capsys.readouterr().err
    assert main(["ledger", "escrow", "restore", *escrowed]) == 0
    capsys.readouterr()
    assert told(capsys, "verify")["holds"]


def test_another_ledgers_key_is_not_put_there(
    home: Path, tmp_path: Path, escrowed: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.escrow"
    other.write_text(RootKey(b"another key of 32 bytes, as it i").escrow(PASSPHRASE), encoding="utf-8")
    (home / "ledger" / "root-key").unlink()
    assert main(["ledger", "escrow", "restore", str(other), *escrowed[1:]]) == 1
    assert "not this ledger's" in capsys.readouterr().err
    assert not (home / "ledger" / "root-key").exists()
    assert main(["ledger", "escrow", "restore", *escrowed]) == 0


def test_the_writer_ends_with_words_where_the_key_is_lost(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The gateway records through it, and answers nobody whose question cannot be recorded."""
    (home / "ledger" / "root-key").unlink()
    assert writer.main() == 1
    assert "kijun ledger escrow restore" in capsys.readouterr().err
    assert not (home / "ledger" / "root-key").exists()


def test_another_key_is_told_with_what_to_do(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "ledger" / "root-key").write_bytes(b"another key of 32 bytes, as it i")
    assert main(["ledger", "verify"]) == 1
    assert "kijun ledger escrow restore" in capsys.readouterr().err


def test_a_wrong_passphrase_says_so(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (PASSPHRASE, "another passphrase"):
        (tmp_path / words).write_text(words, encoding="utf-8")
    main(["ledger", "escrow", "export", str(tmp_path / "e"), "--passphrase-file", str(tmp_path / PASSPHRASE)])
    assert (
        main(
            [
                "ledger",
                "escrow",
                "restore",
                str(tmp_path / "e"),
                "--passphrase-file",
                str(tmp_path / "another passphrase"),
            ]
        )
        == 1
    )
    assert "合言葉が違います" in capsys.readouterr().err


def test_nothing_recorded_yet_is_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KIJUN_HOME", str(tmp_path / "empty"))
    assert told(capsys, "verify")["holds"]
    assert main(["ledger", "head"]) == 1
    assert "まだ記録がありません" in capsys.readouterr().err
