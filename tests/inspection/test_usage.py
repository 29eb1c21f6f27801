"""What a command says of a wrong call: Japanese unless English is asked for."""

from __future__ import annotations

import argparse

import pytest

from kijun.inspection import commands
from kijun.inspection.usage import in_japanese


def refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    tree = argparse.ArgumentParser("kijun").add_subparsers()
    parser = tree.add_parser("inspect", prog="kijun inspect")
    commands.add_arguments(parser)
    with pytest.raises(SystemExit) as stopped:
        parser.parse_args(words)
    assert stopped.value.code == 2
    return capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--format", "xml"], "--format に xml は使えません。使えるのは text、jsonl、json です。"),
        (["--mask", "--redact"], "--redact と --mask は一緒に使えません。"),
        (["--policy"], "--policy の後に値がありません。"),
        (["--json=x"], "--json に値は付けられません（x）。"),
        (["--lang", "fr"], "--lang に fr は使えません。使えるのは ja、en です。"),
        (["--wrong", "a.txt"], "知らない指定があります：--wrong"),
        (["--m=1"], "--mask に値は付けられません（1）。"),
        (["--r"], "--r がどれのことか決まりません：--redact、--rules"),
    ],
)
def test_it_works(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    err = refused(words, capsys)
    assert err.startswith("使い方：kijun inspect ")
    assert err.endswith(f"kijun inspect: {said}\n")


@pytest.mark.parametrize("english", [["--lang", "en"], ["--lang=en"]])
def test_in_english_where_it_is_asked_for(english: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    err = refused(["--format", "xml", *english], capsys)
    assert err.startswith("usage: ")
    assert "error: argument --format: invalid choice: " in err


def test_what_nobody_foresaw_is_told_as_it_came() -> None:
    assert in_japanese("odd") == "指定の仕方が違います：odd"
    assert in_japanese("argument --a: invalid choice: b (choose from c, d)").endswith(
        "使えるのは c、d です。"
    )
