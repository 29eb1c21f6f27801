"""Rolls of names with how they are read."""

from __future__ import annotations

import pytest

from kijun.inspection import Inspector

INSPECTOR = Inspector()


def people(text: str) -> list[str]:
    return [one.of(text) for one in INSPECTOR.inspect(text) if one.type == "PERSON"]


def test_it_works() -> None:
    text = "東雲 蒼空\u3000しののめ そら\n四月一日 心結\u3000わたぬき みゆ"
    assert people(text) == ["東雲 蒼空", "しののめ そら", "四月一日 心結", "わたぬき みゆ"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            "神々廻 柚葉 ｼｼﾊﾞ ﾕｽﾞﾊ\n御薬袋 玲央 ﾐﾅｲ ﾚｵ",
            ["神々廻 柚葉", "ｼｼﾊﾞ ﾕｽﾞﾊ", "御薬袋 玲央", "ﾐﾅｲ ﾚｵ"],
        ),
        (
            "ペレイラ サユリ\u3000ぺれいら さゆり\nオカモト ブルーノ\u3000おかもと ぶるーの",
            ["ペレイラ サユリ", "ぺれいら さゆり", "オカモト ブルーノ", "おかもと ぶるーの"],
        ),
        (
            "1,月野 姫星,つきの きらら\n2,空閑 天翔,くが つばさ",
            ["月野 姫星", "つきの きらら", "空閑 天翔", "くが つばさ"],
        ),
        (
            "鷲見 瑠璃（すみ るり）、帷子 月（かたびら るな）を1組へ",
            ["鷲見 瑠璃", "すみ るり", "帷子 月", "かたびら るな"],
        ),
        ("わたなべ ひな\nさとう そうた\nいとう めい", ["わたなべ ひな", "さとう そうた", "いとう めい"]),
        ("班長 ﾐﾔｷﾞ ｼｭｳ", ["ﾐﾔｷﾞ ｼｭｳ"]),  # a label is not what is read
        ("口座名義\u3000アサヒナ スバル", ["アサヒナ スバル"]),
    ],
)
def test_who_it_is(text: str, names: list[str]) -> None:
    assert people(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "読み方\n東雲\u3000しののめ\n黄昏\u3000たそがれ",
        "町名のよみがなを確認して\n東浜 町\u3000ひがしはま ちょう\n西原 台\u3000にしはら だい\n北山 下\u3000きたやま した",
        "施設名\u3000よみがな\n中央 公園\u3000ちゅうおう こうえん\n桜台 会館\u3000さくらだい かいかん",
        "メニュー\nカレー ライス\u3000かれー らいす\nハンバーグ セット\u3000はんばーぐ せっと",
        "もりのこ ようちえん\nひまわり ほいくえん\nあおぞら しょうがっこう",
        "ひがしやま こうえん\nみどりまち ひろば\nさくらだい かいかん",
    ],
)
def test_what_is_nobody(text: str) -> None:
    assert people(text) == []


def test_readings_in_katakana_below_a_heading() -> None:
    names = ["アオヤマ トメ", "カケヒ スミエ", "サコガワ ゼンゾウ", "ヘンミ ツルヨ"]
    assert people("敬老会 名簿\n" + "\n".join(names)) == names


@pytest.mark.parametrize(
    "text",
    ["商品一覧\nトマト ジュース\nリンゴ ゼリー\nオレンジ ケーキ", "会員の店\nカフェ テラス\nパン ヤ"],
)
def test_things_in_katakana_are_no_roll(text: str) -> None:
    assert people(text) == []
