"""What is written one character after another is closed up, and every place leads back to what was given."""

from __future__ import annotations

import pytest

from kijun.inspection import Inspector
from kijun.inspection.fold import fold

INSPECTOR = Inspector()


def found(text: str, type: str) -> list[str]:
    return [text[one.start : one.end] for one in INSPECTOR.inspect(text).findings if one.type == type]


def test_it_works() -> None:
    text = "| ツ | ジ | モ | ト | 　 | キ | ヌ |\n口座番号 | 1 | 0 | 7 | 5 | 6 | 0 | 6 |"
    folded = fold(text)
    assert folded.text == "| ツジモト キヌ |\n口座番号 | 1075606 |"
    start = folded.text.index("1075606")
    first, last = folded.back(start, start + 7)
    assert text[first:last] == "1 | 0 | 7 | 5 | 6 | 0 | 6"


@pytest.mark.parametrize(
    ("given_text", "plain"),
    [
        ("名義 M U R A T A　S H O", "名義 MURATA SHO"),
        ("名義（カナ） ヒ ガ　ヨ シ ミ", "名義(カナ) ヒガ ヨシミ"),
        ("番号 4,7,0,1,7,9,7", "番号 4701797"),
        ("番号：４／７／０／１／７／９／７。", "番号:4701797。"),
        ("番号 4　7　0　1　7　9　7", "番号 4701797"),
        ("[4] [7] [0] [1]", "[4701]"),
        ("T | 7 | 0 | 2 |", "T702 |"),
        ("card |4|7|0|1|", "card |4701|"),
    ],
)
def test_numbers_and_names_in_boxes_are_closed_up(given_text: str, plain: str) -> None:
    assert fold(given_text).text == plain


@pytest.mark.parametrize(
    "given_text",
    [
        "| 日 | 月 | 火 | 水 | 木 | 金 | 土 |",  # a calendar's head
        "| 有 | 無 | 有 | 有 | 無 |",
        "1,2,3,4,5,6,7,8",  # a list
        "1 / 2 / 3 / 4 / 5 / 6 / 7",
        "0,1",
        "A B C",
        "a [1] and [2]",
        "| 12 | 30 | 45 | 51 |",
        "2026/1/2 3:04",
        "山 | 川",
    ],
)
def test_tables_and_lists_stay_as_they_are(given_text: str) -> None:
    assert fold(given_text).text.replace(" ", "") == given_text.replace(" ", "")


def test_what_stands_in_boxes_is_found_whole() -> None:
    text = "記号 | 1 | 4 | 2 | 6 | 0 | 番号 | 3 | 7 | 8 | 4 | 6 | 6 | 9 | 1 |（ゆうちょ）\n氏名 | 山 | 田 | 　 | 太 | 郎 |"
    assert found(text, "BANK_ACCOUNT") == ["1 | 4 | 2 | 6 | 0", "3 | 7 | 8 | 4 | 6 | 6 | 9 | 1"]
    assert found(text, "PERSON") == ["山 | 田 | 　 | 太 | 郎"]


def test_a_label_drawn_apart_before_a_number_drawn_apart() -> None:
    from kijun.inspection.fold import fold

    assert fold("保 険 者 番 号 0 6 1 3 2 0 1 3").text == "保険者番号 06132013"
