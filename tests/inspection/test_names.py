"""Names as features: what the span is, which words touch it; and, with the weights, what is a name and what is not."""

from __future__ import annotations

import pytest

from kijun.inspection import Inspector
from kijun.inspection.names import Names, around_name
from kijun.inspection.scene import Candidate
from tests.inspection.scenes import candidates, rules, scene

NAMES = Names(rules("names"))
INSPECTOR = Inspector()


def proposed(text: str) -> dict[str, Candidate]:
    folded = scene(text).text
    return {folded[one.start : one.end]: one for one in candidates(NAMES, text)}


def people(text: str) -> list[str]:
    return [one.of(text) for one in INSPECTOR.inspect(text) if one.type == "PERSON"]


def test_it_works() -> None:
    one = proposed("申請者は山田 太郎さんです。")["山田 太郎"]
    assert one.type == "PERSON"
    assert one.rule == "person"
    assert {"kanji+kanji", "gap", "len=5", "honorific=さん", "b"} - {*one.features} == {"b"}
    assert people("申請者は山田 太郎さんです。") == ["山田 太郎"]


def test_each_place_is_proposed_once_in_order() -> None:
    found = candidates(NAMES, "山田太郎様、鈴木花子様、佐藤様")
    at = [(one.start, one.end) for one in found]
    assert at == sorted(set(at))


def test_the_way_of_writing_is_told() -> None:
    for text, written in (
        ("山田太郎様", "kanji"),
        ("ヤマダ タロウ様", "kata+kata"),
        ("やまだ はなこです", "hira+hira"),
        ("Taro Yamada様", "latin2"),
        ("鈴 木 　 一 郎", "spaced"),
    ):
        one = max(proposed(text).values(), key=lambda one: one.end - one.start)
        assert written in one.features, text


def test_what_touches_a_name_is_told() -> None:
    assert "<company=株式会社" in proposed("株式会社田中")["田中"].features
    assert "title=課長" in proposed("田中課長")["田中"].features
    assert any(one.startswith("<kin=長男") for one in proposed("長男の太郎")["太郎"].features)
    assert "aged" in proposed("さくら（9歳）")["さくら"].features


def test_what_is_around_holds_single_characters_only() -> None:
    seen = scene("申請者：山田太郎さん")
    told = around_name(seen, 4, 8, seen.label(4))
    assert {"b", "label=PERSON", "tight=PERSON", "l1=:", "r1=さ", "r2=さん", "R=hira"} <= {*told}
    assert not any("山田" in one or "太郎" in one for one in told)
    assert "label=" in around_name(seen, 0, 3, None)


def test_edges_of_a_text_are_no_harm() -> None:
    seen = scene("山田")
    assert {"L=edge", "R=edge"} <= {*around_name(seen, 0, 2, None)}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("佐々木様より電話がありました。", ["佐々木"]),
        ("課長の高橋に報告した", ["高橋"]),
        ("グエン・ヴァン・ナムさんが来庁", ["グエン・ヴァン・ナム"]),
        ("氏名（カナ）：ヤマダ タロウ", ["ヤマダ タロウ"]),
        ("氏名（カナ）：ﾔﾏﾀﾞ ﾀﾛｳ", ["ﾔﾏﾀﾞ ﾀﾛｳ"]),
        ("申請者は山\u200b田 太郎さんです。", ["山\u200b田 太郎"]),
    ],
)
def test_names_are_found_however_they_are_written(text: str, names: list[str]) -> None:
    assert people(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "田中建設に委託する",
        "福島県の制度を調べて",
        "松本清張記念館の入館者数",
        "お客様のご意見",
        "市長が出席した",
        "千葉市の条例",
        "",
    ],
)
def test_companies_places_and_titles_are_no_names(text: str) -> None:
    assert people(text) == []


def test_without_its_rule_nothing_is_proposed() -> None:
    assert candidates(Names([]), "山田太郎様") == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("村上様、ご確認ください", "村上"),
        ("本田さん", "本田"),
        ("氏名　佐々木健", "佐々木健"),
        ("氏名 山田健", "山田健"),
        ("菊池さまの番号", "菊池"),  # ends in a word for a place
        ("菊\u200b池さまの番号070-4417-2086", "菊\u200b池"),
        ("小池様に折り返し", "小池"),
    ],
)
def test_what_is_plainly_a_name_is_one_however_little_is_said(text: str, name: str) -> None:
    assert name in {one.of(text) for one in INSPECTOR.inspect(text).data}


@pytest.mark.parametrize("text", ["大分様", "福島さん", "横浜市様", "田中建設さん", "田中池さん"])
def test_towns_and_firms_are_addressed_as_well(text: str) -> None:
    assert not INSPECTOR.inspect(text).data


@pytest.mark.parametrize("cell", ["==", "・・", "= =", "・ ・"])
def test_a_cell_of_marks_alone_is_no_name(cell: str) -> None:
    text = f"氏名,電話番号\n{cell},090-1111-2222\n山田花子,090-3333-4444\n"
    assert "山田花子" in {one.of(text) for one in INSPECTOR.inspect(text).data}
