"""Names that what stands with them makes certain, and their neighbours that are none."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kijun.inspection import Inspector
from kijun.inspection.name_certain import certain
from kijun.inspection.name_lists import name_lists
from kijun.inspection.name_view import View
from tests.inspection.scenes import scene

INSPECTOR = Inspector()


def why(text: str) -> dict[str, str]:
    view = View(scene(text), name_lists())
    return {view.text[start:end]: told for (start, end), told in certain(view).items()}


def people(text: str) -> list[str]:
    return [one.of(text) for one in INSPECTOR.inspect(text) if one.type == "PERSON"]


def test_it_works() -> None:
    assert why("西様、滞納者片桐の件") == {"西": "called", "片桐": "role"}
    assert people("西様、滞納者片桐の件") == ["西", "片桐"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("西様", ["西"]),
        ("西さんは乳がんの手術を受けた", ["西"]),
        ("北さんから電話", ["北"]),
        ("西さんまで連絡", ["西"]),
        ("堀氏に確認", ["堀"]),
        ("梶氏が来庁した", ["梶"]),
        ("関氏、辻氏", ["関", "辻"]),
        ("谷さん宅訪問", ["谷"]),
    ],
)
def test_surnames_of_one_kanji(text: str, names: list[str]) -> None:
    assert people(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "奥様",
        "皆様",
        "神様",
        "王様",
        "仏様",
        "殿様",
        "お客様",
        "各氏",
        "両氏",
        "同氏",
        "某氏",
        "源氏物語",
        "平氏の滅亡",
        "娘さん",
        "嫁さん",
        "北さんぽ会",
        "島さんご礁",
        "西様式",
        "桜さん通りの清掃",
    ],
)
def test_words_before_honorifics(text: str) -> None:
    assert people(text) == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("氏名：宮内トメ", ["宮内トメ"]),
        ("宮内トメ子様", ["宮内トメ子"]),
        ("宮内トメ様", ["宮内トメ"]),
        ("宮内ヨシ江様", ["宮内ヨシ江"]),
        ("庄内トミ様", ["庄内トミ"]),
        ("浅井 トシ子様、S10.9.4", ["浅井 トシ子"]),
        ("宮内　トメ子様", ["宮内　トメ子"]),
        ("森本 ヨシ江様（88）", ["森本 ヨシ江"]),
        ("児 ミン（4歳）", ["ミン"]),
        ("避難行動要支援者：宮内トメ（91）要介護５、東町3-4-5", ["宮内トメ"]),
        ("患者ハル様の件", ["ハル"]),
        ("長女ミキさんと面談", ["ミキ"]),
        ("本日マリさんが来庁", ["マリ"]),
        ("市内スーパー様", []),
        ("庁内メール様式", []),
    ],
)
def test_surnames_with_a_given_name_in_katakana(text: str, names: list[str]) -> None:
    assert people(text) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("氏　名　佐　々　木　健", ["佐　々　木　健"]),
        ("氏　　名　五　十　嵐　健", ["五　十　嵐　健"]),
        ("氏　　名　　小　笠　原　健", ["小　笠　原　健"]),
        ("氏　　名　　林　　太　郎", ["林　　太　郎"]),
        ("滞納者片桐の給与差押え", ["片桐"]),
        ("利用者渡辺氏に電話", ["渡辺"]),
        ("容疑者中村を逮捕", ["中村"]),
        ("債務者片桐修に催告書を送付", ["片桐修"]),
        ("被疑者大下一郎を逮捕", ["大下一郎"]),
        ("国籍は韓国、通称名金田 明、本名金 明洙", ["金田 明", "金 明洙"]),
        ("本名は金 明洙", ["金 明洙"]),
        ("申請者本人の確認", []),
        ("担当者会議", []),
        ("職員中野区", []),
        ("利用者東館", []),
        ("滞納者一覧", []),
    ],
)
def test_right_behind_a_role(text: str, names: list[str]) -> None:
    assert people(text) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("ヤマダ：おつかれ\nサトウ：はい", ["ヤマダ", "サトウ"]),
        ("[山口]: 了解です", ["山口"]),
        ("【三浦】資料2について", ["三浦"]),
        ("[高橋] お疲れ様です", ["高橋"]),
        ("【千葉】大雨警報", []),
        ("【中村】地区の要望", []),
        ("【重要】会議", []),
    ],
)
def test_who_speaks(text: str, names: list[str]) -> None:
    assert people(text) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("姓,名\n三浦,健\n大下,花", ["三浦", "健", "大下", "花"]),
        ("番号,姓,名\n1,原,進\n2,西村,誠", ["原", "進", "西村", "誠"]),
        ('{"sei":"三浦","mei":"健"}', ["三浦", "健"]),
        ('{"last_name": "高橋", "first_name": "誠"}', ["高橋", "誠"]),
        ("姓：三浦　名：健", ["三浦", "健"]),
        ("<sei>三浦</sei><mei>健</mei>", ["三浦", "健"]),
        ("苗字,名前\n三浦,健", ["三浦", "健"]),
        ("表,裏\n姓,名", []),
    ],
)
def test_surname_and_given_name_in_two_cells(text: str, names: list[str]) -> None:
    assert people(text) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("住民 三浦健（みうらけん）", ["三浦健", "みうらけん"]),
        ("地名よみ：小松原(こまつばら)", []),
        ("Hi Ken, thanks for your mail.", ["Ken"]),
        ("Hello World!", []),
        ("miura kenです", ["miura ken"]),
    ],
)
def test_readings_and_latin_letters(text: str, names: list[str]) -> None:
    assert [one for one in people(text) if one != "小松原"] == names


@settings(max_examples=60)
@given(
    st.text(
        st.one_of(
            st.sampled_from("西宮内トメ様さん氏：[]【】\n,姓名\"'金 明（みうら）91滞納者片桐の"),
            st.characters(),
        ),
        max_size=50,
    )
)
def test_places_lie_within_any_text(text: str) -> None:
    view = View(scene(text), name_lists())
    assert all(0 <= start < end <= len(view.text) for start, end in certain(view))
