"""Scripts of words and characters."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kijun.inspection.scripts import KANJI, char_script, kinds_of, script


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


@given(st.text())
def test_kinds_are_as_long_as_the_text_and_tell_what_a_pattern_would(text: str) -> None:
    kinds = kinds_of(text)
    assert len(kinds) == len(text)
    for letter, pattern in (
        ("j", f"[{KANJI}]"),
        ("h", "[ぁ-ん]"),
        ("k", "[ァ-ヴー]"),
        ("a", "[a-z]"),
        ("0", "[0-9]"),
    ):
        assert [kind == letter for kind in kinds] == [bool(re.match(pattern, char)) for char in text]


def test_kinds_of_a_line() -> None:
    assert kinds_of("山田 ﾀロウ・Ab1、\né\U0010ffff") == "jj mkkdAa0m\nlm"
