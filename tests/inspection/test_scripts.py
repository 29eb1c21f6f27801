"""Scripts of words and characters."""

from __future__ import annotations

import pytest

from kijun.inspection.scripts import char_script, script


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("山田", "kanji"),
        ("佐々木", "kanji"),
        ("𠮷", "kanji"),
        ("やまだ", "hira"),
        ("ヤマダー", "kata"),
        ("Yamada", "latin"),
        ("美ゆき", "kanji-hira"),
        ("みゆ紀", "mixed"),
        ("山ダ", "mixed"),
        ("・", "mixed"),
    ],
)
def test_in_what_a_word_is_written(word: str, written: str) -> None:
    assert script(word) == written


def test_the_middle_dot_is_no_katakana() -> None:
    assert char_script("・") == "mixed"
    assert char_script("ー") == "kata"
    assert char_script("、") == "mixed"
