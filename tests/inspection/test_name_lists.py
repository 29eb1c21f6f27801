"""The lists of names: in kanji, both kana and romaji; asked by place; how a name without a space is cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kijun.inspection.name_lists import (
    ABROAD,
    COMMON,
    GIVEN,
    REASON,
    SURNAME,
    NameLists,
    katakana,
    name_lists,
    short_romaji,
)

LISTS = name_lists()
#: One of each group: common surname, surname, kana of surnames, given, romaji.
SMALL = NameLists(
    {
        "S": ["山田", "林"],
        "s": ["小鳥遊", "本"],
        "k": ["やまだ"],
        "g": ["太郎", "はなこ", "空"],
        "r": ["yamada", "sato"],
        "t": ["taro"],
    }
)


def kind(lists: NameLists, text: str) -> int:
    return lists.find(text).kind(0, len(text))


def test_it_works() -> None:
    names = LISTS.find("申請者は山田太郎です")
    assert names.kind(4, 6) & (SURNAME | COMMON) == SURNAME | COMMON
    assert names.kind(6, 8) & GIVEN
    assert names.kind(0, 3) == 0
    assert names.cut(4, 8) == "S2"
    assert 6 in names.reasons()


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("山田", SURNAME | COMMON | REASON),
        ("小鳥遊", SURNAME | REASON),
        ("やまだ", SURNAME),
        ("ヤマダ", SURNAME),
        ("太郎", GIVEN),
        ("はなこ", GIVEN),
        ("ハナコ", GIVEN),
        ("書類", 0),
    ],
)
def test_what_each_group_is(word: str, expected: int) -> None:
    assert kind(SMALL, word) == expected


def test_names_of_one_character_are_known_and_no_reason_to_look() -> None:
    names = SMALL.find("林空本")
    kinds = [names.kind(place, place + 1) & ~REASON for place in range(3)]
    assert kinds == [SURNAME | COMMON, GIVEN, SURNAME]
    assert names.reasons() == []


def test_a_surname_inside_a_longer_word_is_no_reason_to_look_unless_a_given_name_follows() -> None:
    assert SMALL.find("山田様").reasons() == [2]
    assert SMALL.find("新山田様").reasons() == []
    assert SMALL.find("新山田太郎様").reasons() == [3]
    assert SMALL.find("は山田が").reasons() == [3]


def test_the_common_names_are_in_the_lists_that_are_shipped() -> None:
    for surname in (
        "佐藤",
        "鈴木",
        "高橋",
        "田中",
        "渡辺",
        "伊藤",
        "山本",
        "中村",
        "小林",
        "加藤",
        "林",
        "森",
    ):
        assert kind(LISTS, surname) & COMMON, surname
    for reading in ("さとう", "スズキ", "たなか", "ワタナベ"):
        assert kind(LISTS, reading) & SURNAME, reading
    for given_name in ("花子", "健一", "陽菜", "さくら", "ヒロシ", "翔太"):
        assert kind(LISTS, given_name) & GIVEN, given_name
    for foreign in ("グエン", "マリア"):
        assert kind(LISTS, foreign) & ABROAD, foreign
    for ordinary in ("申請書", "市役所", "について", "データ"):
        assert not kind(LISTS, ordinary), ordinary


@pytest.mark.parametrize(
    ("name", "cut"),
    [
        ("山田太郎", "S2"),
        ("林太郎", "S1"),
        ("小鳥遊太郎", "s3"),
        ("本太郎", "s1"),
        ("山田空", "S2"),
        ("太郎山田", ""),
        ("山田", ""),
        ("太郎", ""),
    ],
)
def test_where_a_name_without_a_space_is_cut(name: str, cut: str) -> None:
    assert SMALL.find(name).cut(0, len(name)) == cut


@pytest.mark.parametrize(
    ("word", "is_name"),
    [
        ("Yamada", True),
        ("YAMADA", True),
        ("yamada,", True),
        ("Satou", True),
        ("SATOH", True),
        ("Taro", True),
        ("Tarou", True),
        ("table", False),
        ("", False),
        ("-", False),
    ],
)
def test_romaji_however_long_vowels_are_spelt(word: str, is_name: bool) -> None:
    assert SMALL.is_romaji(word) is is_name
    assert LISTS.is_romaji(word) is is_name


def test_people_from_abroad_in_latin_letters() -> None:
    assert LISTS.is_romaji("Nguyen")


@pytest.mark.parametrize(
    ("long", "short"),
    [
        ("satou", "sato"),
        ("satoh", "sato"),
        ("oono", "ono"),
        ("ohno", "ono"),
        ("yuuki", "yuki"),
        ("hana", "hana"),
        ("maho", "maho"),
    ],
)
def test_long_vowels(long: str, short: str) -> None:
    assert short_romaji(long) == short


def test_hiragana_as_katakana() -> None:
    assert katakana("やまだ ゑ太郎ーヴ") == "ヤマダ ヱ太郎ーヴ"


@given(st.text("ぁあんゔヵ山aー"))
def test_katakana_never_changes_a_length(text: str) -> None:
    assert len(katakana(text)) == len(text)


@given(st.text())
def test_any_text_may_be_asked(text: str) -> None:
    names = LISTS.find(text)
    for start in range(min(4, len(text))):
        for end in range(start + 1, min(len(text), start + 6) + 1):
            names.kind(start, end)
            names.cut(start, end)
    assert all(0 < place <= len(text) for place in names.reasons())


def test_the_lists_are_read_once() -> None:
    assert name_lists() is LISTS
