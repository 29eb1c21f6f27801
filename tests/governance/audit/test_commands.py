"""``kijun audit``."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest
from django.db import connection

from kijun.governance.audit import commands, queries, triggers
from kijun.governance.audit.actions import open_chain, record, remove_chain
from kijun.governance.audit.refs import SYSTEM, Ref

THING = Ref("test.thing", "1", "もの")


def kijun(*words: str) -> int:
    parser = argparse.ArgumentParser()
    commands.add_arguments(parser)
    return commands.run(parser.parse_args(words))


@pytest.fixture(autouse=True)
def chains(append_only: None) -> None:
    for key in ("131016", "141003", "131016", "131016"):
        record(key, SYSTEM, "test.done", THING)


def test_it_works(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert kijun("head") == 0
    heads = tmp_path / "heads"
    heads.write_text(capsys.readouterr().out)
    assert kijun("verify", "--head-file", str(heads)) == 0
    out = capsys.readouterr().out
    assert "131016: 3 entries, holds" in out
    assert "141003: 1 entry, holds" in out


def test_a_break_gives_1(capsys: pytest.CaptureFixture[str]) -> None:
    triggers.drop(connection)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE audit_entry SET actor_label = 'x' WHERE seq = 2")
    triggers.create(connection)
    assert kijun("verify") == 1
    assert "131016: changed: entry 2" in capsys.readouterr().err
    assert kijun("verify", "--municipality", "141003") == 0


def test_a_cut_end_gives_1_with_the_head(capsys: pytest.CaptureFixture[str]) -> None:
    kept = str(queries.head("131016"))
    triggers.drop(connection)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_entry WHERE seq = 3")
    triggers.create(connection)
    assert kijun("verify") == 0
    assert kijun("verify", "--head", kept) == 1
    assert "cut" in capsys.readouterr().err


def test_dropped_triggers_give_1(capsys: pytest.CaptureFixture[str]) -> None:
    triggers.drop(connection)
    assert kijun("verify") == 1
    assert "unguarded" in capsys.readouterr().err
    triggers.create(connection)
    assert kijun("verify") == 0


def test_a_removal_that_never_was_is_a_break(capsys: pytest.CaptureFixture[str]) -> None:
    open_chain("011002", "見本", removable=True)
    record("011002", SYSTEM, "test.done", THING)
    kept = queries.head("011002")
    remove_chain("011002", SYSTEM)
    forged = f"{kept.key}:{kept.seq}:{'0' * 64}"
    assert kijun("verify", "--head", forged) == 1
    assert "the chain is missing" in capsys.readouterr().err


def test_a_missing_chain(capsys: pytest.CaptureFixture[str]) -> None:
    kept = "011002:4:" + "0" * 64
    assert kijun("verify", "--head", kept) == 1
    assert kijun("verify", "--head", kept, "--municipality", "131016") == 0
    assert "the chain is missing" in capsys.readouterr().err


def test_a_sample_that_was_removed_is_no_break(capsys: pytest.CaptureFixture[str]) -> None:
    open_chain("011002", "見本", removable=True)
    record("011002", SYSTEM, "test.done", THING)
    kept = str(queries.head("011002"))
    remove_chain("011002", SYSTEM)
    assert kijun("verify", "--head", kept) == 0
    assert "removed as a whole" in capsys.readouterr().out


def test_wrong_calls(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert kijun() == 2
    assert kijun("verify", "--head", "nonsense") == 2
    assert kijun("verify", "--head-file", str(tmp_path / "none")) == 2
    assert kijun("verify", "--municipality", "999999") == 2
    assert kijun("head", "--municipality", "999999") == 2
    assert "no chain of municipality 999999" in capsys.readouterr().err
