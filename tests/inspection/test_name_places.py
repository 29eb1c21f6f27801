"""Where a name may stand: after labels and kin, before honorifics, in pairs and columns. Which are names is decided later."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kijun.inspection.name_lists import name_lists
from kijun.inspection.name_places import places
from kijun.inspection.name_view import View, parts
from tests.inspection.scenes import scene


def view(text: str) -> View:
    return View(scene(text), name_lists())


def found(text: str) -> set[str]:
    seen = view(text)
    return {seen.text[start:end] for start, end in places(seen)}


def test_it_works() -> None:
    assert {"山田太郎", "鈴木"} <= found("山田太郎様より電話。担当：鈴木")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("氏名：山田 太郎", "山田 太郎"),
        ("氏名\n山田太郎", "山田太郎"),
        ("フリガナ：ヤマダ タロウ", "ヤマダ タロウ"),
        ("ﾌﾘｶﾞﾅ：ﾔﾏﾀﾞ ﾀﾛｳ", "ヤマダ タロウ"),
        ("佐々木様より電話", "佐々木"),
        ("鐘ヶ江様より電話", "鐘ヶ江"),
        ("轟木様より電話", "轟木"),  # however rare
        ("田中さんと鈴木さん", "鈴木"),
        ("課長の高橋に報告した", "高橋"),
        ("長男のひろしは小学生", "ひろし"),
        ("妻がアイリーンといいます", "アイリーン"),
        ("グエン・ヴァン・ナムさん", "グエン・ヴァン・ナム"),
        ("山 田 太 郎", "山田太郎"),  # folding closes it up
        ("山田\n太郎様", "山田\n太郎"),
        ("株元 みどりは出席", "株元 みどり"),
        ("やまだ はなこ、来庁", "やまだ はなこ"),
        ("山田：今日は\n鈴木：はい", "鈴木"),
        ("Taro Yamada came", "Taro Yamada"),
        ("YAMADA, Taro", "YAMADA, Taro"),
        ("担当はYamadaさん", "Yamada"),
        ("連絡した。山田太郎（42）", "山田太郎"),
        ("髙橋様と𠮷田様", "高橋"),
    ],
)
def test_a_place_for_every_way_of_writing_a_name(text: str, name: str) -> None:
    assert name in found(text)


def test_cells_below_the_head_of_names() -> None:
    assert {"山田太郎", "マリア・サントス"} <= found(
        "氏名,年齢,備考\n山田太郎,42,なし\nマリア・サントス,35,なし\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "今日は晴れています。",
        "申請書を提出してください。",
        "This is a Table of Contents.",
        "1234-5678",
        "・・・",
        "様",
        "氏名：",
        "\ud800様",
    ],
)
def test_most_texts_have_no_place_for_a_name(text: str) -> None:
    assert found(text) <= {"様", "�"}


def test_words_of_sentences_without_a_reason_are_not_cut() -> None:
    seen = view("山田様が来た。明日の会議は延期する。")
    places(seen)
    assert max(seen.tokens.ends) == 7


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("山田 太郎", ["山田", "太郎"]),
        ("山田\n太郎", ["山田", "太郎"]),
        ("グエン・ヴァン=ナム", ["グエン", "ヴァン", "ナム"]),
        ("山田太郎", ["山田太郎"]),
        ("  ", []),
        (" 山 ", ["山"]),
    ],
)
def test_parts(text: str, words: list[str]) -> None:
    assert [text[start:end] for start, end in parts(text, 0, len(text))] == words


@settings(max_examples=60)
@given(
    st.text(
        st.one_of(
            st.sampled_from("山田太郎様さん氏長男のは：\n ・,、（）ヤマダ=アやまだYa.x1歳"), st.characters()
        ),
        max_size=50,
    )
)
def test_places_lie_within_any_text(text: str) -> None:
    seen = view(text)
    for start, end in places(seen):
        assert 0 <= start < end <= len(seen.text)
