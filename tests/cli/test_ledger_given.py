"""Files that are given to ``kijun ledger`` and are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.test_ledger import escrowed, failed, home

__all__ = ["escrowed", "home"]


def test_files_that_are_none_are_named_in_both_languages(
    home: Path, escrowed: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words, bytes_, gone = tmp_path / "a.txt", tmp_path / "b.bin", tmp_path / "nowhere"
    words.write_text("root:x:0:0\n")
    bytes_.write_bytes(b"\xc0\xff")
    whose = ("--as", "0007", "--reason", "監査")
    file, _option, passphrase = escrowed
    calls = {
        ("verify", "--key", str(words)): "に検証鍵がありません。",
        ("verify", "--key", str(bytes_)): "文字のファイル（UTF-8）ではありません。",
        ("verify", "--key", str(gone)): "を読み取れません。",
        ("verify", "--key", str(tmp_path)): "を読み取れません。",
        ("verify", "--timestamp-root", str(words)): "に証明書がありません。",
        ("verify", "--timestamp-root", str(gone)): "を読み取れません。",
        ("export", str(words), *whose): "はフォルダーではないため、書き出せません。",
        ("export", str(words / "below" / "it"), *whose): f"{words} はフォルダーではないため、",
        ("escrow", "export", str(gone), "--passphrase-file", str(bytes_)): "文字のファイル",
        ("escrow", "restore", file, "--passphrase-file", str(gone)): "を読み取れません。",
        ("escrow", "restore", str(bytes_), "--passphrase-file", passphrase): "文字のファイル",
    }
    for call, wanted in calls.items():
        ja, en = failed(capsys, *call).splitlines()
        assert wanted in ja
        assert en.isascii()
        assert "unpack" not in en
