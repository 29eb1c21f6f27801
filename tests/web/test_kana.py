"""フリガナ: one spelling and 五十音 order."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kijun.web.kana import is_kana, kana_sort_key, normalise_kana


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("やまだ はなこ", "ヤマダ　ハナコ"),
        ("ﾔﾏﾀﾞ ﾊﾅｺ", "ヤマダ　ハナコ"),
        ("ヤマダ　ハナコ", "ヤマダ　ハナコ"),
        ("  ヤマダ \u3000 ハナコ ", "ヤマダ　ハナコ"),
        ("ｳﾞｧｲｵﾘﾝ", "ヴァイオリン"),
        ("ゔぁいおりん", "ヴァイオリン"),
        ("ﾊﾟｰﾃｨｰ", "パーティー"),
        ("は\u309a", "パ"),
        ("か゛", "ガ"),
        ("ゝゞ", "ヽヾ"),
        ("ｱﾝﾅ･ﾏﾘｱ", "アンナ・マリア"),
        ("ジョン Smith", "ジョン　Smith"),
        ("神田", "神田"),  # a compatibility kanji keeps its shape
        ("", ""),
    ],
)
def test_one_spelling(text: str, expected: str) -> None:
    assert normalise_kana(text) == expected


@pytest.mark.parametrize("text", ["ヤマダ　ハナコ", "アンナ・マリア", "ー", "ヴィッキー", "ㇷ゚"])
def test_kana(text: str) -> None:
    assert is_kana(text) is (text not in {"ー", "ㇷ゚"})


@pytest.mark.parametrize(
    "text", ["", "　", "・", "山田", "Yamada", "やまだ", "ﾔﾏﾀﾞ", "ヤマダ1", "ヤマダ\n", "ヤマダ-スミス"]
)
def test_no_kana(text: str) -> None:
    assert not is_kana(text)


def test_order_of_the_fifty_sounds() -> None:
    ordered = [
        "Abe",
        "アオキ",
        "アベ　マリ",
        "アベイ",
        "カー",
        "カア",
        "カーキ",
        "カキ",
        "カギ",
        "ガキ",
        "キッカワ",
        "キツカワ",
        "キヨウ",
        "ササキ",
        "シヤ",
        "ハト",
        "バト",
        "パト",
        "ヤマサキ",
        "ヤマザキ",
        "ワダ",
        "ヲリ",
        "ンジャメナ",
        "山田",
    ]
    mixed = ordered[:]
    random.Random(1).shuffle(mixed)
    assert sorted(mixed, key=kana_sort_key) == ordered


def test_hiragana_half_width_and_iteration_marks_sort_with_their_kana() -> None:
    names = ["ｲｹﾀﾞ", "いしい", "イヽダ", "アンドウ"]
    assert sorted(names, key=kana_sort_key) == ["アンドウ", "イヽダ", "ｲｹﾀﾞ", "いしい"]


def test_odd_input_still_sorts() -> None:
    assert sorted(["ー", "ヽ", "\u3099", "・", ""], key=kana_sort_key)[0] in {"", "・"}


@given(st.text(max_size=40))
def test_any_text(text: str) -> None:
    once = normalise_kana(text)
    assert normalise_kana(once) == once
    assert kana_sort_key(text) <= kana_sort_key(text)


@given(st.text(alphabet=[chr(code) for code in range(0x3041, 0x3097)], min_size=1, max_size=20))
def test_hiragana_becomes_kana(text: str) -> None:
    assert is_kana(normalise_kana(text))
    assert kana_sort_key(text)[:3] == kana_sort_key(normalise_kana(text))[:3]
